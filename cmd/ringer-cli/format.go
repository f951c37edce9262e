package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/ringer-kv/ringer/binproto/client"
	"github.com/ringer-kv/ringer/binproto/frame"
)

// appendReply appends a reply in the form that the options ask for. verbatim is the form for
// replies that are texts to read, like that of INFO. Redis: cliFormatReply.
func appendReply(b []byte, v client.Value, form form) []byte {
	switch {
	case form.verbatim:
		return appendRaw(b, v)
	case form.raw:
		return append(appendRaw(b, v), '\n')
	case form.status && v.Kind() == frame.String:
		return append(append(b, v.Bytes()...), '\n')
	}
	return appendTTY(b, v, "")
}

// form is how a reply is to be shown.
type form struct {
	raw      bool // for a program
	verbatim bool // a text to read
	status   bool // a string is a status
}

// appendTTY appends a reply for a person: with its type. prefix indents the elements of an array
// but the first, which follows its array's own number. Redis: cliFormatReplyTTY.
func appendTTY(b []byte, v client.Value, prefix string) []byte {
	switch v.Kind() {
	case frame.Nil:
		return append(b, "(nil)\n"...)
	case frame.Err:
		return append(append(append(b, "(error) "...), v.Bytes()...), '\n')
	case frame.String:
		return append(appendQuoted(b, v.Bytes()), '\n')
	case frame.Int:
		return append(append(append(b, "(integer) "...), text(v)...), '\n')
	case frame.Double:
		return append(append(append(b, "(double) "...), text(v)...), '\n')
	}
	elems, _ := v.Array() // the one kind that is left
	if len(elems) == 0 {
		return append(b, "(empty array)\n"...)
	}
	digits := len(strconv.Itoa(len(elems)))
	deeper := prefix + strings.Repeat(" ", digits+2)
	for i, e := range elems {
		if i > 0 {
			b = append(b, prefix...)
		}
		b = fmt.Appendf(b, "%*d) ", digits, i+1)
		b = appendTTY(b, e, deeper)
	}
	return b
}

// appendRaw appends a reply for a program: its bytes. Redis: cliFormatReplyRaw.
func appendRaw(b []byte, v client.Value) []byte {
	switch v.Kind() {
	case frame.Nil:
		return b
	case frame.Err:
		return append(append(b, v.Bytes()...), '\n')
	case frame.String:
		return append(b, v.Bytes()...)
	case frame.Int, frame.Double:
		return append(b, text(v)...)
	}
	elems, _ := v.Array() // the one kind that is left
	for i, e := range elems {
		if i > 0 {
			b = append(b, '\n')
		}
		b = appendRaw(b, e)
	}
	return b
}

// text is the decimal form of a number.
func text(v client.Value) string {
	s, _ := v.Text() // a number has one
	return s
}

// appendQuoted appends a string in quotes, with what is not printable escaped. Redis: sdscatrepr.
func appendQuoted(b, s []byte) []byte {
	b = append(b, '"')
	for _, c := range s {
		switch c {
		case '\\', '"':
			b = append(b, '\\', c)
		case '\n':
			b = append(b, `\n`...)
		case '\r':
			b = append(b, `\r`...)
		case '\t':
			b = append(b, `\t`...)
		case '\a':
			b = append(b, `\a`...)
		case '\b':
			b = append(b, `\b`...)
		default:
			if c < ' ' || c > '~' {
				b = fmt.Appendf(b, `\x%02x`, c)
				continue
			}
			b = append(b, c)
		}
	}
	return append(b, '"')
}

// statusCommands are those whose reply is a status where it is a string.
const statusCommands = " auth bgrewriteaof bgsave discard failover flushall flushdb hmset " +
	"lset ltrim mset multi pfmerge psetex quit readonly readwrite rename replicaof reset restore " +
	"save select set setex shutdown slaveof swapdb type unwatch watch xgroup "

// statusSubcommands are the sub-commands whose reply is a status, as "container|sub".
const statusSubcommands = " client|caching client|kill client|no-evict client|no-touch " +
	"client|pause client|reply client|setinfo client|setname client|tracking client|unpause " +
	"config|set config|resetstat config|rewrite debug|sleep debug|set-active-expire " +
	"function|delete function|flush function|kill function|restore script|flush script|kill " +
	"script|debug slowlog|reset acl|setuser acl|load acl|save memory|purge "

// verbatimCommands are those whose reply is a text to read. Redis: cliSendCommand, output_raw.
const verbatimCommands = " info lolwut "

const verbatimSubcommands = " debug|htstats debug|htstats-key memory|malloc-stats memory|doctor " +
	"cluster|nodes cluster|info client|list client|info latency|graph latency|doctor "

// formOf tells how the reply to a command is shown.
func formOf(args []string, raw bool) form {
	name := strings.ToLower(args[0])
	both := name
	if len(args) > 1 {
		both = name + "|" + strings.ToLower(args[1])
	}
	f := form{raw: raw}
	f.verbatim = listed(verbatimCommands, name) || listed(verbatimSubcommands, both)
	f.status = listed(statusCommands, name) || listed(statusSubcommands, both)
	switch name {
	case "ping":
		f.status = len(args) == 1
	case "set": // SET ... GET replies the old value
		for _, a := range args[min(len(args), 3):] {
			f.status = f.status && !strings.EqualFold(a, "get")
		}
	}
	return f
}

func listed(list, name string) bool { return strings.Contains(list, " "+name+" ") }
