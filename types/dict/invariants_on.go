//go:build invariants

package dict

// invariants makes every mutation check the table it has changed.
const invariants = true
