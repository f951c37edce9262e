package lib

import "strings"

// itemEnd is where the item of a pattern ends that matches one byte: a byte, a class or a set.
// Lua: classend.
func (m *matcher) itemEnd(p int) int {
	switch m.pattern[p] {
	case '%':
		if p+1 >= len(m.pattern) {
			m.call.Errorf("malformed pattern (ends with '%%')")
		}
		return p + 2
	case '[':
		return m.setEnd(p)
	}
	return p + 1
}

// setEnd is where the set at p ends. Lua: a ] directly behind [ or [^ is a member of the set.
func (m *matcher) setEnd(p int) int {
	from := p
	if p++; m.at(p) == '^' {
		p++
	}
	for first := true; first || m.at(p) != ']'; first = false {
		char := m.at(p)
		if char == 0 {
			m.call.Errorf("malformed pattern (missing ']')")
		}
		if p++; char == '%' && m.at(p) != 0 {
			p++
		}
	}
	m.spend((p - from) >> 3)
	return p + 1
}

// matchOne reports whether the byte at s is one that the item from p to end matches.
func (m *matcher) matchOne(s, p, end int) bool {
	if s >= len(m.src) {
		return false
	}
	char := m.src[s]
	switch m.pattern[p] {
	case '.':
		return true
	case '%':
		return inClass(char, m.pattern[p+1])
	case '[':
		return m.inSet(char, p, end-1)
	}
	return m.pattern[p] == char
}

// inSet reports whether a byte is in the set whose [ is at p and whose ] is at end.
// Lua: matchbracketclass.
func (m *matcher) inSet(char byte, p, end int) bool {
	found := true
	if p++; m.pattern[p] == '^' {
		found = false
		p++
	}
	m.spend((end - p) >> 3)
	for ; p < end; p++ {
		switch {
		case m.pattern[p] == '%':
			p++
			if inClass(char, m.pattern[p]) {
				return found
			}
		case m.pattern[p+1] == '-' && p+2 < end:
			p += 2
			if m.pattern[p-2] <= char && char <= m.pattern[p] {
				return found
			}
		case m.pattern[p] == char:
			return found
		}
	}
	return !found
}

// inClass reports whether a byte is in the class that a letter names, and with a capital letter
// whether it is not; any other byte stands for itself. Classes are those of C's locale "C".
// Lua: match_class.
func inClass(char, class byte) bool {
	letter := class | 0x20
	if letter < 'a' || letter > 'z' || !strings.ContainsRune("acdlpsuwxz", rune(letter)) {
		return class == char
	}
	return inLowerClass(char, letter) == (class == letter)
}

func inLowerClass(char, letter byte) bool {
	lower := 'a' <= char && char <= 'z'
	upper := 'A' <= char && char <= 'Z'
	digit := '0' <= char && char <= '9'
	switch letter {
	case 'a':
		return lower || upper
	case 'c':
		return char < ' ' || char == 0x7f
	case 'd':
		return digit
	case 'l':
		return lower
	case 'p':
		return char > ' ' && char < 0x7f && !lower && !upper && !digit
	case 's':
		return char == ' ' || '\t' <= char && char <= '\r'
	case 'u':
		return upper
	case 'w':
		return lower || upper || digit
	case 'x':
		return digit || 'a' <= char|0x20 && char|0x20 <= 'f'
	}
	return char == 0 // z
}
