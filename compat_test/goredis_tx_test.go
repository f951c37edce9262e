package compat_test

import (
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

func TestGoRedisTransactions(t *testing.T) {
	onEachServer(t, func(t *testing.T, rdb *redis.Client) {
		var incr *redis.IntCmd
		var wrong *redis.StringCmd
		cmds, err := rdb.TxPipelined(bg, func(p redis.Pipeliner) error {
			p.Set(bg, "n", 41, 0)
			incr = p.Incr(bg, "n")
			p.LPush(bg, "l", "x")
			wrong = p.Get(bg, "l")
			p.HGetAll(bg, "none")
			return nil
		})
		if len(cmds) != 5 || err == nil || incr.Val() != 42 || wrong.Err() == nil {
			t.Errorf("TxPipelined: %v, %v", cmds, err)
		}
		if n := rdb.Get(bg, "n").Val(); n != "42" {
			t.Errorf("n = %q", n)
		}
		_, err = rdb.TxPipelined(bg, func(p redis.Pipeliner) error {
			p.Do(bg, "nosuchcommand")
			p.Set(bg, "n", 1, 0)
			return nil
		})
		if err == nil || rdb.Get(bg, "n").Val() != "42" {
			t.Errorf("a transaction with an unknown command: %v", err)
		}
	})
}

// TestGoRedisWatch is the optimistic counter of go-redis's documentation: many clients add one
// each, and try again when another one was faster.
func TestGoRedisWatch(t *testing.T) {
	onEachServer(t, func(t *testing.T, rdb *redis.Client) {
		const clients, each = 8, 10
		var all sync.WaitGroup
		for range clients {
			all.Go(func() {
				for range each {
					if err := increment(rdb, "counter"); err != nil {
						t.Error(err)
						return
					}
				}
			})
		}
		all.Wait()
		if n := rdb.Get(bg, "counter").Val(); n != fmt.Sprint(clients*each) {
			t.Errorf("counter = %s, want %d", n, clients*each)
		}
	})
}

// increment adds one to a key without INCR.
func increment(rdb *redis.Client, key string) error {
	for {
		err := rdb.Watch(bg, func(tx *redis.Tx) error {
			n, err := tx.Get(bg, key).Int()
			if err != nil && !errors.Is(err, redis.Nil) {
				return err
			}
			_, err = tx.TxPipelined(bg, func(p redis.Pipeliner) error {
				return p.Set(bg, key, strconv.Itoa(n+1), 0).Err()
			})
			return err
		}, key)
		if !errors.Is(err, redis.TxFailedErr) {
			return err
		}
	}
}

func TestGoRedisPubSub(t *testing.T) {
	onEachServer(t, func(t *testing.T, rdb *redis.Client) {
		sub := rdb.Subscribe(bg, "news")
		defer sub.Close()
		expectMessage(t, sub, "*redis.Subscription subscribe: news")
		if err := sub.PSubscribe(bg, "n*"); err != nil {
			t.Fatal(err)
		}
		expectMessage(t, sub, "*redis.Subscription psubscribe: n*")
		if err := sub.Ping(bg, "hello"); err != nil {
			t.Fatal(err)
		}
		expectMessage(t, sub, "*redis.Pong Pong<hello>")
		if n, err := rdb.Publish(bg, "news", "it is").Result(); n != 2 || err != nil {
			t.Errorf("PUBLISH: %d, %v", n, err)
		}
		expectMessage(t, sub, "*redis.Message Message<news: it is>")
		expectMessage(t, sub, "*redis.Message Message<news: it is>")
		counts := rdb.PubSubNumSub(bg, "news", "old").Val()
		if want := map[string]int64{"news": 1, "old": 0}; !reflect.DeepEqual(counts, want) {
			t.Errorf("NUMSUB: %v", counts)
		}
		if err := sub.Unsubscribe(bg, "news"); err != nil {
			t.Fatal(err)
		}
		expectMessage(t, sub, "*redis.Subscription unsubscribe: news")
		shard := rdb.SSubscribe(bg, "s")
		defer shard.Close()
		expectMessage(t, shard, "*redis.Subscription ssubscribe: s")
		rdb.SPublish(bg, "s", "x")
		expectMessage(t, shard, "*redis.Message Message<s: x>")
	})
}

func expectMessage(t *testing.T, sub *redis.PubSub, want string) {
	t.Helper()
	m, err := sub.ReceiveTimeout(bg, 10*time.Second)
	if err != nil {
		t.Fatalf("%v, want %s", err, want)
	}
	if got := fmt.Sprintf("%T %v", m, m); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// TestGoRedisKeyspaceEvents is what applications do with expired keys.
func TestGoRedisKeyspaceEvents(t *testing.T) {
	onEachServer(t, func(t *testing.T, rdb *redis.Client) {
		rdb.ConfigSet(bg, "notify-keyspace-events", "Ex")
		defer rdb.ConfigSet(bg, "notify-keyspace-events", "")
		sub := rdb.PSubscribe(bg, "__keyevent@*__:expired")
		defer sub.Close()
		messages := sub.Channel()
		expectSubscribed(t, rdb)
		rdb.Set(bg, "session:1", "x", 20*time.Millisecond)
		select {
		case m := <-messages:
			if m.Channel != "__keyevent@0__:expired" || m.Payload != "session:1" {
				t.Errorf("got %v", m)
			}
		case <-time.After(10 * time.Second):
			t.Error("the key expires and nobody says so")
		}
	})
}

// expectSubscribed waits until somebody has subscribed to a pattern.
func expectSubscribed(t *testing.T, rdb *redis.Client) {
	t.Helper()
	for limit := time.Now().Add(ioTimeout); rdb.PubSubNumPat(bg).Val() == 0; {
		if time.Now().After(limit) {
			t.Fatal("nobody subscribes")
		}
		time.Sleep(time.Millisecond)
	}
}
