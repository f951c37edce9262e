package compat_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestRandomBlocking has several clients wait, push and move at random: after each command the same
// clients must have been answered, with the same bytes.
func TestRandomBlocking(t *testing.T) {
	const perScript = 250
	for i := range max(2, lab.commands/10/perScript) {
		seed := lab.seed + uint64(i)
		redis, ringer := newCrowd(t, lab.shared.redis), newCrowd(t, lab.shared.ringer)
		g := &gen{Rand: rand.New(rand.NewPCG(seed, 99))}
		var script []string
		for range perScript {
			name, args := g.IntN(len(redis.clients)), g.blockingStep()
			if name < 2 || redis.clients[name].pending {
				name, args = 0, g.servingStep() // one client that never waits
			}
			script = append(script, fmt.Sprintf("%d %s", name, join(args)))
			want, got := redis.step(name, args), ringer.step(name, args)
			if want != got {
				t.Fatalf("seed %d\nredis:\n%s\nringer:\n%s\nscript:\n%s", seed, want, got,
					strings.Join(script, "\n"))
			}
		}
		redis.leave()
		ringer.leave()
	}
}

// crowd is several clients of one server, each of which waits for at most one reply.
type crowd struct {
	clientsRun
	clients []*crowdClient
	replies chan crowdReply
}

type crowdClient struct {
	conn    *conn
	pending bool
}

type crowdReply struct {
	name int
	text string
}

func newCrowd(t *testing.T, s *server) *crowd {
	t.Helper()
	c := &crowd{replies: make(chan crowdReply, 64)}
	c.clientsRun = clientsRun{t: t, server: s, watch: mustDial(t, s.addr)}
	c.watch.must(t, "FLUSHALL")
	for name := range 10 {
		client := &crowdClient{conn: mustDial(t, s.addr)}
		c.clients = append(c.clients, client)
		go func() {
			for {
				answer, err := client.conn.next()
				if err != nil {
					return
				}
				c.replies <- crowdReply{name, string(answer.raw)}
			}
		}()
	}
	return c
}

// step sends a command and returns who has been answered, and what, once every other client that
// owes a reply is known to wait.
func (c *crowd) step(name int, args []string) string {
	c.t.Helper()
	if err := c.clients[name].conn.write(appendCommand(nil, args)); err != nil {
		c.t.Fatal(err)
	}
	c.clients[name].pending = true
	pending := 0
	for _, client := range c.clients {
		if client.pending {
			pending++
		}
	}
	var taken []string
	limit := time.Now().Add(ioTimeout)
	for c.blocked()+len(taken) != pending {
		select {
		case r := <-c.replies:
			c.clients[r.name].pending = false
			taken = append(taken, fmt.Sprintf("%d: %q", r.name, r.text))
		default:
		}
		if time.Now().After(limit) {
			c.t.Fatalf("%s: %s: %d of %d answered, %d wait", c.server.name, join(args),
				len(taken), pending, c.blocked())
		}
	}
	slices.Sort(taken)
	return strings.Join(taken, "\n")
}

// leave hangs up and waits until nobody waits.
func (c *crowd) leave() {
	for _, client := range c.clients {
		client.conn.close()
	}
	c.until(0)
}

func (g *gen) sharedKey() string { return g.of("k1", "k2", "k3", "k4") }

func (g *gen) sharedEnd() string { return g.of("LEFT", "RIGHT") }

// blockingStep draws a command that may wait.
func (g *gen) blockingStep() []string {
	k, end, count := g.sharedKey, g.sharedEnd, strconv.Itoa(1+g.IntN(3))
	switch g.IntN(6) {
	case 0:
		return words(g.of("BLPOP", "BRPOP"), k(), k(), "0")
	case 1:
		return words("BLMOVE", k(), k(), end(), end(), "0")
	case 2:
		return words("BRPOPLPUSH", k(), k(), "0")
	case 3:
		return words("BLMPOP", "0", "2", k(), k(), end(), "COUNT", count)
	case 4:
		return words(g.of("BZPOPMIN", "BZPOPMAX"), k(), k(), "0")
	}
	return words("BZMPOP", "0", "2", k(), k(), "MAX", "COUNT", count)
}

// servingStep draws a command that does not wait, most of which let others go on.
func (g *gen) servingStep() []string {
	k, n := g.sharedKey, 1+g.IntN(3)
	switch g.IntN(12) {
	case 0, 1, 2, 3:
		return append(words(g.of("LPUSH", "RPUSH"), k()), words("a", "b", "c")[:n]...)
	case 4, 5:
		return append(words("ZADD", k()), words("1", "m", "2", "n", "3", "o")[:2*n]...)
	case 6:
		return words("RENAME", k(), k())
	case 7:
		return words("COPY", k(), k(), "REPLACE")
	case 8, 9:
		return words(g.of("DEL", "UNLINK"), k())
	case 10:
		return words(g.of("LPOP", "ZPOPMIN"), k())
	}
	return words("LMOVE", k(), k(), g.sharedEnd(), g.sharedEnd())
}
