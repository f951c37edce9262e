package compat_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

// newClientFields are the fields of CLIENT LIST that came with Redis 7.2.
var newClientFields = regexp.MustCompile(` lib-name=\S* lib-ver=\S*`)

// ownClientFields are those whose values are each server's own.
var ownClientFields = regexp.MustCompile(
	`\b(id|addr|laddr|fd|age|idle|qbuf|qbuf-free|argv-mem|multi-mem|rbs|rbp|obl|omem|tot-mem)=\S+`)

// equalClients compares lines of CLIENT LIST: the same fields in the same order, and the same
// values where they say what the client has done.
func equalClients(want, got value, same matcher) bool {
	want.text = ownClientFields.ReplaceAllString(want.text, "$1")
	got.text = ownClientFields.ReplaceAllString(newClientFields.ReplaceAllString(got.text, ""), "$1")
	return same(want, got)
}

// equalSlowlog masks the number, the time, the duration and the address of each entry.
func equalSlowlog(want, got value, same matcher) bool {
	return same(maskSlowlog(want), maskSlowlog(got))
}

func maskSlowlog(v value) value {
	v.elems = slices.Clone(v.elems)
	for i, entry := range v.elems {
		if len(entry.elems) != 6 {
			continue
		}
		entry.elems = slices.Clone(entry.elems)
		for _, own := range []int{0, 1, 2, 4} {
			entry.elems[own].text = "own"
		}
		v.elems[i] = entry
	}
	return v
}

// equalMapShape compares the names in a map, or in the pairs that RESP2 makes of it, and the kinds
// of the values.
func equalMapShape(want, got value, same matcher) bool {
	if want.kind == '-' || got.kind == '-' || len(want.elems) != len(got.elems) {
		return same(want, got)
	}
	for i := 0; i+1 < len(want.elems); i += 2 {
		w, g := want.elems[i+1], got.elems[i+1]
		isNumber := w.kind == '$' && g.kind == ',' // a double of RESP2 and of the native protocol
		if !same(want.elems[i], got.elems[i]) || !isNumber && !equalShape(w, g, same) {
			return false
		}
	}
	return canonicalKind(want.kind) == canonicalKind(got.kind)
}

func TestAdminComparisonsTellApart(t *testing.T) {
	line := func(text string) value { return value{kind: '$', text: text} }
	a := "id=3 addr=127.0.0.1:1 name= age=0 flags=N cmd=ping resp=2\n"
	for _, c := range []struct {
		want, got string
		equal     bool
	}{
		{a, a, true},
		{a, strings.Replace(a, "id=3", "id=4", 1), true},
		{a, strings.Replace(a, "\n", " lib-name=x lib-ver=\n", 1), true},
		{a, strings.Replace(a, "flags=N", "flags=b", 1), false},
		{a, strings.Replace(a, " name=", "", 1), false},
		{a, a + a, false},
	} {
		if equalClients(line(c.want), line(c.got), identical) != c.equal {
			t.Errorf("%q and %q: want %v", c.want, c.got, c.equal)
		}
	}
}
