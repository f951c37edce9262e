package main

import (
	"encoding/binary"
	"math"
	"strings"
	"testing"

	"github.com/ringer-kv/ringer/binproto"
	"github.com/ringer-kv/ringer/binproto/client"
	"github.com/ringer-kv/ringer/binproto/frame"
)

// written is the value that a command's writes make.
func written(t *testing.T, write func(w *binproto.Writer)) client.Value {
	t.Helper()
	var w binproto.Writer
	w.Begin()
	write(&w)
	w.End()
	b := w.Take()
	if int(binary.LittleEndian.Uint32(b)) != len(b)-frame.HeaderBytes {
		t.Fatal("not one frame")
	}
	v, err := frame.ParseReply(b[frame.HeaderBytes:])
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestForms(t *testing.T) {
	nested := func(w *binproto.Writer) {
		w.Array(4)
		w.Int(1)
		w.Array(3)
		w.Int(2)
		w.Array(0)
		w.BulkString("x")
		w.Null()
		w.BulkString("a\"b\n\x01")
	}
	ten := func(w *binproto.Writer) {
		w.Array(10)
		for i := range 10 {
			w.Array(1)
			w.Int(int64(i))
		}
	}
	cases := []struct {
		name     string
		write    func(w *binproto.Writer)
		tty, raw string
	}{
		{"nil", func(w *binproto.Writer) { w.Null() }, "(nil)\n", "\n"},
		{"an error", func(w *binproto.Writer) { w.Error("ERR no") }, "(error) ERR no\n", "ERR no\n\n"},
		{"an integer", func(w *binproto.Writer) { w.Int(-7) }, "(integer) -7\n", "-7\n"},
		{"a double", func(w *binproto.Writer) { w.Double(0.1) },
			"(double) 0.10000000000000001\n", "0.10000000000000001\n"},
		{"infinity", func(w *binproto.Writer) { w.Double(math.Inf(1)) }, "(double) inf\n", "inf\n"},
		{"no elements", func(w *binproto.Writer) { w.Array(0) }, "(empty array)\n", "\n"},
		// What redis-cli 7.0.15 prints for EVAL "return {1,{2,{},'x'},false,'a\"b\n\1'}" 0.
		{"nested arrays", nested, "1) (integer) 1\n2) 1) (integer) 2\n   2) (empty array)\n" +
			"   3) \"x\"\n3) (nil)\n4) \"a\\\"b\\n\\x01\"\n", "1\n2\n\nx\n\na\"b\n\x01\n"},
		{"ten arrays", ten, " 1) 1) (integer) 0\n 2) 1) (integer) 1\n 3) 1) (integer) 2\n" +
			" 4) 1) (integer) 3\n 5) 1) (integer) 4\n 6) 1) (integer) 5\n 7) 1) (integer) 6\n" +
			" 8) 1) (integer) 7\n 9) 1) (integer) 8\n10) 1) (integer) 9\n",
			"0\n1\n2\n3\n4\n5\n6\n7\n8\n9\n"},
	}
	for _, c := range cases {
		v := written(t, c.write)
		if got := string(appendReply(nil, v, form{})); got != c.tty {
			t.Errorf("%s for a person: %q, want %q", c.name, got, c.tty)
		}
		if got := string(appendReply(nil, v, form{raw: true})); got != c.raw {
			t.Errorf("%s for a program: %q, want %q", c.name, got, c.raw)
		}
	}
}

func TestFormOfACommand(t *testing.T) {
	value := written(t, func(w *binproto.Writer) { w.BulkString("a\nb") })
	cases := []struct{ command, want string }{
		{"get k", "\"a\\nb\"\n"},
		{"SET k v", "a\nb\n"},
		{"SET k v EX 1 get", "\"a\\nb\"\n"},
		{"SET get v", "a\nb\n"},
		{"PING", "a\nb\n"},
		{"PING hello", "\"a\\nb\"\n"},
		{"CONFIG SET a b", "a\nb\n"},
		{"CLIENT GETNAME", "\"a\\nb\"\n"},
		{"INFO", "a\nb"},
		{"client list", "a\nb"},
		{"MEMORY DOCTOR", "a\nb"},
		{"TYPE k", "a\nb\n"},
	}
	for _, c := range cases {
		form := formOf(strings.Fields(c.command), false)
		if got := string(appendReply(nil, value, form)); got != c.want {
			t.Errorf("%s: %q, want %q", c.command, got, c.want)
		}
	}
}
