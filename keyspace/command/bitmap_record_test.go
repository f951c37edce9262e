package command_test

import "testing"

func TestBitmapRecords(t *testing.T) {
	testRecords(t, []recordCase{
		{"SETBIT k 7 1", "="},
		{"SETBIT k 7 1", ""},
		{"SETBIT k 7 0", "="},
		{"SETBIT k 70 0", "="},
		{"SETBIT k 70 0", ""},
		{"GETBIT k 7", ""},
		{"BITFIELD f GET u8 0", ""},
		{"BITFIELD f SET u8 0 0", "="},
		{"BITFIELD f SET u8 0 0", ""},
		{"BITFIELD f SET u8 0 5 INCRBY u8 8 1", "="},
		{"BITFIELD f OVERFLOW FAIL SET u8 0 500", ""},
		{"BITOP OR d f k", "="},
		{"BITOP AND d none none", "="},
		{"BITOP AND d none none", ""},
		// Redis makes the key, and records nothing; the copy would lack it.
		{"BITFIELD g OVERFLOW FAIL SET u8 0 500", "="},
	})
}
