//go:build !invariants

package avl

// invariants makes every mutation check the tree it has changed.
const invariants = false
