package compat_test

import "testing"

// TestOnlyInRinger asserts directly, under RESP2, RESP3 and natively, what redis-server 7.0.15
// does not have: ZQUERY, and what Redis 7.2 added.
func TestOnlyInRinger(t *testing.T) {
	onlyRinger(t)
	resp2, resp3 := mustDial(t, lab.shared.ringer.addr), mustDial3(t, lab.shared.ringer)
	native := mustDialNative(t)
	resp2.must(t, "FLUSHALL")
	resp2.must(t, "ZADD z 1 a 2 b 2 bb 3 c 4 d")
	resp2.must(t, "SET s v")
	for _, c := range onlyRingerCases {
		args, err := split(c.line)
		if err != nil {
			t.Fatal(err)
		}
		v, err := native.do(args...)
		if err != nil {
			t.Fatalf("native %s: %v", c.line, err)
		}
		for port, got := range map[string]string{
			"RESP2": describeAs2(resp2.must(t, c.line)), "RESP3": describeAs2(resp3.must(t, c.line)),
			"native": describeAs2(v.value),
		} {
			if got != c.want {
				t.Errorf("%s, %s = %s, want %s", c.line, port, got, c.want)
			}
		}
	}
}

// describeAs2 prints doubles and nulls of every protocol alike.
func describeAs2(v value) string {
	if v.kind == ',' || v.kind == '+' {
		v.kind = '$'
	}
	for i := range v.elems {
		if v.elems[i].kind == ',' {
			v.elems[i].kind = '$'
		}
	}
	return describe(v)
}

const (
	wrongType = `-"WRONGTYPE Operation against a key holding the wrong kind of value"`
	notFloat  = `-"ERR value is not a valid float"`
	notInt    = `-"ERR value is not an integer or out of range"`
	notPos    = `-"ERR value is out of range, must be positive"`
	not01     = `-"ERR value is out of range, value must between 0 and 1"`
	noAOF     = `-"ERR WAITAOF cannot be used when numlocal is set but appendonly is disabled."`
	badTime   = `-"ERR timeout is not an integer or out of range"`
	syntax    = `-"ERR syntax error"`
)

var onlyRingerCases = []struct{ line, want string }{
	{"ZQUERY z 2 b 0 10", `[$"b" $"2" $"bb" $"2" $"c" $"3" $"d" $"4"]`},
	{"zquery z 2 b 0 2", `[$"b" $"2" $"bb" $"2"]`},
	{"ZQUERY z 2 b 1 2", `[$"bb" $"2" $"c" $"3"]`},
	{"ZQUERY z 2 ba 0 1", `[$"bb" $"2"]`},
	{"ZQUERY z 2 bc 0 1", `[$"c" $"3"]`},
	{`ZQUERY z -inf "" 0 -1`, `[$"a" $"1" $"b" $"2" $"bb" $"2" $"c" $"3" $"d" $"4"]`},
	{`ZQUERY z inf "" 0 -1`, `[]`},
	{`ZQUERY z inf "" -1 -1`, `[$"d" $"4"]`},
	{`ZQUERY z 3 c -1 1`, `[$"bb" $"2"]`},
	{`ZQUERY z 3 c -3 2`, `[$"a" $"1" $"b" $"2"]`},
	{`ZQUERY z 3 c -4 2`, `[]`},
	{`ZQUERY z 1 a 4 10`, `[$"d" $"4"]`},
	{`ZQUERY z 1 a 5 10`, `[]`},
	{`ZQUERY z 1 a 0 0`, `[]`},
	{`ZQUERY z 1 a 9223372036854775807 9223372036854775807`, `[]`},
	{`ZQUERY z 1 a -9223372036854775808 -1`, `[]`},
	{`ZQUERY none 1 a 0 10`, `[]`},
	{`ZQUERY s 1 a 0 10`, wrongType},
	{`ZQUERY z x a 0 10`, notFloat},
	{`ZQUERY z nan a 0 10`, notFloat},
	{`ZQUERY z 1 a x 10`, notInt},
	{`ZQUERY z 1 a 0 x`, notInt},
	{`ZQUERY s x a 0 10`, notFloat},
	{`ZQUERY z 1 a 0`, `-"ERR wrong number of arguments for 'zquery' command"`},
	{`ZQUERY z 1 a 0 1 2`, `-"ERR wrong number of arguments for 'zquery' command"`},
	{"ZRANK z bb WITHSCORE", `[:"2" $"2"]`},
	{"zrank z a withscore", `[:"0" $"1"]`},
	{"ZRANK z x WITHSCORE", `nil`},
	{"ZRANK none x WITHSCORE", `nil`},
	{"ZRANK z a WITHSCORES", syntax},
	{"ZRANK s a WITHSCORE", wrongType},
	{"ZRANK z a WITHSCORE x", `-"ERR wrong number of arguments for 'zrank' command"`},
	{"CLIENT SETINFO LIB-NAME go-redis(,go1.26)", `$"OK"`},
	{"CLIENT SETINFO lib-ver 1.2.3", `$"OK"`},
	{`CLIENT SETINFO LIB-NAME ""`, `$"OK"`},
	{`CLIENT SETINFO LIB-NAME "a b"`,
		`-"ERR LIB-NAME cannot contain spaces, newlines or special characters."`},
	{`CLIENT SETINFO lib-ver "a\nb"`,
		`-"ERR lib-ver cannot contain spaces, newlines or special characters."`},
	{"CLIENT SETINFO NOSUCH x", `-"ERR Unrecognized option 'NOSUCH'"`},
	{"CLIENT SETINFO LIB-NAME", `-"ERR wrong number of arguments for 'client|setinfo' command"`},
	{"CLIENT SETINFO", `-"ERR wrong number of arguments for 'client|setinfo' command"`},
	{"WAITAOF", `-"ERR wrong number of arguments for 'waitaof' command"`},
	{"WAITAOF 0 0", `-"ERR wrong number of arguments for 'waitaof' command"`},
	{"WAITAOF 0 0 0 0", `-"ERR wrong number of arguments for 'waitaof' command"`},
	{"WAITAOF 0 0 0", `[:"0" :"0"]`},
	{"WAITAOF 0 1 10", `[:"0" :"0"]`},
	{"WAITAOF 0 0 9223372036854775807", `[:"0" :"0"]`},
	{"WAITAOF 1 0 0", noAOF},
	{"WAITAOF 1 1 0", noAOF},
	{"WAITAOF x -1 -1", notInt},
	{"WAITAOF 9223372036854775808 -1 -1", notInt},
	{"WAITAOF 2 -1 -1", not01},
	{"WAITAOF -1 x x", not01},
	{"WAITAOF 1 -1 x", notPos},
	{"WAITAOF 1 x x", notPos},
	{"WAITAOF 1 0 x", badTime},
	{"WAITAOF 1 0 nan", badTime},
	{"WAITAOF 1 0 1.5", badTime},
	{"WAITAOF 1 0 -1", `-"ERR timeout is negative"`},
}

// TestWaitaofDoesNotWaitInMulti, where it replies what there is at once.
func TestWaitaofDoesNotWaitInMulti(t *testing.T) {
	onlyRinger(t)
	c := mustDial(t, lab.shared.ringer.addr)
	for _, step := range []struct{ line, want string }{
		{"MULTI", `+"OK"`}, {"WAITAOF 0 1 0", `+"QUEUED"`}, {"WAITAOF 1 0 0", `+"QUEUED"`},
		{"EXEC", `[[:"0" :"0"] ` + noAOF + `]`},
	} {
		if got := describe(c.must(t, step.line)); got != step.want {
			t.Errorf("%s = %s, want %s", step.line, got, step.want)
		}
	}
}

// TestWaitaofEnds by CLIENT UNBLOCK, as if its time were over or with an error.
func TestWaitaofEnds(t *testing.T) {
	onlyRinger(t)
	for how, want := range map[string]string{
		"TIMEOUT": "*2\r\n:0\r\n:0\r\n",
		"ERROR":   "-UNBLOCKED client unblocked via CLIENT UNBLOCK\r\n",
	} {
		a, b := newConn(t, lab.shared.ringer, "2"), newConn(t, lab.shared.ringer, "2")
		id := a.must(t, "CLIENT ID").text
		a.send(t, "WAITAOF 0 1 0")
		waitUntil(t, func() bool {
			return b.must(t, "CLIENT UNBLOCK "+id+" "+how).text == "1"
		})
		if got := a.answer(); string(got.raw) != want {
			t.Errorf("WAITAOF ended by %s = %q, want %q", how, got.raw, want)
		}
	}
}

// TestNullOfZrankWithScore: where an array would stand, RESP2 says null array.
func TestNullOfZrankWithScore(t *testing.T) {
	onlyRinger(t)
	for c, want := range map[*conn]string{
		mustDial(t, lab.shared.ringer.addr): "*-1\r\n",
		mustDial3(t, lab.shared.ringer):     "_\r\n",
	} {
		for _, key := range []string{"none", "null:z"} {
			c.must(t, "ZADD null:z 1 a")
			r, err := c.do("ZRANK", key, "x", "WITHSCORE")
			if err != nil || string(r.raw) != want {
				t.Errorf("ZRANK %s x WITHSCORE = %q, %v; want %q", key, r.raw, err, want)
			}
		}
	}
}
