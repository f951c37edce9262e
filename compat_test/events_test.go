package compat_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// What commands do beside replying: the keyspace events that they publish, in their order, and the
// keys that they tell clients to have changed, which are those that spoil transactions too. One
// more connection subscribes to all events and tracks all keys; behind every command it pings, and
// what it has been pushed until it is answered is compared.

// TestEventsOfScripts holds the scripted cases of all families against each other.
func TestEventsOfScripts(t *testing.T) {
	tables := map[string][]scripted{
		"bitmap": bitmapFamilyCases, "generic": genericFamilyCases, "generic cases": genericCases,
		"geo": geoCases, "hash": hashFamilyCases, "hyperloglog": hyperLogLogCases,
		"list": listCases, "set": setFamilyCases, "sort": sortFamilyCases,
		"stream": streamFamilyCases, "string": stringFamilyCases, "string cases": stringCases,
		"zset": zsetFamilyCases, "zset cases": zsetCases,
	}
	for name, cases := range tables {
		for _, c := range cases {
			s, err := parseScript(c.name, c.text)
			if err != nil {
				t.Fatal(err)
			}
			t.Run(name+"/"+c.name, func(t *testing.T) { compareEvents(t, s) })
		}
	}
}

// TestEventsOfRandomScripts does so with random commands.
func TestEventsOfRandomScripts(t *testing.T) {
	all := slices.Concat(families, []family{
		{"bitmap family", bitmapFamily, 500}, {"bitfield", bitfieldFamily, 250},
		{"generic family", genericFamily, 500}, {"geo", geoFamily(12, 40), 500},
		{"hash family", hashFamily, 500}, {"hyperloglog", hyperLogLogFamily(40), 500},
		{"list", listCommands((*gen).element, (*gen).fewElements), 500},
		{"set family", setFamily, 500}, {"sort family", sortFamily, 300},
		{"stream commands", streamFamily, 500}, {"stream groups", streamGroupFamily, 500},
		{"string family", stringFamily, 500},
		{"zset commands", zsetFamilyOf((*gen).member, 5), 500},
	})
	for _, f := range all {
		t.Run(f.name, func(t *testing.T) {
			for i := range max(1, lab.commands/5/f.perScript) {
				compareEvents(t, f.script(lab.seed+uint64(i), min(f.perScript, lab.commands)))
				if t.Failed() {
					t.Fatalf("RINGER_COMPAT_SEED=%d repeats it", lab.seed)
				}
			}
		})
	}
}

// compareEvents runs a script on both servers and compares what each command does.
func compareEvents(t *testing.T, s script) {
	t.Helper()
	redis, ringer := newWitness(t, lab.shared.redis), newWitness(t, lab.shared.ringer)
	defer redis.end()
	defer ringer.end()
	for i, step := range s.steps {
		if mutesEvents(step.args) {
			return
		}
		want, got := redis.run(step.args), ringer.run(step.args)
		if want == got || readsInAnyOrder(step.args) && sortLines(want) == sortLines(got) {
			continue
		}
		var before strings.Builder
		for _, earlier := range s.steps[max(0, i-12):i] {
			fmt.Fprintf(&before, "\t%s\n", abridge(earlier.String(), 0))
		}
		t.Errorf("%s\n%s\nredis:\n%s\nringer:\n%s\nbehind\n%s", s.name, abridge(step.String(), 0),
			want, got, before.String())
		return
	}
}

// mutesEvents reports whether a command ends what can be compared: the connection, or the
// parameter that the test has set.
func mutesEvents(args []string) bool {
	switch strings.ToUpper(args[0]) {
	case "QUIT", "RESET", "CONFIG", "HELLO", "SUBSCRIBE", "CLIENT":
		return true
	}
	return false
}

// readsInAnyOrder reports whether a command looks for keys in the order of a set's members, which
// each server has of its own.
func readsInAnyOrder(args []string) bool {
	return strings.EqualFold(args[0], "SORT") || strings.EqualFold(args[0], "SORT_RO")
}

func sortLines(s string) string {
	lines := slices.Sorted(strings.Lines(s))
	return strings.Join(lines, "")
}

// witness is a client with another one that sees what it does.
type witness struct {
	t           *testing.T
	server      *server
	actor, sees *conn
}

func newWitness(t *testing.T, s *server) *witness {
	t.Helper()
	w := &witness{t: t, server: s, actor: mustDial(t, s.addr), sees: mustDial(t, s.addr)}
	w.actor.must(t, "FLUSHALL")
	w.actor.must(t, "CONFIG SET notify-keyspace-events KEAnm")
	w.actor.must(t, "DEBUG SET-ACTIVE-EXPIRE 0") // else keys expire when they will
	w.sees.must(t, "HELLO 3")
	w.sees.must(t, "PSUBSCRIBE __key*")
	w.sees.must(t, "CLIENT TRACKING ON BCAST")
	return w
}

func (w *witness) end() {
	w.actor.must(w.t, `CONFIG SET notify-keyspace-events ""`)
	w.actor.must(w.t, "DEBUG SET-ACTIVE-EXPIRE 1")
	w.actor.close()
	w.sees.close()
}

// run runs one command and returns what was seen of it, one push a line.
func (w *witness) run(args []string) string {
	if _, err := w.actor.do(args...); err != nil {
		w.t.Fatalf("%s: %q: %v", w.server.name, args, err)
	}
	if err := w.sees.write(appendCommand(nil, []string{"PING"})); err != nil {
		w.t.Fatal(err)
	}
	var seen strings.Builder
	for {
		r, err := w.sees.read()
		if err != nil {
			w.t.Fatalf("%s: behind %q: %v", w.server.name, args, err)
		}
		if string(r.raw) == "+PONG\r\n" {
			return seen.String()
		}
		fmt.Fprintf(&seen, "\t%s\n", showPush(r.value))
	}
}

// showPush is a push in a line, without what all pushes of its kind have in common.
func showPush(v value) string {
	if len(v.elems) == 4 && v.elems[0].text == "pmessage" {
		return fmt.Sprintf("%s %s", v.elems[2].text, v.elems[3].text)
	}
	return showValue(v)
}
