package keyspace

import (
	"math"
	"slices"
	"strconv"
	"strings"
)

// This file is about clients that are closed for what they do not do, or for what they take:
//
//   - timeout: who has neither sent nor taken a byte for so long, unless he waits for a key, or for
//     messages of channels, or is a monitor;
//   - maxmemory-clients: while all clients together take more, the largest one goes, unless it has
//     asked for CLIENT NO-EVICT;
//   - the soft limit of client-output-buffer-limit: whose output has been over it for so long,
//     whether he is sent more or not.
//
// A walk over all sessions looks for them, when the first of them may have been idle for too long,
// and every tenth of a second if their memory is limited, and every second while the output of one
// is over its soft limit. Redis: clientsCron, evictClients.

// clientsEveryMs is how often sessions are looked at, at most.
const clientsEveryMs = 100

// softEveryMs is how often the output of sessions is looked at while one is over its soft limit.
const softEveryMs = 1000

// minClientsLimitBytes is the least maxmemory-clients that counts: with less nobody could talk to
// the server any more. Redis: getClientEvictionLimit.
const minClientsLimitBytes = 128 << 10

// clientsState is the state of this.
//
// Owned by the keyspace goroutine.
type clientsState struct {
	limitBytes int64 // of all clients together; 0: none
	nextMs     int64 // when to look next; 0: never
	softMs     int64 // when to look for those over a soft limit; 0: there are none
}

// applyClients takes up the settings.
func (e *Engine) applyClients() {
	e.clients.limitBytes = clientsLimit(e.config)
	e.clients.nextMs = 0
	if e.sessions.n > 0 {
		e.watchClients()
	}
}

// watchClients has the sessions looked at soon, if there is anything to look for.
func (e *Engine) watchClients() {
	if e.clients.nextMs == 0 && (e.config.TimeoutSeconds > 0 || e.clients.limitBytes > 0) {
		e.clients.nextMs = e.nowMs + clientsEveryMs
	}
}

// clientsLimit is maxmemory-clients in bytes, 0 if there is no limit.
func clientsLimit(c *Config) int64 {
	digits, isPercent := strings.CutSuffix(c.MaxMemoryClients, "%")
	n, err := strconv.ParseUint(digits, 10, 64)
	if err != nil || n == 0 || isPercent && c.MaxMemory == 0 {
		return 0
	}
	if isPercent {
		n = uint64(float64(c.MaxMemory) * float64(n) / 100)
	}
	return int64(max(min(n, math.MaxInt64), minClientsLimitBytes))
}

// tendClients looks at all sessions if it is time. O(sessions).
func (e *Engine) tendClients() {
	if e.clients.softMs != 0 && e.nowMs >= e.clients.softMs {
		e.tendSoft()
	}
	if e.clients.nextMs == 0 || e.nowMs < e.clients.nextMs {
		return
	}
	e.clients.nextMs = 0
	if e.sessions.n == 0 {
		return
	}
	next := int64(math.MaxInt64)
	if e.config.TimeoutSeconds > 0 {
		next = e.closeIdle()
	}
	if e.clients.limitBytes > 0 {
		e.evictClients()
		next = 0
	}
	e.clients.nextMs = max(next, e.nowMs+clientsEveryMs)
}

// closeIdle closes sessions that have been idle for too long, and returns when the next one will
// have been.
func (e *Engine) closeIdle() (nextMs int64) {
	timeoutMs := int64(e.config.TimeoutSeconds) * 1000
	nextMs = e.nowMs + timeoutMs + 1
	var next *Session
	for s := e.sessions.first; s != nil; s = next {
		next = s.next // one that is closed leaves the list
		e.noteTraffic(s)
		if s.mayIdle() {
			continue
		}
		if due := s.lastActiveMs + timeoutMs + 1; due > e.nowMs {
			nextMs = min(nextMs, due)
			continue
		}
		e.log(LogVerbose, "Closing idle client")
		e.drop(s)
	}
	return nextMs
}

// tendSoft closes sessions whose output has been over the soft limit for too long. O(sessions).
func (e *Engine) tendSoft() {
	e.clients.softMs = 0
	var next *Session
	for s := e.sessions.first; s != nil; s = next {
		next = s.next // one that is closed leaves the list
		switch {
		case s.softSinceMs == 0:
		case e.overLimit(s):
			e.abort(s)
		case s.softSinceMs != 0:
			e.clients.softMs = e.nowMs + softEveryMs
		}
	}
}

// noteLife notes that a session has sent a command or is sent something. Redis: lastinteraction.
func (e *Engine) noteLife(s *Session) {
	s.lastActiveMs = e.nowMs
	if e.clients.nextMs != 0 {
		s.traffic = s.trafficNow()
	}
}

// noteTraffic notes what the front end has done since the last time without the owner: it has read
// a part of a command, or the peer has taken output.
func (e *Engine) noteTraffic(s *Session) {
	if s.traffic != s.trafficNow() {
		e.noteLife(s)
	}
}

// trafficNow changes whenever a byte has come or gone.
func (s *Session) trafficNow() uint64 {
	traffic := uint64(s.conn.Waiting())
	if c, ok := s.conn.(BufferedConn); ok {
		traffic += c.Reads() << 32
	}
	return traffic
}

// mayIdle reports whether a session is exempt from timeout. Redis: clientsCronHandleTimeout.
func (s *Session) mayIdle() bool {
	return s.waiter != nil || s.flags&sessionMonitor != 0 || s.Type() == ClientPubSub
}

// clientsBytes is what all clients take together. O(sessions).
func (e *Engine) clientsBytes() (total int64) {
	for s := e.sessions.first; s != nil; s = s.next {
		if s.flags&sessionGone == 0 {
			total += int64(s.memory().total)
		}
	}
	return total
}

// evictClients closes the largest clients while all together take too much.
func (e *Engine) evictClients() {
	type client struct {
		s     *Session
		bytes int64
	}
	total := e.clientsBytes()
	if total < e.clients.limitBytes {
		return
	}
	var all []client
	for s := e.sessions.first; s != nil; s = s.next {
		if s.flags&(sessionGone|sessionNoEvict) == 0 {
			all = append(all, client{s, int64(s.memory().total)})
		}
	}
	slices.SortStableFunc(all, func(a, b client) int { return int(b.bytes - a.bytes) })
	for _, c := range all {
		if total < e.clients.limitBytes {
			return
		}
		total -= c.bytes
		e.stats.EvictedClients++
		e.log(LogNotice, "Evicting client: "+string(e.AppendClient(nil, c.s)))
		e.drop(c.s)
	}
}
