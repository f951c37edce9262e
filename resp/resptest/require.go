package resptest

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"
)

// The Require methods fail the test at once unless a key holds what it should, and say how the two
// differ.

// holds is what a key of some type is made of, as lines.
type holds struct {
	kind  string
	lines []string
}

// require compares what a key holds with what it should.
func (d *Database) require(tb testing.TB, key string, got []string, want holds) {
	tb.Helper()
	if found := d.kind(tb, key); found != want.kind {
		tb.Fatalf("key %q is %s, want %s", key, withArticle(found), withArticle(want.kind))
	}
	if !slices.Equal(got, want.lines) {
		tb.Fatalf("%s %q differs (- want, + got):\n%s",
			want.kind, key, difference(want.lines, got))
	}
}

// kind is Type, and fails the test if the server has been closed.
func (d *Database) kind(tb testing.TB, key string) string {
	tb.Helper()
	kind, err := d.Do("TYPE", key)
	if err != nil {
		tb.Fatalf("key %q: %v", key, err)
	}
	return kind.(string)
}

// withArticle is the name of a type in a sentence.
func withArticle(kind string) string {
	if kind == "none" {
		return "missing"
	}
	return "a " + kind
}

// RequireString fails the test unless key is a string with the value want.
func (d *Database) RequireString(tb testing.TB, key, want string) {
	tb.Helper()
	got, _ := d.String(key)
	if got != want && max(len(got), len(want)) > maxLoggedBytes && d.kind(tb, key) == "string" {
		at := differAt(want, got)
		tb.Fatalf("string %q differs from byte %d on (- want, of %d bytes, + got, of %d):\n"+
			"\t- %s\n\t+ %s",
			key, at, len(want), len(got), excerpt(want, at), excerpt(got, at))
	}
	d.require(tb, key, quoted([]string{got}), holds{"string", quoted([]string{want})})
}

// RequireList fails the test unless key is a list of these elements.
func (d *Database) RequireList(tb testing.TB, key string, want ...string) {
	tb.Helper()
	got, _ := d.List(key)
	d.require(tb, key, quoted(got), holds{"list", quoted(want)})
}

// RequireSet fails the test unless key is a set of these members, in whatever order they are given.
func (d *Database) RequireSet(tb testing.TB, key string, want ...string) {
	tb.Helper()
	got, _ := d.Set(key)
	want = slices.Sorted(slices.Values(want))
	d.require(tb, key, quoted(got), holds{"set", quoted(want)})
}

// RequireHash fails the test unless key is a hash of these fields.
func (d *Database) RequireHash(tb testing.TB, key string, want map[string]string) {
	tb.Helper()
	got, _ := d.Hash(key)
	d.require(tb, key, fieldLines(got), holds{"hash", fieldLines(want)})
}

// RequireSortedSet fails the test unless key is a sorted set of these members, in whatever order
// they are given.
func (d *Database) RequireSortedSet(tb testing.TB, key string, want ...Z) {
	tb.Helper()
	got, _ := d.SortedSet(key)
	want = slices.SortedFunc(slices.Values(want), func(a, b Z) int {
		return cmp.Or(cmp.Compare(a.Score, b.Score), cmp.Compare(a.Member, b.Member))
	})
	d.require(tb, key, scoreLines(got), holds{"zset", scoreLines(want)})
}

// RequireStream fails the test unless key is a stream of these entries. An id of "*" fits any.
func (d *Database) RequireStream(tb testing.TB, key string, want ...Entry) {
	tb.Helper()
	got, _ := d.Stream(key)
	for i := range min(len(got), len(want)) {
		if want[i].ID == "*" {
			got[i].ID = "*"
		}
	}
	d.require(tb, key, entryLines(got), holds{"stream", entryLines(want)})
}

// RequireTTL fails the test unless key has a deadline that is at most want and not more than a
// second less than it away.
func (d *Database) RequireTTL(tb testing.TB, key string, want time.Duration) {
	tb.Helper()
	got, ok := d.TTL(key)
	switch {
	case d.kind(tb, key) == "none":
		tb.Fatalf("key %q is missing, want a TTL of %v", key, want)
	case !ok:
		tb.Fatalf("key %q has no deadline, want a TTL of %v", key, want)
	case got > want || got < want-time.Second:
		tb.Fatalf("key %q has a TTL of %v, want %v", key, got, want)
	}
}

// RequireMissing fails the test if one of the keys exists.
func (d *Database) RequireMissing(tb testing.TB, keys ...string) {
	tb.Helper()
	for _, key := range keys {
		if kind := d.kind(tb, key); kind != "none" {
			tb.Fatalf("key %q is %s, want it missing", key, withArticle(kind))
		}
	}
}

// differAt is where two strings begin to differ.
func differAt(a, b string) int {
	n := min(len(a), len(b))
	for i := range n {
		if a[i] != b[i] {
			return i
		}
	}
	return n
}

// excerpt is what stands around a place in a long string.
func excerpt(s string, at int) string {
	const before, behind = 20, 60
	from, to := max(0, at-before), min(len(s), at+behind)
	text := fmt.Sprintf("%q", s[min(from, len(s)):to])
	if from > 0 {
		text = "..." + text
	}
	if to < len(s) {
		text += "..."
	}
	return text
}

func quoted(list []string) []string {
	lines := make([]string, len(list))
	for i, s := range list {
		lines[i] = fmt.Sprintf("%q", s)
	}
	return lines
}

func fieldLines(fields map[string]string) []string {
	var lines []string
	for _, field := range slices.Sorted(maps.Keys(fields)) {
		lines = append(lines, fmt.Sprintf("%q: %q", field, fields[field]))
	}
	return lines
}

func scoreLines(members []Z) []string {
	var lines []string
	for _, m := range members {
		lines = append(lines, fmt.Sprintf("%v %q", m.Score, m.Member))
	}
	return lines
}

func entryLines(entries []Entry) []string {
	var lines []string
	for _, e := range entries {
		lines = append(lines, fmt.Sprintf("%s %q", e.ID, e.Fields))
	}
	return lines
}

// difference shows two lists of lines as one, with "-" before those of want only, "+" before those
// of got only, and where both agree for long, dots.
func difference(want, got []string) string {
	var b strings.Builder
	for _, line := range shorten(align(want, got)) {
		b.WriteString("\t" + line + "\n")
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// alignLimit bounds the work of align, which takes time and memory in the product of the lengths.
const alignLimit = 1 << 20

// align is the longest common subsequence of two lists, with what is in one of them only.
func align(want, got []string) (lines []string) {
	for len(want) > 0 && len(got) > 0 && want[0] == got[0] {
		lines = append(lines, "  "+want[0])
		want, got = want[1:], got[1:]
	}
	if len(want)*len(got) > alignLimit {
		return append(append(lines, prefixed("- ", want)...), prefixed("+ ", got)...)
	}
	common := commonLengths(want, got)
	for len(want) > 0 && len(got) > 0 {
		i, j := len(common)-len(want)-1, len(common[0])-len(got)-1
		switch {
		case want[0] == got[0]:
			lines = append(lines, "  "+want[0])
			want, got = want[1:], got[1:]
		case common[i+1][j] >= common[i][j+1]:
			lines = append(lines, "- "+want[0])
			want = want[1:]
		default:
			lines = append(lines, "+ "+got[0])
			got = got[1:]
		}
	}
	return append(append(lines, prefixed("- ", want)...), prefixed("+ ", got)...)
}

// commonLengths is the table of the lengths of the longest common subsequences of all ends.
func commonLengths(want, got []string) [][]int {
	t := make([][]int, len(want)+1)
	for i := range t {
		t[i] = make([]int, len(got)+1)
	}
	for i := len(want) - 1; i >= 0; i-- {
		for j := len(got) - 1; j >= 0; j-- {
			if want[i] == got[j] {
				t[i][j] = t[i+1][j+1] + 1
			} else {
				t[i][j] = max(t[i+1][j], t[i][j+1])
			}
		}
	}
	return t
}

func prefixed(prefix string, lines []string) []string {
	all := make([]string, len(lines))
	for i, line := range lines {
		all[i] = prefix + line
	}
	return all
}

// contextLines is how many lines around a difference are shown, maxDifference how many in all.
const (
	contextLines  = 3
	maxDifference = 60
)

// shorten puts dots for lines that are far from any difference, and behind too many.
func shorten(lines []string) (short []string) {
	near := make([]bool, len(lines))
	for i, line := range lines {
		if line[0] == ' ' {
			continue
		}
		for j := max(0, i-contextLines); j <= min(len(lines)-1, i+contextLines); j++ {
			near[j] = true
		}
	}
	for i, line := range lines {
		switch {
		case len(short) >= maxDifference:
			return append(short, fmt.Sprintf("... %d lines more", len(lines)-i))
		case near[i]:
			short = append(short, clip(line))
		case i == 0 || near[i-1]:
			short = append(short, "...")
		}
	}
	return short
}
