package glob

// Match says whether s as a whole matches the pattern. With nocase, ASCII letters match without
// regard to case. O(len(pattern) * len(s)) in the worst case, no allocation; neither slice is
// kept.
func Match(pattern, s []byte, nocase bool) bool {
	if len(s) == 0 {
		// Redis: stringmatchlen never looks at the pattern, so not even "*" matches.
		return len(pattern) == 0
	}
	p, i := 0, 0
	// The last star met: the pattern behind it, and where in s its rest was tried last.
	star, tried := -1, 0
	for i < len(s) {
		if p < len(pattern) && pattern[p] == '*' {
			p++
			star, tried = p, i
			continue
		}
		if p < len(pattern) {
			if n, ok := matchOne(pattern[p:], s[i], nocase); ok {
				p += n
				i++
				continue
			}
		}
		if star < 0 {
			return false
		}
		tried++
		p, i = star, tried
	}
	for p < len(pattern) && pattern[p] == '*' {
		p++
	}
	return p == len(pattern)
}

// matchOne matches c with the first element of p, which is not empty and does not start with a
// star. n is the length of the element.
func matchOne(p []byte, c byte, nocase bool) (n int, ok bool) {
	switch p[0] {
	case '?':
		return 1, true
	case '[':
		return matchClass(p, c, nocase)
	case '\\':
		if len(p) > 1 {
			return 2, equal(p[1], c, nocase)
		}
	}
	return 1, equal(p[0], c, nocase)
}

func equal(a, b byte, nocase bool) bool {
	return a == b || nocase && lower(a) == lower(b)
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + ('a' - 'A')
	}
	return c
}

// matchClass matches c with the class at the start of p.
func matchClass(p []byte, c byte, nocase bool) (n int, ok bool) {
	i := 1
	not := i < len(p) && p[i] == '^'
	if not {
		i++
	}
	for i < len(p) && p[i] != ']' {
		rest := p[i:]
		switch {
		case rest[0] == '\\' && len(rest) >= 2:
			// Redis: an escaped byte is compared as it is, nocase or not.
			ok = ok || rest[1] == c
			i += 2
		case len(rest) >= 3 && rest[1] == '-':
			ok = ok || inRange(rest[0], rest[2], c, nocase)
			i += 3
		default:
			ok = ok || equal(rest[0], c, nocase)
			i++
		}
	}
	// Redis: a class without its bracket ends with the pattern.
	return min(i+1, len(p)), ok != not
}

// inRange says whether c lies between the ends of a range, given in either order.
//
// Redis: bytes are signed there, so \xff comes before "a"; and the ends are put in order before
// they are folded, so [Z-a] without case is z to a, which is empty.
func inRange(from, to, c byte, nocase bool) bool {
	if int8(from) > int8(to) {
		from, to = to, from
	}
	if nocase {
		from, to, c = lower(from), lower(to), lower(c)
	}
	return int8(from) <= int8(c) && int8(c) <= int8(to)
}

// IsLiteral says whether the pattern matches nothing but itself, so that a lookup can stand in
// for a scan.
func IsLiteral(pattern []byte) bool {
	return len(Prefix(pattern)) == len(pattern)
}

// Prefix is the literal beginning of the pattern: what it matches starts with these bytes, if
// case counts. A part of pattern, not a copy.
func Prefix(pattern []byte) []byte {
	for i, c := range pattern {
		switch c {
		case '*', '?', '[', '\\':
			return pattern[:i]
		}
	}
	return pattern
}
