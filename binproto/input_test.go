package binproto

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/ringer-kv/ringer/binproto/frame"
	"github.com/ringer-kv/ringer/keyspace"
	"github.com/ringer-kv/ringer/keyspace/reply"
)

var testLimits = frame.Limits{FrameBytes: 1 << 20, StringBytes: 1 << 19, Strings: 1000}

// commands shows what is in a batch.
func commands(b *keyspace.Batch) []string {
	var list []string
	from := int32(0)
	for _, to := range b.Ends {
		list = append(list, fmt.Sprintf("%q", b.Args[from:to]))
		from = to
	}
	return list
}

// feed gives the input the pieces one after the other, as reads would, and returns the commands
// and the error. It checks that room is only asked for when needed.
func feed(t testing.TB, pieces ...[]byte) (list []string, fatal reply.Error) {
	t.Helper()
	var in input
	var p pool
	var b keyspace.Batch
	for i, piece := range pieces {
		for len(piece) > 0 && fatal == "" {
			n := copy(in.reserve(&p), piece)
			if n == 0 {
				t.Fatal("no room to read into")
			}
			piece = piece[n:]
			in.filled(n)
			eof := i == len(pieces)-1 && len(piece) == 0
			in.parse(&b, &testLimits, eof)
			list = append(list, commands(&b)...)
			fatal = b.Fatal
			b.Reset()
			in.release(&p)
			if in.buf != nil && (in.start > in.end || in.end > len(in.buf)) {
				t.Fatalf("the input stands at %d of %d in %d bytes", in.start, in.end, len(in.buf))
			}
		}
	}
	return list, fatal
}

// everyWay feeds the bytes whole, byte by byte, and split in two at every position.
func everyWay(b []byte) [][][]byte {
	single := make([][]byte, len(b))
	for i := range b {
		single[i] = b[i : i+1]
	}
	ways := [][][]byte{{b}, single}
	for i := 1; i < len(b); i++ {
		ways = append(ways, [][]byte{b[:i], b[i:]})
	}
	return ways
}

func request(args ...string) []byte { return frame.AppendRequest(nil, args...) }

func cat(parts ...any) []byte {
	var b []byte
	for _, part := range parts {
		switch p := part.(type) {
		case string:
			b = append(b, p...)
		case []byte:
			b = append(b, p...)
		}
	}
	return b
}

func TestInputIsTheSameHoweverItArrives(t *testing.T) {
	cases := []struct {
		name  string
		in    []byte
		want  []string
		fatal reply.Error
	}{
		{"one frame", request("GET", "k"), []string{`["GET" "k"]`}, ""},
		{"three frames", cat(request("SET", "k", ""), request("PING"), request("GET", "k")),
			[]string{`["SET" "k" ""]`, `["PING"]`, `["GET" "k"]`}, ""},
		{"bare KEYS", cat(request("KEYS"), request("keys"), request("KEYS", "a*"), request("KEYT")),
			[]string{`["KEYS" "*"]`, `["keys" "*"]`, `["KEYS" "a*"]`, `["KEYT"]`}, ""},
		{"an empty request", cat("\x04\x00\x00\x00\x00\x00\x00\x00", request("PING")),
			[]string{`[""]`, `["PING"]`}, ""},
		{"a good frame before a malformed one", cat(request("PING"), "\x00\x00\x00\x00"),
			[]string{`["PING"]`}, reply.ErrFrameMalformed},
		{"a good frame before one that is too big", cat(request("PING"), "\xff\xff\xff\xff"),
			[]string{`["PING"]`}, reply.ErrFrameTooBig},
		{"too big from the start", []byte("\xff\xff\xff\xffxx"), nil, reply.ErrFrameTooBig},
		{"lines", []byte("SET mykey \"hello world\"\r\nGET mykey\n"),
			[]string{`["SET" "mykey" "hello world"]`, `["GET" "mykey"]`}, ""},
		{"empty lines", []byte("\r\n\nPING\r\n \r\nKEYS\n\n"),
			[]string{`["PING"]`, `["KEYS" "*"]`}, ""},
		{"a RESP request, which is lines here", []byte("*1\r\n$4\r\nPING\r\n"),
			[]string{`["*1"]`, `["$4"]`, `["PING"]`}, ""},
		{"a command of two letters and the end", []byte("X\n"), []string{`["X"]`}, ""},
		{"a line that does not end", []byte("PING\r\nPIN"), []string{`["PING"]`}, ""},
		{"quotes that do not close", []byte("PING\r\nGET \"k\r\nPING\r\n"),
			[]string{`["PING"]`}, "ERR Protocol error: unbalanced quotes in request"},
		{"a frame after text is a line", cat("PING\r\n", request("GET", "k"), "\r\n"),
			[]string{`["PING"]`, `["\x10"]`}, ""},
	}
	for _, c := range cases {
		for _, way := range everyWay(c.in) {
			list, fatal := feed(t, way...)
			if fmt.Sprint(list) != fmt.Sprint(c.want) || fatal != c.fatal {
				t.Fatalf("%s in %d pieces, the first of %d bytes:\n got %s, %q\nwant %s, %q",
					c.name, len(way), len(way[0]), list, fatal, c.want, c.fatal)
			}
		}
	}
}

// TestRandomStreams feeds seeded streams of frames of all sizes in random pieces.
func TestRandomStreams(t *testing.T) {
	for seed := range uint64(40) {
		r := rand.New(rand.NewPCG(seed, 0))
		var stream []byte
		var want []string
		for range 1 + r.IntN(60) {
			args := make([]string, 1+r.IntN(5))
			for i := range args {
				args[i] = strings.Repeat("x", r.IntN(1<<r.IntN(15)))
			}
			args[0] = "C" + args[0]
			stream = append(stream, request(args...)...)
			want = append(want, fmt.Sprintf("%q", args))
		}
		var pieces [][]byte
		for rest := stream; len(rest) > 0; {
			n := min(1+r.IntN(1<<r.IntN(17)), len(rest))
			pieces = append(pieces, rest[:n])
			rest = rest[n:]
		}
		list, fatal := feed(t, pieces...)
		if fatal != "" || len(list) != len(want) {
			t.Fatalf("seed %d: %d commands of %d, %q", seed, len(list), len(want), fatal)
		}
		for i := range list {
			if list[i] != want[i] {
				t.Fatalf("seed %d: command %d is %.40s, want %.40s", seed, i, list[i], want[i])
			}
		}
	}
}

func TestDecide(t *testing.T) {
	const small = 1000
	cases := []struct {
		in   string
		max  int64
		eof  bool
		want dialect
	}{
		{"", small, false, undecided},
		{"\x10\x00\x00", small, false, undecided},
		{"\x10\x00\x00\x00", small, false, native},
		{"GET ", MaxFrameBytes, false, text},
		{"    ", MaxFrameBytes, false, text},
		{"~~~~", MaxFrameBytes, false, text},
		{"GE\r\n", frame.DefaultMaxFrameBytes, false, text},
		{"\r\n\r\n", frame.DefaultMaxFrameBytes, false, text},
		{"GE\n", frame.DefaultMaxFrameBytes, false, undecided},
		{"GE\n", frame.DefaultMaxFrameBytes, true, text},
		{"GE\n", small, false, text}, // too large already
		{"\x00\xff\x01", small, false, native},
		{"\xff\xff\xff\xff", small, false, native},
		{"GET\xff", frame.DefaultMaxFrameBytes, false, native},
		{"GE\x00\x00", small, false, text}, // whatever follows
	}
	for _, c := range cases {
		if got := decide([]byte(c.in), c.max, c.eof); got != c.want {
			t.Errorf("%q with frames to %d, end %t: %d, want %d", c.in, c.max, c.eof, got, c.want)
		}
	}
}

func TestLineLimit(t *testing.T) {
	// As in Redis the limit holds for what has come without a line end.
	line := append(bytes.Repeat([]byte("x"), maxLineBytes), '\n')
	list, fatal := feed(t, line[:maxLineBytes], line[maxLineBytes:])
	if len(list) != 1 || fatal != "" {
		t.Errorf("a line at the limit: %d commands, %q", len(list), fatal)
	}
	line = append([]byte("x"), line...)
	list, fatal = feed(t, line[:maxLineBytes+1], line[maxLineBytes+1:])
	if len(list) != 0 || fatal != "ERR Protocol error: too big inline request" {
		t.Errorf("a line above the limit: %d commands, %q", len(list), fatal)
	}
}

// TestMemoryFollowsWhatIsSent announces a large frame and sends little of it.
func TestMemoryFollowsWhatIsSent(t *testing.T) {
	var in input
	var p pool
	var b keyspace.Batch
	whole := request("SET", "k", strings.Repeat("v", 500_000))
	for sent := 0; sent < len(whole); {
		room := in.reserve(&p)
		if len(in.buf) > 2*sent+2*smallestBuffer {
			t.Fatalf("%d bytes sent hold a buffer of %d", sent, len(in.buf))
		}
		n := copy(room[:min(len(room), 1000)], whole[sent:])
		sent += n
		in.filled(n)
		in.parse(&b, &testLimits, false)
	}
	if b.Len() != 1 || len(b.Args[2]) != 500_000 {
		t.Fatal("the frame has not arrived")
	}
	in.release(&p)
	if in.buf != nil {
		t.Error("an input that is empty keeps its buffer")
	}
}

func TestBuffersFollowTheLoad(t *testing.T) {
	var in input
	var p pool
	var b keyspace.Batch
	read := func(bytes int) int {
		room := in.reserve(&p)
		n := min(len(room), bytes)
		clear(room[:n])
		copy(room, "PING\n")
		in.filled(n)
		in.speaks = text
		in.start = in.end // as if parsed
		in.release(&p)
		b.Reset()
		return len(room)
	}
	for range 10 {
		read(1 << 20)
	}
	if got := read(100); got != smallestBuffer<<largestClass {
		t.Errorf("after large reads the buffer is of %d bytes", got)
	}
	for range 10 {
		read(100)
	}
	if got := read(100); got != smallestBuffer {
		t.Errorf("after small reads the buffer is of %d bytes", got)
	}
}

func TestLimitsBeforeAuth(t *testing.T) {
	many := make([]string, unauthStrings+1)
	cases := []struct {
		name string
		in   []byte
		want reply.Error
	}{
		{"strings at the limit", request(many[1:]...), ""},
		{"one string more", request(many...), "ERR Protocol error: unauthenticated multibulk length"},
		{"a string at the limit", request(strings.Repeat("x", unauthStringBytes)), ""},
		{"a byte more", request(strings.Repeat("x", unauthStringBytes+1)),
			"ERR Protocol error: unauthenticated bulk length"},
		{"a large frame", []byte("\x00\x00\x10\x00"), "ERR Protocol error: unauthenticated bulk length"},
	}
	for _, c := range cases {
		in := input{buf: c.in, end: len(c.in)}
		var b keyspace.Batch
		in.parse(&b, &unauthLimits, false)
		if b.Fatal != c.want {
			t.Errorf("%s: %q, want %q", c.name, b.Fatal, c.want)
		}
	}
}

// FuzzInput checks that any bytes mean the same whole and in pieces.
func FuzzInput(f *testing.F) {
	f.Add(cat(request("SET", "k", "v"), request("KEYS")), uint8(3))
	f.Add([]byte("GET \"a b\"\r\n\r\nPING\n"), uint8(1))
	f.Add(cat(request("PING"), "\xff\xff\xff\xff"), uint8(7))
	f.Fuzz(func(t *testing.T, b []byte, step uint8) {
		if len(b) == 0 || len(b) > maxLineBytes/2 {
			return
		}
		var pieces [][]byte
		for rest := b; len(rest) > 0; {
			n := min(int(step)+1, len(rest))
			pieces = append(pieces, rest[:n])
			rest = rest[n:]
		}
		whole, fatal := feed(t, bytes.Clone(b))
		parts, fatalToo := feed(t, pieces...)
		if fmt.Sprint(whole) != fmt.Sprint(parts) || fatal != fatalToo {
			t.Fatalf("whole %q %q, in pieces %q %q", whole, fatal, parts, fatalToo)
		}
	})
}
