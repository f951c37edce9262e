package resptest_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

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
	if err := node.Do(t.Context(), "select", 1).Err(); err == nil {
		t.Error("SELECT 1 in a cluster")
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
