//go:build invariants

package set

// invariants makes every change check the set.
const invariants = true
