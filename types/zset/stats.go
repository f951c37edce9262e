package zset

import "github.com/ringer-kv/ringer/types/dict"

// TableStats is how the members are spread over the hash table, if there is one. O(n).
func (s *Set) TableStats() (stats []dict.Stats, ok bool) {
	if s.enc == Listpack {
		return nil, false
	}
	return s.header().table.Stats(s.env.Arena), true
}
