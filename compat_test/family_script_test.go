package compat_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
)

// TestScriptsAmongClients compares what scripts do to other clients, in the format of the blocking
// clients.
func TestScriptsAmongClients(t *testing.T) { runClientCases(t, scriptClientCases) }

var scriptClientCases = []scripted{
	{"a script wakes who waits", `
		a BLPOP k 0 &
		b BLPOP k 0 &
		c EVAL "return redis.call('rpush','k','1','2','3')" 0
		a ?
		b ?
		c LRANGE k 0 -1`},
	{"only when it has ended", `
		a BLPOP k 0 &
		c EVAL "redis.call('rpush','k','1') redis.call('rpush','k','2') return redis.call('llen','k')" 0
		a ?
		c LRANGE k 0 -1
		c DEL k
		a BLPOP k 0 &
		c EVAL "redis.call('rpush','k','x') redis.call('del','k') return redis.call('exists','k')" 0
		c RPUSH k y
		a ?
		a BLPOP j 0 &
		c EVAL "redis.call('rpush','j','x') redis.call('del','j') return redis.call('exists','j')" 0
		c RPUSH j y
		a ?`},
	{"and when it has failed", `
		a BZPOPMIN z 0 &
		c EVAL "redis.call('zadd','z','1','m') error('after')" 0
		a ?
		a XREAD BLOCK 0 STREAMS s $ &
		c EVAL "return redis.call('xadd','s','1-1','f','v')" 0
		a ?`},
	{"a script of the waiting client's own pipeline", `
		a BLPOP k 0 &
		a > EVAL "return redis.call('rpush','l','1')" 0
		c RPUSH k v
		a ?
		a ?`},
	{"WATCH", `
		a WATCH k
		b EVAL "return redis.call('set','k','1')" 0
		a MULTI
		a PING
		a EXEC
		a WATCH k
		b EVAL "return redis.call('get','k')" 0
		a MULTI
		a PING
		a EXEC
		a WATCH k
		b EVAL "redis.call('set','k','2') error('failed')" 0
		a MULTI
		a PING
		a EXEC`},
	{"publishing", `
		a SUBSCRIBE ch
		b EVAL "return redis.call('publish','ch','one')" 0
		b EVAL "redis.call('publish','ch','two') redis.call('publish','ch','three') return 'done'" 0
		a ?
		a ?
		a ?
		c SSUBSCRIBE sch
		b EVAL "return redis.call('spublish','sch','x')" 0
		c ?`},
	{"tracking: a script's reads and writes", `
		a HELLO 3
		a CLIENT TRACKING ON
		b MSET k 1 j 1
		a EVAL "return redis.call('get','k')" 1 k
		b SET k 2
		a ?
		a EVAL "return redis.call('get','j')" 1 other
		b SET j 2
		a PING
		b SET other 1
		a ?
		a GET k
		b EVAL "redis.call('set','k','3') redis.call('set','k','4') return 1" 0
		a ?
		a PING
		a GET k
		a EVAL "return redis.call('set','k','5')" 1 k
		a ?
		a PING
		a EVAL_RO "return redis.call('get','k')" 1 k
		b SET k 6
		a ?
		a EVALSHA_RO d3c21d0c2b9ca22f82737626a27bcaf5d288f99f 1 k
		a EVAL_RO "return redis.call('get',KEYS[1])" 1 k
		a PING`},
	{"tracking: opting in and out, and broadcast", `
		a HELLO 3
		a CLIENT TRACKING ON OPTIN
		a EVAL "return redis.call('get','k')" 1 k
		b SET k 1
		a PING
		a CLIENT CACHING YES
		a EVAL "return redis.call('get','k')" 1 k
		b SET k 2
		a ?
		c HELLO 3
		c CLIENT TRACKING ON BCAST PREFIX p:
		b EVAL "redis.call('set','p:1','x') redis.call('set','q:1','x') redis.call('set','p:2','x')" 0
		c ?
		c PING`},
	{"databases of a script end with it", `
		a SELECT 2
		a EVAL "redis.call('select',4) return redis.call('set','k','v')" 0
		a GET k
		b SELECT 4
		b GET k
		a SET k two
		a BLPOP l 0 &
		b EVAL "redis.call('select',2) return redis.call('rpush','l','x')" 0
		a ?`},
	{"a client that has gone", `
		a BLPOP k 0 &
		a !
		b EVAL "return redis.call('rpush','k','1')" 0
		b LLEN k`},
}

// TestEventsOfScripting holds the keyspace events and invalidations of scripts against each other.
func TestEventsOfScripting(t *testing.T) {
	for _, c := range scriptEventCases {
		t.Run(c.name, func(t *testing.T) {
			s, err := parseScript(c.name, unfold(c.text))
			if err != nil {
				t.Fatal(err)
			}
			compareEvents(t, s)
		})
	}
}

var scriptEventCases = []scripted{
	{"one event for each command", `
		EVAL "redis.call('set','a','1') redis.call('incr','a') redis.call('del','a')" 0
		EVAL "redis.call('rpush','l','1','2') redis.call('lpop','l') redis.call('lpop','l')" 0
		EVAL "redis.call('set','a','1','ex','100') redis.call('persist','a')" 0
		EVAL "redis.call('get','missing')" 0
		EVAL "redis.pcall('incr','l') redis.call('set','b','x') redis.pcall('incr','b')" 0
		EVAL "redis.call('set','c','1') error('no')" 0
		EVAL "redis.call('select',3) redis.call('set','d','1')" 0
		EVAL "return redis.call('spop','none')" 0
		EVAL "redis.call('sadd','s','1') redis.call('spop','s')" 0
		EVAL "redis.call('set','e','1','px','1') for i=1,3000000 do end return redis.call('get','e')" 0
		EVAL "redis.call('rename','c','f') redis.call('copy','f','g')" 0
		FUNCTION LOAD REPLACE "#!lua name=ev\nredis.register_function('ev',function(k) redis.call('set',
		+ k[1],'1') return redis.call('expire',k[1],5) end)"
		FCALL ev 1 fk
		MULTI
		EVAL "redis.call('set','h','1')" 0
		FCALL ev 1 fk2
		EXEC
		EVAL "redis.call('flushall')" 0`},
}

// monitoredScripts are commands whose lines in MONITOR are compared.
const monitoredScripts = `EVAL "return 1" 0
	eval "redis.call('set','k','v') return redis.call('get','k')" 1 k
	EVAL "redis.pcall('nosuch') redis.pcall('get') redis.call('SeT','a',5)" 0
	EVAL "redis.call('select',3) redis.call('get','x') return redis.call('lpush','l','a b','\x00')" 0
	EVAL "redis.call('config','get','save') redis.pcall('auth','x') redis.pcall('eval','x',0)" 0
	EVAL "return redis.call('echo',1.5)" 0
	EVALSHA e0e1f9fabfc9d4800c877a703b823ac0578ff8db 0
	EVALSHA nosuch 0
	EVAL_RO "return redis.call('get','k')" 0
	EVAL "syntax error" 0
	EVAL "error('x')" 0
	EVAL "return 1"
	SCRIPT LOAD "return 2"
	SCRIPT EXISTS x
	FUNCTION LOAD REPLACE "#!lua name=mon\nredis.register_function('mf',function(k,a) return redis.ca
	+ ll('set',k[1],a[1]) end)"
	FCALL mf 1 k v
	FCALL nosuch 0
	FUNCTION LIST
	FUNCTION DELETE mon
	MULTI
	EVAL "return redis.call('get','k')" 0
	EXEC
	SCRIPT FLUSH
	EVAL "return redis.acl_check_cmd('get','k')" 0
	EVAL "return redis.call('client','id')" 0
	SELECT 2
	EVAL "return redis.call('get','k')" 0
	echo END`

// TestMonitorOfScripts compares the lines that a monitor sees of scripts and of their commands.
func TestMonitorOfScripts(t *testing.T) {
	everyProto(t, func(t *testing.T, s *server, proto string) string {
		monitor, other := newConn(t, s, proto), newConn(t, s, "2")
		monitor.must(t, "MONITOR")
		seen := watchLines(t, monitor, other, unfold(monitoredScripts)).String()
		return scriptLine.ReplaceAllString(seen, "T")
	})
}

// scriptLine is the time of a command that a script runs.
var scriptLine = regexp.MustCompile(`\d+\.\d{6}`)

// countedScripts is what INFO counts.
const countedScripts = `EVAL "return redis.call('get','k')" 0
	EVAL "redis.call('set','k','v') redis.call('set','k','w') return redis.call('get','k')" 0
	EVAL "return redis.call('incr','k')" 0
	EVAL "return redis.pcall('incr','k')" 0
	EVAL "return pcall(redis.call,'incr','k')" 0
	EVAL "local ok,e=pcall(redis.call,'incr','k') return e" 0
	EVAL "local ok,e=pcall(redis.call,'incr','k') error(e)" 0
	EVAL "return redis.pcall('lpush','k','x')" 0
	EVAL "return redis.call('lpush','k','x')" 0
	EVAL "return redis.error_reply('MYERR x')" 0
	EVAL "return {err='OTHER x'}" 0
	EVAL "return {1,{err='NESTED x'}}" 0
	EVAL "error('plain')" 0
	EVAL "error({err='TABLE x'})" 0
	EVAL "syntax error" 0
	EVAL "return redis.call('nosuch')" 0
	EVAL "return redis.pcall('nosuch')" 0
	EVAL "return redis.call('get')" 0
	EVAL "return redis.call('auth','x')" 0
	EVAL "return 1" x
	EVAL "return 1" -1
	EVAL "return 1"
	EVALSHA nosuch 0
	EVALSHA_RO nosuch 0
	EVAL_RO "return redis.call('set','k','v')" 0
	SCRIPT NOPE
	SCRIPT KILL
	SCRIPT EXISTS x
	FUNCTION KILL
	FUNCTION LOAD REPLACE "#!lua name=cnt\nredis.register_function('cf',function(k,a) return redis.ca
	+ ll('incr','k') end)"
	FUNCTION LOAD "#!lua name=cnt\nredis.register_function('cf',function(k,a) return redis.call('incr
	+ ','k') end)"
	FUNCTION LOAD "broken"
	FCALL cf 0
	FCALL nosuch 0
	FCALL_RO cf 0
	FUNCTION DELETE cnt
	MULTI
	EVAL "return redis.call('incr','k')" 0
	EXEC`

// TestStatisticsOfScripts compares what INFO counts of scripts and of the commands within, and what
// SLOWLOG keeps.
func TestStatisticsOfScripts(t *testing.T) {
	everyProto(t, func(t *testing.T, s *server, proto string) string {
		c := newConn(t, s, proto)
		for _, line := range []string{
			"SCRIPT FLUSH", "CONFIG RESETSTAT", "CONFIG SET slowlog-log-slower-than 0", "SLOWLOG RESET",
		} {
			c.must(t, line)
		}
		var said strings.Builder
		for line := range strings.Lines(unfold(countedScripts)) {
			line = strings.TrimSpace(line)
			fmt.Fprintf(&said, "%s => %s\n", line, describe(c.must(t, line)))
		}
		c.must(t, "CONFIG SET slowlog-log-slower-than 10000")
		said.WriteString(describe(maskSlowlog(c.must(t, "SLOWLOG GET 100"))) + "\n")
		said.WriteString(statistics(c.must(t, "INFO commandstats").text))
		said.WriteString(statistics(c.must(t, "INFO errorstats").text))
		for line := range strings.Lines(c.must(t, "INFO everything").text) {
			if scriptFields.MatchString(line) {
				said.WriteString(line)
			}
		}
		return said.String()
	})
}

var (
	durations    = regexp.MustCompile(`usec=\d+|usec_per_call=[\d.]+`)
	scriptFields = regexp.MustCompile(`^(number_of_cached_scripts|number_of_functions|` +
		`number_of_libraries|total_error_replies|unexpected_error_replies):`)
)

// statistics is lines of counts, sorted, without times.
func statistics(info string) string {
	return sortLines(durations.ReplaceAllString(info, ""))
}

// TestUsersOfScripts: what a user may not do, a user's scripts may not do either.
func TestUsersOfScripts(t *testing.T) { runACLTable(t, unfolded(scriptUserCases)) }

var scriptUserCases = []scripted{
	{"commands, keys and channels", `
		FUNCTION LOAD REPLACE "#!lua name=acl\nredis.register_function('af',function(k,a) return redis.c
		+ all(unpack(a)) end)"
		SET x 1
		ACL SETUSER u on nopass ~a* %R~r* &ch* +eval +evalsha +eval_ro +fcall +get +set +ping +publish +
		+ config|get +script +object +mget
		AUTH u x
		EVAL "return redis.call('get',KEYS[1])" 1 a1
		EVAL "return redis.call('get','x')" 0
		EVAL "return redis.pcall('get','x')" 0
		EVAL "return redis.call('set','r1','v')" 0
		EVAL "return redis.call('get','r1')" 0
		EVAL "return redis.call('del','a1')" 0
		EVAL "return redis.pcall('del','a1')" 0
		EVAL "return redis.call('publish','ch1','m')" 0
		EVAL "return redis.call('publish','other','m')" 0
		EVAL "return redis.call('config','get','port')[1]" 0
		EVAL "return redis.call('config','set','port','1')" 0
		EVAL "return redis.call('mget','a1','x')" 0
		EVAL "return redis.call('nosuch')" 0
		EVAL "return redis.call('get')" 0
		EVAL "return redis.call('get',KEYS[1])" 1 x
		EVAL "return 1" 1 x
		EVAL "return 1" 1 r1
		EVAL_RO "return 1" 1 r1
		FCALL af 0 get x
		FCALL af 0 get a1
		FCALL af 0 del a1
		FCALL af 1 x get a1
		FUNCTION LIST
		EVAL "return redis.acl_check_cmd('get','a1')" 0
		EVAL "return redis.acl_check_cmd('get','x')" 0
		EVAL "return redis.acl_check_cmd('set','r1','v')" 0
		EVAL "return redis.acl_check_cmd('del','a1')" 0
		EVAL "return redis.acl_check_cmd('publish','other','m')" 0
		EVAL "return redis.acl_check_cmd('config','get')" 0
		EVAL "return redis.acl_check_cmd('config','get','x')" 0
		EVAL "return redis.acl_check_cmd('config','set','x','y')" 0
		EVAL "return redis.acl_check_cmd('nosuch')" 0
		EVAL "return redis.acl_check_cmd('get')" 0
		EVAL "return redis.acl_check_cmd('object','freq','x')" 0
		EVAL_RO "return redis.call('set','a1','v')" 0
		MULTI
		EVAL "return redis.call('get','x')" 0
		EVAL "return redis.call('del','a1')" 1 a1
		EXEC
		AUTH default x
		ACL LOG
		FUNCTION DELETE acl`},
	{"a user who may not run scripts", `
		ACL SETUSER v on nopass ~* +@all -@scripting
		AUTH v x
		EVAL "return 1" 0
		EVALSHA x 0
		FCALL f 0
		SCRIPT LOAD x
		FUNCTION LIST
		AUTH default x
		ACL LOG
		~sorted ACL CAT scripting
		ACL SETUSER w on nopass ~* +@scripting
		AUTH w x
		EVAL "return redis.call('get','k')" 0
		EVAL "return 1" 0
		EVAL "return redis.call('ping')" 0
		AUTH default x`},
}
