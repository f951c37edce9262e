//go:build race

package resp

// shuffled: the scheduler of a race build picks goroutines in random order, on purpose.
const shuffled = true
