package keyspace

import (
	"slices"
	"strings"

	"github.com/ringer-kv/ringer/keyspace/reply"
)

// This file is CLIENT TRACKING: clients that keep copies of what they have read are told when it is
// no longer true. tracking_table.go is what they have read; tracking_send.go is how they are told.
//
//	default    a command that only reads leaves its keys in the table, with the id of the session.
//	           The first change of a key tells those who have read it, and the key leaves the table
//	OPTIN      ... only a command behind CLIENT CACHING YES;  OPTOUT: not one behind CACHING NO
//	BCAST      nothing is noted of what is read: a session names prefixes, and is told of all
//	           changes of keys that begin so, at the end of the round
//	NOLOOP     not of changes that it has made itself
//	REDIRECT   another session is told in its place
//
// A FLUSH tells everybody that nothing is true any more. The table is bounded by
// tracking-table-max-keys: a key that must go for another one is told of as if it had changed.

// tracker is how a session tracks; nil in one that does not.
//
// Owned by the keyspace goroutine.
type tracker struct {
	TrackingOptions
	redirect *Session  // who is told; nil: the session itself
	broken   bool      // it was found to be gone
	prefixes []*prefix // in the order of their names
	bytes    int       // what the prefixes take
}

// prefixBytes is about what a prefix takes beside its name.
const prefixBytes = 120

// TrackingOptions are the arguments of CLIENT TRACKING ON.
//
// Owned by the keyspace goroutine.
type TrackingOptions struct {
	Broadcast, OptIn, OptOut, NoLoop bool
	Redirect                         int64 // the id of the session that is told; 0: itself
	Prefixes                         [][]byte
}

// tracking is what the engine has of all sessions that track.
//
// Owned by the keyspace goroutine.
type tracking struct {
	sessions map[int64]*Session // that track, by their ids
	table    trackingTable
	prefixes map[string]*prefix
	lengths  []prefixLength // the lengths that prefixes have
	changed  []*prefix      // those of which keys have changed in this round
}

// prefix is a prefix that sessions have asked to be told about.
//
// Owned by the keyspace goroutine.
type prefix struct {
	name     string
	sessions []*Session
	// keys have changed in this round, by the session that has changed them last.
	keys map[string]*Session
}

// prefixLength is a length of prefixes, and how many prefixes have it.
type prefixLength struct{ bytes, n int }

// StartTracking has the session of the command track, or track otherwise. It returns an error
// reply, and has changed nothing, if the options do not agree with each other or with how it
// tracks already. Redis: clientCommand, enableTracking.
func (c *Ctx) StartTracking(o TrackingOptions) reply.Error {
	e, s := c.Engine, c.Session
	if err := s.trackingConflict(o); err != "" {
		return err
	}
	if s.tracker == nil {
		if e.tracking.sessions == nil {
			e.tracking.sessions = make(map[int64]*Session)
			e.tracking.prefixes = make(map[string]*prefix)
		}
		e.tracking.sessions[s.id] = s
		s.tracker = &tracker{}
		e.setInterest(interestTracked, true)
	}
	t := s.tracker
	names := o.Prefixes
	o.Prefixes = nil
	t.TrackingOptions, t.broken, t.redirect = o, false, nil
	if o.Redirect != 0 {
		t.redirect = e.SessionByID(o.Redirect)
	}
	s.setFlag(sessionTracking, !o.Broadcast)
	if o.Broadcast && len(names) == 0 {
		names = [][]byte{nil}
	}
	for _, name := range names {
		e.trackPrefix(s, string(name))
	}
	return ""
}

// trackingConflict is the error for options that do not agree, or "".
func (s *Session) trackingConflict(o TrackingOptions) reply.Error {
	t := s.tracker
	switch {
	case !o.Broadcast && len(o.Prefixes) > 0:
		return reply.ErrPrefixAlone
	case t != nil && t.Broadcast != o.Broadcast:
		return reply.ErrSwitchBroadcast
	case o.Broadcast && (o.OptIn || o.OptOut):
		return reply.ErrBroadcastOpt
	case o.OptIn && o.OptOut:
		return reply.ErrOptInOptOut
	case t != nil && (o.OptIn && t.OptOut || o.OptOut && t.OptIn):
		return reply.ErrSwitchOpt
	case o.Broadcast:
		return s.prefixConflict(o.Prefixes)
	}
	return ""
}

// trackingMem is what the prefixes of the session take. O(1).
func (s *Session) trackingMem() int {
	if s.tracker == nil {
		return 0
	}
	return s.tracker.bytes
}

// prefixConflict is the error for a prefix that begins another one, or is begun by one, of the same
// session. O(log n) for a single one that does not, as a client may add many one by one, else
// O(n log n). Redis: checkPrefixCollisionsOrReply, which compares each with each.
func (s *Session) prefixConflict(names [][]byte) reply.Error {
	if len(names) == 1 && !s.overlapsTracked(string(names[0])) {
		return ""
	}
	existing := s.TrackedPrefixes()
	at := firstOverlap(existing, names)
	if at < 0 {
		return ""
	}
	name := names[at]
	for _, other := range existing {
		if overlap(other, string(name)) {
			return reply.PrefixOverlap(name, other, "an existing")
		}
	}
	for _, other := range names[at+1:] {
		if overlap(string(other), string(name)) {
			return reply.PrefixOverlap(name, string(other), "another provided")
		}
	}
	return ""
}

// overlapsTracked reports whether a prefix overlaps with one that the session has. Those do not
// overlap with each other, but for the empty one, so that only the neighbours can.
func (s *Session) overlapsTracked(name string) bool {
	if s.tracker == nil || len(s.tracker.prefixes) == 0 {
		return false
	}
	p := s.tracker.prefixes
	at, _ := slices.BinarySearchFunc(p, name, comparePrefix)
	return p[0].name == "" || at < len(p) && overlap(p[at].name, name) ||
		at > 0 && overlap(p[at-1].name, name)
}

// overlap reports whether one of the two begins with the other.
func overlap(a, b string) bool { return strings.HasPrefix(a, b) || strings.HasPrefix(b, a) }

// firstOverlap is the first of names that overlaps with another one, or with one of existing; -1 if
// none does. In the order of the alphabet a prefix stands before all that begins with it, so one
// stack, of names each of which begins with the one below, shows all that overlap.
func firstOverlap(existing []string, names [][]byte) int {
	type candidate struct {
		name string
		at   int // in names; -1: existing
	}
	var all, stack []candidate
	for _, name := range existing {
		all = append(all, candidate{name, -1})
	}
	for i, name := range names {
		all = append(all, candidate{string(name), i})
	}
	slices.SortFunc(all, func(a, b candidate) int { return strings.Compare(a.name, b.name) })
	first := -1
	note := func(c candidate) {
		if c.at >= 0 && (first < 0 || c.at < first) {
			first = c.at
		}
	}
	for _, c := range all {
		for len(stack) > 0 && !strings.HasPrefix(c.name, stack[len(stack)-1].name) {
			stack = stack[:len(stack)-1]
		}
		if len(stack) > 0 {
			note(c)
			note(stack[len(stack)-1])
		}
		stack = append(stack, c)
	}
	return first
}

// trackPrefix has the session be told of a prefix. Redis: enableBcastTrackingForPrefix.
func (e *Engine) trackPrefix(s *Session, name string) {
	t := &e.tracking
	p := t.prefixes[name]
	if p == nil {
		p = &prefix{name: name}
		t.prefixes[name] = p
		t.countLength(len(name), 1)
	}
	at, found := slices.BinarySearchFunc(s.tracker.prefixes, name, comparePrefix)
	if !found {
		s.tracker.prefixes = slices.Insert(s.tracker.prefixes, at, p)
		s.tracker.bytes += prefixBytes + len(name)
		p.sessions = append(p.sessions, s)
	}
}

func comparePrefix(p *prefix, name string) int { return strings.Compare(p.name, name) }

// countLength notes that there are n more prefixes of a length.
func (t *tracking) countLength(bytes, n int) {
	at := slices.IndexFunc(t.lengths, func(l prefixLength) bool { return l.bytes == bytes })
	if at < 0 {
		t.lengths = append(t.lengths, prefixLength{bytes, n})
		return
	}
	if t.lengths[at].n += n; t.lengths[at].n == 0 {
		t.lengths = slices.Delete(t.lengths, at, at+1)
	}
}

// StopTracking has the session of the command not track any more.
func (c *Ctx) StopTracking() { c.Engine.stopTracking(c.Session) }

// stopTracking ends tracking. What the session has read stays in the table, where its id is of no
// use, until the keys are changed. Redis: disableTracking.
func (e *Engine) stopTracking(s *Session) {
	if s.tracker == nil {
		return
	}
	for _, p := range s.tracker.prefixes {
		p.sessions = slices.DeleteFunc(p.sessions, func(other *Session) bool { return other == s })
		if len(p.sessions) == 0 {
			delete(e.tracking.prefixes, p.name)
			e.tracking.countLength(len(p.name), -1)
		}
	}
	s.tracker = nil
	s.flags &^= sessionTracking | sessionCaching
	delete(e.tracking.sessions, s.id)
}

// forgetTracking is stopTracking for a session that ends. The last one takes the table with it.
func (e *Engine) forgetTracking(s *Session) {
	e.stopTracking(s)
	if e.interest&interestTracked != 0 && len(e.tracking.sessions) == 0 {
		e.tracking = tracking{}
		e.setInterest(interestTracked, false)
	}
}

// Caching has the next command, or transaction, be tracked, or not be. It returns an error reply if
// that is not what the session has left open. Redis: clientCommand.
func (c *Ctx) Caching(yes bool) reply.Error {
	switch t := c.Session.tracker; {
	case yes && !t.OptIn:
		return reply.ErrCachingYes
	case !yes && !t.OptOut:
		return reply.ErrCachingNo
	}
	c.Session.flags |= sessionCaching
	return ""
}

// endCaching is called behind a command: what CLIENT CACHING has said is for one command, or for
// one transaction. Redis: resetClient.
func (e *Engine) endCaching(s *Session, spec *Spec) {
	if s.flags&sessionMulti != 0 || spec != nil && spec.parent != nil && spec.parent.Name == "client" {
		return
	}
	s.flags &^= sessionCaching
}

// Tracks reports whether the session tracks.
func (s *Session) Tracks() bool { return s.tracker != nil }

// RedirectID is the id of the session that is told in place of this one; 0: this one is, -1: it
// does not track.
func (s *Session) RedirectID() int64 {
	if s.tracker == nil {
		return -1
	}
	return s.tracker.Redirect
}

// TrackingFlags are the words of CLIENT TRACKINGINFO.
func (s *Session) TrackingFlags() []string {
	t := s.tracker
	if t == nil {
		return []string{"off"}
	}
	words := []string{"on"}
	add := func(is bool, word string) {
		if is {
			words = append(words, word)
		}
	}
	caching := s.flags&sessionCaching != 0
	add(t.Broadcast, "bcast")
	add(t.OptIn, "optin")
	add(t.OptIn && caching, "caching-yes")
	add(t.OptOut, "optout")
	add(t.OptOut && caching, "caching-no")
	add(t.NoLoop, "noloop")
	add(t.broken, "broken_redirect")
	return words
}

// TrackedPrefixes are the prefixes that the session is told about, in the order of the alphabet.
func (s *Session) TrackedPrefixes() []string {
	if s.tracker == nil {
		return nil
	}
	names := make([]string, len(s.tracker.prefixes))
	for i, p := range s.tracker.prefixes {
		names[i] = p.name
	}
	return names
}
