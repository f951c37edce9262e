package rdb

import "hash/crc64"

// jones is the polynomial of Redis's checksum, by David Jones, with its bits in reverse order.
const jones = 0x95ac9329ac4bc9b5

// crcTable is the table of the polynomial.
//
//tidy:table nothing writes to it
var crcTable = crc64.MakeTable(jones)

// Checksum goes on with a checksum, which begins with 0. Redis: crc64, which inverts no bits, where
// Go's package does so before and after.
func Checksum(sum uint64, b []byte) uint64 {
	return ^crc64.Update(^sum, crcTable, b)
}
