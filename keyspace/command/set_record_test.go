package command_test

import "testing"

func TestSetRecords(t *testing.T) {
	testRecords(t, []recordCase{
		{"SADD s a", "="},
		{"SADD s a", ""},
		{"SREM s x", ""},
		{"SPOP s", "SREM s a"},
		{"SPOP s", ""},
		{"SADD s 1 2 3", "="},
		{"SPOP s 0", ""},
		{"SPOP s 3", "DEL s"},
		{"SADD s 1 2 3", "="},
		{"SPOP s 100", "DEL s"},
		{"SPOP s x", ""},
		{"SADD a 1 2", "="},
		{"SMOVE a b 9", ""},
		{"SMOVE a b 1", "="},
		{"SMOVE a a 2", ""},
		{"SUNIONSTORE d a b", "="},
		{"SUNION a b", ""},
		{"SDIFFSTORE d a a", "="},
		{"SDIFFSTORE d a a", ""},
	})
}
