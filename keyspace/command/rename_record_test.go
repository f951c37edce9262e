package command_test

import "testing"

func TestGenericRecords(t *testing.T) {
	testRecords(t, []recordCase{
		{"MSET a 1 b 2", "="},
		{"RENAME a a", ""},
		{"RENAME a a2", "="},
		{"RENAMENX a2 b", ""},
		{"RENAMENX a2 a3", "="},
		{"TOUCH a3 b", ""},
		{"MOVE b 1", "="},
		{"MOVE b 1", ""},
		{"COPY a3 a4", "="},
		{"COPY a3 a4", ""},
		{"COPY a3 a4 REPLACE", "="},
		{"COPY a3 b2 DB 2", "="},
		{"SWAPDB 0 3", "="},
		{"SWAPDB 0 0", "="},
		{"RANDOMKEY", ""},
		{"OBJECT ENCODING a3", ""},
	})
}
