package list

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

const million = 1000000

// bigList has a million elements element:000000 and so on.
func bigList(b testing.TB) *List {
	l := New(newEnv(b, -2))
	var value []byte
	for i := range million {
		value = fmt.Appendf(value[:0], "element:%06d", i)
		l.Push(Tail, value)
	}
	return &l
}

// A long list takes what its listpacks take, and hardly anything beside.
func TestMillionMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("a million elements")
	}
	l := bigList(t)
	used := l.env.Arena.UsedBytes()
	if used != int64(l.MemoryUsage()) || l.Len() != million {
		t.Fatalf("%d bytes used, MemoryUsage %d, %d elements", used, l.MemoryUsage(), l.Len())
	}
	const listpackBytes = 16 * million // one byte of header, 14 of text, one of backlen
	t.Logf("%.2f bytes per element", float64(used)/million)
	if float64(used) > 1.01*listpackBytes {
		t.Errorf("%d bytes", used)
	}
	a, c := l.env.Arena, l.env.Arena.NewChain()
	l.FreeChain(c)
	a.Splice(c)
	if used := a.UsedBytes(); used != 0 {
		t.Errorf("%d bytes are left", used)
	}
}

// A list of one short element is no larger than two units of 8 bytes.
func TestSmallMemory(t *testing.T) {
	for _, test := range []struct {
		values []string
		want   int
	}{{[]string{"a"}, 16}, {[]string{"a", "1000"}, 16}, {[]string{"element:000000"}, 24}} {
		l := New(newEnv(t, -2))
		for _, v := range test.values {
			l.Push(Tail, []byte(v))
		}
		if got := l.MemoryUsage(); got != test.want {
			t.Errorf("%q: %d bytes, want %d", test.values, got, test.want)
		}
	}
}

func BenchmarkPushPop(b *testing.B) {
	for _, bench := range []struct {
		name string
		in   End
		out  End
	}{{"rpush lpop", Tail, Head}, {"lpush rpop", Head, Tail}} {
		b.Run(bench.name, func(b *testing.B) {
			l := New(newEnv(b, -2))
			value := []byte("element:000000")
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				l.Push(bench.in, value)
				if i%1000000 > 500000 {
					l.Pop(bench.out)
				}
			}
		})
	}
}

func BenchmarkMillion(b *testing.B) {
	l := bigList(b)
	rnd := rand.New(rand.NewPCG(1, 12))
	var scratch [20]byte
	value := []byte("element:000000")
	b.Run("get", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			l.Get(rnd.IntN(million), scratch[:])
		}
	})
	b.Run("range100", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			for it := l.Iter(rnd.IntN(million-100), 100, Tail); it.Next(); {
				it.Value(scratch[:])
			}
		}
	})
	b.Run("set", func(b *testing.B) {
		for b.Loop() {
			l.Set(rnd.IntN(million), value)
		}
	})
	b.Run("insert delete", func(b *testing.B) {
		for b.Loop() {
			l.Insert(rnd.IntN(million), value)
			l.Delete(rnd.IntN(million), 1)
		}
	})
	b.Run("remove nothing", func(b *testing.B) {
		for b.Loop() {
			l.Remove([]byte("none"), million, Head)
		}
	})
}
