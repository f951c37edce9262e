package compat_test

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// comparison is a named way of comparing two replies that is weaker than byte for byte. A script
// names it before the command (~sorted KEYS *), and why says what justifies it.
type comparison struct {
	name  string
	why   string
	equal func(want, got value, same matcher) bool
}

// matcher says whether two values are the same: strictly between RESP replies, and with doubles
// as numbers between RESP2 and the native protocol.
type matcher func(want, got value) bool

var comparisons = []comparison{
	{"sorted", "the order is that of a hash table with a random seed", equalSorted},
	{"scan", "cursor and order depend on a hash seed; a large COUNT sees all at once", equalScan},
	{"pairs", "as sorted, of a hash's fields with their values", equalPairs},
	{"pairscan", "as scan, of a hash's fields with their values", equalPairScan},
	{"seconds", "the two servers read their clocks at different moments", equalWithin(2)},
	{"millis", "the two servers read their clocks at different moments", equalWithin(5000)},
	{"nearly", "redis has its sines from the C library, which depend on the processor", equalNearly},
	{"distances", "as nearly: one in a billion distances is rounded the other way", equalDistances},
	{"clocks", "times of delivery and idle times of streams", equalClocks},
	{"autoid", "the milliseconds of an id that the server makes", equalAutoID},
	{"shape", "clock readings, ids and counters: only the kinds of the values count", equalShape},
	{"users", "single commands stand in a random order, and some are only here", equalUsers},
	{"log", "ACL LOG shows times and sockets, which are those of each server", equalLog},
	{"hello", "the connection id is a counter", equalHello},
	{"clients", "addresses, ids, ages and sizes are each server's own", equalClients},
	{"slowlog", "times and addresses are each server's own", equalSlowlog},
	{"libraries", "libraries, functions and flags stand in hash tables", equalLibraries},
	{"keys", "the values are counters and sizes; their names and kinds are not", equalMapShape},
	{"subset", "redis has more commands than ringer; ringer's must be among them", equalSubset},
}

// comparisonNamed returns nil, byte for byte, for "exact" and for the empty name.
func comparisonNamed(name string) (c *comparison, ok bool) {
	if name == "" || name == "exact" {
		return nil, true
	}
	i := slices.IndexFunc(comparisons, func(c comparison) bool { return c.name == name })
	if i < 0 {
		return nil, false
	}
	return &comparisons[i], true
}

// defaultComparison is the name of the comparison that a command needs whatever its arguments
// are.
func defaultComparison(args []string) string {
	switch strings.ToUpper(args[0]) {
	case "KEYS":
		return "sorted"
	case "SCAN":
		return "scan"
	case "TTL":
		return "seconds"
	case "PTTL":
		return "millis"
	case "TIME", "INFO":
		return "shape"
	case "HELLO":
		return "hello"
	case "ACL":
		return aclComparison(args[1:])
	case "FUNCTION":
		if len(args) > 1 && strings.EqualFold(args[1], "LIST") {
			return "libraries"
		}
	case "CLIENT":
		if len(args) == 2 && strings.EqualFold(args[1], "ID") {
			return "shape"
		}
	}
	return ""
}

// identical is the matcher between two replies of RESP.
func identical(want, got value) bool {
	return want.kind == got.kind && want.text == got.text && want.null == got.null &&
		slices.EqualFunc(want.elems, got.elems, identical)
}

func equalSorted(want, got value, same matcher) bool {
	want.elems, got.elems = sortedByText(want.elems), sortedByText(got.elems)
	return same(want, got)
}

func sortedByText(elems []value) []value {
	return slices.SortedFunc(slices.Values(elems), func(a, b value) int {
		return strings.Compare(a.text, b.text)
	})
}

func equalScan(want, got value, same matcher) bool {
	if len(want.elems) != 2 || len(got.elems) != 2 {
		return same(want, got)
	}
	return same(want.elems[0], got.elems[0]) && equalSorted(want.elems[1], got.elems[1], same)
}

// equalPairs is equalSorted for elements that belong together in twos.
func equalPairs(want, got value, same matcher) bool {
	return equalSorted(inPairs(want), inPairs(got), same)
}

// inPairs makes one element of every two, which sorts by the first one.
func inPairs(v value) value {
	if len(v.elems)%2 != 0 {
		return v
	}
	pairs := make([]value, 0, len(v.elems)/2)
	for pair := range slices.Chunk(v.elems, 2) {
		pairs = append(pairs, value{kind: '*', text: pair[0].text, elems: pair})
	}
	v.elems = pairs
	return v
}

func equalPairScan(want, got value, same matcher) bool {
	if len(want.elems) != 2 || len(got.elems) != 2 {
		return same(want, got)
	}
	return same(want.elems[0], got.elems[0]) && equalPairs(want.elems[1], got.elems[1], same)
}

// equalWithin compares integers up to a distance. The negative ones are codes (-1: no deadline,
// -2: no key) and stand apart, as does every other kind of reply.
func equalWithin(distance int64) func(want, got value, same matcher) bool {
	return func(want, got value, same matcher) bool {
		w, wantErr := strconv.ParseInt(want.text, 10, 64)
		g, gotErr := strconv.ParseInt(got.text, 10, 64)
		if want.kind != ':' || got.kind != ':' || wantErr != nil || gotErr != nil || w < 0 || g < 0 {
			return same(want, got)
		}
		return max(w, g)-min(w, g) <= distance
	}
}

// equalNearly compares members with their scores, and allows a score the last few of 53 bits, as a
// sine that is off by one in the last makes a distance to the other side of the earth off by more.
// So the members need not come in the same order.
func equalNearly(want, got value, same matcher) bool {
	w, g := scoresByMember(want), scoresByMember(got)
	if len(w) == 0 || len(w) != len(g) {
		return same(want, got)
	}
	for member, score := range w {
		other, ok := g[member]
		if !ok || math.Abs(score-other) > 1e-11*math.Abs(score) {
			return false
		}
	}
	return true
}

// equalDistances allows a distance, which has four decimals, one in the last of them. It walks
// through the reply, all else in which is compared as it is.
func equalDistances(want, got value, same matcher) bool {
	if len(want.elems) > 0 {
		return canonicalKind(want.kind) == canonicalKind(got.kind) &&
			slices.EqualFunc(want.elems, got.elems, func(a, b value) bool {
				return equalDistances(a, b, same)
			})
	}
	w, isDistance := distance(want)
	g, alike := distance(got)
	return same(want, got) || isDistance && alike && math.Abs(w-g) < 1.5e-4
}

// distance is a number with four decimals.
func distance(v value) (n float64, ok bool) {
	_, decimals, _ := strings.Cut(v.text, ".")
	n, err := strconv.ParseFloat(v.text, 64)
	return n, err == nil && len(decimals) == 4
}

// scoresByMember reads the reply of a WITHSCORES, in pairs or flat; nil if it is none.
func scoresByMember(v value) map[string]float64 {
	elems := v.elems
	if len(elems) > 0 && len(elems[0].elems) == 2 {
		elems = nil
		for _, pair := range v.elems {
			elems = append(elems, pair.elems...)
		}
	}
	scores := map[string]float64{}
	for pair := range slices.Chunk(elems, 2) {
		score, err := strconv.ParseFloat(pair[len(pair)-1].text, 64)
		if len(pair) != 2 || err != nil {
			return nil
		}
		scores[pair[0].text] = score
	}
	return scores
}

// equalShape compares kinds and counts, and errors in full.
func equalShape(want, got value, same matcher) bool {
	if want.kind == '-' || got.kind == '-' || want.null || got.null {
		return same(want, got)
	}
	return canonicalKind(want.kind) == canonicalKind(got.kind) &&
		slices.EqualFunc(want.elems, got.elems, func(a, b value) bool {
			return equalShape(a, b, same)
		})
}

// equalHello masks the value after "id".
func equalHello(want, got value, same matcher) bool {
	return same(maskAfter(want, "id"), maskAfter(got, "id"))
}

func maskAfter(v value, field string) value {
	v.elems = slices.Clone(v.elems)
	for i := 0; i+1 < len(v.elems); i += 2 {
		if v.elems[i].text == field && v.elems[i+1].kind == ':' {
			v.elems[i+1].text = "(masked)"
		}
	}
	return v
}

// equalSubset asks that each element of ringer's reply be in redis's.
func equalSubset(want, got value, same matcher) bool {
	if want.kind != got.kind || want.null != got.null || len(got.elems) == 0 {
		return same(want, got)
	}
	return !slices.ContainsFunc(got.elems, func(g value) bool {
		_, own := onlyInRinger[g.text]
		return !own && !slices.ContainsFunc(want.elems, func(w value) bool { return same(w, g) })
	})
}

func TestComparisonsTellApart(t *testing.T) {
	number := func(n string) value { return value{kind: ':', text: n} }
	word := func(w string) value { return value{kind: '$', text: w} }
	list := func(elems ...value) value { return value{kind: '*', elems: elems} }
	one, two, nine := number("1"), number("2"), number("9999")
	for _, c := range []struct {
		name      string
		want, got value
		equal     bool
	}{
		{"sorted", list(one, two), list(two, one), true},
		{"sorted", list(one, two), list(two, two), false},
		{"sorted", list(one), list(one, one), false},
		{"scan", list(one, list(one, two)), list(one, list(two, one)), true},
		{"scan", list(one, list(one)), list(two, list(one)), false},
		{"pairs", list(one, two, nine, one), list(nine, one, one, two), true},
		{"pairs", list(one, two, nine, one), list(one, one, nine, two), false},
		{"pairs", list(one), list(two), false},
		{"pairscan", list(one, list(one, two, nine, two)), list(one, list(nine, two, one, two)), true},
		{"pairscan", list(one, list(one, two)), list(one, list(two, one)), false},
		{"seconds", one, two, true},
		{"seconds", one, nine, false},
		{"seconds", number("-1"), one, false},
		{"seconds", number("-1"), number("-2"), false},
		{"nearly", list(word("a"), word("0.1"), word("b"), word("0")),
			list(word("b"), word("0"), word("a"), word("0.10000000000000002")), true},
		{"nearly", list(list(word("a"), word("2"))), list(list(word("a"), word("2.0000001"))), false},
		{"nearly", list(word("a"), word("1")), list(word("b"), word("1")), false},
		{"nearly", list(word("a"), word("1")), list(), false},
		{"nearly", list(), list(), true},
		{"distances", word("1.0001"), word("1.0002"), true},
		{"distances", word("1.0001"), word("1.0003"), false},
		{"distances", word("1.00010"), word("1.00011"), false},
		{"distances", list(list(word("a"), word("1.0000"))),
			list(list(word("a"), word("0.9999"))), true},
		{"distances", list(list(word("a"))), list(list(word("b"))), false},
		{"distances", list(word("a"), word("1.0000")), list(word("a")), false},
		{"distances", list(word("a")), list(), false},
		{"distances", list(), list(), true},
		{"millis", nine, number("9000"), true},
		{"shape", list(one, two), list(nine, nine), true},
		{"shape", list(one, two), list(one), false},
		{"shape", one, value{kind: '$', text: "1"}, false},
		{"hello", list(word("id"), one), list(word("id"), two), true},
		{"hello", list(word("proto"), one), list(word("proto"), two), false},
		{"subset", list(one, two), list(two), true},
		{"subset", list(one, two), list(nine), false},
		{"subset", list(one, two), list(), false},
	} {
		cmp, ok := comparisonNamed(c.name)
		if !ok || cmp.equal(c.want, c.got, identical) != c.equal {
			t.Errorf("%s of %v and %v: want %v", c.name, c.want, c.got, c.equal)
		}
	}
}
