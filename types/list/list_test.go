package list

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strconv"
	"testing"

	"github.com/ringer-kv/ringer/types/arena"
	"github.com/ringer-kv/ringer/types/listpack"
)

func newEnv(t testing.TB, fill int) *Env {
	t.Helper()
	a, err := arena.New(arena.Options{ReserveBytes: 1 << 30})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close() })
	return &Env{Arena: a, Limits: Limits{Fill: fill}}
}

func TestLayout(t *testing.T) {
	if n := reflect.TypeFor[header]().Size(); n != headerBytes {
		t.Errorf("a header takes %d bytes", n)
	}
	if n := reflect.TypeFor[inner]().Size(); n != innerBytes {
		t.Errorf("an inner node takes %d bytes", n)
	}
}

// trial runs the same operations on lists of several fill factors, which must agree with a slice.
type trial struct {
	t     *testing.T
	lists []*List
	model []string
}

func newTrial(t *testing.T, fills ...int) *trial {
	tr := &trial{t: t}
	for _, fill := range fills {
		l := New(newEnv(t, fill))
		tr.lists = append(tr.lists, &l)
	}
	return tr
}

// trialValue makes elements of which many are integers, empty, equal to others, or long.
func trialValue(c byte) string {
	switch c % 8 {
	case 0, 1:
		return strconv.Itoa(int(c) / 64)
	case 2:
		return ""
	case 3:
		return "-" + strconv.Itoa(int(c)*100000)
	case 4:
		return string(bytes.Repeat([]byte{c}, int(c)))
	case 5:
		return string(bytes.Repeat([]byte{c}, 20*int(c)))
	}
	return "v" + strconv.Itoa(int(c)/32)
}

// step runs one operation, drawn from four bytes.
func (tr *trial) step(op, x, y, c byte) {
	n := len(tr.model)
	i := 0
	if n > 0 {
		i = (int(x)<<8 | int(y)) % n
	}
	value := trialValue(c)
	switch op % 16 {
	case 0, 1, 2:
		tr.each(func(l *List) { l.Push(Tail, []byte(value)) })
		tr.model = append(tr.model, value)
	case 3, 4, 5:
		tr.each(func(l *List) { l.Push(Head, []byte(value)) })
		tr.model = slices.Insert(tr.model, 0, value)
	case 6, 7, 8, 9:
		tr.each(func(l *List) { l.Insert(i, []byte(value)) })
		tr.model = slices.Insert(tr.model, i, value)
	case 10:
		tr.pop(End(x % 2))
	case 11:
		if n > 0 {
			tr.each(func(l *List) { l.Set(i, []byte(value)) })
			tr.model[i] = value
		}
	case 12:
		k := min(n-i, int(c)%8)
		tr.each(func(l *List) { l.Delete(i, k) })
		tr.model = slices.Delete(tr.model, i, i+k)
	case 13:
		tr.remove(value, 1+int(x)%3, End(y%2))
	case 14:
		if c == 0 {
			k := n - i
			tr.each(func(l *List) { l.Delete(i, k) })
			tr.model = tr.model[:i]
		}
	case 15:
		tr.walk(i, End(c%2))
	}
}

func (tr *trial) each(fn func(l *List)) {
	for _, l := range tr.lists {
		fn(l)
		l.Check()
		*l = Open(l.env, l.Ref(), l.Encoding())
	}
}

func (tr *trial) pop(end End) {
	if len(tr.model) == 0 {
		return
	}
	i := 0
	if end == Tail {
		i = len(tr.model) - 1
	}
	tr.each(func(l *List) {
		if got := l.Pop(end); string(got) != tr.model[i] {
			tr.t.Fatalf("popped %q, want %q", got, tr.model[i])
		}
	})
	tr.model = slices.Delete(tr.model, i, i+1)
}

func (tr *trial) remove(value string, limit int, from End) {
	want := 0
	if from == Tail {
		slices.Reverse(tr.model)
	}
	tr.model = slices.DeleteFunc(tr.model, func(s string) bool {
		if s == value && want < limit {
			want++
			return true
		}
		return false
	})
	if from == Tail {
		slices.Reverse(tr.model)
	}
	tr.each(func(l *List) {
		if got := l.Remove([]byte(value), limit, from); got != want {
			tr.t.Fatalf("removed %d of %q, want %d", got, value, want)
		}
	})
}

// walk compares from an index to an end, and what single reads say.
func (tr *trial) walk(i int, towards End) {
	n := len(tr.model)
	count, direction := n-i, 1
	if towards == Head && n > 0 {
		count, direction = i+1, -1
	}
	var scratch [20]byte
	for _, l := range tr.lists {
		if l.Len() != n {
			tr.t.Fatalf("fill %d: %d elements, want %d", l.env.Limits.Fill, l.Len(), n)
		}
		at := i
		for it := l.Iter(i, count, towards); it.Next(); at += direction {
			value := tr.model[at]
			if got := it.Value(scratch[:]); string(got) != value {
				tr.t.Fatalf("element %d is %q, want %q", at, got, value)
			}
			if !it.Equal(listpack.String([]byte(value))) {
				tr.t.Fatalf("element %d, %q, does not equal itself", at, value)
			}
		}
		if at-i != count*direction {
			tr.t.Fatalf("%d steps, want %d", at-i, count*direction)
		}
		if n > 0 && string(l.Get(i, scratch[:])) != tr.model[i] {
			tr.t.Fatalf("Get(%d) is not %q", i, tr.model[i])
		}
	}
}

// end compares all, copies block by block, and frees.
func (tr *trial) end(onWorker bool) {
	tr.walk(0, Tail)
	for _, l := range tr.lists {
		a := l.env.Arena
		clone := New(l.env)
		l.EachPack(func(b []byte) { clone.AppendPack(b) })
		clone.Check()
		if clone.Len() != len(tr.model) {
			tr.t.Fatalf("a copy of %d elements has %d", len(tr.model), clone.Len())
		}
		if sum := l.MemoryUsage() + clone.MemoryUsage(); a.UsedBytes() != int64(sum) {
			tr.t.Fatalf("%d bytes used, the lists say %d", a.UsedBytes(), sum)
		}
		clone.Free()
		if onWorker {
			c := a.NewChain()
			l.FreeChain(c)
			a.Splice(c)
		} else {
			l.Free()
		}
		if used := a.UsedBytes(); used != 0 {
			tr.t.Fatalf("%d bytes are left", used)
		}
	}
}

var trialFills = []int{-1, -2, 1, 2, 5, 0, 100}

func TestAgainstASlice(t *testing.T) {
	for seed := range uint64(6) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			rnd := rand.New(rand.NewPCG(seed, 31))
			tr := newTrial(t, trialFills...)
			for i := range 3000 {
				op := byte(rnd.IntN(256))
				if i%1000 > 600 && op%16 < 10 && rnd.IntN(4) > 0 {
					op = 10 + op%4 // shrink
				}
				tr.step(op, byte(rnd.IntN(256)), byte(rnd.IntN(256)), byte(rnd.IntN(256)))
				if i%50 == 0 {
					tr.walk(0, Tail)
				}
			}
			tr.end(seed%2 == 0)
		})
	}
}

func FuzzList(f *testing.F) {
	f.Add([]byte("\x00abc\x03abc\x06\x00\x01d\x0d\x02\x01\x00"))
	f.Fuzz(func(t *testing.T, ops []byte) {
		tr := newTrial(t, -1, 1, 3)
		for ; len(ops) >= 4; ops = ops[4:] {
			tr.step(ops[0], ops[1], ops[2], ops[3])
		}
		tr.end(true)
	})
}

// A tree of several levels that grows and shrinks at its ends and in the middle, one element to a
// block.
func TestTallTree(t *testing.T) {
	l := New(newEnv(t, 1))
	const n = 40_000
	for i := range n {
		l.Push(Tail, strconv.AppendInt(nil, int64(i), 10))
	}
	l.Check()
	if h := l.header().height; h != 4 { // 31^3 < n: pushes fill the nodes
		t.Errorf("height %d", h)
	}
	model := make([]int, n)
	for i := range model {
		model[i] = i
	}
	rnd := rand.New(rand.NewPCG(4, 4))
	for range 4000 {
		i := rnd.IntN(len(model) + 1)
		l.Insert(i, strconv.AppendInt(nil, int64(-i), 10))
		model = slices.Insert(model, i, -i)
	}
	l.Check()
	compare := func() {
		t.Helper()
		i := 0
		var scratch [20]byte
		for it := l.Iter(0, l.Len(), Tail); it.Next(); i++ {
			if string(it.Value(scratch[:])) != strconv.Itoa(model[i]) {
				t.Fatalf("element %d is %s, want %d", i, it.Value(scratch[:]), model[i])
			}
		}
		if i != len(model) {
			t.Fatalf("%d elements, want %d", i, len(model))
		}
	}
	compare()
	for len(model) > 100 {
		k := min(1+rnd.IntN(300), len(model)-50)
		i := rnd.IntN(len(model) - k + 1)
		l.Delete(i, k)
		model = slices.Delete(model, i, i+k)
		if rnd.IntN(10) == 0 {
			l.Check()
			compare()
		}
	}
	compare()
	l.Delete(0, l.Len())
	if l.Encoding() != Packed || l.Len() != 0 {
		t.Errorf("emptied, it has %d elements", l.Len())
	}
	l.Free()
	if used := l.env.Arena.UsedBytes(); used != 0 {
		t.Errorf("%d bytes are left", used)
	}
}

// A queue and a stack of many blocks move along and stay as small as what they hold.
func TestQueue(t *testing.T) {
	for _, ends := range [][2]End{{Tail, Head}, {Head, Tail}, {Tail, Tail}} {
		l := New(newEnv(t, 4))
		next, want := 0, 0
		for range 5000 {
			for range 3 {
				l.Push(ends[0], strconv.AppendInt(nil, int64(next), 10))
				next++
			}
			popped := string(l.Pop(ends[1]))
			if ends[0] != ends[1] && popped != strconv.Itoa(want) {
				t.Fatalf("popped %s, want %d", popped, want)
			}
			want++
		}
		l.Check()
		for l.Len() > 1 {
			l.Pop(ends[1])
		}
		l.Check()
		if l.Encoding() != Packed || l.MemoryUsage() > 16 {
			t.Errorf("one element takes %d bytes", l.MemoryUsage())
		}
	}
}

// Both sides of what a block takes.
func TestLimits(t *testing.T) {
	for _, test := range []struct {
		fill, size, count int
		want              Encoding
	}{
		{-1, 1000, 4, Packed},
		{-1, 1000, 5, Blocks},
		{-2, 1000, 8, Packed},
		{-2, 1000, 9, Blocks},
		{-5, 1000, 65, Packed},
		{-5, 1000, 66, Blocks},
		{-9, 1000, 65, Packed},
		{3, 10, 3, Packed},
		{3, 10, 4, Blocks},
		{0, 10, 1, Packed},
		{0, 10, 2, Blocks},
		{1000, 1000, 8, Packed},
		{1000, 1000, 9, Blocks},
		{-1, 100_000, 1, Packed},
		{-1, 100_000, 2, Blocks},
	} {
		l := New(newEnv(t, test.fill))
		for range test.count {
			l.Push(Tail, bytes.Repeat([]byte("x"), test.size))
		}
		if l.Encoding() != test.want {
			t.Errorf("fill %d, %d of %d bytes: encoding %d", test.fill, test.count, test.size,
				l.Encoding())
		}
		if l.Encoding().String() != "quicklist" {
			t.Errorf("the encoding is called %s", l.Encoding())
		}
	}
}

// Elements from PlainBytes on have blocks of their own, however they come into the list.
func TestPlainElements(t *testing.T) {
	a, err := arena.New(arena.Options{ReserveBytes: 16 << 20})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	env := &Env{Arena: a, Limits: Limits{Fill: -2, PlainBytes: 10}}
	rnd := rand.New(rand.NewPCG(4, 4))
	l, model := New(env), [][]byte{}
	value := func() []byte { return bytes.Repeat([]byte{'1' + byte(rnd.IntN(3))}, 1+rnd.IntN(12)) }
	for range 3000 {
		at := rnd.IntN(len(model) + 1)
		switch op := rnd.IntN(5); {
		case op < 2 || len(model) == 0:
			v := value()
			l.Insert(at, v)
			model = slices.Insert(model, at, v)
		case op == 2 && at < len(model):
			model[at] = value()
			l.Set(at, model[at])
		case op == 3:
			v := value()
			l.Push(Tail, v)
			model = append(model, v)
		case at < len(model):
			l.Delete(at, 1)
			model = slices.Delete(model, at, at+1)
		}
		l.Check()
		l.EachPack(func(b []byte) {
			var scratch [20]byte
			for pos := listpack.First(b); pos != 0; pos = listpack.Next(b, pos) {
				long := len(listpack.Bytes(b, pos, scratch[:])) >= 10
				if long && !l.IsPlain(b) || l.IsPlain(b) && !long {
					t.Fatalf("a block of %d with a long element", listpack.Len(b))
				}
			}
		})
	}
	var got [][]byte
	for it := l.Iter(0, l.Len(), Tail); it.Next(); {
		got = append(got, bytes.Clone(it.Value(nil)))
	}
	if !slices.EqualFunc(got, model, bytes.Equal) {
		t.Error("the list is not what it should be")
	}
}
