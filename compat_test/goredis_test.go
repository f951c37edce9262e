package compat_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// client is go-redis, as an application holds it.
type client = *redis.Client

// call is one call of go-redis's typed API and what it returns, on every server.
type call struct {
	name string
	do   func(r client) any
	want any
}

// returned joins a typed result and its error: an error becomes its text.
func returned[T any](v T, err error) any {
	switch {
	case errors.Is(err, redis.Nil):
		return "redis.Nil"
	case err != nil:
		return "error: " + err.Error()
	}
	return v
}

// onEachServer runs the test on redis and on ringer, under both protocols.
func onEachServer(t *testing.T, test func(t *testing.T, rdb *redis.Client)) {
	t.Helper()
	for _, s := range lab.shared.each() {
		for _, protocol := range []int{2, 3} {
			t.Run(fmt.Sprintf("%s RESP%d", s.name, protocol), func(t *testing.T) {
				rdb := newClient(t, s, &redis.Options{Protocol: protocol})
				if err := rdb.FlushAll(t.Context()).Err(); err != nil {
					t.Fatal(err)
				}
				test(t, rdb)
			})
		}
	}
}

func newClient(t *testing.T, s *server, options *redis.Options) *redis.Client {
	t.Helper()
	options.Addr = s.addr
	rdb := redis.NewClient(options)
	t.Cleanup(func() { rdb.Close() })
	return rdb
}

func runCalls(t *testing.T, calls []call) {
	t.Helper()
	onEachServer(t, func(t *testing.T, rdb *redis.Client) {
		for _, c := range calls {
			if got := c.do(rdb); !reflect.DeepEqual(got, c.want) {
				t.Errorf("%s = %#v, want %#v", c.name, got, c.want)
			}
		}
	})
}

// bg is the context of calls whose end nobody needs to bring forward.
var bg = context.Background()

func TestGoRedisStrings(t *testing.T) {
	runCalls(t, []call{
		{"Get of nothing", func(r client) any {
			return returned(r.Get(bg, "k").Result())
		}, "redis.Nil"},
		{"Set", func(r client) any { return returned(r.Set(bg, "k", "v", 0).Result()) }, "OK"},
		{"Get", func(r client) any { return returned(r.Get(bg, "k").Result()) }, "v"},
		{"Set with an expiration", func(r client) any {
			return returned(r.Set(bg, "k", 42, time.Hour).Result())
		}, "OK"},
		{"Get as a number", func(r client) any { return returned(r.Get(bg, "k").Int()) }, 42},
		{"Set with KeepTTL", func(r client) any {
			return returned(r.Set(bg, "k", "w", redis.KeepTTL).Result())
		}, "OK"},
		{"TTL is kept", func(r client) any {
			return r.TTL(bg, "k").Val() > 50*time.Minute
		}, true},
		{"SetNX of a key that is there", func(r client) any {
			return returned(r.SetNX(bg, "k", "x", 0).Result())
		}, false},
		{"SetNX", func(r client) any {
			return returned(r.SetNX(bg, "new", "x", time.Minute).Result())
		}, true},
		{"SetXX", func(r client) any {
			return returned(r.SetXX(bg, "none", "x", time.Minute).Result())
		}, false},
		{"SetArgs with GET", func(r client) any {
			return returned(r.SetArgs(bg, "k", "y", redis.SetArgs{Get: true, KeepTTL: true}).Result())
		}, "w"},
		{"SetArgs NX GET of nothing", func(r client) any {
			return returned(r.SetArgs(bg, "n2", "y", redis.SetArgs{Mode: "NX", Get: true}).Result())
		}, "redis.Nil"},
		{"SetArgs with a deadline", func(r client) any {
			return returned(r.SetArgs(bg, "k", "z",
				redis.SetArgs{Mode: "XX", ExpireAt: time.Unix(4102444800, 0)}).Result())
		}, "OK"},
		{"ExpireTime", func(r client) any {
			return returned(r.ExpireTime(bg, "k").Result())
		}, 4102444800 * time.Second},
		{"Get of a sorted set", func(r client) any {
			r.ZAdd(bg, "z", redis.Z{Score: 1, Member: "a"})
			return returned(r.Get(bg, "z").Result())
		}, "error: WRONGTYPE Operation against a key holding the wrong kind of value"},
		{"binary", func(r client) any {
			r.Set(bg, "b\x00\xff", "\r\n\x00", 0)
			return returned(r.Get(bg, "b\x00\xff").Result())
		}, "\r\n\x00"},
	})
}

func TestGoRedisKeys(t *testing.T) {
	runCalls(t, []call{
		{"Del of nothing", func(r client) any {
			return returned(r.Del(bg, "a").Result())
		}, int64(0)},
		{"Exists", func(r client) any {
			r.Set(bg, "a", 1, 0)
			r.Set(bg, "b", 1, 0)
			return returned(r.Exists(bg, "a", "b", "a", "c").Result())
		}, int64(3)},
		{"Type", func(r client) any { return returned(r.Type(bg, "a").Result()) }, "string"},
		{"Type of nothing", func(r client) any {
			return returned(r.Type(bg, "c").Result())
		}, "none"},
		{"Keys", func(r client) any {
			keys, err := r.Keys(bg, "[ab]").Result()
			slices.Sort(keys)
			return returned(keys, err)
		}, []string{"a", "b"}},
		{"DBSize", func(r client) any { return returned(r.DBSize(bg).Result()) }, int64(2)},
		{"Unlink", func(r client) any {
			return returned(r.Unlink(bg, "a", "c").Result())
		}, int64(1)},
		{"Expire of nothing", func(r client) any {
			return returned(r.Expire(bg, "a", time.Hour).Result())
		}, false},
		{"Expire", func(r client) any {
			return returned(r.Expire(bg, "b", time.Hour).Result())
		}, true},
		{"ExpireNX", func(r client) any {
			return returned(r.ExpireNX(bg, "b", time.Hour).Result())
		}, false},
		{"ExpireGT", func(r client) any {
			return returned(r.ExpireGT(bg, "b", 2*time.Hour).Result())
		}, true},
		{"ExpireLT", func(r client) any {
			return returned(r.ExpireLT(bg, "b", 3*time.Hour).Result())
		}, false},
		{"ExpireXX", func(r client) any {
			return returned(r.ExpireXX(bg, "b", time.Hour).Result())
		}, true},
		{"PExpire", func(r client) any {
			return returned(r.PExpire(bg, "b", 90*time.Minute).Result())
		}, true},
		{"PTTL", func(r client) any { return r.PTTL(bg, "b").Val() > 80*time.Minute }, true},
		{"TTL of nothing", func(r client) any {
			return returned(r.TTL(bg, "a").Result())
		}, time.Duration(-2)},
		{"ExpireAt", func(r client) any {
			return returned(r.ExpireAt(bg, "b", time.Unix(4102444800, 0)).Result())
		}, true},
		{"PExpireAt", func(r client) any {
			return returned(r.PExpireAt(bg, "b", time.UnixMilli(4102444800123)).Result())
		}, true},
		{"PExpireTime", func(r client) any {
			return returned(r.PExpireTime(bg, "b").Result())
		}, 4102444800123 * time.Millisecond},
		{"Persist", func(r client) any { return returned(r.Persist(bg, "b").Result()) }, true},
		{"TTL without a deadline", func(r client) any {
			return returned(r.TTL(bg, "b").Result())
		}, time.Duration(-1)},
		{"FlushDB", func(r client) any { return returned(r.FlushDBAsync(bg).Result()) }, "OK"},
		{"DBSize after it", func(r client) any {
			return returned(r.DBSize(bg).Result())
		}, int64(0)},
	})
}

func TestGoRedisSortedSets(t *testing.T) {
	abc := []redis.Z{{Score: 1, Member: "a"}, {Score: 2.5, Member: "b"}, {Score: 3, Member: "c"}}
	by := func(args redis.ZRangeArgs) func(r client) any {
		args.Key = "z"
		return func(r client) any { return returned(r.ZRangeArgs(bg, args).Result()) }
	}
	runCalls(t, []call{
		{"ZAdd", func(r client) any {
			return returned(r.ZAdd(bg, "z", abc...).Result())
		}, int64(3)},
		{"ZAddArgs CH GT", func(r client) any {
			return returned(r.ZAddArgs(bg, "z", redis.ZAddArgs{GT: true, Ch: true, Members: []redis.Z{
				{Score: 0, Member: "a"}, {Score: 4, Member: "c"}}}).Result())
		}, int64(1)},
		{"ZAddArgsIncr", func(r client) any {
			return returned(r.ZAddArgsIncr(bg, "z", redis.ZAddArgs{XX: true, Members: []redis.Z{
				{Score: -1, Member: "c"}}}).Result())
		}, 3.0},
		{"ZAddArgsIncr that does nothing", func(r client) any {
			return returned(r.ZAddArgsIncr(bg, "z", redis.ZAddArgs{NX: true, Members: []redis.Z{
				{Score: -1, Member: "c"}}}).Result())
		}, "redis.Nil"},
		{"ZAddNX", func(r client) any {
			return returned(r.ZAddNX(bg, "z", abc[0]).Result())
		}, int64(0)},
		{"ZCard", func(r client) any { return returned(r.ZCard(bg, "z").Result()) }, int64(3)},
		{"ZScore", func(r client) any { return returned(r.ZScore(bg, "z", "b").Result()) }, 2.5},
		{"ZScore of nothing", func(r client) any {
			return returned(r.ZScore(bg, "z", "x").Result())
		}, "redis.Nil"},
		{"ZRank", func(r client) any {
			return returned(r.ZRank(bg, "z", "c").Result())
		}, int64(2)},
		{"ZRank of nothing", func(r client) any {
			return returned(r.ZRank(bg, "z", "x").Result())
		}, "redis.Nil"},
		{"ZRange", func(r client) any {
			return returned(r.ZRange(bg, "z", 0, -1).Result())
		}, []string{"a", "b", "c"}},
		{"ZRangeWithScores", func(r client) any {
			return returned(r.ZRangeWithScores(bg, "z", 0, -1).Result())
		}, abc},
		{"ZRangeArgs REV", by(redis.ZRangeArgs{Start: 0, Stop: 1, Rev: true}), []string{"c", "b"}},
		{"ZRangeArgs BYSCORE", by(redis.ZRangeArgs{Start: "(1", Stop: "+inf", ByScore: true}),
			[]string{"b", "c"}},
		{"ZRangeArgs BYSCORE REV LIMIT", by(redis.ZRangeArgs{Start: 9, Stop: 1, ByScore: true, Rev: true,
			Offset: 1, Count: 1}), []string{"b"}},
		{"ZRangeArgsWithScores", func(r client) any {
			return returned(r.ZRangeArgsWithScores(bg,
				redis.ZRangeArgs{Key: "z", Start: 1, Stop: 1, ByScore: true}).Result())
		}, abc[:1]},
		{"ZRem", func(r client) any {
			return returned(r.ZRem(bg, "z", "a", "b", "x").Result())
		}, int64(2)},
		{"ZRangeArgs BYLEX", by(redis.ZRangeArgs{Start: "-", Stop: "[c", ByLex: true}), []string{"c"}},
		{"ZAdd to a string", func(r client) any {
			r.Set(bg, "s", 1, 0)
			return returned(r.ZAdd(bg, "s", abc...).Result())
		}, "error: WRONGTYPE Operation against a key holding the wrong kind of value"},
	})
}

func TestGoRedisScan(t *testing.T) {
	onEachServer(t, func(t *testing.T, rdb *redis.Client) {
		var want []string
		pipe := rdb.Pipeline()
		for i := range 1000 {
			key := fmt.Sprintf("key:%04d", i)
			want = append(want, key)
			pipe.Set(t.Context(), key, i, 0)
		}
		pipe.ZAdd(t.Context(), "zset", redis.Z{Score: 1, Member: "a"})
		if _, err := pipe.Exec(t.Context()); err != nil {
			t.Fatal(err)
		}
		var got []string
		all := rdb.Scan(t.Context(), 0, "key:*", 7).Iterator()
		for all.Next(t.Context()) {
			got = append(got, all.Val())
		}
		slices.Sort(got)
		if err := all.Err(); err != nil || !slices.Equal(slices.Compact(got), want) {
			t.Errorf("the iterator gives %d keys, want %d; %v", len(got), len(want), err)
		}
		typed := rdb.ScanType(t.Context(), 0, "", 100, "zset").Iterator()
		for got = nil; typed.Next(t.Context()); {
			got = append(got, typed.Val())
		}
		if typed.Err() != nil || !slices.Equal(got, []string{"zset"}) {
			t.Errorf("ScanType gives %q, %v", got, typed.Err())
		}
	})
}

func TestGoRedisConnection(t *testing.T) {
	for _, s := range lab.shared.each() {
		rdb := newClient(t, s, &redis.Options{DB: 9, ClientName: "compat", Protocol: 3})
		if err := rdb.FlushAll(t.Context()).Err(); err != nil {
			t.Fatal(err)
		}
		if name := rdb.ClientGetName(t.Context()).Val(); name != "compat" {
			t.Errorf("%s: the connection's name is %q", s.name, name)
		}
		rdb.Set(t.Context(), "nine", 9, 0)
		zero := newClient(t, s, &redis.Options{Protocol: 2})
		if n := zero.DBSize(t.Context()).Val(); n != 0 {
			t.Errorf("%s: database 0 has %d keys", s.name, n)
		}
		if n := rdb.DBSize(t.Context()).Val(); n != 1 {
			t.Errorf("%s: database 9 has %d keys", s.name, n)
		}
		hello, err := rdb.Conn().Hello(t.Context(), 3, "", "", "").Result()
		if err != nil || hello["server"] != "redis" || hello["role"] != "master" ||
			hello["proto"] != int64(3) {
			t.Errorf("%s: HELLO = %v, %v", s.name, hello, err)
		}
		first, second := zero.Conn(), zero.Conn()
		a, b := first.ClientID(t.Context()).Val(), second.ClientID(t.Context()).Val()
		if a <= 0 || b <= 0 || a == b {
			t.Errorf("%s: two connections have the ids %d and %d", s.name, a, b)
		}
		_ = first.Close()
		_ = second.Close()
		if err := first.Ping(t.Context()).Err(); !errors.Is(err, redis.ErrClosed) {
			t.Errorf("%s: PING after Close: %v", s.name, err)
		}
	}
}

func TestGoRedisServer(t *testing.T) {
	onEachServer(t, func(t *testing.T, rdb *redis.Client) {
		ctx := t.Context()
		now, err := rdb.Time(ctx).Result()
		if err != nil || time.Since(now).Abs() > time.Minute {
			t.Errorf("Time = %v, %v", now, err)
		}
		config, err := rdb.ConfigGet(ctx, "maxclients").Result()
		if err != nil || !reflect.DeepEqual(config, map[string]string{"maxclients": "10000"}) {
			t.Errorf("ConfigGet = %v, %v", config, err)
		}
		if err := rdb.ConfigSet(ctx, "timeout", "x").Err(); err == nil || !strings.HasPrefix(err.Error(),
			"ERR CONFIG SET failed (possibly related to argument 'timeout')") {
			t.Errorf("ConfigSet of nonsense: %v", err)
		}
		if info := rdb.Info(ctx, "server").Val(); !strings.Contains(info, "redis_version:7.") {
			t.Errorf("Info = %q", info)
		}
		commands, err := rdb.Command(ctx).Result()
		if err != nil {
			t.Fatal(err)
		}
		get := commands["get"]
		if get == nil || get.Arity != 2 || !get.ReadOnly || get.FirstKeyPos != 1 || get.LastKeyPos != 1 {
			t.Errorf("Command: get is %+v", get)
		}
		keys, err := rdb.CommandGetKeys(ctx, "del", "a", "b").Result()
		if err != nil || !slices.Equal(keys, []string{"a", "b"}) {
			t.Errorf("CommandGetKeys = %q, %v", keys, err)
		}
		list, err := rdb.CommandList(ctx, &redis.FilterBy{Pattern: "ge?"}).Result()
		if err != nil || !slices.Contains(list, "get") {
			t.Errorf("CommandList = %q, %v", list, err)
		}
	})
}

func TestGoRedisPipelines(t *testing.T) {
	onEachServer(t, func(t *testing.T, rdb *redis.Client) {
		pipe := rdb.Pipeline()
		for i := range 1000 {
			key := fmt.Sprint("k", i%10)
			pipe.Set(t.Context(), key, i, 0)
			pipe.Get(t.Context(), key)
		}
		bad := pipe.Do(t.Context(), "nosuch")
		none := pipe.Get(t.Context(), "none")
		last := pipe.Get(t.Context(), "k9")
		replies, err := pipe.Exec(t.Context())
		if err == nil || err.Error() != bad.Err().Error() ||
			!strings.HasPrefix(err.Error(), "ERR unknown command 'nosuch'") {
			t.Errorf("Exec returns %v", err)
		}
		for i := range 1000 {
			if got := replies[2*i+1].(*redis.StringCmd).Val(); got != fmt.Sprint(i) {
				t.Fatalf("reply %d is %q", i, got)
			}
		}
		if !errors.Is(none.Err(), redis.Nil) || last.Val() != "999" {
			t.Errorf("after the error: %v, %v", none, last)
		}
	})
}

func TestGoRedisPool(t *testing.T) {
	onEachServer(t, func(t *testing.T, rdb *redis.Client) {
		var group sync.WaitGroup
		for worker := range 32 {
			group.Go(func() {
				for i := range 50 {
					key, want := fmt.Sprint("w", worker), fmt.Sprint(i)
					if err := rdb.Set(t.Context(), key, want, 0).Err(); err != nil {
						t.Error(err)
						return
					}
					if got := rdb.Get(t.Context(), key).Val(); got != want {
						t.Errorf("worker %d reads %q, want %q", worker, got, want)
					}
				}
			})
		}
		group.Wait()
	})
}

// TestGoRedisDeadline: a call gives up when its context says so, and the next one works.
func TestGoRedisDeadline(t *testing.T) {
	for _, s := range lab.shared.each() {
		rdb := newClient(t, s, &redis.Options{ContextTimeoutEnabled: true, MaxRetries: -1})
		rdb.Ping(t.Context())
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		defer cancel()
		if err := rdb.Do(ctx, "DEBUG", "SLEEP", "0.2").Err(); err == nil {
			t.Errorf("%s: DEBUG SLEEP ends before its context", s.name)
		}
		if err := rdb.Ping(t.Context()).Err(); err != nil {
			t.Errorf("%s: PING after it: %v", s.name, err)
		}
	}
}

// TestGoRedisExpiry waits for true deadlines: short ones pass, on their own and when looked at.
func TestGoRedisExpiry(t *testing.T) {
	onEachServer(t, func(t *testing.T, rdb *redis.Client) {
		ctx := t.Context()
		rdb.Set(ctx, "short", 1, 50*time.Millisecond)
		rdb.Set(ctx, "unseen", 1, 50*time.Millisecond)
		rdb.Set(ctx, "long", 1, time.Hour)
		if n := rdb.Exists(ctx, "short", "unseen").Val(); n != 2 {
			t.Log("the machine is so slow that 50 ms have passed")
		}
		deadline := time.Now().Add(ioTimeout)
		for rdb.DBSize(ctx).Val() != 1 && time.Now().Before(deadline) {
			rdb.Get(ctx, "short")
			time.Sleep(5 * time.Millisecond) // redis expires unseen keys ten times a second
		}
		if keys := rdb.Keys(ctx, "*").Val(); !slices.Equal(keys, []string{"long"}) {
			t.Errorf("left are %q, want long only", keys)
		}
	})
}

// TestSince72 asserts directly what redis-server 7.0.15 does not have, as Redis 7.2 documents it.
func TestSince72(t *testing.T) {
	onlyRinger(t)
	for _, protocol := range []int{2, 3} {
		rdb := newClient(t, lab.shared.ringer, &redis.Options{Protocol: protocol})
		rdb.FlushAll(t.Context())
		rdb.ZAdd(t.Context(), "z", redis.Z{Score: 1.5, Member: "a"}, redis.Z{Score: 2, Member: "b"})
		got, err := rdb.ZRankWithScore(t.Context(), "z", "b").Result()
		if err != nil || got != (redis.RankScore{Rank: 1, Score: 2}) {
			t.Errorf("ZRankWithScore = %v, %v", got, err)
		}
		if err := rdb.ZRankWithScore(t.Context(), "z", "x").Err(); !errors.Is(err, redis.Nil) {
			t.Errorf("ZRankWithScore of nothing: %v", err)
		}
		for _, info := range []redis.LibraryInfo{
			redis.WithLibraryName("go-redis(compat,go1.26)"), {LibVer: new("9.23.0")},
		} {
			if err := rdb.Conn().ClientSetInfo(t.Context(), info).Err(); err != nil {
				t.Errorf("ClientSetInfo: %v", err)
			}
		}
	}
}
