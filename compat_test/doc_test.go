// Package compat_test holds ringer against a real redis-server, from outside, over sockets.
//
// # What it is
//
//	          one script, one command a line
//	                      |
//	      +---------------+----------------+
//	      v                                v
//	redis-server 7.0.15               ringer-server
//	started here, free port           built and started here, free ports
//	      |                                |
//	      +------> same bytes? <-----------+     RESP2, RESP3: byte for byte, errors included
//	               same values?                  native: value for value, against RESP2
//
// There is no expectation written by hand for anything that redis-server 7.0.15 can answer
// itself. Only what it does not have is asserted directly: ZQUERY, CLIENT SETINFO, ZRANK
// WITHSCORE, and the native port.
//
// # Reading the tests
//
//	server_test.go      starting and ending the two servers
//	wire_test.go        reading one reply, its exact bytes kept
//	quote_test.go       a command as a line of text
//	script_test.go      scripts, comparing, the report;  shrink_test.go  making a failing one small
//	compare_test.go     every comparison weaker than byte for byte, each with its reason
//	cases_*_test.go     scripted cases, one table for each family of commands
//	random_*_test.go    seeded random scripts, one generator for each family
//	cases_script_lua_test.go  Lua programs, of testdata/lua;  script_lua_*_test.go  random ones
//	script_busy_test.go scripts that do not end;  workloads_script_test.go  those of known queues
//	regress_test.go     what once diverged, replayed for good from testdata/regress
//	native_*_test.go    the same scripts through the native port, and its own bad input
//	introspect_test.go  COMMAND, COMMAND DOCS and INFO, field by field
//	goredis_*_test.go   what a real client sees;  node_test.go  ioredis, node-redis and BullMQ
//	badinput_*_test.go  hostile bytes: the reply and the close that the real server answers
//	load_test.go        large values, slow readers, slow writers, 10,000 connections, memory
//	tools_linux_test.go       redis-cli, redis-benchmark;  manners_test.go  flags, signals, messages
//
// # The format of a script
//
// A script is text: a table case in a Go string, or a file in testdata/regress.
//
//	# a comment, to the end of the line; empty lines are skipped
//	@proto 3                 only under this protocol; without it, under 2 and under 3
//	SET k "a b\x00" EX 0     one command, split as redis-cli splits its prompt
//	~seconds EXPIRETIME k    a command whose reply is compared by the named comparison; a few
//	                         commands (TTL, KEYS, TIME ...) have one by default, ~exact takes it off
//
// A script starts on a fresh connection, with every database empty.
//
// # Settings, from the environment
//
//	RINGER_COMPAT_COMMANDS   commands in each random script (5000)
//	RINGER_COMPAT_SEED       seed of the random scripts (a new one each run, printed on a failure)
//	RINGER_COMPAT_SUBJECT    a server binary to test in place of ./cmd/ringer-server. With the name
//	                         redis-server, real against real tests the harness itself: no difference
//	                         may be found. What only ringer has is skipped then.
//	RINGER_COMPAT_LONG       1: also values of 512 MiB, and longer runs of the load tests
//	RINGER_REQUIRE_NODE      a test fails that needs node and npm and finds none, or no network
package compat_test
