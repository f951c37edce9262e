package listpack

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"
)

// boundaryInts lie on both sides of each change of form.
var boundaryInts = []int64{
	0, 1, 127, 128, -1, 4095, 4096, -4096, -4097, math.MaxInt16, math.MaxInt16 + 1,
	math.MinInt16, math.MinInt16 - 1, 1<<23 - 1, 1 << 23, -1 << 23, -1<<23 - 1, math.MaxInt32,
	math.MaxInt32 + 1, math.MinInt32, math.MinInt32 - 1, math.MaxInt64, math.MinInt64,
}

// boundaryLengths are lengths of strings on both sides of each change of header or backlen.
var boundaryLengths = []int{
	0, 1, 62, 63, 64, 65, 124, 125, 126, 127, 4094, 4095, 4096, 4097, 16376, 16377, 16378, 16379,
	16380, 70000, 1<<21 - 7, 1<<21 - 6, 1<<21 - 5,
}

func TestSizes(t *testing.T) {
	for _, n := range boundaryInts {
		text := []byte(strconv.FormatInt(n, 10))
		b := Append(New(nil), Int(n))
		if !bytes.Equal(b, Append(New(nil), String(text))) {
			t.Errorf("%d is stored as a string", n)
		}
		_, got, isInt := Get(b, First(b))
		if !isInt || got != n || !bytes.Equal(Bytes(b, First(b), nil), text) {
			t.Errorf("%d reads as %d", n, got)
		}
		if len(b) != EmptySize+Size(Int(n)) || Validate(b) != nil {
			t.Errorf("%d: %x", n, b)
		}
	}
	for _, n := range boundaryLengths {
		text := bytes.Repeat([]byte("x"), n)
		b := Append(New(nil), String(text), Int(7))
		if got := Bytes(b, First(b), nil); !bytes.Equal(got, text) {
			t.Errorf("a string of %d bytes reads as one of %d", n, len(got))
		}
		if Prev(b, Seek(b, 1)) != First(b) || Validate(b) != nil {
			t.Errorf("a string of %d bytes: broken", n)
		}
		if SizeAt(b, First(b)) != Size(String(text)) {
			t.Errorf("a string of %d bytes: size", n)
		}
	}
}

func TestNotIntegers(t *testing.T) {
	for _, s := range []string{"", "-", "+1", "01", "-0", " 1", "1.0", "9223372036854775808"} {
		b := Append(New(nil), String([]byte(s)))
		if got, _, isInt := Get(b, First(b)); isInt || string(got) != s {
			t.Errorf("%q: %x", s, b)
		}
	}
	b := Append(New(nil), String(nil))
	if s, _, isInt := Get(b, First(b)); s == nil || isInt || !Equal(b, First(b), String(nil)) {
		t.Error("nil is not the empty string")
	}
}

// A count that does not fit into the header: 65534 is the last one that does.
func TestUnknownCount(t *testing.T) {
	b := New(nil)
	for i := range 65540 {
		b = Append(b, Int(int64(i&63)))
		if i > 65530 && (Len(b) != i+1 || Validate(b) != nil) {
			t.Fatalf("%d entries: Len is %d", i+1, Len(b))
		}
	}
	if _, n, _ := Get(b, Seek(b, 65539)); n != 65539&63 || Seek(b, 65540) != 0 {
		t.Error("Seek")
	}
	if _, n, _ := Get(b, Seek(b, -65540)); n != 0 || Seek(b, -65541) != 0 {
		t.Error("Seek from the end")
	}
	b = DeleteRange(b, Seek(b, 10), 65535)
	if Len(b) != 10 || Validate(b) != nil {
		t.Errorf("%d entries left", Len(b))
	}
}

func TestInPlace(t *testing.T) {
	block := make([]byte, 0, 256)
	b := New(block)
	value, other := String([]byte("hello")), Int(-70000)
	if n := testing.AllocsPerRun(100, func() {
		b = New(block)
		b = Append(b, value, other)
		b = Prepend(b, other)
		b = Insert(b, Seek(b, 1), value, value)
		b = InsertAfter(b, Last(b), other)
		b = Replace(b, Find(b, First(b), value, 0), other)
		b = Delete(b, Seek(b, -2))
		b = DeleteRange(b, First(b), 2)
		Bytes(b, First(b), block[200:200])
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
	if &b[0] != &block[:1][0] || Len(b) != 3 {
		t.Errorf("%d entries, moved: %v", Len(b), &b[0] != &block[:1][0])
	}
}

// model is what a listpack is to hold.
type model [][]byte

func compare(t *testing.T, b []byte, m model) {
	t.Helper()
	if err := Validate(b); err != nil {
		t.Fatalf("%v: %x", err, b)
	}
	if Len(b) != len(m) {
		t.Fatalf("%d entries, not %d", Len(b), len(m))
	}
	var positions []int
	for pos := First(b); pos != 0; pos = Next(b, pos) {
		if got := Bytes(b, pos, nil); !bytes.Equal(got, m[len(positions)]) {
			t.Fatalf("entry %d is %q, not %q", len(positions), got, m[len(positions)])
		}
		positions = append(positions, pos)
	}
	i := len(positions)
	for pos := Last(b); pos != 0; pos = Prev(b, pos) {
		if i--; positions[i] != pos {
			t.Fatalf("backwards: entry %d at %d, not %d", i, pos, positions[i])
		}
	}
	if i != 0 {
		t.Fatalf("backwards: %d entries left", i)
	}
}

// valueOf makes short texts, among them many integers and repetitions.
func valueOf(a, b byte) []byte {
	switch a % 5 {
	case 0:
		return bytes.Repeat([]byte{'a' + b%3}, int(a)/2)
	case 1:
		return strconv.AppendInt(nil, boundaryInts[int(b)%len(boundaryInts)], 10)
	case 2:
		return strconv.AppendInt(nil, int64(b), 10)
	case 3:
		return bytes.Repeat([]byte{b}, boundaryLengths[int(b)%12])
	}
	return []byte(fmt.Sprintf("%02d", b))
}

// runOps decodes operations of four bytes each and applies them to a listpack and to the model.
func runOps(t *testing.T, ops []byte) {
	b, m := New(nil), model{}
	for ; len(ops) >= 4; ops = ops[4:] {
		text := valueOf(ops[2], ops[3])
		v, at := String(text), 0
		if len(m) > 0 {
			at = int(ops[1]) % len(m)
		}
		switch op := ops[0] % 10; {
		case op == 0 || len(m) == 0:
			b, m = Append(b, v), append(m, text)
		case op == 1:
			b, m = Prepend(b, v), slices.Insert(m, 0, text)
		case op == 2:
			b, m = Insert(b, Seek(b, at), v, Int(7)), slices.Insert(m, at, text, []byte("7"))
		case op == 3:
			b = InsertAfter(b, Seek(b, at-len(m)), v)
			m = slices.Insert(m, at+1, text)
		case op == 4 || op == 5:
			b = Replace(b, Seek(b, at), v)
			m[at] = text
		case op == 6:
			b, m = Delete(b, Seek(b, at)), slices.Delete(m, at, at+1)
		case op == 7:
			n := int(ops[2]) % 8
			b = DeleteRange(b, Seek(b, at), n)
			m = slices.Delete(m, at, min(at+n, len(m)))
		case op == 8:
			checkFind(t, b, m, text)
		case op == 9:
			if Seek(b, len(m)) != 0 || Seek(b, -len(m)-1) != 0 {
				t.Fatalf("Seek finds more than %d entries", len(m))
			}
		}
		compare(t, b, m)
	}
}

func checkFind(t *testing.T, b []byte, m model, text []byte) {
	t.Helper()
	for skip := range 3 {
		want := 0
		for i := 0; i < len(m) && want == 0; i += skip + 1 {
			if bytes.Equal(m[i], text) {
				want = Seek(b, i)
			}
		}
		if got := Find(b, First(b), String(text), skip); got != want {
			t.Fatalf("Find(%q, skip %d) = %d, not %d", text, skip, got, want)
		}
	}
}

func TestModel(t *testing.T) {
	for seed := range uint64(40) {
		rnd := rand.New(rand.NewPCG(seed, 9))
		ops := make([]byte, 4*250)
		for i := range ops {
			ops[i] = byte(rnd.Uint32())
		}
		runOps(t, ops)
	}
}

func FuzzOps(f *testing.F) {
	f.Add([]byte{0, 0, 1, 9, 1, 0, 3, 5, 2, 1, 0, 4, 7, 0, 2, 0})
	f.Fuzz(func(t *testing.T, ops []byte) {
		runOps(t, ops[:min(len(ops), 400)])
	})
}

// Reading must stay within the block even where an entry was damaged, so that Validate, which
// finds it, comes first. The slice has no capacity beyond its end: a read there would panic.
func FuzzValidate(f *testing.F) {
	b := Append(New(nil), Int(1), Int(-100), Int(1<<40), String([]byte("hello")))
	f.Add(b)
	f.Add(Append(b, String(bytes.Repeat([]byte("x"), 200))))
	f.Add(Append(New(nil), String(bytes.Repeat([]byte("x"), 5000))))
	f.Fuzz(func(t *testing.T, b []byte) {
		b = slices.Clip(b)
		checkHostile(t, b)
		if len(b) >= EmptySize { // repair the frame, so that the entries get looked at
			b[len(b)-1] = terminator
			b[4], b[5] = 0xFF, 0xFF
			setHeader(b, 0)
			checkHostile(t, b)
		}
	})
}

func checkHostile(t *testing.T, b []byte) {
	if Validate(b) != nil {
		return
	}
	var forward, backward []int
	for pos := First(b); pos != 0; pos = Next(b, pos) {
		forward = append(forward, pos)
		Bytes(b, pos, nil)
	}
	for pos := Last(b); pos != 0; pos = Prev(b, pos) {
		backward = append(backward, pos)
	}
	slices.Reverse(backward)
	if !slices.Equal(forward, backward) || Len(b) != len(forward) {
		t.Fatalf("%x: forward %d, backward %d", b, forward, backward)
	}
	if len(forward) > 0 {
		b = Delete(slices.Clone(b), forward[len(forward)/2])
		if Len(b) != len(forward)-1 || Validate(b) != nil {
			t.Fatalf("after Delete: %x", b)
		}
	}
}

// Every single damaged byte is either found or harmless.
func TestValidateDamage(t *testing.T) {
	good := Append(New(nil), Int(5), Int(-1000), String([]byte("hello")), Int(1<<33),
		String(bytes.Repeat([]byte("y"), 130)), Int(-1<<20))
	if Validate(good) != nil {
		t.Fatal("a good one is refused")
	}
	found := 0
	for i := range good {
		for c := range 256 {
			b := slices.Clone(good)
			b[i] = byte(c)
			if Validate(b) != nil {
				found++
			}
			checkHostile(t, b)
		}
	}
	for n := range good {
		if Validate(good[:n]) == nil {
			t.Errorf("%d bytes of %d are accepted", n, len(good))
		}
	}
	if found < 256*20 {
		t.Errorf("only %d damaged listpacks found", found)
	}
}

func BenchmarkAppend(b *testing.B) {
	block := make([]byte, 0, 4096)
	lp := New(block)
	v := String([]byte("element:000001"))
	for b.Loop() {
		if len(lp) > 4000 {
			lp = New(block)
		}
		lp = Append(lp, v)
	}
}

func BenchmarkFind(b *testing.B) {
	lp := New(nil)
	for i := range 128 {
		lp = Append(lp, String(fmt.Appendf(nil, "element:%06d", i)), Int(int64(i)))
	}
	v := String([]byte("element:000127"))
	for b.Loop() {
		if Find(lp, First(lp), v, 1) == 0 {
			b.Fatal("not found")
		}
	}
}
