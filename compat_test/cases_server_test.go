package compat_test

import "testing"

func TestServerCommands(t *testing.T) { runTable(t, serverCases) }

var serverCases = []scripted{
	{"COMMAND GETKEYS", `
		COMMAND GETKEYS GET k
		COMMAND GETKEYS SET k v
		COMMAND GETKEYS SET k v GET
		COMMAND GETKEYS DEL a b c
		COMMAND GETKEYS UNLINK a
		COMMAND GETKEYS EXISTS a b
		COMMAND GETKEYS ZADD z 1 a
		COMMAND GETKEYS ZRANGE z 0 1
		COMMAND GETKEYS EXPIRE k 1
		COMMAND GETKEYS get k
		command getkeys GET k
		COMMAND GETKEYS PING
		COMMAND GETKEYS KEYS *
		COMMAND GETKEYS SCAN 0
		COMMAND GETKEYS NOSUCH a
		COMMAND GETKEYS GET
		COMMAND GETKEYS GET a b
		COMMAND GETKEYS SET k
		COMMAND GETKEYS
		COMMAND GETKEYS CLIENT ID
		COMMAND GETKEYS CONFIG GET x
		COMMAND GETKEYS CLIENT
		COMMAND GETKEYS ""`},
	{"COMMAND GETKEYSANDFLAGS", `
		COMMAND GETKEYSANDFLAGS GET k
		COMMAND GETKEYSANDFLAGS SET k v
		COMMAND GETKEYSANDFLAGS SET k v GET
		COMMAND GETKEYSANDFLAGS SET k v XX
		COMMAND GETKEYSANDFLAGS DEL a b
		COMMAND GETKEYSANDFLAGS UNLINK a b
		COMMAND GETKEYSANDFLAGS ZADD z 1 a
		COMMAND GETKEYSANDFLAGS ZREM z a
		COMMAND GETKEYSANDFLAGS EXPIRE k 1
		COMMAND GETKEYSANDFLAGS PERSIST k
		COMMAND GETKEYSANDFLAGS TYPE k
		COMMAND GETKEYSANDFLAGS PING
		COMMAND GETKEYSANDFLAGS NOSUCH
		COMMAND GETKEYSANDFLAGS GET`},
	{"COMMAND INFO and DOCS of what is not there", `
		COMMAND INFO nosuch
		COMMAND INFO nosuch nosuch
		COMMAND INFO ""
		COMMAND DOCS nosuch
		COMMAND DOCS nosuch nosuch
		COMMAND DOCS ""
		COMMAND INFO client|nosuch
		COMMAND DOCS client|nosuch
		COMMAND INFO get|x
		COMMAND DOCS get|x`},
	{"COMMAND LIST", `
		~subset COMMAND LIST
		~subset COMMAND LIST FILTERBY ACLCAT sortedset
		~subset COMMAND LIST FILTERBY ACLCAT keyspace
		~subset COMMAND LIST FILTERBY ACLCAT SORTEDSET
		~subset COMMAND LIST FILTERBY ACLCAT dangerous
		COMMAND LIST FILTERBY ACLCAT nosuch
		~subset COMMAND LIST FILTERBY PATTERN zr*
		~subset COMMAND LIST FILTERBY PATTERN ZR*
		COMMAND LIST FILTERBY PATTERN get
		COMMAND LIST FILTERBY PATTERN nosuch
		~sorted COMMAND LIST FILTERBY PATTERN p?xpire
		COMMAND LIST FILTERBY MODULE nosuch
		command list filterby module nosuch
		COMMAND LIST FILTERBY
		COMMAND LIST FILTERBY PATTERN
		COMMAND LIST FILTERBY FOO x
		COMMAND LIST FOO
		COMMAND LIST FILTERBY PATTERN a b
		COMMAND LIST FILTERBY PATTERN a FILTERBY PATTERN b`},
	{"COMMAND, wrong", `
		COMMAND NOSUCH
		COMMAND COUNT x
		COMMAND GETKEYS
		COMMAND nosuch a b
		COMMAND ""
		~shape COMMAND COUNT`},
	{"CONFIG GET", `
		CONFIG GET maxclients
		CONFIG GET MAXCLIENTS
		CONFIG GET save
		CONFIG GET appendonly
		CONFIG GET databases
		CONFIG GET nosuch
		CONFIG GET proto-max-bulk-len
		CONFIG GET client-query-buffer-limit
		CONFIG GET client-output-buffer-limit
		CONFIG GET timeout
		CONFIG GET tcp-keepalive
		CONFIG GET maxmemory
		CONFIG GET maxmemory-policy
		CONFIG GET protected-mode
		CONFIG GET requirepass
		CONFIG GET enable-debug-command
		CONFIG GET bind
		CONFIG GET loglevel
		CONFIG GET key-load-delay
		CONFIG GET rdb-key-save-delay
		CONFIG GET loading-process-events-interval-bytes
		CONFIG GET use-exit-on-panic
		CONFIG GET watchdog-period
		CONFIG GET key-load*
		CONFIG GET *watchdog*
		CONFIG SET key-load-delay x
		CONFIG SET key-load-delay -2147483649
		CONFIG SET watchdog-period -1
		CONFIG SET watchdog-period 0
		CONFIG SET use-exit-on-panic maybe
		CONFIG SET loading-process-events-interval-bytes 1023
		CONFIG SET loading-process-events-interval-bytes 1mb
		CONFIG SET rdb-key-save-delay 5
		CONFIG GET rdb-key-save-delay
		~sorted CONFIG GET maxclients timeout
		~sorted CONFIG GET maxclients max?lients maxclients
		CONFIG GET
		CONFIG GET ""
		CONFIG
		CONFIG NOSUCH
		CONFIG GET nosuch nosuch2`},
	{"CONFIG SET changes and keeps", `
		CONFIG SET timeout 100
		CONFIG GET timeout
		CONFIG SET TIMEOUT 0
		CONFIG GET timeout
		CONFIG SET proto-max-bulk-len 2mb
		CONFIG GET proto-max-bulk-len
		CONFIG SET proto-max-bulk-len 512mb
		CONFIG GET proto-max-bulk-len
		CONFIG SET timeout 7 tcp-keepalive 77
		~sorted CONFIG GET timeout tcp-keepalive
		CONFIG SET timeout 0 tcp-keepalive 300
		CONFIG SET maxmemory 1gb
		CONFIG GET maxmemory
		CONFIG SET maxmemory 0
		CONFIG SET protected-mode no
		CONFIG GET protected-mode
		CONFIG SET protected-mode YES
		CONFIG GET protected-mode
		CONFIG SET loglevel VERBOSE
		CONFIG GET loglevel
		CONFIG SET loglevel notice`},
	{"CONFIG SET is all or nothing", `
		CONFIG SET timeout 5 nosuch 1
		CONFIG GET timeout
		CONFIG SET nosuch 1 timeout 5
		CONFIG SET timeout 5 tcp-keepalive x
		CONFIG GET timeout
		CONFIG SET tcp-keepalive x timeout 5
		CONFIG GET timeout
		CONFIG SET timeout 5 timeout 6
		CONFIG SET timeout 5 TIMEOUT 6
		CONFIG GET timeout
		CONFIG SET timeout
		CONFIG SET
		CONFIG SET timeout 5 tcp-keepalive
		CONFIG SET nosuch
		CONFIG SET nosuch 1
		CONFIG SET "" 1
		CONFIG SET "a\r\nb" 1
		CONFIG SET databases 4
		CONFIG SET timeout 5 databases 4
		CONFIG GET timeout`},
	{"CONFIG SET says what is wrong with the value", `
		CONFIG SET timeout x
		CONFIG SET timeout -1
		CONFIG SET timeout ""
		CONFIG SET timeout 2147483648
		CONFIG SET timeout 1.5
		CONFIG SET maxclients 0
		CONFIG SET maxmemory x
		CONFIG SET maxmemory 1zb
		CONFIG SET maxmemory -1
		CONFIG SET proto-max-bulk-len 1
		CONFIG SET proto-max-bulk-len 1048575
		CONFIG SET client-query-buffer-limit 1
		CONFIG SET protected-mode maybe
		CONFIG SET loglevel loud
		CONFIG SET maxmemory-policy nosuch
		CONFIG SET client-output-buffer-limit "normal 0 0"
		CONFIG SET client-output-buffer-limit "foo 0 0 0"
		CONFIG SET client-output-buffer-limit "normal x 0 0"
		CONFIG SET save abc
		CONFIG SET port x`},
	{"CONFIG SET client-output-buffer-limit, one class or several", `
		CONFIG SET client-output-buffer-limit "normal 1mb 512kb 60"
		CONFIG GET client-output-buffer-limit
		CONFIG SET client-output-buffer-limit "normal 0 0 0 pubsub 33554432 8388608 60"
		CONFIG GET client-output-buffer-limit`},
	{"INFO by section", `
		~shape INFO
		~shape INFO server
		~shape INFO everything
		~shape INFO server clients
		~shape INFO nosuch
		~exact INFO nosuch
		~exact INFO keyspace
		SET a 1
		SET b 1
		~exact INFO keyspace
		~exact INFO KEYSPACE
		SELECT 5
		SET c 1
		~exact INFO keyspace
		~exact INFO cluster
		~exact INFO modules`},
}
