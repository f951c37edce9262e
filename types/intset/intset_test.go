package intset

import (
	"bytes"
	"encoding/hex"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// The bytes are those that redis-server 7.0.15 gives in DUMP, behind the type and the length.
func TestBytesAreThoseOfRedis(t *testing.T) {
	for _, test := range []struct {
		members []int64
		want    string
	}{
		{nil, "0200000000000000"},
		{[]int64{3, 1, 2}, "0200000003000000010002000300"},
		{[]int64{-1, 32767, -32768}, "02000000030000000080ffffff7f"},
		{[]int64{1, 32768}, "04000000020000000100000000800000"},
		{[]int64{1, -32769}, "0400000002000000ff7fffff01000000"},
		{[]int64{1, 2147483648}, "080000000200000001000000000000000000008000000000"},
		{[]int64{1, math.MinInt64}, "080000000200000000000000000000800100000000000000"},
	} {
		b := New(nil)
		for _, n := range test.members {
			b, _ = Add(b, n)
		}
		if got := hex.EncodeToString(b); got != test.want {
			t.Errorf("%d: %s, want %s", test.members, got, test.want)
		}
		if TotalBytes(b[:EmptySize]) != len(b) {
			t.Errorf("%d: the header says %d bytes", test.members, TotalBytes(b[:EmptySize]))
		}
	}
}

// edges are the integers at which the width changes, and neighbours.
var edges = []int64{
	0, 1, -1, 2, 100, math.MaxInt16, math.MaxInt16 + 1, math.MinInt16, math.MinInt16 - 1,
	math.MaxInt32, math.MaxInt32 + 1, math.MinInt32, math.MinInt32 - 1, math.MaxInt64,
	math.MinInt64, math.MaxInt64 - 1, math.MinInt64 + 1,
}

// operand makes an integer of two bytes: an edge, or one of few small ones.
func operand(x, y byte) int64 {
	if x < 40 {
		return edges[int(y)%len(edges)]
	}
	return int64(int8(y)) * int64(x%4)
}

// run plays the operations and compares with a sorted slice after each.
func run(t *testing.T, ops []byte) {
	b := New(nil)
	var model []int64
	for ; len(ops) >= 3; ops = ops[3:] {
		n := operand(ops[1], ops[2])
		i, found := slices.BinarySearch(model, n)
		if at, ok := Find(b, n); at != i || ok != found {
			t.Fatalf("Find(%d) = %d, %v in %d", n, at, ok, model)
		}
		var changed bool
		if ops[0]%3 == 0 {
			b, changed = Remove(b, n)
			if changed != found {
				t.Fatalf("Remove(%d) = %v from %d", n, changed, model)
			}
			if found {
				model = slices.Delete(model, i, i+1)
			}
		} else {
			grown := Grown(b, n)
			b, changed = Add(b, n)
			if changed == found || changed && len(b) != grown {
				t.Fatalf("Add(%d) = %v to %d; %d bytes, not %d", n, changed, model, len(b), grown)
			}
			if changed {
				model = slices.Insert(model, i, n)
			}
		}
		same(t, b, model)
	}
}

func same(t *testing.T, b []byte, model []int64) {
	t.Helper()
	if err := Validate(b); err != nil {
		t.Fatalf("%x: %v", b, err)
	}
	if Len(b) != len(model) {
		t.Fatalf("%d members, want %d", Len(b), model)
	}
	for i, n := range model {
		if At(b, i) != n {
			t.Fatalf("member %d is %d, want %d", i, At(b, i), n)
		}
	}
}

func TestModel(t *testing.T) {
	for seed := range uint64(50) {
		rnd := rand.New(rand.NewPCG(seed, 5))
		ops := make([]byte, 3*300)
		for i := range ops {
			ops[i] = byte(rnd.Uint32())
		}
		run(t, ops)
	}
}

func FuzzOps(f *testing.F) {
	f.Add([]byte{1, 0, 0, 1, 0, 5, 1, 0, 9, 0, 0, 5, 1, 0, 14})
	f.Fuzz(func(t *testing.T, ops []byte) { run(t, ops[:min(len(ops), 600)]) })
}

func TestValidateRefuses(t *testing.T) {
	for name, b := range map[string][]byte{
		"nothing":          nil,
		"half a header":    {2, 0, 0, 0},
		"width 0":          {0, 0, 0, 0, 0, 0, 0, 0},
		"width 3":          {3, 0, 0, 0, 1, 0, 0, 0, 1, 2, 3},
		"a member missing": {2, 0, 0, 0, 2, 0, 0, 0, 1, 0},
		"a byte too many":  {2, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0},
		"descending":       {2, 0, 0, 0, 2, 0, 0, 0, 2, 0, 1, 0},
		"twice the same":   {2, 0, 0, 0, 2, 0, 0, 0, 2, 0, 2, 0},
		"a huge count":     {8, 0, 0, 0, 255, 255, 255, 255},
	} {
		if Validate(b) == nil {
			t.Errorf("%s is taken", name)
		}
	}
}

func FuzzValidate(f *testing.F) {
	f.Add([]byte{2, 0, 0, 0, 2, 0, 0, 0, 1, 0, 2, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		if Validate(b) != nil {
			return
		}
		again := New(nil)
		binaryWidth := b[0]
		for i := range Len(b) {
			again, _ = Add(again, At(b, i))
		}
		if again[0] == binaryWidth && !bytes.Equal(again, b) {
			t.Fatalf("%x read as %x", b, again)
		}
	})
}

// Within its capacity a block stays where it is.
func TestInPlace(t *testing.T) {
	room := make([]byte, 0, 128)
	b := New(room)
	if n := testing.AllocsPerRun(10, func() {
		b = New(room)
		for _, n := range []int64{5, 70000, -1, 1 << 40} {
			b, _ = Add(b, n)
		}
		b, _ = Remove(b, -1)
	}); n != 0 || &b[0] != &room[:1][0] {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkFind512(b *testing.B) {
	set := New(nil)
	for n := range int64(512) {
		set, _ = Add(set, n*100)
	}
	rnd := rand.New(rand.NewPCG(1, 1))
	for b.Loop() {
		Find(set, rnd.Int64N(51200))
	}
}
