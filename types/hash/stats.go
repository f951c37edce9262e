package hash

import "github.com/ringer-kv/ringer/types/dict"

// TableStats is how the fields are spread over the hash table, if there is one. O(n).
func (h *Hash) TableStats() (stats []dict.Stats, ok bool) {
	if h.enc.Packed() {
		return nil, false
	}
	return h.header().table.Stats(h.env.Arena), true
}
