package rdb

import "encoding/binary"

// footerBytes is what stands behind the value in a payload: the version, two bytes, and the
// checksum of all that is before it, eight bytes, both little-endian.
const footerBytes = 10

// Seal makes what has been written to Buf since it was empty a payload of DUMP. Redis:
// createDumpPayload.
func (e *Encoder) Seal() {
	version := Version
	if len(e.Buf) > 0 && Type(e.Buf[0]).timed() {
		version = versionTimed
	}
	e.Buf = binary.LittleEndian.AppendUint16(e.Buf, uint16(version))
	e.Buf = binary.LittleEndian.AppendUint64(e.Buf, Checksum(0, e.Buf))
}

// Open checks the footer of a payload and reports its version; false if it is damaged, or newer
// than this package writes for a value of the type. Redis: verifyDumpPayload.
func Open(payload []byte) (version int, ok bool) {
	version, ok = OpenUnsummed(payload)
	if !ok {
		return version, false
	}
	sum := binary.LittleEndian.Uint64(payload[len(payload)-8:])
	return version, Checksum(0, payload[:len(payload)-8]) == sum
}

// OpenUnsummed is Open without a look at the checksum.
func OpenUnsummed(payload []byte) (version int, ok bool) {
	if len(payload) < footerBytes {
		return 0, false
	}
	version = int(binary.LittleEndian.Uint16(payload[len(payload)-footerBytes:]))
	newest := Version
	if Type(payload[0]).timed() {
		newest = versionTimed
	}
	return version, version <= newest
}
