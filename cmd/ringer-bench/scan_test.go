package main

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"
)

// reply frames of the native protocol
func nativeFrame(payload string) string {
	return string(binary.LittleEndian.AppendUint32(nil, uint32(len(payload)))) + payload
}

func nativeError(text string) string {
	b := binary.LittleEndian.AppendUint32([]byte{nativeTagError}, 3)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(text)))
	return nativeFrame(string(b) + text)
}

// stream is a number of replies, some of them errors.
type stream struct {
	name    string
	proto   protocol
	text    string
	replies int
	errors  uint64
	first   string
}

func streams() []stream {
	long := strings.Repeat("x", 3000)
	return []stream{
		{"status", protoRESP, "+OK\r\n+PONG\r\n+\r\n", 3, 0, ""},
		{"integers", protoRESP, ":0\r\n:-1\r\n:1234567890123\r\n", 3, 0, ""},
		{"bulk strings", protoRESP,
			"$0\r\n\r\n$-1\r\n$3\r\na\r\n\r\n$16\r\n0123456789abcdef\r\n", 4, 0, ""},
		{"a long bulk string", protoRESP, "$3000\r\n" + long + "\r\n+OK\r\n", 2, 0, ""},
		{"arrays", protoRESP, "*0\r\n*-1\r\n*2\r\n:1\r\n$1\r\na\r\n+OK\r\n", 4, 0, ""},
		{"nested arrays", protoRESP,
			"*2\r\n*2\r\n*0\r\n*1\r\n:1\r\n$-1\r\n*1\r\n*1\r\n+x\r\n", 2, 0, ""},
		{"errors", protoRESP, "-ERR one\r\n+OK\r\n-ERR two\r\n", 3, 2, "ERR one"},
		{"an error in an array", protoRESP, "*2\r\n-ERR in\r\n:1\r\n", 1, 1, "ERR in"},
		{"a number too long for the fast path", protoRESP, ":-123456789012345678\r\n", 1, 0, ""},
		{"frames", protoNative,
			nativeFrame("\x00") + nativeFrame("\x03\x01\x00\x00\x00\x00\x00\x00\x00"),
			2, 0, ""},
		{"long frames", protoNative, nativeFrame("\x02"+long) + nativeFrame("\x00"), 2, 0, ""},
		{"error frames", protoNative,
			nativeError("ERR one") + nativeFrame("\x00") + nativeError("x"),
			3, 2, "ERR one"},
		{"a long error frame", protoNative, nativeError(long) + nativeFrame("\x00"), 2, 1,
			long[:maxErrorBytes]},
	}
}

// scanIn feeds text in pieces that end where cuts tells.
func scanIn(t *testing.T, s stream, cuts ...int) {
	t.Helper()
	sc := newScanner(s.proto)
	replies, from := 0, 0
	for _, to := range append(cuts, len(s.text)) {
		n, err := sc.scan([]byte(s.text[from:to]))
		if err != nil {
			t.Fatalf("%s, cut at %v: %v", s.name, cuts, err)
		}
		replies, from = replies+n, to
	}
	count, first := sc.failures()
	if replies != s.replies || count != s.errors || first != s.first {
		t.Errorf("%s, cut at %v: %d replies, %d errors, %q", s.name, cuts, replies, count, first)
	}
}

func TestScanWholeByBytesAndSplitAnywhere(t *testing.T) {
	for _, s := range streams() {
		scanIn(t, s)
		every := make([]int, len(s.text))
		for i := range every {
			every[i] = i
			scanIn(t, s, i)
		}
		scanIn(t, s, every...)
	}
}

func TestScanRefuses(t *testing.T) {
	for _, c := range []struct {
		name  string
		proto protocol
		text  string
	}{
		{"no RESP", protoRESP, "HTTP/1.1 400\r\n"},
		{"an empty line", protoRESP, "\r\n"},
		{"a length that is no number", protoRESP, "*x\r\n"},
		{"a negative length", protoRESP, "$-2\r\n"},
		{"an absurd length", protoRESP, "*99999999999\r\n"},
		{"a line without end", protoRESP, "+" + strings.Repeat("x", maxLineBytes+1)},
		{"an empty frame", protoNative, "\x00\x00\x00\x00\x00"},
		{"an absurd frame", protoNative, "\xff\xff\xff\xff\x00"},
	} {
		if _, err := newScanner(c.proto).scan([]byte(c.text)); err == nil {
			t.Errorf("%s was accepted", c.name)
		}
		sc := newScanner(c.proto)
		var err error
		for i := 0; i < len(c.text) && err == nil; i++ {
			_, err = sc.scan([]byte(c.text[i : i+1]))
		}
		if err == nil {
			t.Errorf("%s, byte by byte, was accepted", c.name)
		}
	}
}

// FuzzScan feeds any bytes whole and in pieces: both ways the count of replies,
// of errors, and the refusal agree, and nothing panics.
func FuzzScan(f *testing.F) {
	for _, s := range streams() {
		f.Add([]byte(s.text), uint8(3), s.proto == protoNative)
	}
	f.Fuzz(func(t *testing.T, text []byte, step uint8, native bool) {
		p := protoRESP
		if native {
			p = protoNative
		}
		whole, pieces := newScanner(p), newScanner(p)
		want, wantErr := whole.scan(text)
		got := 0
		var err error
		for rest := text; len(rest) > 0 && err == nil; {
			n := min(int(step)+1, len(rest))
			var more int
			more, err = pieces.scan(rest[:n])
			got, rest = got+more, rest[n:]
		}
		wantErrors, _ := whole.failures()
		gotErrors, _ := pieces.failures()
		if got != want || gotErrors != wantErrors || (err == nil) != (wantErr == nil) {
			t.Errorf("%q by %d: %d replies, %d errors, %v; whole %d, %d, %v", text, int(step)+1,
				got, gotErrors, err, want, wantErrors, wantErr)
		}
	})
}

func BenchmarkScan(b *testing.B) {
	const depth = 64
	for _, c := range []struct {
		name  string
		proto protocol
		reply string
	}{
		{"resp/ok", protoRESP, "+OK\r\n"},
		{"resp/bulk", protoRESP, "$16\r\n0123456789abcdef\r\n"},
		{"resp/array", protoRESP, "*2\r\n$1\r\na\r\n:1\r\n"},
		{"native/string", protoNative, nativeFrame("\x02\x10\x00\x00\x000123456789abcdef")},
	} {
		b.Run(c.name, func(b *testing.B) {
			text := bytes.Repeat([]byte(c.reply), depth)
			s := newScanner(c.proto)
			for b.Loop() {
				if n, err := s.scan(text); n != depth || err != nil {
					b.Fatal(n, err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/depth, "ns/reply")
		})
	}
}
