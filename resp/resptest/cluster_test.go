package resptest_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/ringer-kv/ringer/resp/resptest"
)

func clusterClient(t *testing.T, c *resptest.Cluster) *redis.ClusterClient {
	t.Helper()
	rdb := redis.NewClusterClient(&redis.ClusterOptions{Addrs: c.Addrs()[:1]})
	t.Cleanup(func() { rdb.Close() })
	return rdb
}

func TestSlots(t *testing.T) {
	// From the Redis Cluster specification, and CLUSTER KEYSLOT.
	cases := map[string]int{
		"123456789": 12739, "foo": 12182, "bar": 5061, "hello": 866, "": 0,
		"{foo}x": 12182, "x{foo}{bar}": 12182, "{}foo": 9500, "foo{}{bar}": 8363, "foo{{bar}}zap": 4015,
	}
	for key, want := range cases {
		if got := resptest.Slot(key); got != want {
			t.Errorf("slot of %q is %d, want %d", key, got, want)
		}
	}
}

func TestClusterClient(t *testing.T) {
	c := resptest.StartCluster(t, 3)
	rdb := clusterClient(t, c)
	p := rdb.Pipeline()
	for i := range 300 {
		p.Set(t.Context(), fmt.Sprint("key", i), i, 0)
	}
	if _, err := p.Exec(t.Context()); err != nil {
		t.Fatal(err)
	}
	total := 0
	for i := range c.Len() {
		n := len(c.Node(i).Keys("*"))
		if total += n; n < 50 {
			t.Errorf("node %d has %d of 300 keys", i, n)
		}
	}
	if total != 300 {
		t.Errorf("%d keys in all", total)
	}
	c.NodeOf("key7").RequireString(t, "key7", "7")
	if got := rdb.Get(t.Context(), "key7").Val(); got != "7" {
		t.Errorf("read %q", got)
	}
	shards, err := rdb.ClusterShards(t.Context()).Result()
	if err != nil || len(shards) != 3 || shards[0].Slots[0] != (redis.SlotRange{Start: 0, End: 5460}) {
		t.Errorf("shards %+v, %v", shards, err)
	}
}

func TestClusterRedirects(t *testing.T) {
	c := resptest.StartCluster(t, 3)
	// foo 12182 is at node 2, bar 5061 at node 0.
	node := client(t, c.Node(0))
	moved := "MOVED 12182 " + c.Node(2).Addr()
	if err := node.Get(t.Context(), "foo").Err(); err == nil || err.Error() != moved {
		t.Errorf("GET foo: %v, want %s", err, moved)
	}
	err := node.MGet(t.Context(), "foo", "bar").Err()
	if err == nil || !strings.HasPrefix(err.Error(), "CROSSSLOT ") {
		t.Errorf("MGET of two slots: %v", err)
	}
	if err := node.Set(t.Context(), "bar", "1", 0).Err(); err != nil {
		t.Errorf("SET bar: %v", err)
	}
	for _, words := range [][]any{{"select", 1}, {"swapdb", 0, 1}, {"move", "bar", 1}} {
		err := node.Do(t.Context(), words...).Err()
		want := "ERR " + strings.ToUpper(words[0].(string)) + " is not allowed in cluster mode"
		if err == nil || err.Error() != want {
			t.Errorf("%v: %v, want %s", words, err, want)
		}
	}
	err = node.Do(t.Context(), "get").Err()
	if err == nil || !strings.HasPrefix(err.Error(), "ERR wrong number") {
		t.Errorf("GET without a key: %v", err)
	}
}

func TestClusterMovesASlot(t *testing.T) {
	c := resptest.StartCluster(t, 2)
	rdb := clusterClient(t, c)
	rdb.Set(t.Context(), "{foo}1", "a", 0)
	rdb.Set(t.Context(), "{foo}2", "b", 0)
	slot := resptest.Slot("foo")
	old, fresh := c.Node(1), c.Node(0)
	c.StartMove(slot, 0)
	if !c.MoveKey("{foo}1") || c.MoveKey("{foo}3") {
		t.Error("MoveKey")
	}
	direct := client(t, old)
	ask := fmt.Sprintf("ASK %d %s", slot, fresh.Addr())
	if err := direct.Get(t.Context(), "{foo}1").Err(); err == nil || err.Error() != ask {
		t.Errorf("a key that has gone: %v, want %s", err, ask)
	}
	for key, want := range map[string]string{"{foo}1": "a", "{foo}2": "b"} {
		if got := rdb.Get(t.Context(), key).Val(); got != want {
			t.Errorf("while the slot moves, %s is %q", key, got)
		}
	}
	c.EndMove(slot)
	if err := direct.Get(t.Context(), "{foo}1").Err(); !strings.HasPrefix(fmt.Sprint(err), "MOVED ") {
		t.Errorf("after the move: %v", err)
	}
	if got := rdb.Get(t.Context(), "{foo}2").Val(); got != "b" {
		t.Errorf("after the move it is %q", got)
	}
	fresh.RequireString(t, "{foo}2", "b")
	if errors.Is(rdb.Get(t.Context(), "{foo}1").Err(), redis.Nil) {
		t.Error("a key is lost")
	}
}

func TestClusterPubSub(t *testing.T) {
	c := resptest.StartCluster(t, 3)
	var subs []*redis.PubSub
	for i := range c.Len() {
		s := client(t, c.Node(i)).Subscribe(t.Context(), "news")
		if _, err := s.Receive(t.Context()); err != nil {
			t.Fatal(err)
		}
		subs = append(subs, s)
	}
	client(t, c.Node(1)).Publish(t.Context(), "news", "hello")
	for i, s := range subs {
		m, err := s.ReceiveMessage(t.Context())
		if err != nil || m.Payload != "hello" {
			t.Errorf("node %d: %v, %v", i, m, err)
		}
		s.Close()
	}
}

func TestClusterMovesASlotUnderLoad(t *testing.T) {
	c := resptest.StartCluster(t, 3)
	rdb := redis.NewClusterClient(&redis.ClusterOptions{Addrs: c.Addrs(), MaxRedirects: 16})
	defer rdb.Close()
	const clients, each = 4, 100
	var running sync.WaitGroup
	for range clients {
		running.Go(func() {
			for range each {
				if err := rdb.Incr(t.Context(), "{foo}n").Err(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	slot := resptest.Slot("foo")
	for i := range 50 {
		c.StartMove(slot, i%3)
		c.MoveKey("{foo}n")
		c.EndMove(slot)
	}
	running.Wait()
	c.NodeOf("foo").RequireString(t, "{foo}n", fmt.Sprint(clients*each))
}

// exchange sends lines over a connection of its own, and returns all replies.
func exchange(t *testing.T, srv *resptest.Server, lines ...string) string {
	t.Helper()
	conn, err := srv.Dial()
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	io.WriteString(conn, strings.Join(append(lines, "QUIT", ""), "\r\n"))
	all, err := io.ReadAll(conn)
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(strings.TrimSuffix(string(all), "+OK\r\n"), "\r\n", "|")
}

func TestClusterTransactionsHaveOneSlot(t *testing.T) {
	c := resptest.StartCluster(t, 1)
	got := exchange(t, c.Node(0), "MULTI", "SET foo 1", "SET bar 1", "EXEC", "PING")
	want := "+OK|+QUEUED|+QUEUED|-CROSSSLOT Keys in request don't hash to the same slot|+PONG|"
	if got != want {
		t.Errorf("%s, want %s", got, want)
	}
	got = exchange(t, c.Node(0), "MULTI", "SET {a}1 1", "SET {a}2 1", "EXEC")
	if want := "+OK|+QUEUED|+QUEUED|*2|+OK|+OK|"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestClusterTransactionAtTheNewNode(t *testing.T) {
	c := resptest.StartCluster(t, 2)
	c.StartMove(resptest.Slot("foo"), 0) // from node 1
	got := exchange(t, c.Node(0), "ASKING", "MULTI", "SET foo 1", "INCR foo", "EXEC", "GET foo")
	want := "+OK|+OK|+QUEUED|+QUEUED|*2|+OK|:2|-MOVED 12182 " + c.Node(1).Addr() + "|"
	if got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestClusterTurnsBlockedClientsAway(t *testing.T) {
	c := resptest.StartCluster(t, 2)
	node := c.NodeOf("foo")
	rdb := client(t, node)
	done := make(chan error)
	go func() { done <- rdb.BLPop(context.Background(), 0, "{foo}list").Err() }()
	waitBlocked(t, node, 1)
	c.MoveSlot(resptest.Slot("foo"), 0)
	want := "MOVED 12182 " + c.Node(0).Addr()
	if err := <-done; err == nil || err.Error() != want {
		t.Errorf("BLPOP ended with %v, want %s", err, want)
	}
}

func TestClusterSaysWhatItIs(t *testing.T) {
	c := resptest.StartCluster(t, 2)
	if c.Node(1).Clock() != c.Clock() {
		t.Error("the nodes have clocks of their own")
	}
	info, _ := c.Node(0).Do("INFO")
	hello, _ := c.Node(0).Do("HELLO")
	if !strings.Contains(info.(string), "cluster_enabled:1") ||
		!strings.Contains(info.(string), "redis_mode:cluster") ||
		hello.(map[any]any)["mode"] != "cluster" {
		t.Errorf("INFO %s\nHELLO %v", info, hello)
	}
}

func TestClusterFaultsLeaveRedirections(t *testing.T) {
	c := resptest.StartCluster(t, 2)
	node := client(t, c.Node(0))
	c.Node(0).Inject(resptest.Fault{Command: "set", Delay: time.Millisecond})
	err := node.Set(t.Context(), "foo", "v", 0).Err()
	if !strings.HasPrefix(fmt.Sprint(err), "MOVED ") {
		t.Errorf("a write to the wrong node, late: %v", err)
	}
	c.Node(0).RequireMissing(t, "foo")
}

// TestClusterScripts is what a script may touch in a cluster, as in redis-server 7.0.15.
func TestClusterScripts(t *testing.T) {
	c := resptest.StartCluster(t, 2) // b and f are on the first node, a on the second one
	rdb := client(t, c.Node(0))
	const at = " script: "
	cases := []struct {
		script, want string
		keys         []string
	}{
		{"return redis.call('set', 'b', 1)", "", nil},
		{"return redis.call('get', 'a')", "ERR Script attempted to access a non local key in a" +
			" cluster node" + at, nil},
		{"return redis.call('mget', 'b', 'f')", "ERR Script attempted to access a non local key in" +
			" a cluster node" + at, []string{"b"}},
		{"redis.call('get', 'b') return redis.call('incr', 'f')", "", []string{"b"}},
		{"#!lua\nredis.call('get', 'b') return redis.call('incr', 'f')", "ERR Script attempted to" +
			" access keys that do not hash to the same slot" + at, nil},
		{"#!lua\nreturn redis.call('incr', 'f')", "ERR Script attempted to access keys that do not" +
			" hash to the same slot" + at, []string{"b"}},
		{"#!lua flags=allow-cross-slot-keys\nredis.call('get', 'b') return redis.call('incr', 'f')",
			"", nil},
		{"#!lua flags=no-cluster\nreturn 1", "ERR Can not run script on cluster, 'no-cluster' flag" +
			" is set.", nil},
		{"return redis.call('select', 1)", "ERR SELECT is not allowed in cluster mode" + at, nil},
	}
	for _, k := range cases {
		err := rdb.Eval(t.Context(), k.script, k.keys).Err()
		switch {
		case err == nil && k.want == "":
		case err == nil || k.want == "" || !strings.HasPrefix(err.Error(), k.want):
			t.Errorf("%s: %v", k.script, err)
		}
	}
}
