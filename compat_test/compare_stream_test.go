package compat_test

import (
	"slices"
	"strconv"
	"strings"
)

// clockDistance is how far the two servers may be apart in a script, in milliseconds.
const clockDistance = 20000

// equalClocks compares what XPENDING and XINFO tell: the third of four elements is an idle time,
// and so is what follows the word idle; large integers are moments.
func equalClocks(want, got value, same matcher) bool {
	near := equalWithin(clockDistance)
	if want.null || got.null || len(want.elems) != len(got.elems) {
		return same(want, got)
	}
	if len(want.elems) == 0 {
		const aMoment = 100_000_000_000
		if n, err := strconv.ParseInt(want.text, 10, 64); err == nil && n > aMoment {
			return near(want, got, same)
		}
		return same(want, got)
	}
	for i := range want.elems {
		w, g := want.elems[i], got.elems[i]
		idle := i > 0 && want.elems[i-1].text == "idle" ||
			i == 2 && len(want.elems) == 4 && w.kind == ':'
		if idle && near(w, g, same) {
			continue
		}
		if !equalClocks(w, g, same) {
			return false
		}
	}
	return canonicalKind(want.kind) == canonicalKind(got.kind)
}

// equalAutoID compares ids up to a distance of their milliseconds, and errors in full.
func equalAutoID(want, got value, same matcher) bool {
	w, wantSeq, ok := strings.Cut(want.text, "-")
	g, gotSeq, ok2 := strings.Cut(got.text, "-")
	if !ok || !ok2 || wantSeq != gotSeq || want.kind != got.kind {
		return same(want, got)
	}
	at := slices.Clone([]value{want, got})
	at[0].text, at[1].text, at[0].kind, at[1].kind = w, g, ':', ':'
	return equalWithin(clockDistance)(at[0], at[1], same)
}
