package resptest_test

import (
	"context"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/ringer-kv/ringer/resp/resptest"
)

func TestFaultErrors(t *testing.T) {
	cases := []resptest.Error{
		resptest.Loading, resptest.ReadOnly, resptest.OOM, resptest.ClusterDown,
		resptest.TryAgain, resptest.MasterDown, resptest.CrossSlot,
		resptest.Moved(866, "127.0.0.1:7000"), resptest.Ask(866, "127.0.0.1:7000"), "ERR boom",
	}
	for _, text := range cases {
		srv := resptest.Start(t)
		rdb := client(t, srv)
		fault := srv.Inject(resptest.Fault{Command: "set", Error: text})
		if err := rdb.Set(t.Context(), "k", "v", 0).Err(); err == nil || err.Error() != string(text) {
			t.Errorf("SET: %v, want %s", err, text)
		}
		if err := rdb.Get(t.Context(), "k").Err(); !errors.Is(err, redis.Nil) {
			t.Errorf("GET: %v", err)
		}
		if fault.Count() != 1 {
			t.Errorf("%s hit %d times", text, fault.Count())
		}
		fault.Remove()
		if err := rdb.Set(t.Context(), "k", "v", 0).Err(); err != nil {
			t.Errorf("after Remove: %v", err)
		}
	}
}

func TestFaultFitsWhatItSays(t *testing.T) {
	srv := resptest.Start(t)
	rdb := redis.NewClient(&redis.Options{
		Addr: srv.Addr(), ClientName: "worker-7", MaxRetries: -1,
	})
	defer rdb.Close()
	const boom resptest.Error = "ERR boom"
	set := func(key string) bool { return rdb.Set(t.Context(), key, "v", 0).Err() != nil }
	cases := []struct {
		name  string
		fault resptest.Fault
		want  [4]bool // whether SET a, SET a, SET b, SET user:1 fail
	}{
		{"any command", resptest.Fault{}, [4]bool{true, true, true, true}},
		{"another command", resptest.Fault{Command: "get"}, [4]bool{}},
		{"a key", resptest.Fault{Key: "a"}, [4]bool{true, true, false, false}},
		{"a pattern", resptest.Fault{Key: "user:*"}, [4]bool{3: true}},
		{"a client", resptest.Fault{Client: "worker-*"}, [4]bool{true, true, true, true}},
		{"another client", resptest.Fault{Client: "web-*"}, [4]bool{}},
		{"the second", resptest.Fault{Nth: 2}, [4]bool{1: true}},
		{"twice", resptest.Fault{Times: 2}, [4]bool{true, true, false, false}},
		{"the second of a key", resptest.Fault{Key: "[ab]", Nth: 3}, [4]bool{2: true}},
	}
	for _, c := range cases {
		c.fault.Error = boom
		srv.Inject(c.fault)
		got := [4]bool{set("a"), set("a"), set("b"), set("user:1")}
		if got != c.want {
			t.Errorf("%s: fail %v, want %v", c.name, got, c.want)
		}
		srv.RemoveFaults()
	}
}

func TestFaultSubcommand(t *testing.T) {
	srv := resptest.Start(t)
	rdb := client(t, srv)
	srv.Inject(resptest.Fault{Command: "config set", Error: "ERR no"})
	if err := rdb.ConfigSet(t.Context(), "maxmemory", "1gb").Err(); err == nil {
		t.Error("CONFIG SET is not hit")
	}
	if err := rdb.ConfigGet(t.Context(), "maxmemory").Err(); err != nil {
		t.Errorf("CONFIG GET: %v", err)
	}
}

func TestFaultProbabilityIsThatOfTheSeed(t *testing.T) {
	hits := func() (pattern [200]bool) {
		srv := resptest.Start(t)
		rdb := client(t, srv)
		rdb.Ping(t.Context())
		f := resptest.Fault{Command: "get", Probability: 0.25, Seed: 7, Error: "ERR boom"}
		i := srv.Inject(f)
		for n := range pattern {
			pattern[n] = !errors.Is(rdb.Get(t.Context(), "k").Err(), redis.Nil)
		}
		if n := i.Count(); n < 25 || n > 75 {
			t.Errorf("%d of 200 hit at a quarter", n)
		}
		return pattern
	}
	if first, second := hits(), hits(); first != second {
		t.Error("the same seed hits others")
	}
}

func TestFaultDrops(t *testing.T) {
	cases := []struct {
		drop   resptest.Drop
		stored bool
	}{
		{resptest.DropBefore, false}, {resptest.DropAfter, true}, {resptest.DropPartial, true},
	}
	for _, c := range cases {
		srv := resptest.Start(t)
		rdb := client(t, srv)
		rdb.Ping(t.Context())
		srv.Inject(resptest.Fault{Command: "set", Drop: c.drop})
		err := rdb.Set(t.Context(), "k", "v", 0).Err()
		if !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("drop %d: %v", c.drop, err)
		}
		if srv.Exists("k") != c.stored {
			t.Errorf("drop %d: executed: %v", c.drop, !c.stored)
		}
	}
}

func TestFaultDelayIsOnTheClock(t *testing.T) {
	clock := resptest.NewClock(time.UnixMilli(1_000_000))
	srv := resptest.Start(t, resptest.WithClock(clock))
	slow, other := client(t, srv), client(t, srv)
	srv.Inject(resptest.Fault{Key: "slow", Delay: time.Minute})
	done := make(chan error, 1)
	go func() { done <- slow.Set(context.Background(), "slow", "v", 0).Err() }()
	for len(srv.Commands()) == 0 || !srv.Commands()[len(srv.Commands())-1].Fault {
		time.Sleep(time.Millisecond)
	}
	if err := other.Set(t.Context(), "fast", "v", 0).Err(); err != nil {
		t.Fatal(err)
	}
	srv.RequireMissing(t, "slow")
	clock.Advance(time.Minute)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	srv.RequireString(t, "slow", "v")
}

func TestCommandsAreRecorded(t *testing.T) {
	clock := resptest.NewClock(time.UnixMilli(1_000_000))
	srv := resptest.Start(t, resptest.WithClock(clock))
	rdb := redis.NewClient(&redis.Options{Addr: srv.Addr(), ClientName: "me", DB: 3})
	defer rdb.Close()
	rdb.Ping(t.Context())
	srv.ResetCommands()
	rdb.Set(t.Context(), "a key", "", 0)
	rdb.Do(t.Context(), "nonsense", "\x00")
	srv.SetString("not", "seen")
	var lines []string
	for _, c := range srv.Commands() {
		if c.DB != 3 || c.Client != "me" || c.ClientID == 0 || !c.Time.Equal(clock.Now()) {
			t.Errorf("recorded %+v", c)
		}
		lines = append(lines, c.String())
	}
	want := []string{`set "a key" ""`, `nonsense "\x00"`}
	if len(lines) != 2 || lines[0] != want[0] || lines[1] != want[1] {
		t.Errorf("recorded %q, want %q", lines, want)
	}
}

func TestCommandsAreBounded(t *testing.T) {
	srv := resptest.Start(t)
	rdb := client(t, srv)
	p := rdb.Pipeline()
	for i := range 12_000 {
		p.Set(t.Context(), "k", i, 0)
	}
	if _, err := p.Exec(t.Context()); err != nil {
		t.Fatal(err)
	}
	all := srv.Commands()
	if len(all) != 10_000 || all[0].Args[2] != "2000" || all[9999].Args[2] != "11999" {
		t.Errorf("%d commands, from %v to %v", len(all), all[0], all[len(all)-1])
	}
}
