package compat_test

import "testing"

func TestConnectionCommands(t *testing.T) { runTable(t, connectionCases) }

// Error replies quote a name up to 128 bytes, and arguments up to 128 in all.
const (
	word20    = "aaaaaaaaaabbbbbbbbbb"
	word140   = word20 + word20 + word20 + word20 + word20 + word20 + word20
	manyWords = "1 22 333 4444 55555 666666 7777777 1 22 333 4444 55555 666666 7777777 " +
		"1 22 333 4444 55555 666666 7777777 1 22 333 4444 55555 666666 7777777 "
)

var connectionCases = []scripted{
	{"PING and ECHO", `
		PING
		PING hello
		PING ""
		PING a b
		ping "\x00\r\n"
		ECHO
		ECHO hello
		ECHO ""
		ECHO a b
		echo "\r\n"`},
	{"an unknown command is named with its arguments", `
		NOSUCH
		NOSUCH a
		nosuch a b c
		"" a
		"NO\r\nSUCH" "a\r\nb"
		NOSUCH "" ""
		NOSUCH 'it\'s'
		` + word140 + ` x
		NOSUCH ` + word140 + ` x
		NOSUCH ` + word20 + word20 + word20 + word20 + word20 + ` 1 2 3 4 5 6 7 8 9
		NOSUCH 1 2 3 4 5 6 7 8 9 10 11 12 13 ` + word140 + ` 14 15 16 17 18 19 20 21
		NOSUCH ` + manyWords + `x`},
	{"QUIT answers and closes; what follows is not served", `
		SET k v
		QUIT
		SET k w`},
	{"QUIT takes arguments", `
		QUIT now
		PING`},
	{"HELLO tells about the server", `
		HELLO
		HELLO 2
		HELLO 3
		HELLO
		PING
		GET none
		HELLO 2
		GET none
		hello 3`},
	{"HELLO refuses a protocol that it does not speak", `
		HELLO 1
		HELLO 4
		HELLO 0
		HELLO -1
		HELLO x
		HELLO ""
		HELLO 3.0
		HELLO 9223372036854775808
		HELLO 4 AUTH
		GET none`},
	{"HELLO with options", `
		HELLO 3 SETNAME me
		CLIENT GETNAME
		HELLO 2 setname you
		CLIENT GETNAME
		HELLO 3 SETNAME "a b"
		CLIENT GETNAME
		HELLO 2 SETNAME ""
		CLIENT GETNAME
		HELLO 3 SETNAME
		HELLO 3 FOO
		HELLO 3 AUTH
		HELLO 3 AUTH u
		HELLO 3 AUTH default
		HELLO 3 AUTH default any
		HELLO 3 AUTH nobody any
		HELLO 3 AUTH nobody any SETNAME x
		HELLO 3 SETNAME x AUTH nobody any
		HELLO 3 SETNAME y FOO
		HELLO x SETNAME z
		HELLO 4 SETNAME z
		CLIENT GETNAME
		HELLO AUTH default any`},
	{"CLIENT SETNAME and GETNAME", `
		CLIENT GETNAME
		CLIENT SETNAME me
		CLIENT GETNAME
		CLIENT SETNAME "a b"
		CLIENT SETNAME "a\nb"
		CLIENT SETNAME "a\x7f"
		CLIENT SETNAME "\xff"
		CLIENT SETNAME "~!"
		CLIENT GETNAME
		CLIENT SETNAME ""
		CLIENT GETNAME
		client setname lower
		client getname
		CLIENT SETNAME
		CLIENT SETNAME a b
		CLIENT GETNAME x`},
	{"CLIENT ID", `
		CLIENT ID
		CLIENT ID x
		client id`},
	{"CLIENT, wrong", `
		CLIENT
		CLIENT NOSUCH
		CLIENT nosuch a b
		CLIENT ""
		CLIENT "a\r\nb"
		CLIENT ` + word140 + ``},
	{"TIME", `
		TIME
		TIME x`},
	{"DEBUG SLEEP", `
		DEBUG SLEEP 0
		DEBUG SLEEP 0.01
		debug sleep 0
		DEBUG
		DEBUG SLEEP`},
	{"SHUTDOWN, refused", `
		SHUTDOWN FOO
		SHUTDOWN SAVE NOSAVE
		SHUTDOWN NOSAVE SAVE
		SHUTDOWN ABORT
		SHUTDOWN ABORT NOW
		SHUTDOWN NOSAVE FOO
		PING`},
}
