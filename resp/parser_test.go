package resp

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/ringer-kv/ringer/keyspace"
	"github.com/ringer-kv/ringer/keyspace/reply"
)

// result is what a parser made of a stream.
type result struct {
	commands []string // arguments quoted and joined
	fatal    reply.Error
	unused   int
}

func (r result) String() string {
	return fmt.Sprintf("%q fatal=%q unused=%d", r.commands, r.fatal, r.unused)
}

// feed runs a parser over pieces as a gate does: what is unused stands before the next piece, in
// fresh memory, and the views of the older memory are looked at only when a command is whole.
func feed(p *parser, pieces ...[]byte) (r result) {
	var b keyspace.Batch
	var unused []byte
	for _, piece := range pieces {
		in := append(bytes.Clone(unused), piece...)
		for again := true; again; {
			used := p.parse(&b, in)
			in = in[used:]
			again = p.small && b.Len() > 0 && len(in) > 0
			if b.Len() > 0 || b.Fatal != "" {
				r.add(&b)
			}
		}
		if unused = in; r.fatal != "" {
			break
		}
	}
	r.unused = len(unused)
	return r
}

// add takes the commands of a batch over and empties it.
func (r *result) add(b *keyspace.Batch) {
	from := int32(0)
	for _, end := range b.Ends {
		r.commands = append(r.commands, fmt.Sprintf("%q", b.Args[from:end]))
		from = end
	}
	r.fatal = b.Fatal
	b.Reset()
}

func testParser(small bool) *parser {
	p := newParser()
	p.maxBulkBytes, p.small = 1<<20, small
	return &p
}

func bytewise(in string) (pieces [][]byte) {
	for i := range len(in) {
		pieces = append(pieces, []byte(in[i:i+1]))
	}
	return pieces
}

var parserCases = []struct {
	name, in string
	want     string // commands, separated by blanks; each argument in quotes
	fatal    string
	small    bool
}{
	{name: "a command", in: "*2\r\n$3\r\nGET\r\n$1\r\nk\r\n", want: `["GET" "k"]`},
	{name: "binary arguments", in: "*2\r\n$2\r\n\r\n\r\n$3\r\n\x00*$\r\n", want: `["\r\n" "\x00*$"]`},
	{name: "an empty argument", in: "*1\r\n$0\r\n\r\n", want: `[""]`},
	{name: "inline", in: "  SET a\t\"b c\"\r\n", want: `["SET" "a" "b c"]`},
	{name: "inline with a line feed only", in: "PING\nPING\n", want: `["PING"] ["PING"]`},
	{name: "both mixed", in: "PING\r\n*1\r\n$4\r\nPING\r\nPING\r\n",
		want: `["PING"] ["PING"] ["PING"]`},
	{name: "empty lines", in: "\r\n\n\r\n", want: ""},
	{name: "empty and null arrays", in: "*0\r\n*-1\r\n*-77\r\nPING\r\n", want: `["PING"]`},
	{name: "anything in the place of a line feed", in: "*1\rX$4\rYPINGab", want: `["PING"]`},
	{name: "nothing after a NUL in a line", in: "PI\x00NG\r\nPING\r\n", want: ""},
	{name: "nothing after a NUL in a header", in: "*1\r\n\x004\r\nPING\r\n", want: ""},
	{name: "a count without its line feed", in: "*1\r", want: ""},
	{name: "the largest count", in: "*2147483647\r\n$1\r\na\r\n", want: ""},
	{name: "the largest argument", in: "*1\r\n$1048576\r\n", want: ""},

	{name: "a count too large", in: "PING\n*2147483648\r\n", want: `["PING"]`,
		fatal: "invalid multibulk length"},
	{name: "a count of 20 digits", in: "*99999999999999999999\r\n", fatal: "invalid multibulk length"},
	{name: "no count", in: "*\r\n", fatal: "invalid multibulk length"},
	{name: "a count with a leading zero", in: "*01\r\n", fatal: "invalid multibulk length"},
	{name: "a count with a sign", in: "*+1\r\n", fatal: "invalid multibulk length"},
	{name: "a negative zero", in: "*-0\r\n", fatal: "invalid multibulk length"},
	{name: "a count with a blank", in: "* 1\r\n", fatal: "invalid multibulk length"},
	{name: "a length too large", in: "*1\r\n$1048577\r\n", fatal: "invalid bulk length"},
	{name: "a negative length", in: "*1\r\n$-1\r\n", fatal: "invalid bulk length"},
	{name: "the length that overflows", in: "*1\r\n$9223372036854775807\r\n",
		fatal: "invalid bulk length"},
	{name: "no length", in: "*1\r\n$\r\n", fatal: "invalid bulk length"},
	{name: "letters for a length", in: "*1\r\n$abc\r\n", fatal: "invalid bulk length"},
	{name: "no dollar", in: "*1\r\nx4\r\n", fatal: "expected '$', got 'x'"},
	{name: "a line end for a dollar", in: "*1\r\n\r\n", fatal: "expected '$', got '\r'"},
	{name: "open quotes", in: "PING\r\nSET a \"b\r\nPING\r\n", want: `["PING"]`,
		fatal: "unbalanced quotes in request"},
	{name: "an error in the second argument", in: "PING\r\n*2\r\n$1\r\na\r\n:1\r\n",
		want: `["PING"]`, fatal: "expected '$', got ':'"},

	{name: "ten arguments before AUTH", small: true,
		in:   "*10\r\n" + strings.Repeat("$1\r\na\r\n", 10) + "PING\n*1\r\n$1\r\nb\r\n",
		want: `["a" "a" "a" "a" "a" "a" "a" "a" "a" "a"] ["PING"] ["b"]`},
	{name: "eleven", in: "*11\r\n", small: true, fatal: "unauthenticated multibulk length"},
	{name: "a number of more digits than fit", in: "*1234567890\r\n", small: true,
		fatal: "unauthenticated multibulk length"},
	{name: "a null array before AUTH", in: "*-1\r\nPING\r\n", small: true, want: `["PING"]`},
	{name: "16 KiB before AUTH", in: "*1\r\n$16384\r\n", small: true},
	{name: "a byte more", in: "*1\r\n$16385\r\n", small: true, fatal: "unauthenticated bulk length"},
	{name: "over both limits", in: "*1\r\n$1048577\r\n", small: true, fatal: "invalid bulk length"},
}

// TestParser feeds each stream whole, byte by byte, and split at every position.
func TestParser(t *testing.T) {
	for _, c := range parserCases {
		t.Run(c.name, func(t *testing.T) {
			check := func(how string, pieces ...[]byte) {
				got := feed(testParser(c.small), pieces...)
				fatal := reply.Error("")
				if c.fatal != "" {
					fatal = reply.Protocol(c.fatal)
				}
				if commands := strings.Join(got.commands, " "); commands != c.want || got.fatal != fatal {
					t.Fatalf("%s: got %v, want %s, fatal %q", how, got, c.want, fatal)
				}
			}
			check("whole", []byte(c.in))
			check("byte by byte", bytewise(c.in)...)
			for i := range len(c.in) {
				check(fmt.Sprint("split at ", i), []byte(c.in[:i]), []byte(c.in[i:]))
			}
		})
	}
}

// TestLineLimits has a case on each side of the 64 KiB that a line may grow to without an end.
func TestLineLimits(t *testing.T) {
	for _, c := range []struct{ name, head, fill, fatal string }{
		{"inline", "", "a", "too big inline request"},
		{"inline behind a NUL", "\x00", "\n", "too big inline request"},
		{"count", "*", "1", "too big mbulk count string"},
		{"length", "$", "1", "too big bulk count string"},
		{"no dollar", "x", "1", "too big bulk count string"},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := ""
			if strings.Contains(c.fatal, " bulk") {
				before = "*1\r\n"
			}
			line := c.head + strings.Repeat(c.fill, maxLineBytes-len(c.head))
			for _, pieces := range [][][]byte{
				{[]byte(before + line)}, {[]byte(before), []byte(line[:99]), []byte(line[99:])},
			} {
				if got := feed(testParser(false), pieces...); got.fatal != "" || got.unused != len(line) {
					t.Fatalf("at the limit: fatal %q, unused %d", got.fatal, got.unused)
				}
				over := append(pieces, []byte(c.fill))
				want := reply.Protocol(c.fatal)
				if got := feed(testParser(false), over...); got.fatal != want {
					t.Fatalf("above: fatal %q, want %q", got.fatal, want)
				}
			}
		})
	}
}

// TestParserStopsAfterEachCommandBeforeAUTH: the next one may have other limits.
func TestParserStopsAfterEachCommandBeforeAUTH(t *testing.T) {
	p := testParser(true)
	in := []byte("AUTH x\r\n*11\r\n" + strings.Repeat("$1\r\na\r\n", 11))
	var b keyspace.Batch
	used := p.parse(&b, in)
	if b.Len() != 1 || used != len("AUTH x\r\n") {
		t.Fatalf("%d commands, %d bytes used", b.Len(), used)
	}
	b.Reset()
	p.small = false
	if p.parse(&b, in[used:]); b.Len() != 1 || len(b.Args) != 11 || b.Fatal != "" {
		t.Fatalf("%d arguments, fatal %q", len(b.Args), b.Fatal)
	}
}

// TestPromisesCostNothing: a header alone must not make anything grow.
func TestPromisesCostNothing(t *testing.T) {
	p := testParser(false)
	var b keyspace.Batch
	p.parse(&b, []byte("*2147483647\r\n$1\r\na\r\n"))
	if cap(b.Args) > 16 || p.need() != 0 {
		t.Fatalf("room for %d arguments, need %d", cap(b.Args), p.need())
	}
	p.parse(&b, []byte("$1000000\r\n"))
	if p.need() != 1000002 {
		t.Fatalf("need %d", p.need())
	}
}

// TestNothingIsParsedTwice counts the work for a command of many arguments that arrives byte by
// byte: a parser that began again each time would need minutes.
func TestNothingIsParsedTwice(t *testing.T) {
	const args = 200_000
	p := testParser(false)
	var b keyspace.Batch
	p.parse(&b, fmt.Appendf(nil, "*%d\r\n", args))
	arg := []byte("$1\r\na\r\n")
	for range args {
		for n := 1; n < len("$1\r\n"); n++ {
			if used := p.parse(&b, arg[:n]); used != 0 {
				t.Fatalf("%d bytes of an unfinished header used", used)
			}
		}
		p.parse(&b, arg[:4])
		p.parse(&b, arg[4:])
	}
	if b.Len() != 1 || len(b.Args) != args || p.begun() {
		t.Fatalf("%d commands, %d arguments", b.Len(), len(b.Args))
	}
}

func FuzzParser(f *testing.F) {
	for _, c := range parserCases {
		f.Add([]byte(c.in), uint(3), c.small)
	}
	f.Fuzz(func(t *testing.T, in []byte, at uint, small bool) {
		if len(in) > maxLineBytes {
			return // from there on the pieces matter, as they do in Redis
		}
		whole := feed(testParser(small), in)
		cut := int(at % uint(len(in)+1))
		for _, pieces := range [][][]byte{{in[:cut], in[cut:]}, bytewise(string(in))} {
			got := feed(testParser(small), pieces...)
			same := got.fatal == whole.fatal && fmt.Sprint(got.commands) == fmt.Sprint(whole.commands)
			if !same {
				t.Fatalf("%q in %d pieces: %v, whole: %v", in, len(pieces), got, whole)
			}
		}
	})
}

func BenchmarkParser(b *testing.B) {
	for _, size := range []int{16, 1000} {
		b.Run(fmt.Sprintf("SET/%d bytes", size), func(b *testing.B) {
			value := strings.Repeat("v", size)
			one := fmt.Sprintf("*3\r\n$3\r\nSET\r\n$16\r\nkey:000000000001\r\n$%d\r\n%s\r\n", size, value)
			const pipeline = 16
			in := []byte(strings.Repeat(one, pipeline))
			p := testParser(false)
			p.maxBulkBytes = 512 << 20
			var batch keyspace.Batch
			b.ReportAllocs()
			for i := 0; i < b.N; i += pipeline {
				batch.Reset()
				if p.parse(&batch, in) != len(in) || batch.Len() != pipeline {
					b.Fatal("not parsed")
				}
			}
		})
	}
}
