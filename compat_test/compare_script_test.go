package compat_test

import (
	"slices"
	"strings"
	"testing"
)

// equalLibraries compares what FUNCTION LIST says: lists of maps, and of flags, in any order.
func equalLibraries(want, got value, same matcher) bool {
	return same(sortedLibraries(want), sortedLibraries(got))
}

var functionFlags = []string{
	"no-writes", "allow-oom", "allow-stale", "no-cluster", "allow-cross-slot-keys",
}

func sortedLibraries(v value) value {
	ordered := func(elem value) bool {
		return strings.IndexByte("*%~", elem.kind) < 0 && !slices.Contains(functionFlags, elem.text)
	}
	elems := make([]value, len(v.elems))
	for i, elem := range v.elems {
		elems[i] = sortedLibraries(elem)
	}
	if !slices.ContainsFunc(elems, ordered) {
		slices.SortFunc(elems, func(a, b value) int { return strings.Compare(describe(a), describe(b)) })
	}
	v.elems = elems
	return v
}

func TestLibrariesTellApart(t *testing.T) {
	word := func(w string) value { return value{kind: '$', text: w} }
	flag := func(w string) value { return value{kind: '+', text: w} }
	list := func(elems ...value) value { return value{kind: '*', elems: elems} }
	a := list(word("name"), word("a"), word("flags"), list(flag("no-writes"), flag("allow-oom")))
	b := list(word("name"), word("b"), word("flags"), list(flag("allow-oom"), flag("no-writes")))
	c := list(word("name"), word("b"), word("flags"), list(flag("no-writes"), flag("allow-oom")))
	for _, c := range []struct {
		want, got value
		equal     bool
	}{
		{list(a, b), list(c, a), true},
		{list(a, b), list(a, a), false},
		{list(a, b), list(a), false},
		{a, list(word("a"), word("name"), word("flags"), list()), false},
	} {
		if equalLibraries(c.want, c.got, identical) != c.equal {
			t.Errorf("%s and %s: want %v", describe(c.want), describe(c.got), c.equal)
		}
	}
}
