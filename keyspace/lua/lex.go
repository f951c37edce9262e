package lua

import (
	"fmt"
	"strings"
)

// tokenKind is what a token is: a byte that stands for itself, or one of the constants.
type tokenKind uint16

// firstWord is above all tokens of one byte.
const firstWord = 257

// The tokens of more than one byte, in the order of tokenTexts.
const (
	tokAnd tokenKind = firstWord + iota
	tokBreak
	tokDo
	tokElse
	tokElseif
	tokEnd
	tokFalse
	tokFor
	tokFunction
	tokIf
	tokIn
	tokLocal
	tokNil
	tokNot
	tokOr
	tokRepeat
	tokReturn
	tokThen
	tokTrue
	tokUntil
	tokWhile
	tokConcat
	tokDots
	tokEq
	tokGe
	tokLe
	tokNe
	tokNumber
	tokName
	tokString
	tokEOF
)

// tokenTexts are the tokens as errors show them. The words come first.
var tokenTexts = [...]string{
	"and", "break", "do", "else", "elseif", "end", "false", "for", "function", "if", "in", "local",
	"nil", "not", "or", "repeat", "return", "then", "true", "until", "while",
	"..", "...", "==", ">=", "<=", "~=", "<number>", "<name>", "<string>", "<eof>",
}

// String is the token as errors show it. Lua: luaX_token2str.
func (k tokenKind) String() string {
	switch {
	case k >= firstWord:
		return tokenTexts[k-firstWord]
	case k < ' ' || k == 0x7f:
		return fmt.Sprintf("char(%d)", k)
	}
	return string([]byte{byte(k)})
}

// token is a token with what it stands for.
type token struct {
	kind  tokenKind
	start int     // where it begins; what follows is of names, numbers and strings only
	text  string  // the name, the content of the string, the number as it is written
	value float64 // of a number
}

// lexer divides a text into tokens. A line ends with \n, \r, \r\n or \n\r.
type lexer struct {
	source   string
	chunk    string // as errors show it
	step     func(n int)
	at       int   // of the next byte
	line     int   // of that byte
	lastLine int   // on which the token before tok ends
	tok      token // the current one
	ahead    token // behind it, if aheadOf has looked; otherwise tokEOF
}

// maxLines is how many lines a text can have. Lua: MAX_INT.
const maxLines = 1<<31 - 3

// syntaxError is what the lexer and the parser panic with; parse recovers it.
type syntaxError struct{ text string }

// fail ends the parse, with the position but not with the token.
func (l *lexer) fail(problem string) {
	panic(syntaxError{fmt.Sprintf("%s:%d: %s", l.chunk, l.line, problem)})
}

// failNear ends the parse. Lua: luaX_lexerror, whose strings end with a zero byte.
func (l *lexer) failNear(problem, near string) {
	near, _, _ = strings.Cut(near, "\x00")
	l.fail(problem + " near '" + near + "'")
}

// failHere is failNear the current token.
func (l *lexer) failHere(problem string) {
	if l.tok.kind == 0 { // Lua: luaX_lexerror takes a zero byte for no token
		l.fail(problem)
	}
	l.failNear(problem, l.near(l.tok))
}

// near is a token as an error shows it. Lua: txtToken, which shows a string with its delimiters and
// with its escapes replaced.
func (l *lexer) near(t token) string {
	switch t.kind {
	case tokName, tokNumber:
		return t.text
	case tokString:
		if quote := l.source[t.start : t.start+1]; quote != "[" {
			return quote + t.text + quote
		}
		level := strings.IndexByte(l.source[t.start+1:], '[')
		opening := l.source[t.start : t.start+level+2]
		return opening + t.text + strings.ReplaceAll(opening, "[", "]")
	}
	return t.kind.String()
}

// next goes to the next token.
func (l *lexer) next() {
	// Lua: luaX_next. After a look ahead the line is already that of the token behind.
	l.lastLine = l.line
	if l.ahead.kind == tokEOF {
		from := l.at
		l.tok = l.read()
		l.step(1 + (l.at-from)>>8)
		return
	}
	l.tok, l.ahead = l.ahead, token{kind: tokEOF}
}

// lookAhead is the kind of the token behind the current one.
func (l *lexer) lookAhead() tokenKind {
	l.ahead = l.read()
	return l.ahead.kind
}

// noByte is what peek returns at the end.
const noByte = -1

// peek is the byte at the given distance from the next one.
func (l *lexer) peek(distance int) int {
	if i := l.at + distance; i < len(l.source) {
		return int(l.source[i])
	}
	return noByte
}

func isDigit(c int) bool { return c >= '0' && c <= '9' }

func isLetter(c int) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' }

func isNewline(c int) bool { return c == '\n' || c == '\r' }

// newline goes behind the end of a line. Lua: inclinenumber.
func (l *lexer) newline() {
	first := l.peek(0)
	l.at++
	if second := l.peek(0); isNewline(second) && second != first {
		l.at++
	}
	if l.line++; l.line >= maxLines {
		l.failHere("chunk has too many lines")
	}
}

// acceptAny reads a byte if it is one of a set. Lua: check_next, which searches with strchr and so
// finds a zero byte in any set.
func (l *lexer) acceptAny(set string) bool {
	c := l.peek(0)
	if c == noByte || c != 0 && strings.IndexByte(set, byte(c)) < 0 {
		return false
	}
	l.at++
	return true
}

// read reads a token. Lua: llex.
func (l *lexer) read() token {
	for {
		c := l.peek(0)
		switch {
		case isNewline(c):
			l.newline()
		case c == ' ' || c == '\t' || c == '\v' || c == '\f':
			l.at++
		case c == '-' && l.peek(1) == '-':
			l.skipComment()
		case isLetter(c):
			return l.readName()
		case isDigit(c) || c == '.' && isDigit(l.peek(1)):
			return l.readNumber()
		case c == '.':
			return l.readDots()
		case c == '"' || c == '\'':
			return l.readString()
		case c == '[':
			return l.readBracket()
		case c == noByte:
			return token{kind: tokEOF}
		default:
			return l.readSign(tokenKind(c))
		}
	}
}

// readDots reads one to three dots.
func (l *lexer) readDots() token {
	l.at++
	if !l.acceptAny(".") {
		return token{kind: '.'}
	}
	if l.acceptAny(".") {
		return token{kind: tokDots}
	}
	return token{kind: tokConcat}
}

// readSign reads what is neither a word, a number nor a string.
func (l *lexer) readSign(c tokenKind) token {
	l.at++
	if l.peek(0) != '=' {
		return token{kind: c}
	}
	switch c {
	case '=':
		c = tokEq
	case '>':
		c = tokGe
	case '<':
		c = tokLe
	case '~':
		c = tokNe
	default:
		return token{kind: c}
	}
	l.at++
	return token{kind: c}
}

// readName reads a name or a word of the language.
func (l *lexer) readName() token {
	start := l.at
	for l.at++; isLetter(l.peek(0)) || isDigit(l.peek(0)); {
		l.at++
	}
	name := l.source[start:l.at]
	return token{kind: wordKind(name), start: start, text: name}
}

// wordKind is the kind of a word: its own, or that of a name.
func wordKind(word string) tokenKind {
	if len(word) <= len("function") {
		for i, w := range tokenTexts[:tokWhile-firstWord+1] {
			if w[0] == word[0] && w == word {
				return firstWord + tokenKind(i)
			}
		}
	}
	return tokName
}

// readNumber reads a number, and whatever stands directly behind it. Lua: read_numeral.
func (l *lexer) readNumber() token {
	start := l.at
	for isDigit(l.peek(0)) || l.peek(0) == '.' {
		l.at++
	}
	if l.acceptAny("eE") {
		l.acceptAny("+-")
	}
	for isLetter(l.peek(0)) || isDigit(l.peek(0)) {
		l.at++
	}
	t := token{kind: tokNumber, start: start, text: l.source[start:l.at]}
	value, ok := ParseNumber(t.text)
	if !ok {
		l.failNear("malformed number", t.text)
	}
	t.value = value
	return t
}

// readString reads a string in quotes. Lua: read_string.
func (l *lexer) readString() token {
	start, quote := l.at, l.source[l.at]
	var made []byte // the string so far, with its quote; what is behind from is not in it yet
	l.at++
	for from := start; ; {
		for c := l.peek(0); c != int(quote) && c != '\\' && !isNewline(c) && c != noByte; {
			l.at++
			c = l.peek(0)
		}
		switch c := l.peek(0); c {
		case '\\':
			made = l.readEscape(append(made, l.source[from:l.at]...))
			from = l.at
		case int(quote):
			l.at++
			text := l.source[from:l.at]
			if made != nil {
				text = string(append(made, text...))
			}
			return token{kind: tokString, start: start, text: text[1 : len(text)-1]}
		case noByte:
			l.failNear("unfinished string", tokEOF.String())
		default:
			l.failNear("unfinished string", string(append(made, l.source[from:l.at]...)))
		}
	}
}

// readEscape reads an escape and appends what it stands for.
func (l *lexer) readEscape(made []byte) []byte {
	l.at++
	c := l.peek(0)
	switch {
	case c == noByte: // readString finds it
		return made
	case isNewline(c):
		l.newline()
		return append(made, '\n')
	case isDigit(c):
		return l.readDecimalEscape(made)
	}
	l.at++
	if i := strings.IndexByte("abfnrtv", byte(c)); i >= 0 {
		return append(made, "\a\b\f\n\r\t\v"[i])
	}
	return append(made, byte(c))
}

// readDecimalEscape reads the one to three digits of an escape.
func (l *lexer) readDecimalEscape(made []byte) []byte {
	code := 0
	for i := 0; i < 3 && isDigit(l.peek(0)); i++ {
		code = code*10 + l.peek(0) - '0'
		l.at++
	}
	if code > 0xff {
		l.failNear("escape sequence too large", string(made))
	}
	return append(made, byte(code))
}

// skipComment reads a comment.
func (l *lexer) skipComment() {
	l.at += len("--")
	if l.peek(0) == '[' {
		if level, ok := l.readLevel(); ok {
			l.readLong(level, true)
			return
		}
	}
	for c := l.peek(0); !isNewline(c) && c != noByte; c = l.peek(0) {
		l.at++
	}
}

// readBracket reads a [, or a string in long brackets.
func (l *lexer) readBracket() token {
	start := l.at
	level, ok := l.readLevel()
	if !ok {
		if level > 0 {
			l.failNear("invalid long string delimiter", l.source[start:l.at])
		}
		return token{kind: '['}
	}
	return token{kind: tokString, start: start, text: l.readLong(level, false)}
}

// readLevel reads a bracket and the = behind it. ok: the same bracket follows, and is not read.
func (l *lexer) readLevel() (level int, ok bool) {
	bracket := l.peek(0)
	for l.at++; l.peek(0) == '='; l.at++ {
		level++
	}
	return level, l.peek(0) == bracket
}

// readLong reads a string or comment in long brackets, from the second [ on. Lua: read_long_string.
// Redis: its Lua is built without LUA_COMPAT_LSTR, so [[ may stand within [[...]].
func (l *lexer) readLong(level int, comment bool) string {
	l.at++
	if isNewline(l.peek(0)) {
		l.newline()
	}
	var made []byte // as in readString
	for from := l.at; ; {
		at := l.at
		switch c := l.peek(0); {
		case c == noByte && comment:
			l.failNear("unfinished long comment", tokEOF.String())
		case c == noByte:
			l.failNear("unfinished long string", tokEOF.String())
		case c == ']':
			if n, ok := l.readLevel(); !ok || n != level {
				break
			}
			l.at++
			if made == nil {
				return l.source[from:at]
			}
			return string(append(made, l.source[from:at]...))
		case isNewline(c):
			l.newline()
			if !comment && l.source[at:l.at] != "\n" {
				made = append(append(made, l.source[from:at]...), '\n')
				from = l.at
			}
		default:
			l.at++
		}
	}
}
