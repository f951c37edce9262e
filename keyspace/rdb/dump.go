package rdb

import "encoding/binary"

// footerBytes is what stands behind the value in a payload: the version, two bytes, and the
// checksum of all that is before it, eight bytes, both little-endian.
const footerBytes = 10

// Seal makes what has been written to Buf since it was empty a payload of DUMP. Redis:
// createDumpPayload.
func (e *Encoder) Seal() {
	e.Buf = binary.LittleEndian.AppendUint16(e.Buf, Version)
	e.Buf = binary.LittleEndian.AppendUint64(e.Buf, Checksum(0, e.Buf))
}

// Open checks the footer of a payload and reports its version; false if it is damaged, or newer
// than this package writes. Redis: verifyDumpPayload.
func Open(payload []byte) (version int, ok bool) {
	if len(payload) < footerBytes {
		return 0, false
	}
	footer := payload[len(payload)-footerBytes:]
	version = int(binary.LittleEndian.Uint16(footer))
	sum := binary.LittleEndian.Uint64(footer[2:])
	return version, version <= Version && Checksum(0, payload[:len(payload)-8]) == sum
}
