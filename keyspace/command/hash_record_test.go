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
		{"HSET t a 1 b 2", "="},
		{"HPEXPIREAT t 33177117420000 FIELDS 3 a none b", "HPEXPIREAT t 33177117420000 FIELDS 2 a b"},
		{"HPEXPIREAT t 33177117420000 NX FIELDS 1 a", ""},
		{"HEXPIREAT t 33177117421 GT FIELDS 1 a", "HPEXPIREAT t 33177117421000 FIELDS 1 a"},
		{"HINCRBYFLOAT t a 0.5", "HSET t a 1.5\nHPEXPIREAT t 33177117421000 FIELDS 1 a"},
		{"HPERSIST t FIELDS 2 a x", "="},
		{"HPERSIST t FIELDS 2 a x", ""},
		{"HEXPIRE t 0 FIELDS 2 b x", "HDEL t b"},
	})
}
