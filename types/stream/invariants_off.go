//go:build !invariants

package stream

// invariants makes every change check the stream.
const invariants = false
