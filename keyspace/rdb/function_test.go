package rdb

import (
	"encoding/binary"
	"errors"
	"slices"
	"testing"
)

// libraries reads the codes in a payload of FUNCTION DUMP.
func (p *place) libraries(payload []byte) (codes []string, err error) {
	d := NewDecoder(payload, Version, p.arena, 1<<20)
	err = d.EachLibrary(func(code []byte) bool {
		codes = append(codes, string(code))
		return true
	})
	return codes, err
}

// sealed is a payload with a footer.
func sealed(body string) []byte {
	b := binary.LittleEndian.AppendUint16([]byte(body), Version)
	return binary.LittleEndian.AppendUint64(b, Checksum(0, b))
}

func TestLibraries(t *testing.T) {
	p := newPlace(t)
	var e Encoder
	if e.Seal(); string(e.Buf) != "\n\x00]\x9b\\@\x0f\x7f\xa2\xda" { // redis-server 7.0.15's
		t.Errorf("no libraries: %q", e.Buf)
	}
	if codes, err := p.libraries(e.Buf); len(codes) != 0 || err != nil {
		t.Errorf("no libraries: %q, %v", codes, err)
	}
	e = Encoder{Compress: true}
	want := []string{"#!lua name=a\n" + string(make([]byte, 100)), "#!lua name=b\n", "12"}
	for _, code := range want {
		e.Function([]byte(code))
	}
	e.Seal()
	if version, ok := Open(e.Buf); version != Version || !ok {
		t.Errorf("version %d, %v", version, ok)
	}
	if codes, err := p.libraries(e.Buf); !slices.Equal(codes, want) || err != nil {
		t.Errorf("%q, %v", codes, err)
	}
	old := sealed("\xf6\x01a\x03LUA\x00\x04code\xf6\x01b\x03LUA\x01\x04text\x04code")
	codes, err := p.libraries(old)
	if want := []string{"#!LUA name=a\ncode", "#!LUA name=b\ncode"}; !slices.Equal(codes, want) {
		t.Errorf("as a release candidate wrote it: %q, %v", codes, err)
	}
}

func TestDamagedLibraries(t *testing.T) {
	p := newPlace(t)
	cases := []struct {
		body string
		want error
	}{
		{"\x00\x01a", ErrNotFunction},
		{"\xf5\x01a\xff", ErrNotFunction},
		{"\xf5", LibraryError("library payload")},
		{"\xf5\xc7", LibraryError("library payload")},
		{"\xf5\x81\x7f\xff\xff\xff\xff\xff\xff\xff", LibraryError("library payload")},
		{"\xf5\xc3\x05\x80\x7f\xff\xff\xffaaaaa", LibraryError("library payload")},
		{"\xf6\x20", LibraryError("library name")},
		{"\xf6\x01a\x20", LibraryError("engine name")},
		{"\xf6\x01a\x03LUA\x01\x20", LibraryError("library description")},
		{"\xf6\x01a\x03LUA\x00\x20", LibraryError("library blob")},
	}
	for _, c := range cases {
		if _, err := p.libraries(sealed(c.body)); !errors.Is(err, c.want) {
			t.Errorf("%q: %v, want %v", c.body, err, c.want)
		}
	}
}

// FuzzLibraries reads whatever it is given, and what it has read again.
func FuzzLibraries(f *testing.F) {
	f.Add([]byte("\xf5\x01a"))
	f.Add([]byte("\xf6\x01a\x03LUA\x01\x04text\x04code"))
	f.Add([]byte("\xf5\xc3\x09\x40\x64\x01aa\xe0\x57\x00\x01aa"))
	p := newPlace(f)
	f.Fuzz(func(t *testing.T, body []byte) {
		codes, err := p.libraries(sealed(string(body)))
		if err != nil {
			return
		}
		e := Encoder{Compress: true}
		for _, code := range codes {
			e.Function([]byte(code))
		}
		e.Seal()
		if again, err := p.libraries(e.Buf); err != nil || !slices.Equal(again, codes) {
			t.Errorf("%q becomes %q, %v", codes, again, err)
		}
	})
}
