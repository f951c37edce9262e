package lib

import (
	"strings"

	"github.com/ringer-kv/ringer/keyspace/lua"
)

const (
	// maxCaptures is how many captures a pattern has. Lua: LUA_MAXCAPTURES.
	maxCaptures = 32
	// maxMatchDepth bounds recursion, which goes as deep as a pattern has items that may match
	// more than one text. Lua 5.1 has no bound: redis-server dies of a full stack at some 90,000.
	maxMatchDepth = 200000
	// stepsAtOnce is how much a matcher does between two looks at the hook.
	stepsAtOnce = 1000

	noMatch = -1

	unfinished = -1 // the length of a capture whose ) was not seen
	isPosition = -2 // the length of a ()
)

// span is a capture: a part of the subject.
type span struct{ start, length int }

// matcher matches patterns of Lua: recursion over the items of a pattern, with backtracking. A
// position in the subject that is noMatch stands for no match.
//
// Owned by the keyspace goroutine.
type matcher struct {
	call     *lua.Call
	src      string
	pattern  string
	level    int // of captures
	captures [maxCaptures]span
	depth    int
	steps    int
}

// newMatcher makes a matcher. Lua: patterns are C strings, which end at a zero byte.
func newMatcher(c *lua.Call, src, pattern string) *matcher {
	pattern, _, _ = strings.Cut(pattern, "\x00")
	return &matcher{call: c, src: src, pattern: pattern}
}

// anchor takes the ^ at the beginning off the pattern, and reports whether there is one.
func (m *matcher) anchor() bool {
	var is bool
	m.pattern, is = strings.CutPrefix(m.pattern, "^")
	return is
}

// try matches the whole pattern at a position, and returns where the match ends.
func (m *matcher) try(at int) int {
	m.level, m.depth = 0, 0
	return m.match(at, 0)
}

// spend counts work.
func (m *matcher) spend(n int) {
	if m.steps += n; m.steps >= stepsAtOnce {
		n, m.steps = m.steps, 0
		m.call.State.Step(n)
	}
}

// at is a byte of the pattern, 0 behind its end.
func (m *matcher) at(p int) byte {
	if p < len(m.pattern) {
		return m.pattern[p]
	}
	return 0
}

// match matches the pattern from p on, one level deeper.
func (m *matcher) match(s, p int) int {
	if m.depth++; m.depth > maxMatchDepth {
		m.call.Errorf("pattern too complex")
	}
	end := m.matchItems(s, p)
	m.depth--
	return end
}

// matchItems is match without the count of levels.
func (m *matcher) matchItems(s, p int) int {
	for p < len(m.pattern) {
		m.spend(1)
		switch m.pattern[p] {
		case '(':
			return m.openCapture(s, p)
		case ')':
			return m.closeCapture(s, p+1)
		case '$':
			if p+1 == len(m.pattern) {
				return m.atEnd(s)
			}
		case '%':
			next := m.pastEscape(p)
			if next == 0 {
				break // a class
			}
			if s = m.matchEscape(s, p); s == noMatch {
				return noMatch
			}
			p = next
			continue
		}
		next := m.itemEnd(p)
		if end, done := m.matchRepeated(s, p, next); done {
			return end
		}
		if m.at(next) == '?' { // not even once
			p = next + 1
			continue
		}
		if !m.matchOne(s, p, next) {
			return noMatch
		}
		s, p = s+1, next
	}
	return s
}

// matchRepeated matches an item with what says how often, and the rest of the pattern. It is not
// done where there is nothing of that kind, nor where ? has no match with the item.
func (m *matcher) matchRepeated(s, p, next int) (end int, done bool) {
	switch m.at(next) {
	case '?':
		if m.matchOne(s, p, next) {
			end = m.match(s+1, next+1)
			return end, end != noMatch
		}
	case '*':
		return m.matchMost(s, p, next), true
	case '+':
		if m.matchOne(s, p, next) {
			return m.matchMost(s+1, p, next), true
		}
		return noMatch, true
	case '-':
		return m.matchLeast(s, p, next), true
	}
	return noMatch, false
}

// atEnd is the $ at the end of a pattern.
func (m *matcher) atEnd(s int) int {
	if s == len(m.src) {
		return s
	}
	return noMatch
}

// pastEscape is where the item behind %b, %f or %1 begins, and 0 if there is none of these at p.
func (m *matcher) pastEscape(p int) int {
	switch char := m.at(p + 1); {
	case char == 'b':
		if m.at(p+2) == 0 || m.at(p+3) == 0 {
			m.call.Errorf("unbalanced pattern")
		}
		return p + 4
	case char == 'f':
		if m.at(p+2) != '[' {
			m.call.Errorf("missing '[' after '%%f' in pattern")
		}
		return m.itemEnd(p + 2)
	case '0' <= char && char <= '9':
		return p + 2
	}
	return 0
}

// matchEscape matches one of them.
func (m *matcher) matchEscape(s, p int) int {
	switch char := m.at(p + 1); char {
	case 'b':
		return m.matchBalance(s, m.at(p+2), m.at(p+3))
	case 'f':
		return m.matchFrontier(s, p+2)
	default:
		return m.matchBack(s, char)
	}
}

// matchBalance matches from an opening byte to the closing one that belongs to it.
func (m *matcher) matchBalance(s int, opening, closing byte) int {
	if s >= len(m.src) || m.src[s] != opening {
		return noMatch
	}
	open := 1
	for i := s + 1; i < len(m.src); i++ {
		m.spend(1)
		switch m.src[i] {
		case closing: // Lua: it comes first, where both are the same
			if open--; open == 0 {
				return i + 1
			}
		case opening:
			open++
		}
	}
	return noMatch
}

// matchFrontier matches the empty text between a byte outside the set at p and one inside it; the
// ends of the subject count as zero bytes.
func (m *matcher) matchFrontier(s, p int) int {
	var before, behind byte
	if s > 0 {
		before = m.src[s-1]
	}
	if s < len(m.src) {
		behind = m.src[s]
	}
	end := m.itemEnd(p)
	if m.inSet(before, p, end-1) || !m.inSet(behind, p, end-1) {
		return noMatch
	}
	return s
}

// matchBack matches the text of an earlier capture again.
func (m *matcher) matchBack(s int, digit byte) int {
	i := int(digit) - '1'
	if i < 0 || i >= m.level || m.captures[i].length == unfinished {
		m.call.Errorf("invalid capture index")
	}
	captured := m.captures[i]
	if captured.length == isPosition { // Lua: as a length it is longer than any text
		return noMatch
	}
	text := m.src[captured.start : captured.start+captured.length]
	m.spend(1 + len(text)>>4)
	if !strings.HasPrefix(m.src[s:], text) {
		return noMatch
	}
	return s + len(text)
}

// matchMost matches an item as often as possible, then less often until the rest matches, too.
// Lua: max_expand.
func (m *matcher) matchMost(s, p, next int) int {
	i := s
	for m.matchOne(i, p, next) {
		m.spend(1)
		i++
	}
	for ; i >= s; i-- {
		if end := m.match(i, next+1); end != noMatch {
			return end
		}
	}
	return noMatch
}

// matchLeast matches an item as rarely as possible. Lua: min_expand.
func (m *matcher) matchLeast(s, p, next int) int {
	for {
		if end := m.match(s, next+1); end != noMatch {
			return end
		}
		if !m.matchOne(s, p, next) {
			return noMatch
		}
		s++
	}
}

// openCapture matches the rest behind a (.
func (m *matcher) openCapture(s, p int) int {
	if m.level >= maxCaptures {
		m.call.Errorf("too many captures")
	}
	length := unfinished
	if p++; m.at(p) == ')' {
		length = isPosition
		p++
	}
	m.captures[m.level] = span{s, length}
	m.level++
	end := m.match(s, p)
	if end == noMatch {
		m.level--
	}
	return end
}

// closeCapture matches the rest behind a ).
func (m *matcher) closeCapture(s, p int) int {
	i := m.level - 1
	for i >= 0 && m.captures[i].length != unfinished {
		i--
	}
	if i < 0 {
		m.call.Errorf("invalid pattern capture")
	}
	m.captures[i].length = s - m.captures[i].start
	end := m.match(s, p)
	if end == noMatch {
		m.captures[i].length = unfinished
	}
	return end
}

// capture is capture i of a match, or all of it if the pattern has none.
func (m *matcher) capture(i, start, end int) lua.Value {
	if i >= m.level {
		if i > 0 {
			m.call.Errorf("invalid capture index")
		}
		return part(m.call, m.src, start, end)
	}
	captured := m.captures[i]
	switch captured.length {
	case unfinished:
		m.call.Errorf("unfinished capture")
	case isPosition:
		return lua.Int(captured.start + 1)
	}
	return part(m.call, m.src, captured.start, captured.start+captured.length)
}

// captured is all captures of a match, or the match if the pattern has none and start is not
// noMatch. Lua: push_captures.
func (m *matcher) captured(start, end int) []lua.Value {
	n := m.level
	if n == 0 && start != noMatch {
		n = 1
	}
	values := make([]lua.Value, n)
	for i := range values {
		values[i] = m.capture(i, start, end)
	}
	return values
}

// returnCaptures returns them.
func (m *matcher) returnCaptures(start, end int) { m.call.Return(m.captured(start, end)...) }
