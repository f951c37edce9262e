package resptest_test

import (
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ringer-kv/ringer/resp/resptest"
)

func TestReadersAndWriters(t *testing.T) {
	srv := resptest.Start(t)
	for _, db := range []*resptest.Database{srv.Database, srv.DB(9)} {
		db.SetString("string", "old")
		db.SetString("string", "\x00\xff")
		db.SetList("list", "b", "a", "b")
		db.SetSet("set", "2", "1", "2")
		db.SetHash("hash", map[string]string{"f": "1", "g": ""})
		db.SetSortedSet("zset", resptest.Z{Member: "b", Score: 1.5}, resptest.Z{Member: "a", Score: -2})
		if v, ok := db.String("string"); !ok || v != "\x00\xff" {
			t.Errorf("string %q %v", v, ok)
		}
		if v, ok := db.List("list"); !ok || !slices.Equal(v, []string{"b", "a", "b"}) {
			t.Errorf("list %q %v", v, ok)
		}
		if v, ok := db.Set("set"); !ok || !slices.Equal(v, []string{"1", "2"}) {
			t.Errorf("set %q %v", v, ok)
		}
		v, ok := db.Hash("hash")
		if !ok || !maps.Equal(v, map[string]string{"f": "1", "g": ""}) {
			t.Errorf("hash %q %v", v, ok)
		}
		want := []resptest.Z{{Member: "a", Score: -2}, {Member: "b", Score: 1.5}}
		if v, ok := db.SortedSet("zset"); !ok || !slices.Equal(v, want) {
			t.Errorf("zset %v %v", v, ok)
		}
		db.AddEntry("stream", "1-1", "f", "v")
		db.AddEntry("stream", "1-2", "f", "w", "g", "")
		entries, ok := db.Stream("stream")
		if !ok || len(entries) != 2 || entries[1].ID != "1-2" ||
			!slices.Equal(entries[1].Fields, []string{"f", "w", "g", ""}) {
			t.Errorf("stream %q %v", entries, ok)
		}
		if keys := db.Keys("*s*t"); !slices.Equal(keys, []string{"list", "set", "zset"}) {
			t.Errorf("keys %q", keys)
		}
		if !db.SetTTL("string", time.Minute) || db.SetTTL("none", time.Minute) {
			t.Error("SetTTL")
		}
		if ttl, ok := db.TTL("string"); !ok || ttl <= 59*time.Second || ttl > time.Minute {
			t.Errorf("ttl %v %v", ttl, ok)
		}
		if _, ok := db.TTL("list"); ok {
			t.Error("a list without a deadline has one")
		}
		if n := db.Del("string", "list", "none"); n != 2 {
			t.Errorf("deleted %d", n)
		}
	}
	srv.DB(9).FlushDB()
	if srv.DB(9).Exists("set") || !srv.Exists("set") {
		t.Error("FlushDB")
	}
	srv.FlushAll()
	if srv.Exists("set") {
		t.Error("FlushAll")
	}
}

func TestReadersOfAnotherType(t *testing.T) {
	srv := resptest.Start(t)
	srv.SetString("string", "v")
	srv.SetList("list", "v")
	for _, key := range []string{"string", "list", "none"} {
		_, isString := srv.String(key)
		_, isList := srv.List(key)
		_, isSet := srv.Set(key)
		_, isHash := srv.Hash(key)
		_, isZSet := srv.SortedSet(key)
		_, isStream := srv.Stream(key)
		if isString != (key == "string") || isList != (key == "list") ||
			isSet || isHash || isZSet || isStream {
			t.Errorf("%s is read as %v %v %v %v %v %v",
				key, isString, isList, isSet, isHash, isZSet, isStream)
		}
	}
}

// spy is a test whose failures are looked at.
type spy struct {
	testing.TB
	failure string
}

func (s *spy) Helper() {}

func (s *spy) Fatalf(format string, args ...any) {
	s.failure = fmt.Sprintf(format, args...)
	runtime.Goexit()
}

// failure is what a Require reports, "" if it is content.
func failure(t *testing.T, require func(tb testing.TB)) string {
	s := &spy{TB: t}
	done := make(chan struct{})
	go func() {
		defer close(done)
		require(s)
	}()
	<-done
	return s.failure
}

func TestRequire(t *testing.T) {
	srv := resptest.Start(t)
	srv.SetString("string", "v")
	srv.SetList("list", "a", "b", "c")
	srv.SetSet("set", "a", "b")
	srv.SetHash("hash", map[string]string{"f": "1"})
	srv.SetSortedSet("zset", resptest.Z{Member: "a", Score: 1})
	srv.SetTTL("hash", time.Minute)
	srv.AddEntry("stream", "*", "f", "v")
	cases := []struct {
		name    string
		require func(tb testing.TB)
		want    string
	}{
		{"string", func(tb testing.TB) { srv.RequireString(tb, "string", "v") }, ""},
		{"list", func(tb testing.TB) { srv.RequireList(tb, "list", "a", "b", "c") }, ""},
		{"set", func(tb testing.TB) { srv.RequireSet(tb, "set", "b", "a") }, ""},
		{"hash", func(tb testing.TB) {
			srv.RequireHash(tb, "hash", map[string]string{"f": "1"})
		}, ""},
		{"zset", func(tb testing.TB) {
			srv.RequireSortedSet(tb, "zset", resptest.Z{Member: "a", Score: 1})
		}, ""},
		{"ttl", func(tb testing.TB) { srv.RequireTTL(tb, "hash", time.Minute) }, ""},
		{"stream", func(tb testing.TB) {
			srv.RequireStream(tb, "stream", resptest.Entry{ID: "*", Fields: []string{"f", "v"}})
		}, ""},
		{"another stream", func(tb testing.TB) {
			srv.RequireStream(tb, "stream", resptest.Entry{ID: "*", Fields: []string{"f", "w"}})
		}, "stream \"stream\" differs (- want, + got):\n\t- * [\"f\" \"w\"]\n\t+ * [\"f\" \"v\"]"},
		{"missing", func(tb testing.TB) { srv.RequireMissing(tb, "x", "y") }, ""},
		{
			"another string", func(tb testing.TB) { srv.RequireString(tb, "string", "w") },
			"string \"string\" differs (- want, + got):\n\t- \"w\"\n\t+ \"v\"",
		},
		{
			"no string", func(tb testing.TB) { srv.RequireString(tb, "x", "") },
			`key "x" is missing, want a string`,
		},
		{
			"not a string", func(tb testing.TB) { srv.RequireString(tb, "list", "") },
			`key "list" is a list, want a string`,
		},
		{
			"another list", func(tb testing.TB) { srv.RequireList(tb, "list", "a", "x", "c", "d") },
			"list \"list\" differs (- want, + got):\n" +
				"\t  \"a\"\n\t- \"x\"\n\t+ \"b\"\n\t  \"c\"\n\t- \"d\"",
		},
		{
			"no ttl", func(tb testing.TB) { srv.RequireTTL(tb, "set", time.Minute) },
			`key "set" has no deadline, want a TTL of 1m0s`,
		},
		{
			"not missing", func(tb testing.TB) { srv.RequireMissing(tb, "x", "set") },
			`key "set" is a set, want it missing`,
		},
	}
	for _, c := range cases {
		if got := failure(t, c.require); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestRequireOfLongLists(t *testing.T) {
	srv := resptest.Start(t)
	var want, got []string
	for i := range 5000 {
		want = append(want, fmt.Sprint(i))
		got = append(got, fmt.Sprint(i))
	}
	got[2500] = "other"
	srv.SetList("list", got...)
	text := failure(t, func(tb testing.TB) { srv.RequireList(tb, "list", want...) })
	if n := strings.Count(text, "\n"); n > 70 || !strings.Contains(text, `- "2500"`) {
		t.Errorf("%d lines:\n%s", n, text)
	}
}
