package stream

import (
	"strconv"
	"testing"
)

const million = 1000000

var redisLimits = Limits{NodeMaxBytes: 4096, NodeMaxEntries: 100}

// bigStream has a million small entries, a hundred for each millisecond.
func bigStream(b testing.TB) Stream {
	s := New(newEnv(b, redisLimits))
	pairs := words("f", "v")
	for i := range million {
		s.Add(ID{1700000000000 + uint64(i/100), uint64(i % 100)}, pairs)
	}
	return s
}

// A small entry takes what it takes in the listpack, and hardly anything beside.
func TestMillionMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("a million entries")
	}
	s := bigStream(t)
	used := s.env.Arena.UsedBytes()
	if used != int64(s.MemoryUsage()) || s.Len() != million {
		t.Fatalf("%d bytes used, MemoryUsage %d, %d entries", used, s.MemoryUsage(), s.Len())
	}
	t.Logf("%.2f bytes per entry", float64(used)/million)
	if used > 13*million { // flags, two distances, a value and the size: 11 bytes
		t.Errorf("%d bytes", used)
	}
}

func BenchmarkAdd(b *testing.B) {
	s := New(newEnv(b, redisLimits))
	pairs := words("field", "value", "number", "12345")
	b.ReportAllocs()
	for i := range b.N {
		s.Add(ID{uint64(1 + i/64), uint64(i % 64)}, pairs)
	}
}

func BenchmarkRange(b *testing.B) {
	s := bigStream(b)
	for _, n := range []int{1, 10, 1000} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			for i := range b.N {
				it := s.Range(ID{1700000000000 + uint64(i*7919%9000), 0}, MaxID, false)
				for k := 0; k < n && it.Next(); k++ {
					it.Pair()
				}
			}
		})
	}
}

func BenchmarkDeliverAndAcknowledge(b *testing.B) {
	s := bigStream(b)
	g, _ := s.CreateGroup([]byte("g"), ID{}, 0)
	c, _ := g.CreateConsumer([]byte("c"), 0)
	const behind = 10000
	b.ReportAllocs()
	for i := range b.N {
		g.AddPending(ID{1, uint64(i)}, c, 0, 1)
		if i >= behind {
			p, _ := g.FindPending(ID{1, uint64(i - behind)})
			g.Remove(p)
		}
	}
}
