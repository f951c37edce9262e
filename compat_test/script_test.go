package compat_test

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// script is a sequence of commands that both servers get on a fresh connection, their databases
// empty.
type script struct {
	name  string
	proto int // 2 or 3; 0 in a table: under both
	steps []step
	// pipeline is the number of commands sent in one write.
	pipeline int
}

// step is one command and the way its reply is compared: nil is byte for byte.
type step struct {
	args    []string
	compare *comparison
}

// parseScript reads the text format that doc_test.go defines.
func parseScript(name, text string) (script, error) {
	s := script{name: name, pipeline: 1}
	number := 0
	for line := range strings.Lines(text) {
		number++
		if err := s.parseLine(strings.TrimSpace(line)); err != nil {
			return s, fmt.Errorf("%s, line %d: %w", name, number, err)
		}
	}
	if len(s.steps) == 0 {
		return s, fmt.Errorf("%s: no command", name)
	}
	return s, nil
}

func (s *script) parseLine(line string) error {
	if line == "" || line[0] == '#' {
		return nil
	}
	if directive, ok := strings.CutPrefix(line, "@"); ok {
		return s.parseDirective(directive)
	}
	var name string
	if rest, ok := strings.CutPrefix(line, "~"); ok {
		name, line, _ = strings.Cut(rest, " ")
	}
	args, err := split(line)
	if err != nil {
		return err
	}
	if len(args) == 0 {
		return errors.New("a comparison without a command")
	}
	return s.add(name, args)
}

func (s *script) parseDirective(directive string) error {
	name, argument, _ := strings.Cut(directive, " ")
	n, err := strconv.Atoi(argument)
	if name == "proto" && err == nil && (n == 2 || n == 3) {
		s.proto = n
		return nil
	}
	return fmt.Errorf("unknown directive @%s", directive)
}

func (s *script) add(comparisonName string, args []string) error {
	if comparisonName == "" {
		comparisonName = defaultComparison(args)
	}
	compare, ok := comparisonNamed(comparisonName)
	if !ok {
		return fmt.Errorf("unknown comparison ~%s", comparisonName)
	}
	s.steps = append(s.steps, step{args, compare})
	return nil
}

// String is the script in its text format.
func (s script) String() string {
	var b strings.Builder
	if s.proto != 0 {
		fmt.Fprintf(&b, "@proto %d\n", s.proto)
	}
	for _, step := range s.steps {
		b.WriteString(step.String() + "\n")
	}
	return b.String()
}

func (s step) String() string {
	line := join(s.args)
	name := ""
	if s.compare != nil {
		name = s.compare.name
	}
	switch defaultComparison(s.args) {
	case name:
		return line
	case "":
		return "~" + name + " " + line
	}
	return "~" + cmp.Or(name, "exact") + " " + line
}

// difference is one reply in which ringer parts from redis.
type difference struct {
	index     int // of the step in its script
	want, got string
}

// answer is what a server did with a command: it replied, or it ended the connection, or nothing.
type answer struct {
	reply
	gone string
}

func (a answer) String() string {
	if a.gone != "" {
		return "(" + a.gone + ")"
	}
	return strconv.Quote(string(a.raw))
}

// difference runs s on both servers and returns the first difference, nil if there is none. An
// error means that the servers could not be asked.
func (p pair) difference(s script) (*difference, error) {
	var conns [2]*conn
	for i, server := range p.each() {
		c, err := openFor(server, s.proto)
		if err != nil {
			return nil, err
		}
		defer c.close()
		conns[i] = c
	}
	for start := 0; start < len(s.steps); start += s.pipeline {
		end := min(start+s.pipeline, len(s.steps))
		d := differenceInBatch(conns, s.steps[start:end])
		if d != nil && d.index < 0 {
			return nil, nil // both have closed the connection, as QUIT asks
		}
		if d != nil {
			d.index += start
			return d, nil
		}
	}
	return nil, nil
}

// openFor connects, chooses the protocol and empties all databases.
func openFor(s *server, proto int) (*conn, error) {
	c, err := dial(s.addr)
	if err != nil {
		return nil, err
	}
	if proto == 3 {
		if _, err = c.do("HELLO", "3"); err != nil {
			c.close()
			return nil, fmt.Errorf("%s: HELLO 3: %w", s.name, err)
		}
	}
	r, err := c.do("FLUSHALL")
	if err == nil && string(r.raw) != "+OK\r\n" {
		err = fmt.Errorf("FLUSHALL answers %q", r.raw)
	}
	if err != nil {
		c.close()
		return nil, fmt.Errorf("%s: %w\n%s", s.name, err, s.log)
	}
	return c, nil
}

// differenceInBatch sends the steps in one write to each server and compares the replies. An
// index of -1 says that both have closed the connection.
func differenceInBatch(conns [2]*conn, steps []step) *difference {
	var batch []byte
	for _, step := range steps {
		batch = appendCommand(batch, step.args)
	}
	for _, c := range conns {
		_ = c.write(batch) // a failing write shows as a failing read
	}
	for i, step := range steps {
		want, got := conns[0].answer(), conns[1].answer()
		if !step.same(want, got) {
			return &difference{i, want.String(), got.String()}
		}
		if want.gone != "" {
			return &difference{index: -1}
		}
	}
	return nil
}

func (s step) same(want, got answer) bool {
	if want.gone != "" || got.gone != "" {
		return want.gone == got.gone
	}
	if s.compare != nil {
		return s.compare.equal(want.value, got.value, identical)
	}
	return bytes.Equal(want.raw, got.raw)
}

func (c *conn) answer() answer {
	r, err := c.read()
	return answer{r, goneBecause(err)}
}

// goneBecause puts a failing read in words that are the same for both servers.
func goneBecause(err error) string {
	var timeout net.Error
	switch {
	case err == nil:
		return ""
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF),
		errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return "connection closed"
	case errors.As(err, &timeout) && timeout.Timeout():
		return "no reply in " + ioTimeout.String()
	}
	return err.Error()
}

// report describes a difference in full: the two replies and the script up to there.
func (d difference) report(s script) string {
	if d.index >= len(s.steps) {
		return fmt.Sprintf("%s: a difference after the last step", s.name)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s: reply %d differs\n", s.name, d.index+1)
	fmt.Fprintf(&b, "  command: %s\n", abridge(s.steps[d.index].String(), 0))
	if compare := s.steps[d.index].compare; compare != nil {
		fmt.Fprintf(&b, "  compared as %s: %s\n", compare.name, compare.why)
	}
	at := firstDifference(d.want, d.got)
	fmt.Fprintf(&b, "  redis:   %s\n  ringer:  %s\n", abridge(d.want, at), abridge(d.got, at))
	b.WriteString("  script so far:\n")
	upTo := script{proto: s.proto, steps: s.steps[:d.index+1]}
	const shown = 40
	if hidden := d.index + 1 - shown; hidden > 0 {
		fmt.Fprintf(&b, "    # %d commands before these\n", hidden)
		upTo.steps = upTo.steps[hidden:]
	}
	for line := range strings.Lines(upTo.String()) {
		b.WriteString("    " + abridge(strings.TrimSpace(line), 0) + "\n")
	}
	return b.String()
}

func firstDifference(a, b string) int {
	i := 0
	for i < len(a) && i < len(b) && a[i] == b[i] {
		i++
	}
	return i
}

// abridge cuts a long text down to what surrounds position at.
func abridge(s string, at int) string {
	const before, after = 120, 240
	from, to := max(0, at-before), min(len(s), at+after)
	text := s[from:to]
	if from > 0 {
		text = fmt.Sprintf("[%d bytes]...%s", from, text)
	}
	if to < len(s) {
		text = fmt.Sprintf("%s...[%d bytes]", text, len(s)-to)
	}
	return text
}

// scripted is one case of a table: a sentence and a script.
type scripted struct{ name, text string }

// runTable runs each case under RESP2 and RESP3, and through the native port for its values.
func runTable(t *testing.T, cases []scripted) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s, err := parseScript(c.name, c.text)
			if err != nil {
				t.Fatal(err)
			}
			lab.shared.compare(t, s)
		})
	}
}

// compare runs s under its protocol, or under both, and reports every first difference.
func (p pair) compare(t *testing.T, s script) {
	t.Helper()
	for _, proto := range []int{2, 3} {
		if s.proto != 0 && s.proto != proto {
			continue
		}
		under := s
		under.name, under.proto = fmt.Sprintf("%s, RESP%d", s.name, proto), proto
		d, err := p.difference(under)
		p.check(t, under, d, err)
	}
	if s.proto != 3 && p.ringer.nativeAddr != "" {
		s.name, s.proto = s.name+", native", 2
		d, err := p.nativeDifference(s)
		p.check(t, s, d, err)
	}
}

func (p pair) check(t *testing.T, s script, d *difference, err error) {
	t.Helper()
	if err != nil {
		for _, server := range p.each() {
			server.alive(t)
		}
		t.Fatal(err)
	}
	if d != nil {
		t.Error(d.report(s))
	}
}

func TestScriptTextReadsBack(t *testing.T) {
	text := "@proto 3\nSET k \"a b\\x00\"\n~shape GET k\nTTL k\n~sorted ZRANGE z 0 -1\n~exact PTTL k\n"
	s, err := parseScript("text", "# comment\n\n"+text)
	if err != nil || s.String() != text {
		t.Errorf("parseScript = %q, %v; want %q", s, err, text)
	}
	if s.proto != 3 || len(s.steps) != 5 || s.steps[2].compare.name != "seconds" {
		t.Errorf("parsed as %+v", s)
	}
	for _, bad := range []string{"", "@proto 4\nPING", "~sorte PING", "~sorted", "GET \"", "@x 2"} {
		if s, err := parseScript("bad", bad); err == nil {
			t.Errorf("parseScript(%q) = %+v, want an error", bad, s)
		}
	}
}

// TestDifferenceIsFound makes sure that the harness can fail: it holds a server against itself,
// with another client's change in between.
func TestDifferenceIsFound(t *testing.T) {
	p := pair{lab.shared.redis, lab.shared.redis}
	s, err := parseScript("self", "SET k 1\nSET k 2 GET\nSET k 3 NX\nDEL k\nDEL k")
	if err != nil {
		t.Fatal(err)
	}
	d, err := p.difference(s)
	if err != nil || d == nil || d.index != 1 {
		t.Fatalf("difference = %+v, %v; want one at step 1", d, err)
	}
	for _, part := range []string{"reply 2 differs", "SET k 2 GET", `"$1\r\n1\r\n"`, `"$1\r\n2\r\n"`} {
		if !strings.Contains(d.report(s), part) {
			t.Errorf("the report lacks %q:\n%s", part, d.report(s))
		}
	}
}
