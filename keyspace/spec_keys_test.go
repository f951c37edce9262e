package keyspace_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/ringer-kv/ringer/keyspace"
)

// keySpecs are Specs with every kind of key spec that Redis's commands have.
func keySpecs() map[string]*keyspace.Spec {
	const ro, rw, ow = keyspace.RO | keyspace.Access, keyspace.RW, keyspace.OW | keyspace.Update
	streams := []keyspace.KeySpec{{
		Flags: ro, Keyword: "STREAMS", Index: 1, Last: -1, Step: 1, Limit: 2,
	}}
	migrate := slices.Concat(
		[]keyspace.KeySpec{{Flags: rw | keyspace.Incomplete, Index: 3, Step: 1}},
		[]keyspace.KeySpec{{
			Flags: rw | keyspace.Incomplete, Keyword: "KEYS", Index: -2, Last: -1, Step: 1,
		}},
	)
	return map[string]*keyspace.Spec{
		"get":   {Keys: keyspace.KeyAt(1, ro)},
		"mset":  {Keys: keyspace.KeyRange(1, -1, 2, ow)},
		"blpop": {Keys: keyspace.KeyRange(1, -2, 1, rw)},
		"lmove": {Keys: slices.Concat(keyspace.KeyAt(1, rw), keyspace.KeyAt(2, rw))},
		"bitop": {Keys: slices.Concat(keyspace.KeyAt(2, ow), keyspace.KeyRange(3, -1, 1, ro))},
		"zunionstore": {
			Keys: slices.Concat(keyspace.KeyAt(1, ow), keyspace.KeyNum(2, ro)),
		},
		"zinter": {Keys: keyspace.KeyNum(1, ro)},
		"eval":   {Keys: keyspace.KeyNum(2, rw), Flags: keyspace.NoMandatoryKeys},
		"xread":  {Keys: streams},
		"migrate": {
			Keys: migrate,
			GetKeys: func([][]byte) []keyspace.KeyRef {
				return []keyspace.KeyRef{{Index: 1, Flags: keyspace.RM}}
			},
		},
		"sort": {Keys: slices.Concat(keyspace.KeyAt(1, ro), []keyspace.KeySpec{
			{Flags: keyspace.RO | keyspace.Incomplete, UnknownBegin: true, Find: keyspace.FindUnknown},
		})},
		"spublish": {Keys: keyspace.KeyAt(1, keyspace.NotKey)},
		"ping":     {},
	}
}

// TestKeysOf: the keys are those of redis-server 7.0.15's COMMAND GETKEYSANDFLAGS.
func TestKeysOf(t *testing.T) {
	specs := keySpecs()
	for _, c := range []struct{ call, want string }{
		{"get k", "k:RO+access"},
		{"mset a 1 b 2", "a:OW+update b:OW+update"},
		{"mset a 1 b", "a:OW+update b:OW+update"},
		{"blpop a b 0", "a:RW b:RW"},
		{"blpop 0", ""},
		{"lmove a b left right", "a:RW b:RW"},
		{"bitop and d a b", "d:OW+update a:RO+access b:RO+access"},
		{"zunionstore d 2 a b", "d:OW+update a:RO+access b:RO+access"},
		{"zunionstore d 1 a weights 2", "d:OW+update a:RO+access"},
		{"zunionstore d 0 a", ""},
		{"zunionstore d 3 a b", ""},
		{"zunionstore d -1 a", ""},
		{"zunionstore d x a", ""},
		{"zunionstore d 9223372036854775807 a", ""},
		{"zinter 2 a b", "a:RO+access b:RO+access"},
		{"eval s 2 a b c", "a:RW b:RW"},
		{"eval s 0", ""},
		{"xread count 1 streams a b 0 0", "a:RO+access b:RO+access"},
		{"xread StReAmS a 0", "a:RO+access"},
		{"xread streams a b c 0 0", "a:RO+access b:RO+access"},
		{"xread count 1 a b", ""},
		{"xread streams", ""},
		{"migrate h 1 k", "h:RM"},
		{"sort k", ""},
		{"spublish a b", ""},
		{"ping", ""},
	} {
		var args [][]byte
		for word := range strings.FieldsSeq(c.call) {
			args = append(args, []byte(word))
		}
		keys, ok := specs[string(args[0])].KeysOf(args)
		var got []string
		for _, k := range keys {
			got = append(got, fmt.Sprintf("%s:%s", args[k.Index], strings.Join(k.Flags.Names(), "+")))
		}
		if joined := strings.Join(got, " "); joined != c.want || ok != (c.want != "") {
			t.Errorf("%s: %q, %v, want %q", c.call, joined, ok, c.want)
		}
	}
}

// TestKeyPositions: the numbers are those of redis-server 7.0.15's COMMAND INFO.
func TestKeyPositions(t *testing.T) {
	specs := keySpecs()
	for _, c := range []struct {
		name              string
		first, last, step int
		movable           bool
	}{
		{"get", 1, 1, 1, false}, {"mset", 1, -1, 2, false}, {"blpop", 1, -2, 1, false},
		{"lmove", 1, 2, 1, false}, {"bitop", 2, -1, 1, false}, {"zunionstore", 1, 1, 1, true},
		{"zinter", 0, 0, 0, true}, {"eval", 0, 0, 0, true}, {"xread", 0, 0, 0, true},
		{"migrate", 3, 3, 1, true}, {"sort", 1, 1, 1, true}, {"spublish", 1, 1, 1, false},
		{"ping", 0, 0, 0, false},
	} {
		first, last, step, movable := specs[c.name].KeyPositions()
		if first != c.first || last != c.last || step != c.step || movable != c.movable {
			t.Errorf("%s: %d %d %d %v, want %+v", c.name, first, last, step, movable, c)
		}
	}
}

func TestHasKeys(t *testing.T) {
	specs := keySpecs()
	for _, name := range []string{"spublish", "ping"} {
		if specs[name].HasKeys() {
			t.Errorf("%s has keys", name)
		}
	}
	for _, name := range []string{"get", "eval", "migrate"} {
		if !specs[name].HasKeys() {
			t.Errorf("%s has no keys", name)
		}
	}
}

func TestNotedLeavesTheOriginal(t *testing.T) {
	plain := keyspace.KeyAt(1, keyspace.RO)
	if noted := keyspace.Noted("why", plain); noted[0].Notes != "why" || plain[0].Notes != "" {
		t.Errorf("%+v, %+v", noted, plain)
	}
}

// TestCategories: the categories are those of redis-server 7.0.15's COMMAND INFO.
func TestCategories(t *testing.T) {
	for _, c := range []struct {
		spec keyspace.Spec
		want string
	}{
		{keyspace.Spec{Group: keyspace.String, Flags: keyspace.ReadOnly | keyspace.Fast},
			"read string fast"},
		{keyspace.Spec{Group: keyspace.Generic, Flags: keyspace.Write}, "keyspace write slow"},
		{keyspace.Spec{Group: keyspace.Generic, Flags: keyspace.ReadOnly, ACL: keyspace.CatDangerous},
			"keyspace read slow dangerous"},
		{keyspace.Spec{Group: keyspace.Generic, ACL: keyspace.CatConnection}, "slow connection"},
		{keyspace.Spec{Group: keyspace.Server, Flags: keyspace.Admin}, "admin slow dangerous"},
		{keyspace.Spec{Group: keyspace.Scripting, Flags: keyspace.ReadOnly}, "slow scripting"},
		{keyspace.Spec{Group: keyspace.List, Flags: keyspace.Write | keyspace.Blocking},
			"write list slow blocking"},
		{keyspace.Spec{Group: keyspace.PubSubGroup, Flags: keyspace.PubSub | keyspace.Fast},
			"pubsub fast"},
		{keyspace.Spec{Group: keyspace.Connection, Sub: []*keyspace.Spec{{}}}, "slow"},
	} {
		if got := strings.Join(c.spec.Categories().Names(), " "); got != c.want {
			t.Errorf("%s: %s, want %s", c.spec.Group, got, c.want)
		}
	}
	if c, ok := keyspace.ParseCategory("sortedset"); !ok || c != keyspace.CatSortedSet {
		t.Errorf("sortedset is %v, %v", c, ok)
	}
	if _, ok := keyspace.ParseCategory("nosuch"); ok {
		t.Error("nosuch is a category")
	}
}
