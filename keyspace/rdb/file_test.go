package rdb

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
)

// wholeFile is a file with a record of each kind.
func wholeFile(checksum bool) []byte {
	var e Encoder
	e.Head(false)
	e.Aux("redis-ver", "7.0.15")
	e.Aux("redis-bits", "64")
	e.Function([]byte("#!lua name=x"))
	e.SelectDB(3, 2, 1)
	e.Deadline(1234567890123)
	e.Idle(77)
	e.Key([]byte("key"))
	e.String([]byte("value"))
	first := e.Take()
	e.Freq(200)
	e.Key(nil)
	e.String([]byte("12"))
	e.End(checksum)
	return append(first, e.Buf...)
}

func TestFile(t *testing.T) {
	p := newPlace(t)
	const want = `aux redis-ver=7.0.15
aux redis-bits=64
function #!lua name=x
db 3
sizes 2 1
"key" true 1234567890123 77 -1 "value"
"" false 0 -1 200 "12"
`
	for _, checksum := range []bool{true, false} {
		data := wholeFile(checksum)
		if got, err := p.readFile(data); got != want || err != nil {
			t.Errorf("%v\n%s", err, got)
		}
		for n := range len(data) {
			if _, err := p.readFile(data[:n]); !errors.Is(err, ErrCorrupt) {
				t.Errorf("the first %d of %d bytes: %v", n, len(data), err)
			}
		}
	}
	data := wholeFile(true)
	for i := range data {
		b := bytes.Clone(data)
		b[i] ^= 0x10
		if _, err := p.readFile(b); err == nil {
			t.Errorf("byte %d may be changed", i)
		}
	}
}

// readFile reads a file of strings and describes it.
func (p *place) readFile(data []byte) (string, error) {
	version, err := OpenFile(data)
	if err != nil {
		return "", err
	}
	d := p.decoder(data, version)
	d.SkipHead()
	var b strings.Builder
	for {
		switch r := d.Next(); r.Kind {
		case RecordEnd:
			return b.String(), d.Err()
		case RecordAux:
			fmt.Fprintf(&b, "aux %s=%s\n", r.Name, r.Text)
		case RecordFunction:
			fmt.Fprintf(&b, "function %s\n", r.Text)
		case RecordDB:
			fmt.Fprintf(&b, "db %d\n", r.DB)
		case RecordSizes:
			fmt.Fprintf(&b, "sizes %d %d\n", r.Keys, r.Deadlines)
		case RecordKey:
			if r.Type.Kind(version) != KindString {
				return b.String(), ErrCorrupt
			}
			text := d.StringText()
			fmt.Fprintf(&b, "%q %v %d %d %d %q\n", r.Key, r.Mortal, r.DeadlineMs, r.IdleSeconds,
				r.Frequency, text.Bytes(nil))
		}
	}
}

func TestOldFile(t *testing.T) {
	p := newPlace(t)
	const file = "REDIS0002\xfe\x00\xfd\x01\x00\x00\x00\x00\x01k\x01v\xff"
	const want = "db 0\n\"k\" true 1000 -1 -1 \"v\"\n"
	if got, err := p.readFile([]byte(file)); got != want || err != nil {
		t.Errorf("%v\n%s", err, got)
	}
	for _, bad := range []string{"", "REDIS", "RADIS0010\xff", "REDIS00x0\xff", "REDIS0000\xff"} {
		if _, err := p.readFile([]byte(bad)); !errors.Is(err, ErrCorrupt) {
			t.Errorf("%q: %v", bad, err)
		}
	}
	if _, err := p.readFile([]byte("REDIS0010\xf7\x01")); !errors.Is(err, ErrUnsupported) {
		t.Errorf("a module's record: %v", err)
	}
}

func FuzzFile(f *testing.F) {
	f.Add(wholeFile(true))
	f.Add(wholeFile(false))
	f.Fuzz(func(t *testing.T, data []byte) {
		newPlace(t).readFile(data)
	})
}
