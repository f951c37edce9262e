package stream

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/ringer-kv/ringer/types/arena"
)

func newEnv(t testing.TB, limits Limits) *Env {
	t.Helper()
	a, err := arena.New(arena.Options{ReserveBytes: 1 << 30})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close() })
	return &Env{Arena: a, Limits: limits}
}

func TestLayout(t *testing.T) {
	for name, sizes := range map[string][2]int{
		"header":   {int(reflect.TypeFor[header]().Size()), headerBytes},
		"block":    {int(reflect.TypeFor[block]().Size()), blockBytes},
		"group":    {int(reflect.TypeFor[group]().Size()), groupBytes},
		"consumer": {int(reflect.TypeFor[consumer]().Size()), consumerBytes},
		"pending":  {int(reflect.TypeFor[pending]().Size()), pendingBytes},
		"own":      {int(reflect.TypeFor[pending]().Field(1).Offset), 8 * ownUnits},
	} {
		if sizes[0] != sizes[1] {
			t.Errorf("%s: %d bytes, want %d", name, sizes[0], sizes[1])
		}
	}
}

// model is a stream as plain as can be.
type model struct {
	entries    []modelEntry
	last       ID
	maxDeleted ID
	added      int
	groups     map[string]*modelGroup
	rewound    bool
}

type modelEntry struct {
	id    ID
	pairs []string
}

type modelGroup struct {
	consumers map[string]bool
	pending   map[ID]modelPending
}

type modelPending struct {
	consumer string
	ms       int64
}

// trial runs the same operations on streams with several limits, which must agree with a model.
type trial struct {
	t       *testing.T
	streams []Stream
	model   model
}

func newTrial(t *testing.T, limits ...Limits) *trial {
	tr := &trial{t: t, model: model{groups: map[string]*modelGroup{}}}
	for _, l := range limits {
		tr.streams = append(tr.streams, New(newEnv(t, l)))
	}
	return tr
}

func (tr *trial) each(fn func(s *Stream)) {
	for i := range tr.streams {
		s := Open(tr.streams[i].env, tr.streams[i].Ref())
		fn(&s)
		s.Check()
	}
}

// id draws an id that is likely to be there.
func (tr *trial) id(x, y byte) ID {
	if n := len(tr.model.entries); n > 0 && x%8 != 0 {
		return tr.model.entries[(int(x)<<8|int(y))%n].id
	}
	return ID{uint64(x), uint64(y % 4)}
}

// step runs one operation, drawn from four bytes.
func (tr *trial) step(op, x, y, c byte) {
	group, consumer := "g"+strconv.Itoa(int(c%3)), "c"+strconv.Itoa(int(y%3))
	switch op % 24 {
	case 0, 1, 2, 3, 4, 5, 6, 7:
		tr.add(x, y, c)
	case 8, 9, 10:
		tr.delete(tr.id(x, y))
	case 11:
		tr.trim(Trimming{MaxLen: int64(x)})
	case 12:
		if tr.model.rewound { // then tombstones are in the way
			tr.trimSome(Trimming{ByID: true, MinID: tr.id(x, y)})
			return
		}
		tr.trim(Trimming{ByID: true, MinID: tr.id(x, y)})
	case 13:
		tr.trimSome(Trimming{MaxLen: int64(x), Approx: true, Limit: int64(y % 4 * 5)})
	case 14:
		tr.ranges(tr.id(x, y), tr.id(y, c))
	case 15:
		tr.createGroup(group)
	case 16:
		tr.createConsumer(group, consumer)
	case 17, 18, 19, 20:
		tr.deliver(group, consumer, tr.id(x, y))
	case 21:
		tr.acknowledge(group, tr.id(x, y))
	case 22:
		if c < 40 {
			tr.deleteConsumer(group, consumer)
		}
	case 23:
		if c > 200 && x < 100 {
			tr.rewind()
		} else if c < 20 {
			tr.cutGroup(group)
		} else if c < 60 {
			tr.copies()
		}
	}
}

func (tr *trial) add(x, y, c byte) {
	m := &tr.model
	id := ID{m.last.Ms + uint64(x%3), 0}
	switch {
	case x%3 == 0:
		id.Seq = m.last.Seq + 1 + uint64(y)*uint64(c)
	case y%5 == 0:
		id.Seq = 1<<63 + uint64(c)
	}
	pairs := []string{"f", "v" + strconv.Itoa(int(y))}
	switch c % 6 {
	case 0:
		pairs = []string{"other", strconv.Itoa(int(y) << 20), "", strings.Repeat("x", int(x))}
	case 1:
		pairs = []string{"1", "-5"}
	}
	m.entries = append(m.entries, modelEntry{id, pairs})
	m.last = id
	m.added++
	words := make([][]byte, len(pairs))
	for i, w := range pairs {
		words[i] = []byte(w)
	}
	tr.each(func(s *Stream) { s.Add(id, words) })
}

func (tr *trial) delete(id ID) {
	m := &tr.model
	i := slices.IndexFunc(m.entries, func(e modelEntry) bool { return e.id == id })
	if i >= 0 {
		m.entries = slices.Delete(m.entries, i, i+1)
		if m.maxDeleted.Less(id) {
			m.maxDeleted = id
		}
	}
	tr.each(func(s *Stream) {
		if got := s.Delete(id); got != (i >= 0) {
			tr.t.Fatalf("Delete %v: %v", id, got)
		}
	})
}

func (tr *trial) trim(t Trimming) {
	m, keep := &tr.model, 0
	if t.ByID {
		for keep < len(m.entries) && m.entries[keep].id.Less(t.MinID) {
			keep++
		}
	} else {
		keep = max(0, len(m.entries)-int(t.MaxLen))
	}
	m.entries = m.entries[keep:]
	tr.each(func(s *Stream) {
		if got := s.Trim(t); int(got) != keep {
			tr.t.Fatalf("Trim %+v: %d, want %d", t, got, keep)
		}
	})
}

// trimSome trims copies, as what goes depends on the limits.
func (tr *trial) trimSome(t Trimming) {
	tr.each(func(s *Stream) {
		to := s.Copy()
		defer to.Free()
		n := int(to.Trim(t))
		to.Check()
		if n > 0 && (to.Len() < int(t.MaxLen) || t.Limit > 0 && n > int(t.Limit)) {
			tr.t.Fatalf("Trim %+v of %d has left %d", t, s.Len(), to.Len())
		}
		tr.same(&to, tr.model.entries[n:], ID{}, MaxID)
	})
}

func (tr *trial) ranges(start, end ID) {
	tr.each(func(s *Stream) {
		tr.same(s, tr.model.entries, start, end)
		tr.same(s, tr.model.entries, ID{}, MaxID)
	})
}

// rewind lets the ids of entries that have been deleted come again.
func (tr *trial) rewind() {
	m := &tr.model
	m.last, m.rewound = ID{}, true
	if n := len(m.entries); n > 0 {
		m.last = m.entries[n-1].id
	}
	tr.each(func(s *Stream) {
		if got := s.LastEntry(); got != m.last {
			tr.t.Fatalf("the last entry is %v, want %v", got, m.last)
		}
		s.SetLastID(m.last)
	})
}

// same compares a range of a stream, in both directions, with the model.
func (tr *trial) same(s *Stream, entries []modelEntry, start, end ID) {
	var want, got, back []string
	for _, e := range entries {
		if !e.id.Less(start) && !end.Less(e.id) {
			want = append(want, fmt.Sprint(e.id, e.pairs))
		}
	}
	for it := s.Range(start, end, false); it.Next(); {
		got = append(got, entryText(&it))
	}
	for it := s.Range(start, end, true); it.Next(); {
		back = append(back, entryText(&it))
	}
	slices.Reverse(back)
	if !slices.Equal(got, want) || !slices.Equal(back, want) {
		tr.t.Fatalf("%v to %v:\n%q\nreverse %q\nwant %q", start, end, got, back, want)
	}
}

func entryText(it *Iter) string {
	var pairs []string
	for range it.Fields() {
		field, value := it.Pair()
		pairs = append(pairs, string(field), string(value))
	}
	return fmt.Sprint(it.ID(), pairs)
}

func (tr *trial) createGroup(name string) {
	_, there := tr.model.groups[name]
	if !there {
		tr.model.groups[name] = &modelGroup{map[string]bool{}, map[ID]modelPending{}}
	}
	tr.each(func(s *Stream) {
		if _, ok := s.CreateGroup([]byte(name), s.LastID(), UnknownCount); ok == there {
			tr.t.Fatalf("CreateGroup %q: %v", name, ok)
		}
	})
}

func (tr *trial) createConsumer(group, name string) {
	m := tr.model.groups[group]
	if m == nil {
		return
	}
	there := m.consumers[name]
	m.consumers[name] = true
	tr.each(func(s *Stream) {
		g, _ := s.Group([]byte(group))
		if _, ok := g.CreateConsumer([]byte(name), 7); ok == there {
			tr.t.Fatalf("CreateConsumer %q: %v", name, ok)
		}
	})
}

func (tr *trial) deliver(group, name string, id ID) {
	m := tr.model.groups[group]
	if m == nil || !m.consumers[name] {
		return
	}
	_, there := m.pending[id]
	ms := int64(len(m.pending))
	m.pending[id] = modelPending{name, ms}
	tr.each(func(s *Stream) {
		g, _ := s.Group([]byte(group))
		c, _ := g.Consumer([]byte(name))
		p, found := g.FindPending(id)
		switch {
		case found != there:
			tr.t.Fatalf("%v pending: %v", id, found)
		case found:
			p.Assign(c)
			p.SetDelivered(ms, 2)
		default:
			g.AddPending(id, c, ms, 1)
		}
	})
}

func (tr *trial) acknowledge(group string, id ID) {
	m := tr.model.groups[group]
	if m == nil {
		return
	}
	_, there := m.pending[id]
	delete(m.pending, id)
	tr.each(func(s *Stream) {
		g, _ := s.Group([]byte(group))
		p, found := g.FindPending(id)
		if found != there {
			tr.t.Fatalf("%v pending: %v", id, found)
		}
		if found {
			g.Remove(p)
		}
	})
}

func (tr *trial) deleteConsumer(group, name string) {
	m := tr.model.groups[group]
	if m == nil || !m.consumers[name] {
		return
	}
	delete(m.consumers, name)
	n := 0
	for id, p := range m.pending {
		if p.consumer == name {
			delete(m.pending, id)
			n++
		}
	}
	tr.each(func(s *Stream) {
		g, _ := s.Group([]byte(group))
		c, _ := g.Consumer([]byte(name))
		if got := g.DeleteConsumer(c); got != n {
			tr.t.Fatalf("DeleteConsumer %q: %d, want %d", name, got, n)
		}
	})
}

func (tr *trial) cutGroup(group string) {
	if tr.model.groups[group] == nil {
		return
	}
	delete(tr.model.groups, group)
	tr.each(func(s *Stream) {
		g, _ := s.Group([]byte(group))
		d := s.CutGroup(g)
		d.Free()
	})
}

// copies compares the stream, a copy and one that is loaded block by block with the model.
func (tr *trial) copies() {
	tr.each(func(s *Stream) {
		to, loaded := s.Copy(), New(s.env)
		s.EachBlock(func(first ID, b []byte) {
			if err := loaded.AppendBlock(first, b); err != nil {
				tr.t.Fatalf("loading a block of %v: %v", first, err)
			}
		})
		state := State{s.LastID(), s.MaxDeletedID(), s.EntriesAdded()}
		if err := loaded.Finish(state); err != nil {
			tr.t.Fatal(err)
		}
		for _, c := range []Stream{*s, to, loaded} {
			c.Check()
			tr.same(&c, tr.model.entries, ID{}, MaxID)
			if c.LastID() != tr.model.last || c.MaxDeletedID() != tr.model.maxDeleted ||
				int(c.EntriesAdded()) != tr.model.added || c.FirstID() != s.FirstID() {
				tr.t.Fatalf("%v %v %d, want %+v", c.LastID(), c.MaxDeletedID(), c.EntriesAdded(),
					tr.model)
			}
		}
		for _, c := range []Stream{*s, to} {
			tr.sameGroups(&c)
		}
		to.Free()
		loaded.Free()
	})
}

func (tr *trial) sameGroups(s *Stream) {
	if s.Groups() != len(tr.model.groups) {
		tr.t.Fatalf("%d groups, want %d", s.Groups(), len(tr.model.groups))
	}
	s.EachGroup(func(g Group) {
		m := tr.model.groups[string(g.Name())]
		if g.Pending() != len(m.pending) || g.Consumers() != len(m.consumers) {
			tr.t.Fatalf("%q: %d pending, %d consumers", g.Name(), g.Pending(), g.Consumers())
		}
		for p, ok := g.FirstPending(ID{}); ok; p, ok = p.Next() {
			c, want := p.Consumer(), m.pending[p.ID()]
			if string(c.Name()) != want.consumer || p.DeliveredMs() != want.ms {
				tr.t.Fatalf("%v: %q %d, want %v", p.ID(), c.Name(), p.DeliveredMs(), want)
			}
		}
	})
}

// end frees the streams, which must leave nothing.
func (tr *trial) end() {
	tr.copies()
	for i := range tr.streams {
		s := &tr.streams[i]
		a := s.env.Arena
		if used := a.UsedBytes(); used != int64(s.MemoryUsage()) {
			tr.t.Fatalf("%d bytes used, MemoryUsage %d", used, s.MemoryUsage())
		}
		if i%2 == 0 {
			s.Free()
		} else {
			c := a.NewChain()
			s.FreeChain(c)
			a.Splice(c)
		}
		if used := a.UsedBytes(); used != 0 {
			tr.t.Fatalf("%d bytes are left", used)
		}
	}
}

// trialLimits are those with which blocks are cut by number, by size, after each entry, and never.
var trialLimits = []Limits{
	{NodeMaxBytes: 4096, NodeMaxEntries: 5}, {NodeMaxBytes: 200}, {NodeMaxEntries: 1}, {},
}

func TestAgainstModel(t *testing.T) {
	for seed := range uint64(8) {
		rng := rand.New(rand.NewPCG(seed, 1))
		tr := newTrial(t, trialLimits...)
		for range 500 {
			b := rng.Uint32()
			tr.step(byte(b), byte(b>>8), byte(b>>16), byte(b>>24))
		}
		tr.end()
	}
}

func FuzzAgainstModel(f *testing.F) {
	f.Add([]byte("00000abc15xx16yy17zz"))
	f.Fuzz(func(t *testing.T, ops []byte) {
		tr := newTrial(t, trialLimits[:2]...)
		for ; len(ops) >= 4 && len(tr.model.entries) < 200; ops = ops[4:] {
			tr.step(ops[0], ops[1], ops[2], ops[3])
		}
		tr.end()
	})
}
