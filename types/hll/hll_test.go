package hll

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"testing"
)

// redisSparseBytes is the default of hll-sparse-max-bytes.
const redisSparseBytes = 3000

// add is PFADD of one element.
func add(t testing.TB, b []byte, element string) []byte {
	t.Helper()
	index, value := Place([]byte(element))
	b, changed, err := Set(b, index, value, redisSparseBytes)
	if err != nil {
		t.Fatal(err)
	}
	if changed {
		Invalidate(b)
	}
	return b
}

// The bytes and counts are those that redis-server 7.0.15 gives after the same PFADDs.
func TestBytesAreThoseOfRedis(t *testing.T) {
	const head = "48594c4c0100000000000000000000"
	for _, test := range []struct {
		elements []string
		want     string
		count    uint64
	}{
		{nil, head + "00" + "7fff", 0},
		{[]string{"a"}, head + "80" + "71a6844e57", 1},
		{[]string{"a", "b", "c"}, head + "80" + "60f38050b1844bfb80425a", 3},
	} {
		b := New(nil)
		for _, e := range test.elements {
			b = add(t, b, e)
		}
		if got := hex.EncodeToString(b); got != test.want {
			t.Errorf("%q: %s, want %s", test.elements, got, test.want)
		}
		if n, err := Count(b); n != test.count || err != nil {
			t.Errorf("%q: %d, %v, want %d", test.elements, n, err, test.count)
		}
	}
}

// registersOf reads the registers one by one, the slow way.
func registersOf(t testing.TB, b []byte) (all [Registers]byte) {
	t.Helper()
	if Dense(b) {
		for i := range all {
			all[i] = denseGet(b[HeaderBytes:], i)
		}
		return all
	}
	index := 0
	for at := HeaderBytes; at < len(b); {
		o := opcodeAt(b, at)
		for range o.run {
			all[index] = o.value
			index++
		}
		at += o.bytes
	}
	if index != Registers {
		t.Fatalf("opcodes for %d registers", index)
	}
	return all
}

// play sets registers as ops say, three bytes each, and compares with an array after each step.
func play(t testing.TB, ops []byte, maxSparseBytes int) {
	var model [Registers]byte
	b, once := New(nil), Array{}
	for ; len(ops) >= 3; ops = ops[3:] {
		index := int(binary.LittleEndian.Uint16(ops)) % Registers
		if ops[2]&0x80 != 0 {
			index %= 200 // crowded: runs split and merge
		}
		value := ops[2]%4 + 1
		if ops[2]&0x7f == 0x7f {
			value = 33 // more than an opcode can say
		}
		var changed bool
		var err error
		b, changed, err = Set(b, index, value, maxSparseBytes)
		if err != nil || changed != (value > model[index]) {
			t.Fatalf("Set(%d, %d) of %d: %v, %v", index, value, model[index], changed, err)
		}
		model[index] = max(model[index], value)
		if !Dense(b) && len(b) > max(maxSparseBytes, EmptyBytes) {
			t.Fatalf("%d bytes are sparse, of %d", len(b), maxSparseBytes)
		}
	}
	if registersOf(t, b) != model {
		t.Fatalf("%x: not the registers that were set", b)
	}
	n, err := Count(b)
	if err != nil {
		t.Fatal(err)
	}
	Cache(b, n)
	if err := Validate(b); err != nil {
		t.Fatal(err)
	}
	if err := once.Merge(b); err != nil || once.registers != model || once.Count() != n {
		t.Fatalf("merged: %v; %d, want %d", err, once.Count(), n)
	}
	if b, err = ToDense(b); err != nil || registersOf(t, b) != model || Validate(b) != nil {
		t.Fatalf("made dense: %v, %v", err, Validate(b))
	}
}

func TestModel(t *testing.T) {
	for seed := range uint64(30) {
		rnd := rand.New(rand.NewPCG(seed, 7))
		ops := make([]byte, 3*rnd.IntN(2000))
		for i := range ops {
			ops[i] = byte(rnd.Uint32())
			if i%3 == 2 && ops[i]&0x7f == 0x7f && rnd.IntN(20) > 0 {
				ops[i]-- // leave most of them sparse
			}
		}
		play(t, ops, []int{0, 30, 300, redisSparseBytes, MaxBytes}[seed%5])
	}
}

func FuzzSet(f *testing.F) {
	f.Add([]byte{1, 0, 0, 2, 0, 0, 3, 0, 0, 4, 0, 0, 2, 0, 2, 0, 0, 0xff}, uint16(3000))
	f.Fuzz(func(t *testing.T, ops []byte, maxSparseBytes uint16) {
		play(t, ops, int(maxSparseBytes)%MaxBytes)
	})
}

// FuzzForeignBytes gives every function opcodes that a client may have made up.
func FuzzForeignBytes(f *testing.F) {
	f.Add([]byte{0x7f, 0xff}, uint16(1), byte(1))
	f.Add([]byte{0x7f, 0xff, 0x84}, uint16(16383), byte(9))
	f.Add([]byte{0x7f}, uint16(0x3f00), byte(9))
	f.Add([]byte{0x40}, uint16(0), byte(9))
	f.Add([]byte{0x80, 0x80, 0x80, 0x80, 0x80, 0x80}, uint16(2), byte(1))
	f.Fuzz(func(t *testing.T, opcodes []byte, index uint16, value byte) {
		b := append(New(nil)[:HeaderBytes], opcodes...)
		if Check(b) != nil {
			t.Fatal("the header is right")
		}
		valid := Validate(b) == nil || func() bool { Invalidate(b); return Validate(b) == nil }()
		before := string(b)
		AppendOpcodes(nil, b)
		_, countErr := Count(b)
		var a Array
		mergeErr := a.Merge(b)
		if (countErr == nil) != (mergeErr == nil) || valid && countErr != nil {
			t.Fatalf("%x: valid %v, Count: %v, Merge: %v", b, valid, countErr, mergeErr)
		}
		if string(b) != before {
			t.Fatal("reading has changed it")
		}
		b, changed, err := Set(b, int(index%Registers), value%(valueBits+1)+1, redisSparseBytes)
		if changed {
			Invalidate(b)
		}
		if valid && (err != nil || Validate(b) != nil) {
			t.Fatalf("Set: %v, then %v", err, Validate(b))
		}
		if err != nil && (changed || string(b) != before) {
			t.Fatalf("Set: %v, but something has changed", err)
		}
		if !changed && string(b) != before {
			t.Fatal("Set has changed more than it says")
		}
	})
}

func TestCheck(t *testing.T) {
	dense, err := ToDense(New(nil))
	if err != nil || len(dense) != DenseBytes || Check(dense) != nil {
		t.Fatalf("%d bytes, %v", len(dense), err)
	}
	for _, b := range []string{
		"", "HYLL", "HYLL\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00", "hyll" + string(New(nil)[4:]),
		"HYLL\x02" + string(New(nil)[5:]), "HYLL\x00" + string(New(nil)[5:]),
		string(dense[:DenseBytes-1]), string(dense) + "\x00",
	} {
		if Check([]byte(b)) != ErrForeign {
			t.Errorf("%.30q: %v", b, Check([]byte(b)))
		}
	}
	tooLong := append(New(nil)[:HeaderBytes], make([]byte, MaxBytes)...)
	if _, _, err := Set(tooLong, 0, 1, 1<<30); err != ErrCorrupt {
		t.Errorf("Set of %d bytes: %v", len(tooLong), err)
	}
	if _, err := Count(tooLong); err != ErrCorrupt {
		t.Errorf("Count of %d bytes: %v", len(tooLong), err)
	}
	if _, err := ToDense(tooLong); err != ErrCorrupt {
		t.Errorf("ToDense of %d bytes: %v", len(tooLong), err)
	}
}

// The counts are those that redis-server 7.0.15 gives for the same registers.
func TestCountAtTheEdges(t *testing.T) {
	for _, test := range []struct {
		value byte
		want  uint64
	}{
		{0, 0}, {1, 23637}, {49, 6653256548922161152}, {50, 1 << 63}, {51, 1 << 63}, {63, 1 << 63},
	} {
		var a Array
		for i := range a.registers {
			a.registers[i] = test.value
		}
		if got := a.Count(); got != test.want {
			t.Errorf("all registers %d: %d, want %d", test.value, got, test.want)
		}
	}
}

// TestErrorIsSmall: the standard error is 0.81%; six times that comes once in a billion.
func TestErrorIsSmall(t *testing.T) {
	b, n := New(nil), 0
	for _, until := range []int{1, 10, 100, 1000, 10_000, 100_000, 1_000_000} {
		for ; n < until; n++ {
			b = add(t, b, fmt.Sprint("element", n))
		}
		count, err := Count(b)
		if d := float64(count) - float64(n); err != nil || d*d > float64(n)*float64(n)*0.0025 {
			t.Errorf("%d elements: %d, %v", n, count, err)
		}
	}
}

func TestSetAll(t *testing.T) {
	one, two := New(nil), New(nil)
	for i := range 500 {
		one = add(t, one, fmt.Sprint("a", i))
		two = add(t, two, fmt.Sprint("b", i))
	}
	dense, err := ToDense(append([]byte(nil), two...))
	if err != nil {
		t.Fatal(err)
	}
	for _, operands := range [][][]byte{{one, two}, {one, dense}, {}} {
		var a Array
		for _, b := range operands {
			if err := a.Merge(b); err != nil {
				t.Fatal(err)
			}
		}
		union, err := SetAll(New(nil), &a, redisSparseBytes)
		if err != nil || registersOf(t, union) != a.registers || Dense(union) != a.dense {
			t.Fatalf("%d operands: %v, dense %v", len(operands), err, Dense(union))
		}
		n := 0
		a.Each(func(value byte) {
			if value != a.registers[n] {
				t.Fatalf("register %d is %d", n, value)
			}
			n++
		})
	}
}

// TestSetAllIsSet: ascending registers, which an edit finds without starting over, give the bytes
// that they give one at a time.
func TestSetAllIsSet(t *testing.T) {
	for seed := range uint64(200) {
		rnd := rand.New(rand.NewPCG(seed, 8))
		start, all := New(nil), Array{}
		for range rnd.IntN(300) {
			index, value := rnd.IntN(Registers), byte(rnd.IntN(3)+1)
			if rnd.IntN(2) == 0 {
				index %= 500
			}
			if rnd.IntN(3) > 0 {
				all.registers[index] = value
			} else {
				start, _, _ = Set(start, index, value, MaxBytes)
			}
		}
		maxBytes := []int{100, 500, MaxBytes}[seed%3]
		one := append([]byte(nil), start...)
		for i, value := range all.registers {
			if value > 0 {
				one, _, _ = Set(one, i, value, maxBytes)
			}
		}
		Invalidate(one)
		got, err := SetAll(start, &all, maxBytes)
		if err != nil || string(got) != string(one) {
			t.Fatalf("seed %d: %v\n%s\n%s", seed, err, AppendOpcodes(nil, got), AppendOpcodes(nil, one))
		}
	}
}

func BenchmarkSetAllSparse(b *testing.B) {
	h, room := New(nil), make([]byte, DenseBytes)
	for i := range 800 {
		h = add(b, h, fmt.Sprint("element", i))
	}
	var a Array
	a.Merge(h)
	for b.Loop() {
		SetAll(New(room[:0]), &a, redisSparseBytes)
	}
}

func BenchmarkSetSparse(b *testing.B) {
	h := New(nil)
	for i := range 800 {
		h = add(b, h, fmt.Sprint("element", i))
	}
	for b.Loop() {
		Set(h, 8000, 1, redisSparseBytes)
	}
}

func benchDense(b *testing.B) []byte {
	h := New(nil)
	for i := range 100_000 {
		h = add(b, h, fmt.Sprint("element", i))
	}
	return h
}

func BenchmarkPlaceAndSetDense(b *testing.B) {
	h, element := benchDense(b), []byte("element:12345")
	for b.Loop() {
		index, value := Place(element)
		Set(h, index, value, redisSparseBytes)
	}
}

func BenchmarkCountDense(b *testing.B) {
	h := benchDense(b)
	for b.Loop() {
		Count(h)
	}
}

func BenchmarkMergeDense(b *testing.B) {
	h := benchDense(b)
	var a Array
	for b.Loop() {
		a.Merge(h)
	}
}
