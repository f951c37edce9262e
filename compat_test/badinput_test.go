package compat_test

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

const (
	// quiet is how long a connection is watched for bytes that should not come. It need not cover
	// a slow server: by then the server has answered others that came later.
	quiet = 40 * time.Millisecond
	// exchangesAtOnce keeps the watching of many connections from adding up.
	exchangesAtOnce = 24
)

// hostile is what a client writes, piece by piece: each piece arrives before the next is sent.
type hostile struct {
	name   string
	pieces []string
	// halfClose ends the sending side after the last piece.
	halfClose bool
}

// outcome is what a server did with it.
type outcome struct {
	bytes  []byte
	closed bool
}

func (o outcome) String() string {
	end := "stays open"
	if o.closed {
		end = "closed"
	}
	return abridge(strconv.Quote(string(o.bytes)), 0) + ", " + end
}

// runHostile holds ringer to what redis does with each case: the exact bytes, and the close.
func (p pair) runHostile(t *testing.T, cases []hostile) {
	t.Helper()
	failures := make([]error, len(cases))
	var group sync.WaitGroup
	slots := make(chan struct{}, exchangesAtOnce)
	for i, c := range cases {
		slots <- struct{}{}
		group.Go(func() {
			defer func() { <-slots }()
			failures[i] = p.exchange(c)
		})
	}
	group.Wait()
	for i, c := range cases {
		if failures[i] != nil {
			t.Errorf("%s: %v\n  sent: %s", c.name, failures[i],
				abridge(fmt.Sprintf("%q", c.pieces), 0))
		}
	}
	for _, s := range p.each() {
		s.alive(t)
		if err := s.ping(); err != nil {
			t.Errorf("%s no longer serves others: %v", s.name, err)
		}
	}
}

// exchange plays one case on both servers.
func (p pair) exchange(c hostile) error {
	want, err := p.redis.outcomeOf(c, nil)
	if err != nil {
		return fmt.Errorf("redis: %w", err)
	}
	got, err := p.ringer.outcomeOf(c, &want)
	if err != nil {
		return fmt.Errorf("ringer: %w", err)
	}
	if !bytes.Equal(want.bytes, got.bytes) || want.closed != got.closed {
		return fmt.Errorf("differs\n  redis:  %s\n  ringer: %s", want, got)
	}
	return nil
}

// outcomeOf sends the pieces and collects what comes back. With an expectation it waits for that
// long, for a busy machine's sake, before it looks for what should not come.
func (s *server) outcomeOf(c hostile, want *outcome) (outcome, error) {
	conn, err := dial(s.addr)
	if err != nil {
		return outcome{}, err
	}
	defer conn.close()
	witness, err := dial(s.addr)
	if err != nil {
		return outcome{}, err
	}
	defer witness.close()
	for i, piece := range c.pieces {
		if i > 0 {
			if err := witness.settle(); err != nil {
				return outcome{}, err
			}
		}
		_ = conn.write([]byte(piece)) // fails when the server has closed already
	}
	if c.halfClose {
		_ = conn.net.(*net.TCPConn).CloseWrite()
	}
	if err := witness.settle(); err != nil {
		return outcome{}, err
	}
	return conn.collect(want)
}

// settle returns when the server has seen what was sent to it before, on any connection: it
// serves what is readable in turn, so three round trips on this one leave nothing unread on
// another.
func (c *conn) settle() error {
	for range 3 {
		if _, err := c.do("PING"); err != nil {
			return fmt.Errorf("the witness is not served: %w", err)
		}
	}
	return nil
}

func (c *conn) collect(want *outcome) (outcome, error) {
	var got outcome
	buf := make([]byte, 64<<10)
	for {
		wait := quiet
		alike := want != nil && bytes.HasPrefix(want.bytes, got.bytes)
		if alike && (len(got.bytes) < len(want.bytes) || want.closed) {
			wait = ioTimeout
		}
		if err := c.net.SetReadDeadline(time.Now().Add(wait)); err != nil {
			return got, err
		}
		n, err := c.in.Read(buf)
		got.bytes = append(got.bytes, buf[:n]...)
		switch {
		case errors.Is(err, os.ErrDeadlineExceeded):
			return got, nil
		case err != nil:
			got.closed = true
			return got, nil
		}
	}
}

func TestBadInput(t *testing.T) {
	var cases []hostile
	for _, text := range badInput {
		cases = append(cases, hostile{name: abridge(strconv.Quote(text), 0), pieces: []string{text}})
	}
	lab.shared.runHostile(t, append(cases, badLongInput()...))
}

// badInput is sent in one write each.
var badInput = []string{
	// counts
	"*1\r\n$9223372036854775807\r\n", "*9223372036854775807\r\n", "*9223372036854775808\r\n",
	"*18446744073709551617\r\n", "*2147483647\r\n", "*2147483648\r\n", "*1048576\r\n",
	"*1048577\r\n",
	"*-1\r\n", "*-1\r\nPING\r\n", "*0\r\n", "*0\r\nPING\r\n", "*0\r\n*0\r\n*-5\r\nPING\r\n",
	"*-2147483648\r\nPING\r\n", "*-9223372036854775808\r\nPING\r\n", "*-9223372036854775809\r\n",
	"*\r\n", "*x\r\n", "* 1\r\n", "*1 \r\n", "*+1\r\n", "*01\r\n", "*00\r\n", "*-0\r\n",
	"*1x\r\n", "*1.0\r\n",
	"*0x1\r\n", "**1\r\n", "*$4\r\n", "*1\n$4\nPING\n", "*1\rX$4\rXPING\rX", "*1\r", "*1",
	"*3\r\ngarbage\r\n", "*3\r\n$3\r\nSET\r\ngarbage\r\n", "*3\r\n*3\r\n",
	// lengths
	"*1\r\n$-1\r\n", "*1\r\n$-1\r\nPING\r\n", "*1\r\n$-2\r\n", "*1\r\n$536870912\r\n",
	"*1\r\n$536870913\r\n",
	"*1\r\n$4294967296\r\n", "*1\r\n$9223372036854775808\r\n", "*1\r\n$\r\n", "*1\r\n$x\r\n",
	"*1\r\n$ 4\r\nPING\r\n", "*1\r\n$4 \r\nPING\r\n", "*1\r\n$+4\r\nPING\r\n",
	"*1\r\n$04\r\nPING\r\n",
	"*1\r\n$4\nPING\r\n", "*1\r\n$4\r\nPINGxx*1\r\n$4\r\nPING\r\n", "*1\r\n$4\r\nPINGPING\r\n",
	"*1\r\n$3\r\nPING\r\n", "*1\r\n$5\r\nPING\r\n", "*1\r\n$0\r\n\r\n",
	"*2\r\n$4\r\nPING\r\n$0\r\n\r\n",
	"*2\r\n$0\r\n\r\n$0\r\n\r\n", "*2\r\n$4\r\nECHO\r\n$-1\r\n",
	"*2\r\n$4\r\nECHO\r\n$536870913\r\n",
	// the wrong kind of frame
	"*1\r\n:1\r\n", "*1\r\n+PING\r\n", "*1\r\n*1\r\n$4\r\nPING\r\n", "*1\r\n\r\n", "*1\r\n\n",
	"*1\r\nPING\r\n",
	"*1\r\n\x00\r\n", "*1\r\n\xff\r\n", "*2\r\n$4\r\nECHO\r\n:1\r\n",
	"*3\r\n$3\r\nSET\r\n$1\r\nk\r\n:1\r\n",
	"$4\r\nPING\r\n", ":1\r\n", "+PING\r\n", "-ERR\r\n", "%1\r\n", "_\r\n",
	// good commands before a bad one, in one write
	"PING\r\nPING\r\n*x\r\n", "*1\r\n$4\r\nPING\r\n*1\r\n$-5\r\n",
	"*1\r\n$4\r\nPING\r\n*1\r\n:1\r\nPING\r\n",
	"PING\r\n*1\r\n$4\r\nPING\r\nPING \"\r\nPING\r\n",
	"SET bad 1\r\nGET bad\r\n*1\r\n$x\r\nGET bad\r\n",
	"NOSUCH\r\nGET\r\n*1\r\n$4\r\nPING\r\n*-1\r\n*1048577000\r\n*1\r\n:1\r\n",
	// inline
	"\r\n", "\n", "\r\n\r\n\r\nPING\r\n", "\n\n\nPING\n", "   \r\nPING\r\n", "\t\r\nPING\r\n",
	"PING\n", "PING\r\n",
	"PING", "PING\r", "\rPING\r\n", "PING\r\r\n", "PI\rNG\r\n", "  PING  \r\n",
	"\tPING\thello\t\r\n",
	"PING \"\r\n", "PING '\r\n", "PING \"a\"b\r\n", "PING 'a'b\r\n", "PING \"a\r\n\"\r\n",
	"PING a\"b\r\n",
	"PING a\"b\"\r\n", "PING \"a b\"\r\n", "PING 'a b'\r\n",
	"PING \"\\x41\\n\\t\\\\\\\"\\q\"\r\n", "PING '\\'\\n'\r\n",
	"PING \"\\x4\"\r\n", "PING \"\\xzz\"\r\n", "PING \"\"\r\n", "PING ''\r\n", "\"PING\"\r\n",
	"'PING'\r\n", "\"\"\r\n",
	"PING \"a\" \"b\"\r\n", "PING \"abc\\\"\r\n", "PING \\\r\n", "P\"ING\"\r\n",
	"PING\x00\r\n", "PI\x00NG\r\n", "\x00PING\r\n", "\x00\r\nPING\r\n", "PING a\x00b\r\n",
	"PING \"a\x00b\"\r\n",
	"\x01\x02\x03\r\n", "\xff\xfe\r\n", "\x16\x03\x01\x02\x00\x01\x00\r\n", "PING \v\f\r\n",
	"PING\va\r\n",
	"GET / HTTP/1.1\r\nHost: x\r\n\r\n", "POST / HTTP/1.1\r\nHost: x\r\n\r\n",
	"Host: x\r\nPING\r\n",
	"post\r\nPING\r\n", "HOST:\r\n", "PING\r\nPOST /\r\nPING\r\n",
	// nothing is served after QUIT
	"QUIT\r\nPING\r\n", "PING\r\nQUIT\r\nSET quit 1\r\nPING\r\n",
	"*1\r\n$4\r\nQUIT\r\n*1\r\n$4\r\nPING\r\n",
	"QUIT\r\n*x\r\n", "quit now\r\nPING\r\n", "QUIT\r\n*1\r\n$9223372036854775807\r\n",
	// frames one after the other, inline and not
	"PING\r\n*1\r\n$4\r\nPING\r\nPING\n*2\r\n$4\r\nECHO\r\n$2\r\n\r\n\r\nPING\r\n",
}

// badLongInput stands around the 64 KiB that a line may have. A line that ends between that and
// what one read of redis may take in depends on how the bytes arrive, and is left out.
func badLongInput() []hostile {
	const limit = 64 << 10
	digits := func(n int) string { return strings.Repeat("1", n) }
	word := func(n int) string { return strings.Repeat("x", n) }
	return []hostile{
		{name: "an inline line of 64 KiB", pieces: []string{"ECHO " + word(limit-7) + "\r\n"}},
		{name: "an inline line of 64 KiB without its end", pieces: []string{word(limit)}},
		{name: "one byte more", pieces: []string{word(limit + 1)}},
		{name: "one byte more, in pieces", pieces: []string{word(limit), "x"}},
		{name: "64 KiB, then its end", pieces: []string{"ECHO " + word(limit-6), "\r\nPING\r\n"}},
		{name: "a line of 1 MiB", pieces: []string{word(1<<20) + "\r\nPING\r\n"}},
		{name: "a line of short words", pieces: []string{strings.Repeat("a ", 1<<19) + "\r\n"}},
		{name: "good commands, then a long line", pieces: []string{"PING\r\nPING\r\n", word(limit + 1)}},
		{name: "a line of quotes", pieces: []string{strings.Repeat("\"", limit/2) + "\r\n"}},
		{name: "many empty lines", pieces: []string{strings.Repeat("\r\n", 30000) + "PING\r\n"}},
		{name: "many empty arrays", pieces: []string{strings.Repeat("*0\r\n", 30000) + "PING\r\n"}},
		{name: "a count of 64 KiB", pieces: []string{"*" + digits(limit-1)}},
		{name: "a count of 64 KiB and a byte", pieces: []string{"*" + digits(limit)}},
		{name: "a count of 1 MiB", pieces: []string{"*" + digits(1<<20) + "\r\n"}},
		{name: "a length of 64 KiB", pieces: []string{"*1\r\n$" + digits(limit-1)}},
		{name: "a length of 64 KiB and a byte", pieces: []string{"*1\r\n$" + digits(limit)}},
		{name: "a length of 1 MiB", pieces: []string{"*1\r\n$" + digits(1<<20) + "\r\n"}},
		{name: "a thousand arguments", pieces: []string{
			"*1001\r\n$3\r\nDEL\r\n" + strings.Repeat("$1\r\nq\r\n", 1000)}},
		{name: "a name of 100 KiB", pieces: []string{
			fmt.Sprintf("*1\r\n$%d\r\n%s\r\n", 100<<10, word(100<<10))}},
		{name: "a name of 100 bytes that is no command", pieces: []string{word(200) + "\r\n"}},
	}
}

// pipeline holds frames of every kind; cut tests take it apart.
const pipeline = "PING\r\n*3\r\n$3\r\nSET\r\n$9\r\ncutcutcut\r\n$4\r\n\r\n\r\n\r\n" +
	"GET cutcutcut\r\n*0\r\n" +
	"*4\r\n$4\r\nZADD\r\n$9\r\nctzctzctz\r\n$2\r\n10\r\n$1\r\nm\r\n" +
	"\r\nECHO \"a b\"\n*1\r\n$4\r\nPING\r\n"

func TestCutAtEveryByte(t *testing.T) {
	var cases []hostile
	for i := 1; i < len(pipeline); i++ {
		head, tail := pipeline[:i], pipeline[i:]
		cases = append(cases,
			hostile{name: fmt.Sprintf("cut at %d, completed", i), pieces: []string{head, tail}},
			hostile{name: fmt.Sprintf("cut at %d, half closed", i), pieces: []string{head}, halfClose: true})
	}
	cases = append(cases,
		hostile{name: "one byte a write", pieces: strings.Split(pipeline, "")},
		hostile{name: "half closed after the last", pieces: []string{pipeline}, halfClose: true},
		hostile{name: "half closed at once", halfClose: true},
		hostile{name: "an error, then half closed", pieces: []string{"PING\r\n*x\r\n"}, halfClose: true},
	)
	// ZADD replies 1 only once: the key is there before.
	for _, s := range lab.shared.each() {
		mustDial(t, s.addr).must(t, "ZADD ctzctzctz 10 m")
	}
	lab.shared.runHostile(t, cases)
}

// TestDamagedPipelines changes a few bytes of a good pipeline, from a seed. Each has keys of its
// own, so far from each other that damage does not turn one into another's.
func TestDamagedPipelines(t *testing.T) {
	rnd := rand.New(rand.NewPCG(lab.seed, 7))
	var cases []hostile
	for i := range 300 {
		keys := strings.NewReplacer("cut", fmt.Sprintf("%03d", i), "ctz", fmt.Sprintf("z%02x", i))
		damaged := []byte(keys.Replace(pipeline))
		for range 1 + rnd.IntN(4) {
			at := rnd.IntN(len(damaged))
			switch rnd.IntN(3) {
			case 0:
				damaged[at] = "\r\n*$:+-019 \"'\x00\xffx"[rnd.IntN(16)]
			case 1:
				damaged = append(damaged[:at], damaged[at+1:]...)
			case 2:
				damaged = append(damaged[:at], append([]byte{damaged[at]}, damaged[at:]...)...)
			}
		}
		cut := rnd.IntN(len(damaged))
		cases = append(cases, hostile{
			name:   fmt.Sprintf("damaged pipeline %d of seed %d", i, lab.seed),
			pieces: []string{string(damaged[:cut]), string(damaged[cut:])},
		})
	}
	lab.shared.runHostile(t, cases)
}

// TestBadInputBeforeAuthentication uses the smaller limits that hold until then.
func TestBadInputBeforeAuthentication(t *testing.T) {
	p := newPair(t, "--requirepass", "secret")
	var cases []hostile
	for _, text := range []string{
		"PING\r\n", "GET k\r\n", "NOSUCH\r\n", "GET\r\n", "*x\r\n", "QUIT\r\n",
		"quit\r\nPING\r\n", "HELLO\r\n", "HELLO 3\r\n",
		"HELLO 4\r\n", "HELLO x\r\n", "HELLO 3 AUTH default wrong\r\nPING\r\n",
		"HELLO 3 AUTH nobody secret\r\n",
		"HELLO 3 AUTH\r\n", "HELLO 3 SETNAME x\r\n", "HELLO 3 FOO\r\n", "COMMAND COUNT\r\n",
		"CLIENT ID\r\n", "SHUTDOWN\r\n",
		"*10\r\n$4\r\nPING\r\n", "*11\r\n", "*1000000000000\r\n", "*1\r\n$16384\r\n",
		"*1\r\n$16385\r\n", "*1\r\n$x\r\n",
		"AUTH\r\n", "AUTH wrong\r\n", "AUTH secret\r\nPING\r\n",
		"AUTH default secret\r\nPING\r\n", "AUTH a b c\r\n",
		"AUTH nobody secret\r\n", "HELLO 2 AUTH default wrong\r\nHELLO 2\r\n",
		"AUTH secret\r\n*11\r\n$4\r\nPING\r\n", "AUTH secret\r\n*1\r\n$16385\r\n",
		"*2\r\n$4\r\nPING\r\n$16385\r\n", "PING\r\n*11\r\n",
	} {
		cases = append(cases, hostile{name: strconv.Quote(text), pieces: []string{text}})
	}
	cases = append(cases, hostile{name: "an inline line of 64 KiB and a byte",
		pieces: []string{strings.Repeat("x", 64<<10+1)}})
	p.runHostile(t, cases)
}

// TestBulkLimitBySetting stands on both sides of proto-max-bulk-len, lowered to its least value.
func TestBulkLimitBySetting(t *testing.T) {
	p := newPair(t, "--proto-max-bulk-len", "1mb")
	const limit = 1 << 20
	set := func(n int) string {
		return fmt.Sprintf("*3\r\n$3\r\nSET\r\n$1\r\nb\r\n$%d\r\n%s\r\n", n, strings.Repeat("v", n))
	}
	p.runHostile(t, []hostile{
		{name: "a value at the limit", pieces: []string{set(limit) + "PING\r\n"}},
		{name: "a value over the limit", pieces: []string{set(limit+1) + "PING\r\n"}},
		{name: "only its length", pieces: []string{"*2\r\n$4\r\nECHO\r\n$1048577\r\n"}},
		{name: "good ones before it", pieces: []string{"PING\r\n" + set(10) + set(limit+1)}},
		{name: "a value at the limit, in pieces", pieces: []string{
			set(limit)[:100], set(limit)[100:70000], set(limit)[70000:]}},
		{name: "read back", pieces: []string{"CONFIG GET proto-max-bulk-len\r\n"}},
	})
}

// TestQueryBufferLimitBySetting: a client that has sent more than client-query-buffer-limit
// without completing a command is closed, without a reply.
func TestQueryBufferLimitBySetting(t *testing.T) {
	p := newPair(t, "--client-query-buffer-limit", "1mb")
	header := "*3\r\n$3\r\nSET\r\n$1\r\nq\r\n$5000000\r\n"
	p.runHostile(t, []hostile{
		{name: "below it", pieces: []string{header + strings.Repeat("v", 500_000)}},
		{name: "far above it", pieces: []string{header, strings.Repeat("v", 3_000_000)}},
	})
}
