package command_test

import "testing"

func TestHyperLogLogRecords(t *testing.T) {
	testRecords(t, []recordCase{
		{"PFADD k", "="},
		{"PFADD k", ""},
		{"PFADD k a b", "="},
		{"PFADD k a", ""},
		{"PFCOUNT none", ""},
		{"PFCOUNT k k", ""},
		{"PFCOUNT k", "="},
		{"PFCOUNT k", ""},
		{"PFMERGE d k", "="},
		{"PFMERGE d", "="},
		{"PFDEBUG ENCODING k", ""},
		{"PFDEBUG TODENSE k", "="},
		{"PFDEBUG TODENSE k", ""},
		{"PFDEBUG GETREG d", "="},
		{"PFDEBUG GETREG d", ""},
		{"PFSELFTEST", ""},
	})
}
