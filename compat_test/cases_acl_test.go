package compat_test

import (
	"strings"
	"testing"
)

// runACLTable uses servers of its own: users outlive a script, and no command resets them.
func runACLTable(t *testing.T, cases []scripted) {
	t.Helper()
	p := newPair(t, "--acllog-max-len", "20")
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s, err := parseScript(c.name, c.text+"\nACL DELUSER u v w\nACL LOG RESET\n")
			if err != nil {
				t.Fatal(err)
			}
			p.compare(t, s)
		})
	}
}

func TestACLCommands(t *testing.T) { runACLTable(t, aclCases) }

var aclCases = []scripted{
	{"arity and unknown sub-commands", `
		ACL
		ACL NOPE
		ACL CAT a b
		ACL CAT nope
		ACL CAT
		ACL GETUSER
		ACL USERS x
		ACL LIST x
		ACL WHOAMI x
		ACL LOG RESET x
		ACL LOG nope
		ACL LOG 99999999999999999999
		ACL LOG -1
		ACL LOG 0
		ACL LOG
		ACL LOG reset
		ACL GENPASS 0
		ACL GENPASS -1
		ACL GENPASS 4097
		ACL GENPASS x
		ACL GENPASS 1 2
		~shape ACL GENPASS
		~shape ACL GENPASS 1
		ACL DELUSER
		ACL DELUSER default
		ACL DELUSER nope default
		ACL DELUSER nope nope
		ACL SETUSER
		ACL SAVE
		ACL LOAD
		ACL SAVE x
		ACL HELP
		ACL HELP x`},
	{"the default user", `
		ACL LIST
		ACL USERS
		ACL WHOAMI
		ACL GETUSER default
		ACL GETUSER nope`},
	{"rules", `
		ACL SETUSER u
		ACL GETUSER u
		ACL SETUSER u on >p >q <p ~a %R~b %W~c &x &y +get +config|get (+set ~d &e) (%R~f)
		ACL GETUSER u
		ACL LIST
		ACL USERS
		ACL SETUSER u nopass sanitize-payload ~* &*
		ACL GETUSER u
		ACL SETUSER u ~* ~a
		ACL SETUSER u &* &a
		ACL SETUSER u >x +nope
		ACL GETUSER u
		ACL SETUSER u <nope
		ACL SETUSER u #nope
		ACL SETUSER u reset skip-sanitize-payload
		ACL LIST
		ACL SETUSER "a b" on
		ACL SETUSER "a\x00b" on
		ACL SETUSER v "(~a" +get)
		ACL SETUSER v "(~a" +get
		ACL SETUSER v "(~a" "(~b" ~c)
		ACL SETUSER v "(~a \"b c\" )"
		ACL SETUSER v "(~a \"b)"
		ACL SETUSER v ()
		ACL SETUSER v ((~a))
		ACL LIST
		ACL SETUSER v clearselectors "" on
		ACL SETUSER v "foo\r\nbar\x00baz"
		ACL LIST
		ACL SETUSER "" on
		ACL LIST
		ACL DELUSER ""`},
	{"dry runs", `
		ACL SETUSER u +@all -@dangerous +select|0 ~x* %R~r* %W~w* &ch*
		ACL DRYRUN u
		ACL DRYRUN nope GET x
		ACL DRYRUN u NOPE
		ACL DRYRUN u GET
		ACL DRYRUN u CONFIG
		ACL DRYRUN u CONFIG NOPE
		ACL DRYRUN u CONFIG GET
		ACL DRYRUN u CONFIG GET x
		ACL DRYRUN u GET x
		ACL DRYRUN u GET r
		ACL DRYRUN u GET w
		ACL DRYRUN u get "y\x00z"
		ACL DRYRUN u SET w 1
		ACL DRYRUN u SET w 1 GET
		ACL DRYRUN u SET r 1
		ACL DRYRUN u COPY r w
		ACL DRYRUN u COPY w r
		ACL DRYRUN u MGET x1 x2 y
		ACL DRYRUN u MSET x1 1 y 1
		ACL DRYRUN u EXISTS w
		ACL DRYRUN u EXISTS q
		ACL DRYRUN u DEL r
		ACL DRYRUN u TYPE w
		ACL DRYRUN u ZUNIONSTORE w 2 r w
		ACL DRYRUN u ZUNIONSTORE w 1 r
		ACL DRYRUN u ZUNIONSTORE w 0 y
		ACL DRYRUN u OBJECT ENCODING w
		ACL DRYRUN u OBJECT NOPE w
		ACL DRYRUN u LMOVE r w LEFT LEFT
		ACL DRYRUN u BITFIELD r GET u8 0
		ACL DRYRUN u BITFIELD r SET u8 0 1
		ACL DRYRUN u GETDEL r
		ACL DRYRUN u GETEX r
		ACL DRYRUN u EXPIRE r 1
		ACL DRYRUN u RENAME r w
		ACL DRYRUN u STRLEN w
		ACL DRYRUN u AUTH x
		ACL DRYRUN u HELLO
		ACL DRYRUN u KEYS *
		ACL DRYRUN u SELECT 0
		ACL DRYRUN u SELECT 1
		ACL SETUSER u -select
		ACL DRYRUN u SELECT 0
		ACL SETUSER u -select +select|0 +select|A
		ACL DRYRUN u SELECT 0
		ACL DRYRUN u SELECT a
		ACL DRYRUN u SELECT 1
		ACL SETUSER u -@all (+get ~a) (+get ~b) (+set ~a)
		ACL DRYRUN u GET a
		ACL DRYRUN u GET b
		ACL DRYRUN u GET c
		ACL DRYRUN u SET a 1
		ACL DRYRUN u SET b 1
		ACL DRYRUN u MGET a b
		ACL DRYRUN u DEL a
		ACL SETUSER u (+mget ~a) (+mget ~a ~b)
		ACL DRYRUN u MGET a b c
		ACL DRYRUN u MGET a c b`},
	{"logging in", `
		AUTH x
		AUTH
		AUTH a b c
		AUTH nope x
		ACL SETUSER u on >p +@all ~x*
		AUTH u q
		AUTH u p
		ACL WHOAMI
		ACL WHOAMI
		GET y
		GET x
		MGET x y
		SET y 1
		ACL LOG
		ACL SETUSER u off
		GET x
		AUTH u p
		ACL WHOAMI
		ACL SETUSER u -get
		GET x
		ACL LOG 1
		RESET
		ACL WHOAMI
		ACL LOG
		HELLO 3 AUTH u p
		ACL SETUSER u on +@all
		HELLO 3 AUTH u p
		ACL WHOAMI
		HELLO 9 AUTH default x
		ACL WHOAMI
		HELLO 2 AUTH default x SETNAME "a b"
		ACL WHOAMI
		HELLO 2 AUTH nope x
		AUTH "" ""
		ACL LOG`},
	{"what a user may not do", `
		ACL SETUSER u on nopass +@all -@admin -debug ~a &c
		AUTH u x
		NOPE
		GET
		GET a b
		GET b
		CONFIG GET x
		CONFIG
		CONFIG NOPE
		CONFIG GET
		DEBUG SLEEP 0
		ACL WHOAMI
		ACL LIST
		SELECT 1
		SELECT 0
		DEL b
		AUTH default x
		ACL LOG`},
	{"requirepass", `
		CONFIG SET requirepass foo
		ACL LIST
		ACL GETUSER default
		AUTH bar
		AUTH foo
		AUTH default foo
		CONFIG GET requirepass
		ACL SETUSER default >bar
		CONFIG GET requirepass
		AUTH bar
		AUTH foo
		CONFIG SET requirepass foo
		AUTH bar
		CONFIG SET requirepass baz
		AUTH bar
		AUTH baz
		ACL LIST
		RESET
		PING
		GET x
		HELLO
		HELLO 3
		NOPE
		GET
		RESET
		AUTH baz
		CONFIG SET requirepass ""
		ACL LIST
		AUTH baz
		PING`},
	{"the log counts and forgets", `
		AUTH a x
		AUTH b x
		AUTH a x
		ACL LOG
		AUTH c x
		ACL LOG 2
		CONFIG SET acllog-max-len 2
		ACL LOG
		AUTH d x
		ACL LOG
		CONFIG SET acllog-max-len 0
		AUTH d x
		ACL LOG
		AUTH e x
		ACL LOG
		CONFIG SET acllog-max-len 20`},
	{"the keys of SORT", `
		RPUSH x 1 2
		ACL SETUSER u reset on nopass +@all ~x*
		AUTH u x
		SORT x BY y
		SORT x BY y_*
		SORT x GET y
		SORT x GET #
		SORT x BY nosort GET #
		SORT x GET y_* FOO
		SORT x FOO GET y_*
		SORT_RO x BY y_*
		SORT x LIMIT a b BY y_*
		SORT x STORE q BY y_*
		RESET
		ACL SETUSER u reset on nopass +@all %R~*
		AUTH u x
		SORT x BY y
		SORT x BY y_*
		SORT x GET y
		SORT x GET #
		SORT x BY nosort GET #
		SORT x GET y_* FOO
		SORT x FOO GET y_*
		SORT_RO x BY y_*
		SORT x LIMIT a b BY y_*
		SORT x STORE q BY y_*
		RESET
		ACL SETUSER u reset on nopass +@all %W~*
		AUTH u x
		SORT x BY y
		SORT x BY y_*
		SORT x GET y
		SORT x GET #
		SORT x BY nosort GET #
		SORT x GET y_* FOO
		SORT x FOO GET y_*
		SORT_RO x BY y_*
		SORT x LIMIT a b BY y_*
		SORT x STORE q BY y_*
		RESET
		ACL SETUSER u reset on nopass +@all ~x* (+sort ~*)
		AUTH u x
		SORT x BY y
		SORT x BY y_*
		SORT x GET y
		SORT x GET #
		SORT x BY nosort GET #
		SORT x GET y_* FOO
		SORT x FOO GET y_*
		SORT_RO x BY y_*
		SORT x LIMIT a b BY y_*
		SORT x STORE q BY y_*
		RESET
		ACL SETUSER u reset on nopass +@all ~x* (+get ~*)
		AUTH u x
		SORT x BY y
		SORT x BY y_*
		SORT x GET y
		SORT x GET #
		SORT x BY nosort GET #
		SORT x GET y_* FOO
		SORT x FOO GET y_*
		SORT_RO x BY y_*
		SORT x LIMIT a b BY y_*
		SORT x STORE q BY y_*
		RESET
		ACL SETUSER u reset on nopass +@all allkeys
		AUTH u x
		SORT x BY y
		SORT x BY y_*
		SORT x GET y
		SORT x GET #
		SORT x BY nosort GET #
		SORT x GET y_* FOO
		SORT x FOO GET y_*
		SORT_RO x BY y_*
		SORT x LIMIT a b BY y_*
		SORT x STORE q BY y_*
		RESET
		ACL SETUSER u reset on nopass +@all ~**
		AUTH u x
		SORT x BY y
		SORT x BY y_*
		SORT x GET y
		SORT x GET #
		SORT x BY nosort GET #
		SORT x GET y_* FOO
		SORT x FOO GET y_*
		SORT_RO x BY y_*
		SORT x LIMIT a b BY y_*
		SORT x STORE q BY y_*
		RESET`},
	{"streams, geo and scripts of keys", `
		ACL SETUSER u +@all ~x* %R~r* %W~w*
		ACL DRYRUN u XREAD STREAMS r 0
		ACL DRYRUN u XREAD STREAMS w 0
		ACL DRYRUN u XREAD COUNT 1 BLOCK 0 STREAMS r w 0 0
		ACL DRYRUN u XREADGROUP GROUP g c STREAMS r >
		ACL DRYRUN u XREADGROUP GROUP g c STREAMS x >
		ACL DRYRUN u XADD w * a b
		ACL DRYRUN u XADD r * a b
		ACL DRYRUN u XGROUP CREATE r g 0
		ACL DRYRUN u XGROUP CREATE w g 0
		ACL DRYRUN u XGROUP HELP
		ACL DRYRUN u XINFO STREAM w
		ACL DRYRUN u XINFO STREAM r
		ACL DRYRUN u XAUTOCLAIM w g c 0 0
		ACL DRYRUN u GEORADIUS x 1 1 1 m STORE r
		ACL DRYRUN u GEORADIUS r 1 1 1 m STORE w
		ACL DRYRUN u GEORADIUS r 1 1 1 m
		ACL DRYRUN u GEOSEARCHSTORE w r FROMLONLAT 1 1 BYBOX 1 1 m
		ACL DRYRUN u GEOSEARCHSTORE r w FROMLONLAT 1 1 BYBOX 1 1 m
		ACL DRYRUN u PFCOUNT w
		ACL DRYRUN u PFCOUNT r
		ACL DRYRUN u PFMERGE w r
		ACL DRYRUN u MEMORY USAGE w
		ACL DRYRUN u MEMORY USAGE q
		ACL DRYRUN u DUMP w
		ACL DRYRUN u RESTORE w 0 x
		ACL DRYRUN u WATCH w
		ACL DRYRUN u WATCH q
		ACL DRYRUN u OBJECT FREQ q
		ACL DRYRUN u DEBUG OBJECT q
		ACL DRYRUN u SORT x BY y_* GET z STORE r
		ACL DRYRUN u SORT_RO w
		ACL DRYRUN u BLPOP r w 0
		ACL DRYRUN u BLMPOP 0 2 w r LEFT
		ACL DRYRUN u LMPOP 9 w r LEFT`},
	{"channels", `
		ACL SETUSER u on nopass +@all ~* &a* &b
		ACL DRYRUN u SUBSCRIBE a1 b
		ACL DRYRUN u SUBSCRIBE a1 c
		ACL DRYRUN u SSUBSCRIBE c
		ACL DRYRUN u PSUBSCRIBE a*
		ACL DRYRUN u PSUBSCRIBE a* a1*
		ACL DRYRUN u PSUBSCRIBE "a*\x00x"
		ACL DRYRUN u PUBLISH a1 c
		ACL DRYRUN u PUBLISH c a1
		ACL DRYRUN u SPUBLISH c a1
		ACL DRYRUN u UNSUBSCRIBE c
		ACL DRYRUN u PUNSUBSCRIBE c
		ACL DRYRUN u SUNSUBSCRIBE c
		ACL DRYRUN u PUBSUB CHANNELS
		AUTH u x
		PUBLISH c x
		PUBLISH a1 x
		PSUBSCRIBE a
		SUBSCRIBE c
		ACL LOG
		ACL SETUSER u resetchannels
		PUBLISH a1 x
		ACL LOG 1`},
	{"channels that are open by default", `
		CONFIG SET acl-pubsub-default allchannels
		ACL SETUSER u (~a)
		ACL LIST
		ACL SETUSER u resetchannels
		ACL SETUSER u reset
		ACL LIST
		CONFIG SET acl-pubsub-default resetchannels
		ACL SETUSER v (~a)
		ACL LIST`},
}

// equalLog compares ACL LOG but for what clocks and sockets say.
func equalLog(want, got value, same matcher) bool {
	for _, v := range []*value{&want, &got} {
		for i, entry := range v.elems {
			for _, field := range []string{"age-seconds", "client-info"} {
				entry = maskField(entry, field)
			}
			v.elems[i] = entry
		}
	}
	return same(want, got)
}

// maskField masks the value after a field, which must have one.
func maskField(v value, field string) value {
	for i := 0; i+1 < len(v.elems); i += 2 {
		if v.elems[i].text == field && strings.TrimSpace(v.elems[i+1].text) != "" {
			masked := maskAfter(v, field)
			masked.elems[i+1] = value{text: "(masked)"}
			return masked
		}
	}
	return v
}

// aclComparison is the default comparison of a sub-command.
func aclComparison(args []string) string {
	if len(args) == 0 {
		return ""
	}
	switch strings.ToUpper(args[0]) {
	case "LIST", "GETUSER":
		return "users"
	case "LOG":
		return "log"
	}
	return ""
}
