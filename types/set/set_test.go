package set

import (
	"bytes"
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strconv"
	"testing"

	"github.com/ringer-kv/ringer/types/arena"
	"github.com/ringer-kv/ringer/types/dict"
	"github.com/ringer-kv/ringer/types/intset"
)

// newEnv is an environment whose hashes are the same in every run.
func newEnv(t testing.TB, maxIntsetEntries int) *Env {
	t.Helper()
	a, err := arena.New(arena.Options{ReserveBytes: 1 << 30})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close() })
	seed := dict.SeedFunc(func(key []byte) uint32 {
		h := fnv.New64a()
		h.Write(key)
		return uint32(h.Sum64() * 0x9E3779B97F4A7C15 >> 32) // its low bits alone are good
	})
	return &Env{Arena: a, Seed: seed, Limits: Limits{MaxIntsetEntries: maxIntsetEntries}}
}

func TestLayout(t *testing.T) {
	if n := reflect.TypeFor[header]().Size(); n != headerBytes {
		t.Errorf("a header takes %d bytes", n)
	}
	if n := reflect.TypeFor[dict.Node]().Size(); n != nodeBytes {
		t.Errorf("a dict.Node takes %d bytes", n)
	}
}

// model is what a set should be, in any encoding.
type model map[string]bool

// trial runs the same operations on a set that may be an intset, and on one that never is.
type trial struct {
	t     *testing.T
	sets  []*Set
	model model
	rnd   *rand.Rand
}

const trialLimit = 12

func newTrial(t *testing.T) *trial {
	tr := &trial{t: t, model: model{}, rnd: rand.New(rand.NewPCG(1, 2))}
	for _, s := range []Set{NewIntset(newEnv(t, trialLimit)), NewHashtable(newEnv(t, 0), 0)} {
		tr.sets = append(tr.sets, &s)
	}
	return tr
}

// trialMember makes members of which most are integers, as else no intset would last.
func trialMember(x, y byte) []byte {
	switch {
	case x < 250:
		edges := []int64{0, 1, -1, math.MaxInt16, math.MinInt16 - 1, math.MaxInt32 + 1,
			math.MaxInt64, math.MinInt64}
		if int(y) < len(edges) {
			return strconv.AppendInt(nil, edges[y], 10)
		}
		return strconv.AppendInt(nil, int64(y%32), 10)
	case x == 250:
		return fmt.Appendf(nil, "0%d", y%8)
	case x == 251:
		return nil
	case x == 252:
		return bytes.Repeat([]byte{y}, 2*int(y))
	}
	return []byte{y}
}

// step decodes one operation.
func (tr *trial) step(op, x, y byte) {
	member := trialMember(x, y)
	switch op % 8 {
	default:
		tr.each("Add", !tr.model[string(member)], func(s *Set) bool { return s.Add(member) })
		tr.model[string(member)] = true
	case 4, 5:
		tr.each("Remove", tr.model[string(member)], func(s *Set) bool { return s.Remove(member) })
		delete(tr.model, string(member))
	case 6:
		tr.each("Contains", tr.model[string(member)],
			func(s *Set) bool { return s.Contains(member) })
	case 7:
		tr.draw(int(x) % 20)
	}
	tr.verify()
}

func (tr *trial) each(what string, want bool, do func(s *Set) bool) {
	tr.t.Helper()
	for _, s := range tr.sets {
		if got := do(s); got != want {
			tr.t.Fatalf("%v: %s = %v, want %v; %v", s.Encoding(), what, got, want, tr.model)
		}
	}
}

// draw asks for n different members.
func (tr *trial) draw(n int) {
	tr.t.Helper()
	for _, s := range tr.sets {
		seen := model{}
		s.Sample(tr.rnd.Uint64, n, func(member []byte) { seen[string(member)] = true })
		for member := range seen {
			if !tr.model[member] {
				tr.t.Fatalf("%v: Sample has drawn %q", s.Encoding(), member)
			}
		}
		if len(seen) != min(n, len(tr.model)) {
			tr.t.Fatalf("%v: %d members drawn, want %d of %d", s.Encoding(), len(seen), n,
				len(tr.model))
		}
		if s.Len() == 0 {
			continue
		}
		var scratch [ScratchBytes]byte
		if member := s.Random(tr.rnd.Uint64, scratch[:]); !tr.model[string(member)] {
			tr.t.Fatalf("%v: Random has drawn %q", s.Encoding(), member)
		}
	}
}

// verify compares everything, and lets each set check itself.
func (tr *trial) verify() {
	tr.t.Helper()
	for _, s := range tr.sets {
		s.Check()
		members := collect(s)
		if len(members) != s.Len() || len(members) != len(tr.model) {
			tr.t.Fatalf("%v: %q, Len %d, want %v", s.Encoding(), members, s.Len(), tr.model)
		}
		for _, m := range members {
			if !tr.model[m] {
				tr.t.Fatalf("%v: %q, want %v", s.Encoding(), members, tr.model)
			}
		}
		if used := s.env.Arena.UsedBytes(); used != int64(s.MemoryUsage()) {
			tr.t.Fatalf("%v: MemoryUsage is %d, used %d", s.Encoding(), s.MemoryUsage(), used)
		}
	}
	if s := tr.sets[0]; s.Encoding() == Intset && s.Len() > trialLimit {
		tr.t.Fatalf("an intset of %d members", s.Len())
	}
}

func collect(s *Set) []string {
	var all []string
	s.Each(func(member []byte) bool {
		all = append(all, string(member))
		return true
	})
	return all
}

// finish frees the sets, one inline, the other through a chain.
func (tr *trial) finish() {
	tr.t.Helper()
	for i, s := range tr.sets {
		a := s.env.Arena
		if i%2 == len(tr.model)%2 {
			s.Free()
		} else {
			c := a.NewChain()
			s.FreeChain(c)
			a.Splice(c)
			for a.Work(1000) {
			}
		}
		if used := a.UsedBytes(); used != 0 {
			tr.t.Fatalf("%v: %d bytes are left", s.Encoding(), used)
		}
	}
}

func (tr *trial) run(ops []byte) {
	for ; len(ops) >= 3; ops = ops[3:] {
		tr.step(ops[0], ops[1], ops[2])
	}
	tr.finish()
}

func TestModel(t *testing.T) {
	for seed := range uint64(40) {
		rnd := rand.New(rand.NewPCG(seed, 21))
		ops := make([]byte, 3*300)
		for i := range ops {
			ops[i] = byte(rnd.Uint32())
			if seed%2 == 0 && i%3 == 1 {
				ops[i] %= 250 // integers only
			}
		}
		newTrial(t).run(ops)
	}
}

func FuzzOps(f *testing.F) {
	f.Add([]byte{0, 0, 1, 0, 0, 9, 0, 0, 5, 4, 0, 1, 7, 3, 0, 0, 255, 9, 0, 252, 200})
	f.Fuzz(func(t *testing.T, ops []byte) {
		newTrial(t).run(ops[:min(len(ops), 450)])
	})
}

// Both sides of the limit, and what first members decide.
func TestEncodings(t *testing.T) {
	for _, test := range []struct {
		limit   int
		members []string
		want    Encoding
	}{
		{3, []string{"1", "2", "3"}, Intset},
		{3, []string{"1", "2", "3", "2"}, Intset},
		{3, []string{"1", "2", "3", "4"}, Hashtable},
		{3, []string{"1", "x"}, Hashtable},
		{3, []string{"x"}, Hashtable},
		{3, []string{"01"}, Hashtable},
		{3, []string{"9223372036854775807"}, Intset},
		{3, []string{"9223372036854775808"}, Hashtable},
		{0, []string{"1"}, Hashtable},
	} {
		env := newEnv(t, test.limit)
		s := New(env, []byte(test.members[0]))
		for _, m := range test.members {
			s.Add([]byte(m))
		}
		if s.Encoding() != test.want {
			t.Errorf("%d, %q: %v", test.limit, test.members, s.Encoding())
		}
		again := Open(env, s.Ref(), s.Encoding())
		if !again.Contains([]byte(test.members[0])) {
			t.Errorf("%q: opened again, the first one is missing", test.members)
		}
	}
	if Intset.String() != "intset" || Hashtable.String() != "hashtable" {
		t.Error("OBJECT ENCODING would not be Redis's")
	}
}

// bothEncodings gives the integers below n as an intset and as a hashtable.
func bothEncodings(t testing.TB, n int) []*Set {
	t.Helper()
	ints, table := NewIntset(newEnv(t, n)), NewHashtable(newEnv(t, 0), n)
	for i := range n {
		ints.Add(strconv.AppendInt(nil, int64(i), 10))
		table.Add(strconv.AppendInt(nil, int64(i), 10))
	}
	return []*Set{&ints, &table}
}

// Each member is as likely as any other, drawn alone, by few and by many: 5 standard deviations
// are allowed.
func TestDrawsAreFair(t *testing.T) {
	const draws, members = 20000, 20
	sets := bothEncodings(t, members)
	for i := range 6 {
		s, n := sets[i%2], []int{1, 4, 15}[i/2]
		rnd := rand.New(rand.NewPCG(1, 14))
		seen := make(map[string]int)
		for range draws {
			s.Sample(rnd.Uint64, n, func(member []byte) { seen[string(member)]++ })
		}
		mean := float64(draws*n) / members
		allowed := 5 * math.Sqrt(mean)
		for m, count := range seen {
			if math.Abs(float64(count)-mean) > allowed {
				t.Errorf("%v: %d at a time: %s drawn %d times of %.0f", s.Encoding(), n, m, count, mean)
			}
		}
	}
}

func TestSplitTellsEach(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 3))
	for _, s := range bothEncodings(t, 50) {
		for _, n := range []int{0, 1, 20, 50, 60} {
			drawn, others := 0, 0
			s.Split(rnd.Uint64, n, func(_ []byte, d bool) {
				if d {
					drawn++
				} else {
					others++
				}
			})
			if drawn != min(n, 50) || drawn+others != 50 {
				t.Errorf("%v: Split(%d) draws %d, leaves %d", s.Encoding(), n, drawn, others)
			}
		}
	}
}

func TestScan(t *testing.T) {
	for _, s := range bothEncodings(t, 300) {
		seen := model{}
		calls := 0
		for cursor := uint64(0); calls == 0 || cursor != 0; calls++ {
			cursor = s.Scan(cursor, func(member []byte) { seen[string(member)] = true })
		}
		if len(seen) != 300 {
			t.Errorf("%v: %d members", s.Encoding(), len(seen))
		}
		if (calls == 1) != (s.Encoding() == Intset) {
			t.Errorf("%v: %d calls", s.Encoding(), calls)
		}
	}
}

// A hashtable may lose members while they are walked over.
func TestRemoveWhileWalking(t *testing.T) {
	s := bothEncodings(t, 1000)[1]
	s.Each(func(member []byte) bool {
		if len(member) == 3 {
			s.Remove(slices.Clone(member))
		}
		return true
	})
	s.Check()
	if s.Len() != 100 {
		t.Errorf("%d members are left", s.Len())
	}
}

func TestCopy(t *testing.T) {
	for _, s := range bothEncodings(t, 200) {
		s.env.Limits.MaxIntsetEntries = 3
		c := s.Copy()
		c.Check()
		if c.Encoding() != s.Encoding() || c.Ref() == s.Ref() {
			t.Errorf("the copy of an %v is a %v", s.Encoding(), c.Encoding())
		}
		want := slices.Sorted(slices.Values(collect(s)))
		s.Free()
		if got := slices.Sorted(slices.Values(collect(&c))); !slices.Equal(got, want) {
			t.Errorf("%v: the copy is %q", c.Encoding(), got)
		}
		if used := c.env.Arena.UsedBytes(); used != int64(c.MemoryUsage()) {
			t.Errorf("%v: %d bytes used, MemoryUsage %d", c.Encoding(), used, c.MemoryUsage())
		}
	}
}

// Redis: a limit that has become smaller is only looked at when a member comes.
func TestSmallerLimit(t *testing.T) {
	s := bothEncodings(t, 10)[0]
	s.env.Limits.MaxIntsetEntries = 3
	ref := s.Ref()
	if s.Add([]byte("5")) || s.Encoding() != Intset || s.Ref() != ref {
		t.Error("a member that was there has changed the set")
	}
	if !s.Remove([]byte("5")) || s.Encoding() != Intset {
		t.Error("a Remove has changed the encoding")
	}
	if !s.Add([]byte("5")) || s.Encoding() != Hashtable {
		t.Error("the limit is not looked at")
	}
}

func TestEachStops(t *testing.T) {
	for _, s := range bothEncodings(t, 10) {
		n := 0
		s.Each(func([]byte) bool { n++; return n < 3 })
		if n != 3 {
			t.Errorf("%v: %d calls", s.Encoding(), n)
		}
	}
}

func TestIntsetBytes(t *testing.T) {
	env := newEnv(t, 3)
	for _, test := range []struct {
		members []int64
		want    Encoding
	}{
		{nil, Intset}, {[]int64{1, 70000}, Intset}, {[]int64{1, 2, 3, 4}, Hashtable},
	} {
		b := intset.New(nil)
		for _, n := range test.members {
			b, _ = intset.Add(b, n)
		}
		s, err := FromIntset(env, b)
		if err != nil || s.Encoding() != test.want || s.Len() != len(test.members) {
			t.Errorf("%x: %v of %d, %v", b, s.Encoding(), s.Len(), err)
			continue
		}
		if got := s.Intset(); test.want == Intset && !bytes.Equal(got, b) ||
			test.want == Hashtable && got != nil {
			t.Errorf("%x comes back as %x", b, got)
		}
	}
	if _, err := FromIntset(env, []byte("nonsense")); err != ErrCorrupt {
		t.Errorf("nonsense: %v", err)
	}
}

func FuzzFromIntset(f *testing.F) {
	f.Add([]byte{2, 0, 0, 0, 2, 0, 0, 0, 1, 0, 2, 0})
	env := newEnv(f, 8)
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := FromIntset(env, b)
		if err != nil {
			return
		}
		s.Check()
		s.Add([]byte("77"))
		s.Add([]byte("x"))
		s.Check()
		s.Free()
		if used := env.Arena.UsedBytes(); used != 0 {
			t.Fatalf("%d bytes are left", used)
		}
	})
}

// Members around the change of the length's form, and very long ones.
func TestLongMembers(t *testing.T) {
	for _, n := range []int{0, 1, 254, 255, 256, 4096, 70000, 16 << 20} {
		s := NewHashtable(newEnv(t, 0), 0)
		member := bytes.Repeat([]byte("x"), n)
		s.Add([]byte("a"))
		s.Add(member)
		s.Check()
		if !s.Contains(member) || !slices.Contains(collect(&s), string(member)) {
			t.Errorf("%d bytes are not there", n)
		}
		if !s.Remove(member) || s.Len() != 1 {
			t.Errorf("%d bytes: not removed", n)
		}
	}
}

func TestNothingAllocates(t *testing.T) {
	if invariants {
		t.Skip("the checks allocate")
	}
	rnd := rand.New(rand.NewPCG(1, 1))
	next := rnd.Uint64
	for _, s := range bothEncodings(t, 100) {
		s.env.Limits.MaxIntsetEntries = 200
		member, other := []byte("50"), []byte("12345")
		sum := 0
		if n := testing.AllocsPerRun(100, func() {
			var scratch [ScratchBytes]byte
			s.Add(member)
			s.Add(other)
			s.Contains(member)
			s.Remove(other)
			sum += len(s.Random(next, scratch[:]))
			if s.Encoding() == Hashtable {
				s.Each(func(m []byte) bool { sum += len(m); return true })
				s.Scan(0, func(m []byte) { sum += len(m) })
				s.Sample(next, 90, func(m []byte) { sum += len(m) })
			}
			s.MemoryUsage()
		}); n != 0 {
			t.Errorf("%v: %v allocations", s.Encoding(), n)
		}
	}
}

// A worker frees a set while the owner goes on with others.
func TestFreeChain(t *testing.T) {
	env := newEnv(t, 0)
	keep, detached := NewHashtable(env, 0), NewHashtable(env, 0)
	for i := range 5000 {
		detached.Add(strconv.AppendInt(nil, int64(i), 10))
	}
	c := env.Arena.NewChain()
	done := make(chan *arena.Chain)
	go func() {
		detached.FreeChain(c)
		done <- c
	}()
	for i := range 5000 {
		keep.Add(strconv.AppendInt(nil, int64(i), 10))
	}
	env.Arena.Splice(<-done)
	for env.Arena.Work(100) {
	}
	keep.Check()
	if used := env.Arena.UsedBytes(); used != int64(keep.MemoryUsage()) {
		t.Errorf("%d bytes used, %d in the set that is left", used, keep.MemoryUsage())
	}
}
