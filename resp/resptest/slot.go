package resptest

import "bytes"

// slots is how many parts the keys of a Redis Cluster are divided into.
const slots = 16384

// Slot is the hash slot of a key: the CRC16 (XMODEM) of the key, or of what stands between its
// first "{" and the next "}" if that is not empty, modulo 16384. O(length of the key).
func Slot(key string) int { return slotOf([]byte(key)) }

func slotOf(key []byte) int {
	if _, tail, found := bytes.Cut(key, []byte("{")); found {
		if tag, _, closed := bytes.Cut(tail, []byte("}")); closed && len(tag) > 0 {
			key = tag
		}
	}
	return int(crc16(key)) % slots
}

// crc16 has the polynomial 0x1021 and begins with 0 (CRC-16/XMODEM).
func crc16(p []byte) (crc uint16) {
	const polynomial = 0x1021
	for _, b := range p {
		crc ^= uint16(b) << 8
		for range 8 {
			high := crc & 0x8000
			crc <<= 1
			if high != 0 {
				crc ^= polynomial
			}
		}
	}
	return crc
}
