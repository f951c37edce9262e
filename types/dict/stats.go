package dict

import "github.com/ringer-kv/ringer/types/arena"

// Stats is how the nodes are spread over the buckets of one array.
type Stats struct {
	Buckets, Nodes, Slots int // Slots are the buckets that are not empty
	LongestChain          int
	Chains                [maxChain]int // buckets by the length of their chain
}

// maxChain is where the lengths of chains are counted together. Redis: DICT_STATS_VECTLEN.
const maxChain = 50

// Stats counts, for the array that is in use and, while the table is rehashed, the next one.
// O(buckets + nodes).
func (t *Table) Stats(a *arena.Arena) []Stats {
	all := []Stats{t.stats(a, 0)}
	if t.Rehashing() {
		all = append(all, t.stats(a, 1))
	}
	return all
}

func (t *Table) stats(a *arena.Arena, i int) Stats {
	s := Stats{Buckets: t.size(i)}
	for b := range uint32(s.Buckets) {
		length := 0
		for r := *bucket(a, t.array[i], b); r != 0; r = arena.At[Node](a, r).Next {
			length++
		}
		s.Nodes += length
		s.LongestChain = max(s.LongestChain, length)
		s.Chains[min(length, maxChain-1)]++
		if length > 0 {
			s.Slots++
		}
	}
	return s
}
