package command_test

import "testing"

func TestHashRecords(t *testing.T) {
	testRecords(t, []recordCase{
		{"HSET h a 1", "="},
		{"HSET h a 1", "="},
		{"HMSET h a 1 b 2", "="},
		{"HSETNX h a 2", ""},
		{"HSETNX h c 2", "="},
		{"HINCRBY h a 5", "="},
		{"HINCRBY h a x", ""},
		{"HINCRBYFLOAT h a 0.5", "HSET h a 6.5"},
		{"HINCRBYFLOAT h a inf", ""},
		{"HINCRBYFLOAT new f 3.0e2", "HSET new f 300"},
		{"HINCRBY h a 1", ""},
		{"HDEL h x", ""},
		{"HDEL h a x b", "="},
		{"HDEL none x", ""},
	})
}
