package command_test

import "testing"

func TestSortedSetRecords(t *testing.T) {
	testRecords(t, []recordCase{
		{"ZADD z 1 a 2 b 3 c 4 d 5 e", "="},
		{"ZINCRBY z 1 a", "="},
		{"ZINCRBY z 0 a", ""},
		{"ZPOPMIN z", "="},
		{"ZPOPMAX z 2", "="},
		{"ZPOPMIN z 0", ""},
		{"ZMPOP 2 none z MAX COUNT 9", "ZPOPMAX z 2"},
		{"ZMPOP 1 none MAX", ""},
		{"ZADD z 1 a 2 b 3 c 4 d 5 e", "="},
		{"ZMPOP 1 z MIN", "ZPOPMIN z 1"},
		{"ZREMRANGEBYRANK z 0 0", "="},
		{"ZREMRANGEBYRANK z 9 9", ""},
		{"ZREMRANGEBYSCORE z 3 3", "="},
		{"ZREMRANGEBYLEX z [d [d", "="},
		{"ZRANGESTORE d z 0 -1", "="},
		{"ZRANGESTORE d none 0 -1", "="},
		{"ZRANGESTORE d none 0 -1", ""},
		{"ZUNIONSTORE d 1 z", "="},
		{"ZINTERSTORE d 2 z none", "="},
		{"ZINTERSTORE d 2 z none", ""},
		{"ZDIFFSTORE d 1 z", "="},
		{"ZUNION 1 z", ""},
		{"ZRANDMEMBER z 2", ""},
		{"ZSCAN z 0", ""},
	})
}
