package compat_test

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
)

func TestBlockingStreams(t *testing.T) {
	for _, c := range blockingStreamCases {
		t.Run(c.name, func(t *testing.T) {
			for _, proto := range []string{"2", "3"} {
				want := runClients(t, lab.shared.redis, proto, c.text)
				got := runClients(t, lab.shared.ringer, proto, c.text)
				if want != got {
					t.Errorf("RESP%s\nredis:\n%s\nringer:\n%s", proto, want, got)
				}
			}
		})
	}
}

var blockingStreamCases = []scripted{
	{"everyone who reads is served", `
		w XADD s 1-1 f v
		a XREAD BLOCK 0 STREAMS s $ &
		b XREAD BLOCK 0 COUNT 1 STREAMS s 1-1 &
		c XREAD BLOCK 0 STREAMS s 5 &
		w XADD s 2-0 f v
		a ?
		b ?
		w XADD s 5-1 f v
		c ?`},
	{"a key that does not exist yet", `
		a XREAD BLOCK 0 STREAMS s $ &
		b XREAD BLOCK 0 STREAMS s 0 &
		c XREAD BLOCK 0 STREAMS s 3 &
		w XGROUP CREATE s g 0 MKSTREAM
		w XADD s 1-1 f v
		a ?
		b ?
		w DEL s
		w XADD s 9-9 f v
		c ?`},
	{"several keys, the one that is ready", `
		a XREAD BLOCK 0 STREAMS s1 s2 s3 $ $ $ &
		w XADD s2 1-1 f v
		a ?
		a XREAD BLOCK 0 STREAMS s1 s1 0 7 &
		w XADD s1 3-3 f v
		a ?
		a XREAD BLOCK 0 STREAMS s1 s1 5 0
		a XREAD BLOCK 0 STREAMS s1 s1 $ 5 &
		w XADD s1 4-4 f v
		a ?`},
	{"no entry, but a larger last id", `
		w XADD s 1-1 f v
		a XREAD BLOCK 0 STREAMS s $ &
		w XADD s MAXLEN 0 2-2 f v
		a ?
		a XREAD BLOCK 0 STREAMS s 2-2 &
		w XSETID s 9
		w XADD s 10 f v
		a ?`},
	{"by RENAME, COPY, MOVE, SWAPDB and RESTORE", `
		w XADD x 1-1 f v
		a XREAD BLOCK 0 STREAMS s $ &
		w RENAME x s
		a ?
		w RENAME s x
		a XREAD BLOCK 0 STREAMS s 0 &
		w COPY x s
		a ?
		w DEL s
		a XREAD BLOCK 0 STREAMS s 0 &
		b XREAD BLOCK 0 STREAMS s 1-1 &
		w SELECT 1
		w XADD s 1-1 f v
		w MOVE s 0
		a ?
		w SELECT 0
		w DEL s
		a XREAD BLOCK 0 STREAMS s 0 &
		w SELECT 1
		w XADD s 2-2 f v
		w SWAPDB 0 1
		a ?
		b ?`},
	{"lists and streams at one key", `
		a BLPOP k 0 &
		b XREAD BLOCK 0 STREAMS k 0 &
		c BZPOPMIN k 0 &
		w XADD k 1-1 f v
		b ?
		b XREAD BLOCK 0 STREAMS k $ &
		w DEL k
		w RPUSH k x
		a ?
		w SET k v
		w DEL k
		w ZADD k 1 m
		c ?
		w XADD k 2-2 f v
		b ?`},
	{"hanging up, and time that is over", `
		a XREAD BLOCK 0 STREAMS s $ &
		b XREAD BLOCK 0 STREAMS s $ &
		a !
		w XADD s 1-1 f v
		b ?
		a XREAD BLOCK 10 STREAMS s $
		a XREAD BLOCK 10 STREAMS s none $ 0
		w XGROUP CREATE s g $
		a XREADGROUP GROUP g c BLOCK 10 STREAMS s >
		w XINFO GROUPS s`},
	{"hanging up in a group", `
		w XADD s 1-1 f v
		w XGROUP CREATE s g $
		a XREADGROUP GROUP g c BLOCK 0 STREAMS s > &
		a !
		w XINFO GROUPS s`},
	{"a group, in order of arrival", `
		w XGROUP CREATE s g 0 MKSTREAM
		a XREADGROUP GROUP g alice BLOCK 0 STREAMS s > &
		b XREADGROUP GROUP g bob BLOCK 0 STREAMS s > &
		c XREADGROUP GROUP g carol BLOCK 0 NOACK STREAMS s > &
		d XREAD BLOCK 0 STREAMS s 0 &
		w XADD s 1-1 f v
		a ?
		d ?
		w XADD s 2-2 f v
		b ?
		w XADD s 3-3 f v
		c ?
		w XPENDING s g
		w XINFO GROUPS s`},
	{"a group that goes", `
		w XGROUP CREATE s g 0 MKSTREAM
		w XGROUP CREATE s h 0
		a XREADGROUP GROUP g alice BLOCK 0 STREAMS s > &
		b XREADGROUP GROUP g bob BLOCK 0 STREAMS s > &
		c XREADGROUP GROUP h carol BLOCK 0 STREAMS s > &
		w XGROUP DESTROY s g
		a ?
		b ?
		w XADD s 1-1 f v
		c ?
		w XGROUP CREATE s g $
		a XREADGROUP GROUP g alice BLOCK 0 STREAMS s > &
		w MULTI
		w XGROUP DESTROY s g
		w XGROUP CREATE s g $
		w EXEC
		w XADD s 2-2 f v
		a ?`},
	{"a key that goes", `
		w XGROUP CREATE s g 0 MKSTREAM
		w XGROUP CREATE t g 0 MKSTREAM
		a XREADGROUP GROUP g alice BLOCK 0 STREAMS s > &
		b XREADGROUP GROUP g bob BLOCK 0 STREAMS s t > > &
		c XREAD BLOCK 0 STREAMS s $ &
		d XREADGROUP GROUP g dave BLOCK 0 STREAMS t > &
		w DEL s
		a ?
		b ?
		w UNLINK t
		d ?
		w XADD s 1-1 f v
		c ?`},
	{"a key that gets another type, or another name", `
		w XGROUP CREATE s g 0 MKSTREAM
		a XREADGROUP GROUP g alice BLOCK 0 STREAMS s > &
		w SET s v
		a ?
		w DEL s
		w XGROUP CREATE s g 0 MKSTREAM
		a XREADGROUP GROUP g alice BLOCK 0 STREAMS s > &
		w RENAME s t
		a ?
		a XREADGROUP GROUP g alice BLOCK 0 STREAMS t > &
		w XADD x 1-1 f v
		w RENAME x t
		a ?
		w DEL t
		w XGROUP CREATE t g 0 MKSTREAM
		a XREADGROUP GROUP g alice BLOCK 0 STREAMS t > &
		w XGROUP CREATE x g 0 MKSTREAM
		w XADD x 1-1 f v
		w COPY x t REPLACE
		a ?
		w DEL t
		w XGROUP CREATE t g 0 MKSTREAM
		a XREADGROUP GROUP g alice BLOCK 0 STREAMS t > &
		w MOVE t 1
		a ?`},
	{"a key that goes by FLUSHALL, SWAPDB, or in a transaction", `
		w XGROUP CREATE s g 0 MKSTREAM
		a XREADGROUP GROUP g alice BLOCK 0 STREAMS s > &
		w FLUSHALL
		a ?
		w XGROUP CREATE s g 0 MKSTREAM
		a XREADGROUP GROUP g alice BLOCK 0 STREAMS s > &
		w FLUSHDB
		a ?
		w XGROUP CREATE s g 0 MKSTREAM
		a XREADGROUP GROUP g alice BLOCK 0 STREAMS s > &
		w SWAPDB 0 1
		a ?
		w XGROUP CREATE s g 0 MKSTREAM
		a XREADGROUP GROUP g alice BLOCK 0 STREAMS s > &
		w MULTI
		w DEL s
		w XADD s 1-1 f v
		w EXEC
		a ?
		w XGROUP CREATE s g $
		a XREADGROUP GROUP g alice BLOCK 0 STREAMS s > &
		w MULTI
		w DEL s
		w SADD s x
		w EXEC
		a ?
		w DEL s
		w XGROUP CREATE s g 0 MKSTREAM
		a XREADGROUP GROUP g alice BLOCK 0 STREAMS s > &
		w PEXPIRE s 20
		a ?`},
	{"in a transaction nobody waits", `
		w XADD s 1-1 f v
		w XGROUP CREATE s g $
		w MULTI
		w XREAD BLOCK 0 STREAMS s $
		w XREADGROUP GROUP g c BLOCK 0 STREAMS s >
		w XREAD BLOCK 0 STREAMS s 0
		w EXEC
		w XINFO GROUPS s
		a XREAD BLOCK 0 STREAMS s $ &
		w MULTI
		w XADD s 2-2 f v
		w XADD s 3-3 f v
		w XDEL s 2-2
		w EXEC
		a ?`},
	{"history never waits", `
		w XGROUP CREATE s g 0 MKSTREAM
		a XREADGROUP GROUP g alice BLOCK 0 STREAMS s 0
		a XREADGROUP GROUP g alice BLOCK 0 STREAMS s 5-5
		w XGROUP CREATE t g 0 MKSTREAM
		a XREADGROUP GROUP g alice BLOCK 0 STREAMS s t > 0`},
}

// TestRandomBlockingStreams has several clients read streams, alone and in groups, while another
// one writes, moves and deletes them.
func TestRandomBlockingStreams(t *testing.T) {
	const perScript = 250
	for i := range max(2, lab.commands/10/perScript) {
		seed := lab.seed + uint64(i)
		redis, ringer := newCrowd(t, lab.shared.redis), newCrowd(t, lab.shared.ringer)
		g := &gen{Rand: rand.New(rand.NewPCG(seed, 98))}
		var script []string
		for range perScript {
			name, args := g.IntN(len(redis.clients)), g.waitingRead()
			if name < 3 || redis.clients[name].pending {
				name, args = 0, g.streamWrite() // one client that never waits
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

func (g *gen) sharedStream() string { return g.of("s1", "s1", "s2", "s3") }

// waitingRead draws a command that waits, unless there is something to read.
func (g *gen) waitingRead() []string {
	count := g.maybe(3, "COUNT", g.of("1", "2"))
	if g.IntN(2) == 0 {
		return g.command("XREAD", words("BLOCK", "0"), count, words("STREAMS", g.sharedStream(),
			g.sharedStream(), g.of("$", "$", g.entryID()), g.of("$", g.entryID())))
	}
	return g.command("XREADGROUP",
		words("GROUP", g.of("g", "g", "h"), g.consumer(), "BLOCK", "0"),
		count, g.maybe(5, "NOACK"),
		words("STREAMS", g.sharedStream(), g.of(">", ">", ">", "0")))
}

// streamWrite draws a command that may serve those who wait.
func (g *gen) streamWrite() []string {
	switch g.IntN(16) {
	case 0, 1, 2, 3:
		return g.command("XGROUP", words("CREATE", g.sharedStream(), g.of("g", "h"),
			g.of("0", "$"), "MKSTREAM"))
	case 4:
		return g.command("XGROUP", words("DESTROY", g.sharedStream(), g.of("g", "h")))
	case 5:
		return g.command("XGROUP", words("SETID", g.sharedStream(), g.of("g", "h"),
			g.of("0", "$", "9")))
	case 6:
		return g.command(g.of("DEL", "UNLINK"), words(g.sharedStream()))
	case 7:
		return g.command(g.of("RENAME", "COPY"), words(g.sharedStream(), g.sharedStream()))
	case 8:
		return g.of2(words("SET", g.sharedStream(), "v"), words("RPUSH", g.sharedStream(), "v"),
			words("FLUSHALL"), words("XTRIM", g.sharedStream(), "MAXLEN", "0"))
	}
	return g.command("XADD", words(g.sharedStream()), g.maybe(8, "MAXLEN", "2"),
		words(strconv.Itoa(1+g.IntN(60))+"-*", "f", "v"))
}
