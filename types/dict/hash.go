package dict

import "hash/maphash"

// Seed makes the hashes of one keyspace, and only of that one: nobody outside can tell which keys
// share a bucket. Make it with MakeSeed.
//
// Safe for concurrent use.
type Seed struct {
	seed maphash.Seed
	fn   func(key []byte) uint32 // replaces maphash if not nil
}

// MakeSeed returns a new random seed.
func MakeSeed() Seed { return Seed{seed: maphash.MakeSeed()} }

// SeedFunc returns a Seed whose hashes fn computes, for tests that need the same order of nodes in
// every run, or keys that collide.
func SeedFunc(fn func(key []byte) uint32) Seed { return Seed{fn: fn} }

// Hash returns the hash of key.
func (s Seed) Hash(key []byte) uint32 {
	if s.fn != nil {
		return s.fn(key)
	}
	return uint32(maphash.Bytes(s.seed, key))
}
