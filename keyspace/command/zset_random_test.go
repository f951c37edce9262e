package command_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/ringer-kv/ringer/keyspace"
	"github.com/ringer-kv/ringer/keyspace/command"
	"github.com/ringer-kv/ringer/keyspace/inline"
	"github.com/ringer-kv/ringer/keyspace/reply"
)

// loudConn keeps what is written to it.
type loudConn struct {
	quietConn
	out *[]byte
}

func (c loudConn) Flush(out []byte, state keyspace.FlushState) bool {
	*c.out = append(*c.out, out...)
	return c.quietConn.Flush(nil, state)
}

// asker is a session that returns the replies.
type asker func(command string) string

func newAsker(t *testing.T) asker {
	t.Helper()
	e, err := keyspace.New(keyspace.Options{
		Commands: command.Table(), Clock: stillClock{}, Seed: 1,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	var out []byte
	conn := loudConn{quietConn{make(chan struct{}, 1)}, &out}
	s, err := e.Open(conn, keyspace.ConnInfo{Writer: &reply.RESP{}})
	if err != nil {
		t.Fatal(err)
	}
	return func(command string) string {
		t.Helper()
		var b keyspace.Batch
		if b.Args, err = inline.Split([]byte(command), nil); err != nil {
			t.Fatal(err)
		}
		b.Append()
		out = nil
		e.Submit(s, &b)
		<-conn.done
		return string(out)
	}
}

// drawCase is a ZRANDMEMBER of n members, all different or not.
type drawCase struct {
	command string
	n       int
	unique  bool
}

// TestZRandMemberIsFair draws from a listpack and from a skiplist, in each of the ways that
// ZRANDMEMBER has, and counts how often each member comes.
func TestZRandMemberIsFair(t *testing.T) {
	for _, size := range []int{20, 300} {
		ask := newAsker(t)
		var add strings.Builder
		for i := range size {
			fmt.Fprintf(&add, " %d member:%d:", i%7, i)
		}
		ask("ZADD z" + add.String())
		few, most := size/5, size-3
		for _, c := range []drawCase{
			{"ZRANDMEMBER z", 1, true},
			{"ZRANDMEMBER z 1", 1, true},
			{fmt.Sprintf("ZRANDMEMBER z %d", few), few, true},
			{fmt.Sprintf("ZRANDMEMBER z %d WITHSCORES", most), most, true},
			{"ZRANDMEMBER z -50 WITHSCORES", 50, false},
		} {
			t.Run(fmt.Sprintf("%s of %d", c.command, size), func(t *testing.T) {
				c.test(t, ask, size)
			})
		}
	}
}

// test draws until each of the members should have come so many times.
func (c drawCase) test(t *testing.T, ask asker, size int) {
	const each = 200
	counts := make(map[string]int)
	for range each * size / c.n {
		members := drawn(ask(c.command))
		if len(members) != c.n {
			t.Fatalf("%d members in place of %d", len(members), c.n)
		}
		for _, m := range members {
			counts[m]++
		}
		slices.Sort(members)
		if different := len(slices.Compact(members)); c.unique && different != c.n {
			t.Fatalf("only %d of %d members are different", different, c.n)
		}
	}
	for i := range size {
		if n := counts[fmt.Sprintf("member:%d:", i)]; n < each/2 || n > each*2 {
			t.Errorf("member %d comes %d times in place of %d", i, n, each)
		}
	}
}

// drawn are the members in a reply.
func drawn(reply string) []string {
	var members []string
	for line := range strings.Lines(reply) {
		if m := strings.TrimSpace(line); strings.HasPrefix(m, "member:") {
			members = append(members, m)
		}
	}
	return members
}
