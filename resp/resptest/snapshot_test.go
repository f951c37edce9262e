package resptest_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/ringer-kv/ringer/resp/resptest"
)

func TestSnapshotAndRestore(t *testing.T) {
	srv := resptest.Start(t)
	fill := func() {
		srv.SetString("string", strings.Repeat("\x00\xff", 1000))
		srv.SetList("list", "a", "b")
		srv.SetSet("ints", "1", "2", "3")
		srv.DB(3).SetHash("hash", map[string]string{"f": "1"})
		for i := range 300 {
			srv.Do("ZADD", "zset", fmt.Sprint(i), fmt.Sprint("m", i))
		}
		srv.SetTTL("list", time.Hour)
	}
	fill()
	snap := srv.Snapshot()
	if snap.Len() != 5 {
		t.Errorf("%v, want 5", snap)
	}
	check := func(srv *resptest.Server) {
		t.Helper()
		srv.RequireString(t, "string", strings.Repeat("\x00\xff", 1000))
		srv.RequireList(t, "list", "a", "b")
		srv.RequireTTL(t, "list", time.Hour)
		srv.RequireSet(t, "ints", "1", "2", "3")
		srv.DB(3).RequireHash(t, "hash", map[string]string{"f": "1"})
		if z, _ := srv.SortedSet("zset"); len(z) != 300 || z[299].Member != "m299" {
			t.Errorf("zset %v", z)
		}
	}
	srv.Del("string", "list")
	srv.SetList("ints", "another type")
	srv.SetString("new", "v")
	srv.Restore(snap)
	check(srv)
	srv.RequireMissing(t, "new")
	other := resptest.Start(t)
	other.Restore(snap)
	check(other)
	srv.Clock().Advance(2 * time.Hour)
	srv.Restore(snap)
	srv.RequireMissing(t, "list")
}
