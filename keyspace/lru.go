package keyspace

import "strings"

// This file is about the access clock of an entry: the 24 bits that say how recently or how often
// it was used, by which the policies of eviction choose (evict.go). It means what the policy makes
// of it, as in Redis:
//
//	LRU   | second of the last access, modulo 2^24: 194 days   |
//	LFU   | minute of the last decrement, 16 bits | counter, 8 |
//
// Nothing is rewritten when the policy changes: what one has written the other misreads, until the
// key is used again. Redis does so too, and says so where OBJECT IDLETIME and OBJECT FREQ refuse.
//
// The counter is logarithmic (Morris, Counting Large Numbers of Events in Small Registers): an
// access adds to it with a chance of 1/(factor*(counter-5)+1), so that with the default factor of
// 10 a million accesses are 255. And it forgets: each lfu-decay-time minutes take one off, which is
// computed when the entry is looked at.
//
// A lookup notes an access by one store if touch is 0, which it is unless the policy counts, or
// the session has asked for CLIENT NO-TOUCH.

// touchMode is what is special about noting an access.
type touchMode uint8

const (
	touchCounts touchMode = 1 << iota // the policy is one of LFU
	touchSilent                       // the session wants none noted
)

const (
	clockBits  = 24
	clockMask  = 1<<clockBits - 1
	lfuInitial = 5   // the counter of a new key. Redis: LFU_INIT_VAL
	lfuMost    = 255 // the largest counter
	lfuMinutes = 1<<16 - 1
)

// tickClock computes the access clocks of this round.
func (e *Engine) tickClock() {
	e.lruClock = uint32(e.nowMs/1000) & clockMask
	e.freshClock = e.lruClock
	if e.touch&touchCounts != 0 {
		e.freshClock = e.lfuClock(lfuInitial)
	}
}

// lfuClock is an access clock with this counter, decremented now.
func (e *Engine) lfuClock(counter uint32) uint32 {
	return uint32(e.nowMs/60_000)&lfuMinutes<<8 | counter
}

// applyTouch takes up the policy.
func (e *Engine) applyTouch() {
	e.touch &^= touchCounts
	if strings.HasSuffix(e.config.MaxMemoryPolicy, "lfu") {
		e.touch |= touchCounts
	}
	e.tickClock()
}

// touchAs says that the commands that follow are those of a session.
func (e *Engine) touchAs(s *Session) {
	e.touch &^= touchSilent
	if s.flags&sessionNoTouch != 0 {
		e.touch |= touchSilent
	}
}

// noteAccess sets the access clock.
func (e Entry) noteAccess() {
	en := e.db.engine
	if en.touch != 0 {
		en.noteSpecial(e.head())
		return
	}
	h := e.head()
	h.Meta = h.Meta&metaLowMask | en.lruClock<<metaClockShift
}

// noteSpecial is noteAccess for the rare modes. Redis: updateLFU.
func (e *Engine) noteSpecial(h *entryHead) {
	if e.touch&touchSilent == 0 {
		e.noteUse(h)
	}
}

// noteUse notes an access whoever has made it.
func (e *Engine) noteUse(h *entryHead) {
	clock := e.lruClock
	if e.touch&touchCounts != 0 {
		clock = e.lfuClock(e.grown(e.frequency(h)))
	}
	h.Meta = h.Meta&metaLowMask | clock<<metaClockShift
}

// frequency is what is left of the counter of an entry. Redis: LFUDecrAndReturn.
func (e *Engine) frequency(h *entryHead) uint32 {
	clock := h.Meta >> metaClockShift
	counter := clock & lfuMost
	if e.config.LFUDecayMinutes == 0 {
		return counter
	}
	since, now := clock>>8, uint32(e.nowMs/60_000)&lfuMinutes
	elapsed := now - since
	if since > now { // Redis: LFUTimeElapsed, which is one short
		elapsed = lfuMinutes - since + now
	}
	return counter - min(counter, elapsed/uint32(e.config.LFUDecayMinutes))
}

// grown is the counter after one more access. Redis: LFULogIncr.
func (e *Engine) grown(counter uint32) uint32 {
	if counter == lfuMost {
		return counter
	}
	above := counter - min(counter, lfuInitial)
	if e.rand.Float64() < 1/(float64(above)*float64(e.config.LFULogFactor)+1) {
		counter++
	}
	return counter
}

// CountsAccesses reports whether keys are to be evicted by how often they are used: then the
// access clock of an entry is a counter and the minute of its last decay, else the second of the
// last access.
func (e *Engine) CountsAccesses() bool { return e.touch&touchCounts != 0 }

// IdleSeconds is the time since the last access. Redis: estimateObjectIdleTime.
func (e Entry) IdleSeconds() int64 { return int64(e.db.engine.idleSeconds(e.head())) }

func (e *Engine) idleSeconds(h *entryHead) uint32 {
	return (e.lruClock - h.Meta>>metaClockShift) & clockMask
}

// AccessFrequency is the logarithmic counter of accesses.
func (e Entry) AccessFrequency() int64 { return int64(e.db.engine.frequency(e.head())) }

// SetAccess sets the access clock as RESTORE's options ask for: by the idle time under a policy of
// LRU, by the frequency under one of LFU. Negative numbers leave it alone.
// Redis: objectSetLRUOrLFU.
func (e Entry) SetAccess(idleSeconds, frequency int64) {
	en, h := e.db.engine, e.head()
	clock := h.Meta >> metaClockShift
	switch {
	case en.CountsAccesses() && frequency >= 0:
		clock = en.lfuClock(uint32(min(frequency, lfuMost)))
	case !en.CountsAccesses() && idleSeconds >= 0:
		clock = (en.lruClock - uint32(min(idleSeconds, clockMask))) & clockMask
	}
	h.Meta = h.Meta&metaLowMask | clock<<metaClockShift
}

// keepCounter gives an entry that takes the place of another its access counter: under LFU a key
// stays as popular as it was. Redis: dbOverwrite.
func (e *Engine) keepCounter(old, n *entryHead) {
	if e.touch&touchCounts != 0 {
		n.Meta = n.Meta&metaLowMask | old.Meta&^metaLowMask
	}
}

// Touch looks a key up and notes the access even of a session that wants none noted. Redis:
// lookupKey, which makes an exception for TOUCH.
func (db *DB) Touch(key []byte) Entry {
	e := db.LookupRead(key)
	if e.ref != 0 && db.engine.touch&touchSilent != 0 {
		db.engine.noteUse(e.head())
	}
	return e
}
