package command_test

import (
	"fmt"
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
		for _, draw := range []struct {
			command string
			n       int
			unique  bool
		}{
			{"ZRANDMEMBER z", 1, true},
			{"ZRANDMEMBER z 1", 1, true},
			{fmt.Sprintf("ZRANDMEMBER z %d", few), few, true},
			{fmt.Sprintf("ZRANDMEMBER z %d WITHSCORES", most), most, true},
			{"ZRANDMEMBER z -50 WITHSCORES", 50, false},
		} {
			const each = 200 // how often a member should come
			counts := make(map[string]int)
			for range each * size / draw.n {
				members := drawn(ask(draw.command))
				if len(members) != draw.n {
					t.Fatalf("%s gives %d members", draw.command, len(members))
				}
				seen := make(map[string]bool)
				for _, m := range members {
					if draw.unique && seen[m] {
						t.Fatalf("%s gives %s twice", draw.command, m)
					}
					seen[m] = true
					counts[m]++
				}
			}
			for i := range size {
				m := fmt.Sprintf("member:%d:", i)
				if n := counts[m]; n < each/2 || n > each*2 {
					t.Errorf("%s of %d: %s comes %d times in place of %d", draw.command, size, m, n,
						each)
				}
			}
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
