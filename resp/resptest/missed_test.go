package resptest_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/ringer-kv/ringer/resp/resptest"
)

// TestWhatUsersOfTestDoublesMiss has one sub-test for each thing that people ask the test doubles
// of today for, by the weight of what they ask.
func TestWhatUsersOfTestDoublesMiss(t *testing.T) {
	t.Run("keys expire by themselves", testRealExpiry)
	t.Run("a clock that the test moves", testFakeClock)
	t.Run("synctest", testSynctestExpiry)
	t.Run("expired events", testExpiredEvents)
	t.Run("all keyspace events", testKeyspaceEvents)
	t.Run("one command fails", testOneCommandFails)
	t.Run("Lua libraries", testLuaLibraries)
	t.Run("errors of Lua", testLuaErrors)
	t.Run("FUNCTION", testFunctions)
	t.Run("scripts and the clock", testScriptsAndClock)
	t.Run("a script that does not end", testEndlessScript)
	t.Run("Close with a script that does not end", testCloseInScript)
	t.Run("scripts in a cluster", testScriptsInCluster)
	t.Run("cluster mode and CROSSSLOT", testCrossSlot)
	t.Run("commands that were missing", testMissingCommands)
	t.Run("Close with a client in BLPOP", testCloseInBLPOP)
	t.Run("applications that probe", testProbes)
	t.Run("inline commands", testInline)
}

func testRealExpiry(t *testing.T) {
	srv := resptest.Start(t)
	rdb := client(t, srv)
	rdb.Set(t.Context(), "k", "v", 20*time.Millisecond)
	for begin := time.Now(); srv.Exists("k"); {
		if time.Since(begin) > 10*time.Second {
			t.Fatal("my key never expires")
		}
	}
}

func testFakeClock(t *testing.T) {
	srv := resptest.Start(t, resptest.WithClock(resptest.NewClock(time.Unix(0, 0))))
	rdb := client(t, srv)
	rdb.Set(t.Context(), "k", "v", 24*time.Hour)
	srv.Clock().Advance(24*time.Hour - time.Millisecond)
	srv.RequireTTL(t, "k", time.Millisecond)
	srv.Clock().Advance(time.Millisecond)
	srv.RequireMissing(t, "k")
}

func testSynctestExpiry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := resptest.Start(t)
		rdb := inMemory(t, srv)
		rdb.Set(t.Context(), "k", "v", 24*time.Hour)
		time.Sleep(24 * time.Hour)
		if err := rdb.Get(t.Context(), "k").Err(); !errors.Is(err, redis.Nil) {
			t.Errorf("a day later: %v", err)
		}
		rdb.Close()
		srv.Close()
	})
}

func testExpiredEvents(t *testing.T) {
	srv := resptest.Start(t, resptest.WithConfig("notify-keyspace-events", "Ex"))
	rdb := client(t, srv)
	sub := rdb.Subscribe(t.Context(), "__keyevent@0__:expired")
	defer sub.Close()
	if _, err := sub.Receive(t.Context()); err != nil {
		t.Fatal(err)
	}
	rdb.Set(t.Context(), "session:2", "v", 2*time.Minute)
	rdb.Set(t.Context(), "session:1", "v", time.Minute)
	srv.Clock().Advance(time.Hour)
	for _, want := range []string{"session:1", "session:2"} {
		m, err := sub.ReceiveMessage(t.Context())
		if err != nil || m.Payload != want {
			t.Errorf("got %v, %v, want %s", m, err, want)
		}
	}
}

func testKeyspaceEvents(t *testing.T) {
	srv := resptest.Start(t, resptest.WithConfig("notify-keyspace-events", "KEA"))
	rdb := client(t, srv)
	sub := rdb.PSubscribe(t.Context(), "__keyspace@0__:*")
	defer sub.Close()
	if _, err := sub.Receive(t.Context()); err != nil {
		t.Fatal(err)
	}
	rdb.RPush(t.Context(), "queue", "job")
	rdb.LPop(t.Context(), "queue")
	rdb.HSet(t.Context(), "hash", "f", "v")
	for _, want := range []string{"queue rpush", "queue lpop", "queue del", "hash hset"} {
		m, err := sub.ReceiveMessage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.TrimPrefix(m.Channel, "__keyspace@0__:") + " " + m.Payload; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func testOneCommandFails(t *testing.T) {
	srv := resptest.Start(t)
	rdb := client(t, srv)
	srv.Inject(resptest.Fault{Command: "INCR", Key: "stock:*", Error: "ERR no"})
	if err := rdb.Incr(t.Context(), "stock:7").Err(); err == nil {
		t.Error("INCR of a key that is hit")
	}
	if err := rdb.Incr(t.Context(), "visits").Err(); err != nil {
		t.Errorf("INCR of another: %v", err)
	}
}

func testCrossSlot(t *testing.T) {
	c := resptest.StartCluster(t, 3)
	rdb := clusterClient(t, c)
	err := rdb.MSet(t.Context(), "a", 1, "b", 2).Err()
	if err == nil || !strings.Contains(err.Error(), "CROSSSLOT") {
		t.Errorf("MSET over two slots: %v", err)
	}
	if err := rdb.MSet(t.Context(), "{u}a", 1, "{u}b", 2).Err(); err != nil {
		t.Errorf("MSET with a hash tag: %v", err)
	}
}

func testMissingCommands(t *testing.T) {
	srv := resptest.Start(t)
	for _, c := range []struct {
		command string
		want    any
	}{
		{"BITFIELD bits SET u8 0 255 GET u4 0", "[0 15]"},
		{"MSET a ohmytext b mynewtext", "OK"},
		{"LCS a b", "mytext"},
		{"RPUSH list 3 1 2", "3"},
		{"SORT list DESC LIMIT 0 2", "[3 2]"},
		{"OBJECT ENCODING list", "quicklist"},
		{"CONFIG GET maxmemory", "map[maxmemory:0]"},
		{"GEOADD geo 13.361389 38.115556 Palermo", "1"},
		{"GEOHASH geo Palermo", "[sqc8b49rny0]"},
		{"PFADD hll a b c", "1"},
		{"PFCOUNT hll", "3"},
		{"HSET h f v", "1"},
		{"HEXPIRE h 100 FIELDS 1 f", "[1]"},
		{"MEMORY USAGE none", "<nil>"},
		{"COMMAND COUNT", nil},
		{"WAIT 0 0", "0"},
	} {
		got, err := srv.Do(strings.Fields(c.command)...)
		if err != nil || c.want != nil && fmt.Sprint(got) != c.want {
			t.Errorf("%s: %v, %v, want %v", c.command, got, err, c.want)
		}
	}
}

func testCloseInBLPOP(t *testing.T) {
	srv, err := resptest.New()
	if err != nil {
		t.Fatal(err)
	}
	rdb := client(t, srv)
	done := make(chan error)
	go func() { done <- rdb.BLPop(context.Background(), 0, "list").Err() }()
	waitBlocked(t, srv, 1)
	srv.Close()
	if err := <-done; err == nil {
		t.Error("BLPOP has ended well")
	}
}

func testProbes(t *testing.T) {
	srv := resptest.Start(t)
	rdb := client(t, srv)
	info := rdb.Info(t.Context()).Val()
	for _, field := range []string{
		"redis_version:7.", "redis_mode:standalone", "role:master", "loading:0",
		"maxmemory_policy:noeviction", "connected_clients:1",
	} {
		if !strings.Contains(info, field) {
			t.Errorf("INFO without %s", field)
		}
	}
	settings, err := rdb.ConfigGet(t.Context(), "*").Result()
	if err != nil || settings["databases"] != "16" || settings["appendonly"] != "no" {
		t.Errorf("CONFIG GET: %v, %v", settings, err)
	}
	if err := rdb.Do(t.Context(), "client", "setname", "probe").Err(); err != nil {
		t.Error(err)
	}
	if list := rdb.ClientList(t.Context()).Val(); !strings.Contains(list, "name=probe") {
		t.Errorf("CLIENT LIST: %s", list)
	}
}

func testInline(t *testing.T) {
	srv := resptest.Start(t)
	conn, err := srv.Dial()
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	io.WriteString(conn, "SET greeting \"hello world\"\r\nGET greeting\nQUIT\n")
	var lines []string
	for scan := bufio.NewScanner(conn); scan.Scan(); {
		lines = append(lines, scan.Text())
	}
	if want := []string{"+OK", "$11", "hello world", "+OK"}; !slices.Equal(lines, want) {
		t.Errorf("%q", lines)
	}
}
