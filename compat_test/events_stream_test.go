package compat_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// eventWatch is a client that changes keys, and one that is told of it.
type eventWatch struct {
	writer, listener *conn
}

func watchEvents(t *testing.T, s *server) eventWatch {
	t.Helper()
	w := eventWatch{mustDial(t, s.addr), mustDial(t, s.addr)}
	w.writer.must(t, "FLUSHALL")
	w.writer.must(t, "CONFIG SET notify-keyspace-events EAn")
	w.listener.must(t, "PSUBSCRIBE *")
	return w
}

// events runs a command and returns the events that it causes, in order.
func (w *eventWatch) events(t *testing.T, args []string) (events []string) {
	t.Helper()
	w.writer.ask(t, args...)
	w.writer.ask(t, "PUBLISH", "end", "")
	for {
		push, err := w.listener.read()
		if err != nil {
			t.Fatal(err)
		}
		channel, key := push.value.elems[2].text, push.value.elems[3].text
		if channel == "end" {
			return events
		}
		events = append(events, channel+" "+key)
	}
}

// TestStreamEvents compares the keyspace events of commands on streams.
func TestStreamEvents(t *testing.T) {
	redis, ringer := watchEvents(t, lab.shared.redis), watchEvents(t, lab.shared.ringer)
	defer lab.shared.both(t, `CONFIG SET notify-keyspace-events "" stream-node-max-entries 100`+
		` stream-node-max-bytes 4096`)
	g := &gen{Rand: rand.New(rand.NewPCG(lab.seed, 7))}
	var script []string
	total := 0
	commands := slices.Concat(streamFamily, streamGroupFamily)
	for _, c := range commands {
		total += c.weight
	}
	missing := map[string]bool{"new": true, "xadd": true, "xtrim": true, "xdel": true,
		"xsetid": true, "xgroup-create": true, "xgroup-setid": true, "xgroup-createconsumer": true}
	least := max(lab.commands/3, 4000) // goes on for as long if it must: few XDEL find an entry
	for n := 0; n < least || len(missing) > 0 && n < 10*least; n++ {
		args := family{"events", commands, 1}.pick(g.IntN(total)).make(g)
		script = append(script, join(args))
		want, got := redis.events(t, args), ringer.events(t, args)
		if !slices.Equal(want, got) {
			t.Fatalf("seed %d: %s\nredis  %q\nringer %q\nbefore that:\n%s", lab.seed, join(args), want,
				got, strings.Join(script[max(0, len(script)-40):], "\n"))
		}
		for _, event := range want {
			name, _, _ := strings.Cut(event, " ")
			delete(missing, strings.TrimPrefix(name, "__keyevent@0__:"))
		}
	}
	if len(missing) > 0 {
		t.Errorf("seed %d: there was no event of %v", lab.seed, missing)
	}
}
