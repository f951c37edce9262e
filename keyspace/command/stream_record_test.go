package command_test

import "testing"

func TestStreamRecords(t *testing.T) {
	testRecords(t, []recordCase{
		{"XADD s 1-1 f v", "="},
		{"XADD s 1-1 f v", ""},
		{"XADD s 1-* f v", "XADD s 1-2 f v"},
		{"XADD s * f v", "XADD s 1700000000000-0 f v"},
		{"XADD s NOMKSTREAM MAXLEN 10 1800000000000-1 f v", "="},
		{"XADD none NOMKSTREAM * f v", ""},
		{"XADD s MAXLEN 10 * f v", "XADD s MAXLEN = 10 1800000000000-2 f v"},
		{"XADD s MINID 1 * f v", "XADD s MINID = 1-0 1800000000000-3 f v"},
		{"XADD s MAXLEN ~ 2 LIMIT 7 1800000000000-4 f v",
			"XADD s MAXLEN = 7 1800000000000-4 f v"},
		{"XADD s MINID ~ 1-2 1800000000000-5 f v",
			"XADD s MINID = 1-1 1800000000000-5 f v"},
		{"XTRIM s MAXLEN 6", "="},
		{"XTRIM s MAXLEN 6", ""},
		{"XTRIM s MAXLEN ~ 5", ""},
		{"XTRIM s MAXLEN ~ 0", "XTRIM s MAXLEN = 0"},
		{"XADD s 1900000000000-0 f v", "="},
		{"XTRIM s MINID ~ 1900000000000-1",
			"XTRIM s MINID = 18446744073709551615-18446744073709551615"},
		{"XDEL s 1-1", ""},
		{"XSETID s 1950000000000-0", "="},
		{"XREAD STREAMS s 0", ""},
		{"XRANGE s - +", ""},
	})
}

// Where redis-server leaves a counter or an idle time to chance, the record says more than its own.
func TestStreamGroupRecords(t *testing.T) {
	const claimed = " TIME 1700000000000 RETRYCOUNT "
	testRecords(t, []recordCase{
		{"XADD t 1-1 f v", "="},
		{"XADD t 2-2 f v", "="},
		{"XADD t 3-3 f v", "="},
		{"XADD t 4-4 f v", "="},
		{"XGROUP CREATE t g 0", "="},
		{"XGROUP CREATE t g 0", ""},
		{"XGROUP CREATE n g 0 MKSTREAM", "="},
		{"XGROUP CREATECONSUMER t g alice", "="},
		{"XGROUP CREATECONSUMER t g alice", ""},
		{"XREADGROUP GROUP g alice COUNT 1 STREAMS t >",
			"XCLAIM t g alice 0 1-1" + claimed + "1 FORCE JUSTID LASTID 1-1\n" +
				"XGROUP SETID t g 1-1 ENTRIESREAD 1"},
		{"XREADGROUP GROUP g bob COUNT 1 STREAMS t >",
			"XGROUP CREATECONSUMER t g bob\n" +
				"XCLAIM t g bob 0 2-2" + claimed + "1 FORCE JUSTID LASTID 2-2\n" +
				"XGROUP SETID t g 2-2 ENTRIESREAD 2"},
		{"XREADGROUP GROUP g carol NOACK COUNT 1 STREAMS t >",
			"XGROUP CREATECONSUMER t g carol\nXGROUP SETID t g 3-3 ENTRIESREAD 3"},
		{"XREADGROUP GROUP g alice STREAMS t 0",
			"XCLAIM t g alice 0 1-1" + claimed + "2 FORCE JUSTID LASTID 3-3"},
		{"XREADGROUP GROUP g new STREAMS t 0", "XGROUP CREATECONSUMER t g new"},
		{"XREADGROUP GROUP g new STREAMS t 0", ""},
		{"XREADGROUP GROUP g none STREAMS n >", ""},
		{"XCLAIM t g dave 0 1-1 TIME 1000", "XGROUP CREATECONSUMER t g dave\n" +
			"XCLAIM t g dave 0 1-1 TIME 1000 RETRYCOUNT 3 FORCE JUSTID LASTID 3-3"},
		{"XCLAIM t g erin 0 77", ""},
		{"XCLAIM t g dave 0 3-3 FORCE JUSTID TIME 1000",
			"XCLAIM t g dave 0 3-3 TIME 1000 RETRYCOUNT 1 FORCE JUSTID LASTID 3-3"},
		{"XCLAIM t g dave 0 77 LASTID 9", "XGROUP SETID t g 9-0 ENTRIESREAD 3"},
		{"XDEL t 1-1", "="},
		{"XCLAIM t g dave 0 1-1", "XACK t g 1-1"},
		{"XAUTOCLAIM t g alice 0 0 COUNT 1",
			"XCLAIM t g alice 0 2-2" + claimed + "2 FORCE JUSTID LASTID 9-0"},
		{"XDEL t 2-2", "="},
		{"XAUTOCLAIM t g alice 0 0", "XACK t g 2-2\n" +
			"XCLAIM t g alice 0 3-3" + claimed + "2 FORCE JUSTID LASTID 9-0"},
		{"XACK t g 3-3", "="},
		{"XACK t g 3-3", ""},
		{"XGROUP SETID t g 1", "="},
		{"XGROUP DELCONSUMER t g alice", "="},
		{"XGROUP DELCONSUMER t g alice", ""},
		{"XGROUP DESTROY t g", "="},
		{"XGROUP DESTROY t g", ""},
	})
}
