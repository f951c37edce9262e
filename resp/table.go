package resp

import "sync"

// table is the list of all connections. A connection is known to the system under its slot and
// the slot's generation, never its descriptor, so that an event of a connection that is gone does
// not reach the next one.
//
// Safe for concurrent use.
type table struct {
	mu    sync.Mutex
	slots []slot
	free  []int32
	n     int
}

type slot struct {
	gate       *gate
	generation int32
}

// add gives the gate a slot.
func (t *table) add(g *gate) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if n := len(t.free); n > 0 {
		g.slot = t.free[n-1]
		t.free = t.free[:n-1]
	} else {
		g.slot = int32(len(t.slots))
		t.slots = append(t.slots, slot{})
	}
	t.n++
	s := &t.slots[g.slot]
	s.gate, g.generation = g, s.generation
}

// remove frees the gate's slot. Removing twice does nothing.
func (t *table) remove(g *gate) {
	t.mu.Lock()
	defer t.mu.Unlock()
	s := &t.slots[g.slot]
	if s.gate != g {
		return
	}
	s.gate = nil
	s.generation++
	t.n--
	t.free = append(t.free, g.slot)
}

// each calls fn for all connections that were there at some moment during the call. fn may take
// connections away.
func (t *table) each(fn func(g *gate)) {
	const piece = 256 // so that nobody waits long for the lock
	var gates [piece]*gate
	for from := 0; ; from += piece {
		n := 0
		t.mu.Lock()
		end := from >= len(t.slots)
		for i := from; i < min(from+piece, len(t.slots)); i++ {
			if g := t.slots[i].gate; g != nil {
				gates[n] = g
				n++
			}
		}
		t.mu.Unlock()
		if end {
			return
		}
		for _, g := range gates[:n] {
			fn(g)
		}
	}
}
