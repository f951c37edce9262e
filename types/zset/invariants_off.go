//go:build !invariants

package zset

// invariants makes every change check the set.
const invariants = false
