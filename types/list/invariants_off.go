//go:build !invariants

package list

// invariants makes every change check the set.
const invariants = false
