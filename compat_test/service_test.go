package compat_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/ringer-kv/ringer/resp/resptest"
)

// game is a small service as many are built on Redis: a cache, a rate limiter, a lock, a queue, a
// leaderboard and messages to everybody. It knows nothing of the server that it runs against.
type game struct{ rdb *redis.Client }

var errSlowDown = errors.New("too many requests")

// profile is read through the cache.
func (g game) profile(ctx context.Context, user string, load func() string) (string, error) {
	key := "profile:" + user
	text, err := g.rdb.Get(ctx, key).Result()
	if !errors.Is(err, redis.Nil) {
		return text, err
	}
	text = load()
	return text, g.rdb.Set(ctx, key, text, time.Hour).Err()
}

// allow lets a user in at most limit times in a window, of which the oldest entries slide out.
func (g game) allow(ctx context.Context, user string, limit int64, window time.Duration) error {
	key := "rate:" + user
	now, err := g.rdb.Time(ctx).Result()
	if err != nil {
		return err
	}
	var count *redis.IntCmd
	_, err = g.rdb.TxPipelined(ctx, func(p redis.Pipeliner) error {
		before := strconv.FormatInt(now.Add(-window).UnixMicro(), 10)
		p.ZRemRangeByScore(ctx, key, "-inf", before)
		p.ZAdd(ctx, key, redis.Z{Score: float64(now.UnixMicro()), Member: now.UnixNano()})
		count = p.ZCard(ctx, key)
		p.PExpire(ctx, key, window)
		return nil
	})
	if err == nil && count.Val() > limit {
		err = errSlowDown
	}
	return err
}

// lock takes a named lock for a while, unlock gives it back if it is still the owner's.
func (g game) lock(ctx context.Context, name, owner string, ttl time.Duration) (bool, error) {
	err := g.rdb.SetArgs(ctx, "lock:"+name, owner, redis.SetArgs{Mode: "NX", TTL: ttl}).Err()
	if errors.Is(err, redis.Nil) {
		return false, nil
	}
	return err == nil, err
}

func (g game) unlock(ctx context.Context, name, owner string) (bool, error) {
	key := "lock:" + name
	released := false
	err := g.rdb.Watch(ctx, func(tx *redis.Tx) error {
		holder, err := tx.Get(ctx, key).Result()
		if errors.Is(err, redis.Nil) || err == nil && holder != owner {
			return nil
		}
		if err != nil {
			return err
		}
		_, err = tx.TxPipelined(ctx, func(p redis.Pipeliner) error { return p.Del(ctx, key).Err() })
		released = err == nil
		return err
	}, key)
	return released, err
}

// enqueue adds a job; work takes one, keeps it in a list of its own while do runs, and puts it
// back if that fails.
func (g game) enqueue(ctx context.Context, job string) error {
	return g.rdb.LPush(ctx, "jobs", job).Err()
}

func (g game) work(ctx context.Context, worker string, do func(job string) error) error {
	own := "jobs:" + worker
	job, err := g.rdb.BLMove(ctx, "jobs", own, "RIGHT", "LEFT", time.Second).Result()
	if err != nil {
		return err
	}
	if err := do(job); err != nil {
		_, err2 := g.rdb.TxPipelined(ctx, func(p redis.Pipeliner) error {
			p.LRem(ctx, own, 1, job)
			p.RPush(ctx, "jobs", job)
			return nil
		})
		return errors.Join(err, err2)
	}
	return g.rdb.LRem(ctx, own, 1, job).Err()
}

// score adds points and announces a new leader.
func (g game) score(ctx context.Context, user string, points float64) error {
	if err := g.rdb.ZIncrBy(ctx, "board", points, user).Err(); err != nil {
		return err
	}
	rank, err := g.rdb.ZRevRank(ctx, "board", user).Result()
	if err != nil || rank != 0 {
		return err
	}
	return g.rdb.Publish(ctx, "news", user+" leads").Err()
}

// top are the best n with their points.
func (g game) top(ctx context.Context, n int64) ([]string, error) {
	list, err := g.rdb.ZRevRangeWithScores(ctx, "board", 0, n-1).Result()
	lines := make([]string, len(list))
	for i, z := range list {
		lines[i] = fmt.Sprintf("%s %g", z.Member, z.Score)
	}
	return lines, err
}

// TestService runs the service against the server in the test's own process, the server that
// listens, and the real one: the same test, the same result.
func TestService(t *testing.T) {
	servers := map[string]string{
		"resptest": resptest.Start(t).Addr(),
		"ringer":   newPair(t).ringer.addr,
		"redis":    lab.shared.redis.addr,
	}
	for name, addr := range servers {
		t.Run(name, func(t *testing.T) {
			rdb := redis.NewClient(&redis.Options{Addr: addr})
			defer rdb.Close()
			if err := rdb.FlushAll(t.Context()).Err(); err != nil {
				t.Fatal(err)
			}
			g := game{rdb}
			t.Run("cache", func(t *testing.T) { testCache(t, g) })
			t.Run("rate limiter", func(t *testing.T) { testRateLimiter(t, g) })
			t.Run("lock", func(t *testing.T) { testLock(t, g) })
			t.Run("queue", func(t *testing.T) { testQueue(t, g) })
			t.Run("leaderboard and news", func(t *testing.T) { testLeaderboard(t, g) })
		})
	}
}

func testCache(t *testing.T, g game) {
	loads := 0
	for range 3 {
		got, err := g.profile(t.Context(), "ann", func() string {
			loads++
			return "Ann, 33"
		})
		if err != nil || got != "Ann, 33" {
			t.Fatalf("%q, %v", got, err)
		}
	}
	if ttl := g.rdb.TTL(t.Context(), "profile:ann").Val(); loads != 1 || ttl != time.Hour {
		t.Errorf("loaded %d times, kept for %v", loads, ttl)
	}
}

func testRateLimiter(t *testing.T, g game) {
	var errs []error
	for range 5 {
		errs = append(errs, g.allow(t.Context(), "ann", 3, time.Minute))
	}
	want := []error{nil, nil, nil, errSlowDown, errSlowDown}
	if !slices.Equal(errs, want) {
		t.Errorf("%v", errs)
	}
	if err := g.allow(t.Context(), "bob", 3, time.Minute); err != nil {
		t.Errorf("another user: %v", err)
	}
}

func testLock(t *testing.T, g game) {
	steps := []struct {
		do   func(ctx context.Context, name, owner string) (bool, error)
		who  string
		want bool
	}{
		{g.lockMinute, "a", true}, {g.lockMinute, "b", false}, {g.unlock, "b", false},
		{g.unlock, "a", true}, {g.unlock, "a", false}, {g.lockMinute, "b", true},
	}
	for i, s := range steps {
		if got, err := s.do(t.Context(), "door", s.who); err != nil || got != s.want {
			t.Errorf("step %d of %s: %v, %v", i, s.who, got, err)
		}
	}
	// A lock whose time is over is anybody's.
	if _, err := g.lock(t.Context(), "gate", "a", 50*time.Millisecond); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(5 * time.Second); ; {
		got, err := g.lock(t.Context(), "gate", "b", time.Minute)
		if err != nil || time.Now().After(deadline) {
			t.Fatalf("never free: %v", err)
		}
		if got {
			break
		}
	}
}

func (g game) lockMinute(ctx context.Context, name, owner string) (bool, error) {
	return g.lock(ctx, name, owner, time.Minute)
}

func testQueue(t *testing.T, g game) {
	const jobs, workers = 200, 4
	var mu sync.Mutex
	done := make(map[string]int)
	failed := make(map[string]bool)
	var running sync.WaitGroup
	for w := range workers {
		running.Go(func() {
			for {
				err := g.work(t.Context(), fmt.Sprint(w), func(job string) error {
					mu.Lock()
					defer mu.Unlock()
					if len(job)%2 == 0 && !failed[job] { // half of them fail once
						failed[job] = true
						return errors.New("again")
					}
					done[job]++
					return nil
				})
				mu.Lock()
				over := len(done) == jobs
				mu.Unlock()
				if over || errors.Is(err, redis.Nil) {
					return
				}
			}
		})
	}
	for i := range jobs {
		if err := g.enqueue(t.Context(), fmt.Sprint("job ", i)); err != nil {
			t.Error(err)
		}
	}
	running.Wait()
	for job, n := range done {
		if n != 1 {
			t.Errorf("%s was done %d times", job, n)
		}
	}
	left := g.rdb.Keys(t.Context(), "jobs*").Val()
	if len(done) != jobs || len(left) != 0 {
		t.Errorf("%d jobs done, %v left", len(done), left)
	}
}

func testLeaderboard(t *testing.T, g game) {
	const listeners = 10
	subs := make([]*redis.PubSub, listeners)
	for i := range subs {
		subs[i] = g.rdb.Subscribe(t.Context(), "news")
		defer subs[i].Close()
		if _, err := subs[i].Receive(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	for _, s := range []struct {
		user   string
		points float64
	}{{"ann", 10}, {"bob", 7}, {"bob", 2}, {"cid", 9.5}, {"bob", 3}, {"ann", 1}} {
		if err := g.score(t.Context(), s.user, s.points); err != nil {
			t.Fatal(err)
		}
	}
	top, err := g.top(t.Context(), 3)
	if want := []string{"bob 12", "ann 11", "cid 9.5"}; err != nil || !reflect.DeepEqual(top, want) {
		t.Errorf("the best are %v, %v", top, err)
	}
	for i, sub := range subs {
		for _, want := range []string{"ann leads", "bob leads"} {
			m, err := sub.ReceiveMessage(t.Context())
			if err != nil || m.Payload != want {
				t.Errorf("listener %d: %v, %v, want %s", i, m, err, want)
			}
		}
	}
}
