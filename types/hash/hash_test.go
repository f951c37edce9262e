package hash

import (
	"bytes"
	"fmt"
	"hash/fnv"
	"maps"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strconv"
	"testing"

	"github.com/ringer-kv/ringer/types/arena"
	"github.com/ringer-kv/ringer/types/avl"
	"github.com/ringer-kv/ringer/types/dict"
	"github.com/ringer-kv/ringer/types/listpack"
)

// newEnv is an environment whose hashes are the same in every run.
func newEnv(t testing.TB, l Limits) *Env {
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
	return &Env{Arena: a, Seed: seed, Limits: l}
}

var (
	onlyListpack = Limits{MaxEntries: 1 << 30, MaxValueBytes: 1 << 30}
	mixed        = Limits{MaxEntries: 12, MaxValueBytes: 40}
)

func TestLayout(t *testing.T) {
	for enc, n := range map[Encoding]uintptr{
		Hashtable:      reflect.TypeFor[header]().Size(),
		ListpackTimed:  reflect.TypeFor[packHeader]().Size(),
		HashtableTimed: reflect.TypeFor[timedHeader]().Size(),
	} {
		if n > uintptr(headerBytes[enc]) || n+8 <= uintptr(headerBytes[enc]) {
			t.Errorf("the header of %d takes %d bytes, not %d", enc, n, headerBytes[enc])
		}
	}
	if n := 8 + reflect.TypeFor[avl.Node]().Size(); n != timedBytes {
		t.Errorf("a deadline takes %d bytes", n)
	}
	if n := reflect.TypeFor[dict.Node]().Size(); n != nodeBytes {
		t.Errorf("a dict.Node takes %d bytes", n)
	}
}

// trial runs the same operations on several hashes, which must agree with a map all the time.
type trial struct {
	t      *testing.T
	hashes []*Hash
	model  map[string]string
	until  map[string]int64 // deadlines
	rnd    *rand.Rand
}

func newTrial(t *testing.T) *trial {
	tr := &trial{
		t: t, model: map[string]string{}, until: map[string]int64{},
		rnd: rand.New(rand.NewPCG(1, 2)),
	}
	for _, h := range []Hash{
		New(newEnv(t, onlyListpack)), NewHashtable(newEnv(t, Limits{}), 0), New(newEnv(t, mixed)),
	} {
		tr.hashes = append(tr.hashes, &h)
	}
	return tr
}

// trialText makes fields and values of which many are integers, empty or long.
func trialText(x, y byte) []byte {
	switch x % 8 {
	case 0:
		edges := []int64{0, -1, 127, 128, 4096, -4097, math.MaxInt64, math.MinInt64}
		return strconv.AppendInt(nil, edges[y%8], 10)
	case 1:
		return strconv.AppendInt(nil, int64(y)*1000, 10)
	case 2:
		return bytes.Repeat([]byte{'a'}, int(y)/16)
	case 3:
		if x > 240 {
			return bytes.Repeat([]byte{'l'}, 2*int(y))
		}
	}
	return []byte{'f', y % 16}
}

// step decodes one operation.
func (tr *trial) step(op, x, y, z byte) {
	field, value := trialText(x, y), trialText(y, z)
	old, found := tr.model[string(field)]
	switch op % 16 {
	default:
		tr.each("Set", !found, func(h *Hash) bool { return h.Set(field, value) })
		tr.model[string(field)] = string(value)
		delete(tr.until, string(field))
	case 8, 9:
		tr.each("Update", !found, func(h *Hash) bool { return h.Update(field, value) })
		tr.model[string(field)] = string(value)
	case 10, 11, 12, 13, 14, 15:
		tr.stepTimed(op, field, int64(y)<<8|int64(z)+1)
	case 4, 5:
		tr.each("Delete", found, func(h *Hash) bool { return h.Delete(field) })
		delete(tr.model, string(field))
		delete(tr.until, string(field))
	case 6:
		tr.each("Has", found, func(h *Hash) bool { return h.Has(field) })
		tr.each("Get", found, func(h *Hash) bool {
			var scratch [ScratchBytes]byte
			got, ok := h.Get(field, scratch[:])
			return ok && string(got) == old
		})
	case 7:
		tr.draw(int(x) % 20)
	}
	tr.verify()
}

func (tr *trial) each(what string, want bool, do func(h *Hash) bool) {
	tr.t.Helper()
	for _, h := range tr.hashes {
		if got := do(h); got != want {
			tr.t.Fatalf("%v: %s = %v, want %v; %q", h.Encoding(), what, got, want, tr.model)
		}
	}
}

// draw asks for n different pairs, and for one.
func (tr *trial) draw(n int) {
	tr.t.Helper()
	for _, h := range tr.hashes {
		seen := map[string]string{}
		h.Sample(tr.rnd.Uint64, n, func(field, value []byte) { seen[string(field)] = string(value) })
		if len(tr.model) > 0 {
			var scratch Scratch
			field, value := h.Random(tr.rnd.Uint64, &scratch)
			if tr.model[string(field)] != string(value) {
				tr.t.Fatalf("%v: Random has drawn %q of %q", h.Encoding(), value, field)
			}
		}
		if len(seen) != min(n, len(tr.model)) {
			tr.t.Fatalf("%v: %d drawn, want %d of %d", h.Encoding(), len(seen), n, len(tr.model))
		}
		for field, value := range seen {
			if want, ok := tr.model[field]; !ok || want != value {
				tr.t.Fatalf("%v: Sample has drawn %q of %q", h.Encoding(), value, field)
			}
		}
	}
}

// verify compares everything, and lets each hash check itself.
func (tr *trial) verify() {
	tr.t.Helper()
	for _, h := range tr.hashes {
		h.Check()
		pairs := collect(h)
		if h.Len() != len(tr.model) || !maps.Equal(pairs, tr.model) {
			tr.t.Fatalf("%v: %q, Len %d, want %q", h.Encoding(), pairs, h.Len(), tr.model)
		}
		if until := deadlines(h); !maps.Equal(until, tr.until) {
			tr.t.Fatalf("%v: deadlines %v, want %v", h.Encoding(), until, tr.until)
		}
		if used := h.env.Arena.UsedBytes(); used != int64(h.MemoryUsage()) {
			tr.t.Fatalf("%v: MemoryUsage is %d, used %d", h.Encoding(), h.MemoryUsage(), used)
		}
	}
	if !tr.hashes[0].Encoding().Packed() || tr.hashes[1].Encoding().Packed() {
		tr.t.Fatal("an encoding changed without need")
	}
	if h := tr.hashes[2]; h.Encoding().Packed() && h.Len() > mixed.MaxEntries {
		tr.t.Fatalf("a listpack of %d fields", h.Len())
	}
}

func collect(h *Hash) map[string]string {
	all := map[string]string{}
	h.Each(func(field, value []byte) bool {
		all[string(field)] = string(value)
		return true
	})
	return all
}

// finish frees the hashes, some inline, the others through a chain.
func (tr *trial) finish() {
	tr.t.Helper()
	for i, h := range tr.hashes {
		a := h.env.Arena
		if i%2 == len(tr.model)%2 {
			h.Free()
		} else {
			c := a.NewChain()
			h.FreeChain(c)
			a.Splice(c)
			for a.Work(1000) {
			}
		}
		if used := a.UsedBytes(); used != 0 {
			tr.t.Fatalf("%v: %d bytes are left", h.Encoding(), used)
		}
	}
}

func (tr *trial) run(ops []byte) {
	for ; len(ops) >= 4; ops = ops[4:] {
		tr.step(ops[0], ops[1], ops[2], ops[3])
	}
	tr.finish()
}

func TestModel(t *testing.T) {
	for seed := range uint64(30) {
		rnd := rand.New(rand.NewPCG(seed, 31))
		ops := make([]byte, 4*300)
		for i := range ops {
			ops[i] = byte(rnd.Uint32())
		}
		newTrial(t).run(ops)
	}
}

func FuzzOps(f *testing.F) {
	f.Add([]byte{0, 0, 1, 0, 0, 9, 0, 0, 5, 4, 0, 1, 7, 3, 0, 0, 0, 243, 200, 9, 0, 243, 200, 251})
	f.Fuzz(func(t *testing.T, ops []byte) {
		newTrial(t).run(ops[:min(len(ops), 400)])
	})
}

// Both sides of each limit.
func TestLimits(t *testing.T) {
	for _, test := range []struct {
		limits Limits
		pairs  []string
		want   Encoding
	}{
		{Limits{3, 5}, []string{"a", "1", "b", "2", "c", "3"}, Listpack},
		{Limits{3, 5}, []string{"a", "1", "b", "2", "c", "3", "a", "4"}, Listpack},
		{Limits{3, 5}, []string{"a", "1", "b", "2", "c", "3", "d", "4"}, Hashtable},
		{Limits{3, 5}, []string{"12345", "12345"}, Listpack},
		{Limits{3, 5}, []string{"123456", "1"}, Hashtable},
		{Limits{3, 5}, []string{"1", "123456"}, Hashtable},
		{Limits{0, 5}, []string{"a", "1"}, Hashtable},
		{Limits{3, 0}, []string{"", ""}, Listpack},
	} {
		env := newEnv(t, test.limits)
		h := New(env)
		for i := 0; i < len(test.pairs); i += 2 {
			h.Set([]byte(test.pairs[i]), []byte(test.pairs[i+1]))
		}
		if h.Encoding() != test.want {
			t.Errorf("%+v, %q: %v", test.limits, test.pairs, h.Encoding())
		}
		again := Open(env, h.Ref(), h.Encoding())
		if !again.Has([]byte(test.pairs[0])) {
			t.Errorf("%q: opened again, the first one is missing", test.pairs)
		}
	}
	if Listpack.String() != "listpack" || Hashtable.String() != "hashtable" ||
		ListpackTimed.String() != "listpackex" || HashtableTimed.String() != "hashtable" {
		t.Error("OBJECT ENCODING would not be Redis's")
	}
}

// Redis: hashTypeSet counts the fields also if it has only changed a value.
func TestSmallerLimit(t *testing.T) {
	h := New(newEnv(t, mixed))
	for _, field := range []string{"a", "b", "c"} {
		h.Set([]byte(field), []byte("1"))
	}
	h.env.Limits.MaxEntries = 2
	if h.Get([]byte("a"), nil); h.Encoding() != Listpack {
		t.Error("reading has changed the encoding")
	}
	if h.Set([]byte("a"), []byte("2")) || h.Encoding() != Hashtable {
		t.Errorf("a new value leaves it a %v", h.Encoding())
	}
}

// bothEncodings gives the integers below n, each with itself as the value, as a listpack and as a
// hashtable.
func bothEncodings(t testing.TB, n int) []*Hash {
	t.Helper()
	packed, table := New(newEnv(t, onlyListpack)), NewHashtable(newEnv(t, Limits{}), n)
	for i := range n {
		text := strconv.AppendInt(nil, int64(i), 10)
		packed.Set(text, text)
		table.Set(text, text)
	}
	return []*Hash{&packed, &table}
}

// A value may grow and shrink through all the sizes of blocks and lengths.
func TestValuesOfAllLengths(t *testing.T) {
	lengths := []int{0, 1, 7, 8, 9, 15, 63, 64, 253, 254, 255, 256, 4095, 4096, 70000, 1 << 20}
	lengths = append(lengths, 300, 254, 253, 20, 0)
	for _, h := range bothEncodings(t, 3) {
		for _, fieldBytes := range []int{1, 253, 254, 70000} {
			testValues(t, h, bytes.Repeat([]byte("f"), fieldBytes), lengths)
		}
		if used := h.env.Arena.UsedBytes(); used != int64(h.MemoryUsage()) {
			t.Errorf("%v: %d bytes used, MemoryUsage %d", h.Encoding(), used, h.MemoryUsage())
		}
	}
}

// testValues gives a new field values of these lengths, one after the other.
func testValues(t *testing.T, h *Hash, field []byte, lengths []int) {
	t.Helper()
	fields := h.Len()
	for _, n := range lengths {
		value := bytes.Repeat([]byte("v"), n)
		h.Set(field, value)
		h.Check()
		if got, ok := h.Get(field, nil); !ok || !bytes.Equal(got, value) {
			t.Fatalf("%v: field of %d: %d bytes read as %d", h.Encoding(), len(field), n, len(got))
		}
	}
	if !h.Delete(field) || h.Len() != fields {
		t.Errorf("%v: field of %d bytes: not deleted", h.Encoding(), len(field))
	}
}

// Each pair is as likely as any other, drawn alone, by few and by many: 5 standard deviations are
// allowed, and the neighbourhoods of dict.Random add something to them.
func TestDrawsAreFair(t *testing.T) {
	const draws, fields = 20000, 20
	hashes := bothEncodings(t, fields)
	for i := range 6 {
		h, n := hashes[i%2], []int{1, 4, 15}[i/2]
		rnd := rand.New(rand.NewPCG(1, 14))
		seen := make(map[string]int)
		for range draws {
			h.Sample(rnd.Uint64, n, func(field, _ []byte) { seen[string(field)]++ })
		}
		mean := float64(draws*n) / fields
		allowed := 5 * math.Sqrt(mean)
		if h.Encoding() == Hashtable {
			allowed = 0.2 * mean
		}
		for f, count := range seen {
			if math.Abs(float64(count)-mean) > allowed {
				t.Errorf("%v: %d at a time: %s drawn %d times of %.0f", h.Encoding(), n, f, count, mean)
			}
		}
	}
}

func TestCopy(t *testing.T) {
	for _, h := range bothEncodings(t, 200) {
		h.env.Limits = Limits{MaxEntries: 3}
		c := h.Copy()
		c.Check()
		if c.Encoding() != h.Encoding() || c.Ref() == h.Ref() {
			t.Errorf("the copy of a %v is a %v", h.Encoding(), c.Encoding())
		}
		want := collect(h)
		h.Free()
		if got := collect(&c); !maps.Equal(got, want) {
			t.Errorf("%v: the copy is %q", c.Encoding(), got)
		}
		if used := c.env.Arena.UsedBytes(); used != int64(c.MemoryUsage()) {
			t.Errorf("%v: %d bytes used, MemoryUsage %d", c.Encoding(), used, c.MemoryUsage())
		}
	}
}

func TestScan(t *testing.T) {
	for _, h := range bothEncodings(t, 300) {
		seen := map[string]string{}
		calls := 0
		for cursor := uint64(0); calls == 0 || cursor != 0; calls++ {
			cursor = h.Scan(cursor, func(field, value []byte) { seen[string(field)] = string(value) })
		}
		if !maps.Equal(seen, collect(h)) || len(seen) != 300 {
			t.Errorf("%v: %d fields", h.Encoding(), len(seen))
		}
		if (calls == 1) != (h.Encoding() == Listpack) {
			t.Errorf("%v: %d calls", h.Encoding(), calls)
		}
	}
}

func TestEachStops(t *testing.T) {
	for _, h := range bothEncodings(t, 10) {
		n := 0
		h.Each(func(_, _ []byte) bool { n++; return n < 3 })
		if n != 3 {
			t.Errorf("%v: %d calls", h.Encoding(), n)
		}
	}
}

func pack(texts ...string) []byte {
	b := listpack.New(nil)
	for _, s := range texts {
		b = listpack.Append(b, listpack.String([]byte(s)))
	}
	return b
}

func TestFromListpack(t *testing.T) {
	env := newEnv(t, Limits{MaxEntries: 2, MaxValueBytes: 1})
	for _, test := range []struct {
		b    []byte
		ok   bool
		want Encoding
	}{
		{pack(), true, Listpack},
		{pack("long field", "long value"), true, Listpack}, // Redis: the length is not checked
		{pack("a", "1", "b", "1"), true, Listpack},
		{pack("a", "1", "b", "1", "c", "1"), true, Hashtable},
		{pack("a"), false, 0},
		{pack("a", "1", "a", "2"), false, 0},
		{pack("7", "1", "7", "2"), false, 0},
		{pack("a", "1")[:7], false, 0},
		{nil, false, 0},
	} {
		h, err := FromListpack(env, test.b)
		if (err == nil) != test.ok || test.ok && h.Encoding() != test.want {
			t.Errorf("%x: %v, %v", test.b, h.Encoding(), err)
		}
		if err != nil {
			continue
		}
		h.Check()
		if b := h.Listpack(); test.want == Listpack && !bytes.Equal(b, test.b) ||
			test.want == Hashtable && b != nil {
			t.Errorf("%x comes back as %x", test.b, b)
		}
	}
}

func FuzzFromListpack(f *testing.F) {
	f.Add(pack("a", "1"))
	f.Add(pack("5", "1.5", "6", "2"))
	env := newEnv(f, mixed)
	f.Fuzz(func(t *testing.T, b []byte) {
		h, err := FromListpack(env, slices.Clip(b))
		if err != nil {
			return
		}
		h.Check()
		h.Set([]byte("new"), []byte("1"))
		h.Delete([]byte("a"))
		h.Check()
		h.Free()
		if used := env.Arena.UsedBytes(); used != 0 {
			t.Fatalf("%d bytes are left", used)
		}
	})
}

func TestNothingAllocates(t *testing.T) {
	if invariants {
		t.Skip("the checks allocate")
	}
	rnd := rand.New(rand.NewPCG(1, 1))
	next := rnd.Uint64
	for _, h := range bothEncodings(t, 100) {
		field, other, value := []byte("50"), []byte("new"), []byte("a value")
		sum := 0
		if n := testing.AllocsPerRun(100, func() {
			var scratch Scratch
			h.Set(field, value)
			h.Set(field, other)
			h.Set(other, value)
			h.Has(field)
			got, _ := h.Get(field, scratch[0][:])
			sum += len(got)
			h.Delete(other)
			f, v := h.Random(next, &scratch)
			sum += len(f) + len(v)
			if h.Encoding() == Hashtable {
				h.Each(func(f, v []byte) bool { sum += len(f) + len(v); return true })
				h.Scan(0, func(f, v []byte) { sum += len(f) + len(v) })
				h.Sample(next, 90, func(f, v []byte) { sum += len(f) + len(v) })
			}
			h.MemoryUsage()
		}); n != 0 {
			t.Errorf("%v: %v allocations", h.Encoding(), n)
		}
	}
}

// A worker frees a hash while the owner goes on with others.
func TestFreeChain(t *testing.T) {
	env := newEnv(t, Limits{})
	keep, detached := New(env), New(env)
	fill := func(h *Hash) {
		for i := range 5000 {
			h.Set(fmt.Appendf(nil, "f%d", i), []byte("value"))
		}
	}
	fill(&detached)
	c := env.Arena.NewChain()
	done := make(chan *arena.Chain)
	go func() {
		detached.FreeChain(c)
		done <- c
	}()
	fill(&keep)
	env.Arena.Splice(<-done)
	for env.Arena.Work(100) {
	}
	keep.Check()
	if used := env.Arena.UsedBytes(); used != int64(keep.MemoryUsage()) {
		t.Errorf("%d bytes used, %d in the hash that is left", used, keep.MemoryUsage())
	}
}
