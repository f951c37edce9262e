package compat_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// TestRandomTransactions has three clients watch, queue and execute random commands of all types,
// in turn, on both servers: every EXEC shows whether a key was touched, and every reply within it.
func TestRandomTransactions(t *testing.T) {
	const perScript, clients = 400, 3
	for i := range max(3, lab.commands/perScript) {
		seed := lab.seed + uint64(i)
		g := &gen{Rand: rand.New(rand.NewPCG(seed, 17))}
		proto := "2"
		if i%2 == 1 {
			proto = "3"
		}
		var conns [2][clients]*conn
		for n, server := range lab.shared.each() {
			for k := range clients {
				conns[n][k] = mustDial(t, server.addr)
				conns[n][k].must(t, "HELLO "+proto)
			}
			conns[n][0].must(t, "FLUSHALL")
		}
		var done []string
		for range perScript {
			who, args := g.IntN(clients), transactionCommand(g)
			done = append(done, fmt.Sprintf("%c %s", 'a'+who, abridge(join(args), 0)))
			want := askOne(t, conns[0][who], args)
			if got := askOne(t, conns[1][who], args); want != got {
				t.Fatalf("RINGER_COMPAT_SEED=%d repeats it\n%s\nredis:  %s\nringer: %s", seed,
					strings.Join(done[max(0, len(done)-60):], "\n"), want, got)
			}
		}
		for _, c := range slices.Concat(conns[0][:], conns[1][:]) {
			c.close()
		}
	}
}

func askOne(t *testing.T, c *conn, args []string) string {
	t.Helper()
	r, err := c.do(args...)
	if err != nil {
		t.Fatalf("%q: %v", args, err)
	}
	return fmt.Sprintf("%q", r.raw)
}

// transactionCommand draws a command: of transactions, of whole databases, or of any type.
func transactionCommand(g *gen) []string {
	switch g.IntN(40) {
	case 0, 1, 2, 3, 4, 5:
		return g.command("MULTI")
	case 6, 7, 8, 9, 10, 11, 12:
		return g.command("EXEC")
	case 13:
		return g.command(g.of("DISCARD", "UNWATCH"))
	case 14, 15, 16, 17, 18:
		return g.command("WATCH", g.keys())
	case 19:
		return words(g.of("NOPE", "GET", "EXEC", "MULTI", "WATCH", "DISCARD"), "a", "b", "c")
	case 20:
		return words("SELECT", g.of("0", "0", "1", "2", "99"))
	case 21:
		return words("SWAPDB", g.of("0", "1"), g.of("0", "1", "2"))
	case 22:
		if g.IntN(3) == 0 {
			return words(g.of("FLUSHDB", "FLUSHALL"))
		}
		return words("BLPOP", g.key(), "0.001")
	}
	for {
		f := family{commands: [][]weighted{
			stringFamily, setFamily, hashFamily, zsetFamily, genericFamily, stringsFamily,
			listCommands((*gen).element, (*gen).fewElements),
		}[g.IntN(7)]}
		args := f.pick(g.IntN(totalWeight(f.commands))).make(g)
		weak := g.comparison != "" || defaultComparison(args) != ""
		g.comparison = ""
		if !weak && !slices.Contains(notQueued, strings.ToUpper(args[0])) && !asksReferences(args) {
			return args
		}
	}
}

// asksReferences says whether a command is OBJECT REFCOUNT: redis counts the argument of a command
// that was queued in the same transaction, too.
func asksReferences(args []string) bool {
	return len(args) > 1 && strings.EqualFold(args[0], "OBJECT") &&
		strings.EqualFold(args[1], "REFCOUNT")
}

// notQueued are the commands that would wait, and keep the test waiting; DBSIZE: redis counts keys
// that have expired (SET with PXAT 1 makes such) until its next sampling; and those that tell what
// a relative time to live has come to by each server's clock (SETEX makes such).
var notQueued = []string{"BLPOP", "BRPOP", "BLMOVE", "BRPOPLPUSH", "BLMPOP", "BZPOPMIN",
	"BZPOPMAX", "BZMPOP", "DBSIZE", "EXPIRETIME", "PEXPIRETIME"}
