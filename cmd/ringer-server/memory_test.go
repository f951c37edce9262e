package main

import (
	"runtime"
	"runtime/debug"
	"testing"
)

// TestJanitorAfterClientsHaveLeft: what they leave behind is collected at once, also when
// collections have found nothing for so long that they have become rare.
func TestJanitorAfterClientsHaveLeft(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	clients := int64(1000)
	j := newJanitor(func() int64 { return clients })
	left := make([]byte, 2*returnBytes)
	runtime.GC()
	j.after = collectRarely
	for range 5 {
		j.tidy()
	}
	runtime.GC() // one that comes between the looks, but before they leave
	before, _, cycles := j.look()
	runtime.KeepAlive(left)
	clients = 400
	j.tidy()
	held, _, now := j.look()
	if now == cycles || before-held < 2*returnBytes {
		t.Errorf("%d collections, %d bytes held before and %d after", now-cycles, before, held)
	}
	clients = 300 // fewer, but most stay
	if j.tidy(); j.after != collectAfter {
		t.Errorf("the next collection is due after %d looks", j.after)
	}
}
