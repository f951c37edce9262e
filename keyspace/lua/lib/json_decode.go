package lib

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/ringer-kv/ringer/keyspace/lua"
)

// jsonKind is the kind of a token.
type jsonKind uint8

// The kinds of tokens.
const (
	jsonEnd jsonKind = iota
	jsonBeginObject
	jsonEndObject
	jsonBeginArray
	jsonEndArray
	jsonString
	jsonNumber
	jsonBoolean
	jsonNull
	jsonColon
	jsonComma
	jsonError
)

// jsonKindNames are what an error calls a token that is not expected.
var jsonKindNames = [...]string{
	"T_END", "T_OBJ_BEGIN", "T_OBJ_END", "T_ARR_BEGIN", "T_ARR_END", "T_STRING", "T_NUMBER",
	"T_BOOLEAN", "T_NULL", "T_COLON", "T_COMMA",
}

// jsonToken is a token.
//
// Owned by the keyspace goroutine.
type jsonToken struct {
	kind jsonKind
	at   int       // where it is, or what is wrong with it
	what lua.Value // a string, a number or a boolean; or what is wrong
}

// jsonDecoder reads a text, in which a zero byte is the end.
//
// Owned by the keyspace goroutine.
type jsonDecoder struct {
	*jsonSettings
	c     *lua.Call
	text  string
	pos   int
	depth int // of arrays and objects inside one another
	slots int // of the stack of C's interface that are in use
}

// decode returns the value that a text stands for.
func (j *jsonSettings) decode(c *lua.Call) {
	if c.Len() != 1 {
		c.ArgError(1, "expected 1 argument")
	}
	d := &jsonDecoder{jsonSettings: j, c: c, text: c.CheckString(1), slots: 1}
	if len(d.text) >= 2 && (d.text[0] == 0 || d.text[1] == 0) {
		c.Errorf("JSON parser does not support UTF-16 or UTF-32")
	}
	v := d.value(d.next())
	if t := d.next(); t.kind != jsonEnd {
		d.fail("the end", t)
	}
	c.Return(v)
}

// fail raises the error that something else was expected than there is.
func (d *jsonDecoder) fail(expected string, t jsonToken) {
	found := ""
	if t.kind == jsonError {
		found = t.what.String()
	} else {
		found = jsonKindNames[t.kind]
	}
	d.c.Errorf("Expected %s but found %s at character %d", expected, found, t.at+1)
}

// value reads the value that a token is or begins.
func (d *jsonDecoder) value(t jsonToken) lua.Value {
	d.c.State.Step(1)
	switch t.kind {
	case jsonString, jsonNumber, jsonBoolean:
		return t.what
	case jsonNull:
		return lua.UserdataValue(d.null)
	case jsonBeginObject:
		return d.object()
	case jsonBeginArray:
		return d.array()
	}
	d.fail("value", t)
	return lua.Nil
}

// descend goes into an array or an object, which needs slots of the stack and keeps one.
func (d *jsonDecoder) descend(slots int) {
	d.depth++
	if d.depth > d.decodeDepth || d.slots+slots > lua.StackSlots {
		d.c.Errorf("Found too many nested data structures (%d) at character %d", d.depth, d.pos)
	}
	d.slots++
}

func (d *jsonDecoder) ascend() {
	d.depth--
	d.slots--
}

func (d *jsonDecoder) object() lua.Value {
	d.descend(3)
	object := lua.NewTable(0, 0)
	if t := d.next(); t.kind != jsonEndObject {
		d.pair(object, t)
		for t = d.next(); t.kind != jsonEndObject; t = d.next() {
			if t.kind != jsonComma {
				d.fail("comma or object end", t)
			}
			d.pair(object, d.next())
		}
	}
	d.ascend()
	return lua.TableValue(object)
}

// pair reads a pair of an object, which begins with key.
func (d *jsonDecoder) pair(object *lua.Table, key jsonToken) {
	if key.kind != jsonString {
		d.fail("object key string", key)
	}
	if colon := d.next(); colon.kind != jsonColon {
		d.fail("colon", colon)
	}
	d.slots++
	object.Set(key.what, d.value(d.next()))
	d.slots--
}

func (d *jsonDecoder) array() lua.Value {
	d.descend(2)
	array := lua.NewTable(0, 0)
	if t := d.next(); t.kind != jsonEndArray {
		array.SetInt(1, d.value(t))
		t = d.next()
		for i := 2; t.kind != jsonEndArray; i++ {
			if t.kind != jsonComma {
				d.fail("comma or array end", t)
			}
			array.SetInt(i, d.value(d.next()))
			t = d.next()
		}
	}
	d.ascend()
	return lua.TableValue(array)
}

// at is a byte of the text, 0 at its end.
func (d *jsonDecoder) at(i int) byte {
	if i < len(d.text) {
		return d.text[i]
	}
	return 0
}

// wrong is the token for what is none, of which the text is at pos.
func (d *jsonDecoder) wrong(problem string) jsonToken {
	return jsonToken{kind: jsonError, at: d.pos, what: lua.String(problem)}
}

// next is the next token.
func (d *jsonDecoder) next() jsonToken {
	from := d.pos
	for c := d.at(d.pos); c == ' ' || c == '\t' || c == '\n' || c == '\r'; c = d.at(d.pos) {
		d.pos++
	}
	d.c.State.Step((d.pos - from) / bytesPerStep)
	switch c := d.at(d.pos); {
	case c == 0:
		return jsonToken{kind: jsonEnd, at: d.pos}
	case c == '"':
		return d.string()
	case c == '-' || '0' <= c && c <= '9':
		if d.decodeInvalid == switchOff && d.isInvalidNumber() {
			return d.wrong("invalid number")
		}
		return d.number()
	case punctuation(c) != jsonError:
		d.pos++
		return jsonToken{kind: punctuation(c), at: d.pos - 1}
	}
	return d.word()
}

// punctuation is the kind of a token of one byte, jsonError if there is none.
func punctuation(c byte) jsonKind {
	switch c {
	case '{':
		return jsonBeginObject
	case '}':
		return jsonEndObject
	case '[':
		return jsonBeginArray
	case ']':
		return jsonEndArray
	case ':':
		return jsonColon
	case ',':
		return jsonComma
	}
	return jsonError
}

// word reads true, false, null, and the numbers that do not begin with a digit or "-".
func (d *jsonDecoder) word() jsonToken {
	t, length := jsonToken{at: d.pos}, 4
	switch rest := d.text[d.pos:]; {
	case strings.HasPrefix(rest, "true"):
		t.kind, t.what = jsonBoolean, lua.Bool(true)
	case strings.HasPrefix(rest, "false"):
		t.kind, t.what, length = jsonBoolean, lua.Bool(false), 5
	case strings.HasPrefix(rest, "null"):
		t.kind = jsonNull
	case d.decodeInvalid == switchOn && d.isInvalidNumber():
		return d.number()
	default:
		return d.wrong("invalid token")
	}
	d.pos += length
	return t
}

// isInvalidNumber reports whether JSON does not have a number that begins like this.
func (d *jsonDecoder) isInvalidNumber() bool {
	i := d.pos
	if d.at(i) == '+' {
		return true
	}
	if d.at(i) == '-' {
		i++
	}
	switch c, next := d.at(i), d.at(i+1); {
	case c == '0':
		return next|0x20 == 'x' || '0' <= next && next <= '9'
	case c <= '9':
		return false
	}
	return hasFold(d.text[i:], "inf") || hasFold(d.text[i:], "nan")
}

// number reads what strtod takes for a number.
func (d *jsonDecoder) number() jsonToken {
	length := numberLength(d.text[d.pos:])
	if length == 0 {
		return d.wrong("invalid number")
	}
	d.c.State.Step(length / bytesPerStep)
	t := jsonToken{kind: jsonNumber, at: d.pos}
	t.what = lua.Number(parseLiteral(d.text[d.pos : d.pos+length]))
	d.pos += length
	return t
}

// parseLiteral is the number that a literal of strtod stands for.
func parseLiteral(literal string) float64 {
	if digits := strings.TrimLeft(literal, "+-"); '0' <= digits[0] && digits[0] <= '9' &&
		(len(digits) == 1 || digits[1]|0x20 != 'x') {
		f, _ := strconv.ParseFloat(literal, 64) // out of range, it is infinity or 0, as in C
		return f
	}
	f, _ := lua.ParseNumber(literal)
	return f
}

// numberLength is the length of the longest literal of strtod that a text begins with.
func numberLength(s string) int {
	i := 0
	if s != "" && (s[0] == '+' || s[0] == '-') {
		i = 1
	}
	rest := s[i:]
	switch {
	case hasFold(rest, "infinity"):
		return i + len("infinity")
	case hasFold(rest, "inf"):
		return i + len("inf")
	case hasFold(rest, "nan"):
		return i + nanLength(rest)
	}
	if hasFold(rest, "0x") {
		if n := digitsLength(rest[2:], isHexDigit, 'p'); n > 0 {
			return i + 2 + n
		}
	}
	if n := digitsLength(rest, isDigit, 'e'); n > 0 {
		return i + n
	}
	return 0
}

// nanLength is the length of "nan" or "nan(characters)".
func nanLength(s string) int {
	if len(s) <= 3 || s[3] != '(' {
		return 3
	}
	i := 4
	for i < len(s) && (isAlphanumeric(s[i]) || s[i] == '_') {
		i++
	}
	if i < len(s) && s[i] == ')' {
		return i + 1
	}
	return 3
}

// digitsLength is the length of digits with a point and an exponent, if there are; 0: no digits.
func digitsLength(s string, isDigitOfBase func(byte) bool, exponent byte) int {
	i, digits := countDigits(s, 0, isDigitOfBase)
	if i < len(s) && s[i] == '.' {
		end, behind := countDigits(s, i+1, isDigitOfBase)
		i, digits = end, digits+behind
	}
	if digits == 0 {
		return 0
	}
	if i < len(s) && s[i]|0x20 == exponent {
		from := i + 1
		if from < len(s) && (s[from] == '+' || s[from] == '-') {
			from++
		}
		if end, n := countDigits(s, from, isDigit); n > 0 {
			return end
		}
	}
	return i
}

// countDigits is where the digits end that begin at from, and how many they are.
func countDigits(s string, from int, isDigitOfBase func(byte) bool) (end, n int) {
	end = from
	for end < len(s) && isDigitOfBase(s[end]) {
		end++
	}
	return end, end - from
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isHexDigit(c byte) bool { return isDigit(c) || 'a' <= c|0x20 && c|0x20 <= 'f' }

// hasFold reports whether a text begins with a word, in letters of either case.
func hasFold(s, word string) bool {
	return len(s) >= len(word) && strings.EqualFold(s[:len(word)], word)
}

// string reads a string.
func (d *jsonDecoder) string() jsonToken {
	start := d.pos
	d.pos++
	var text []byte // what has been read, but for what stands in the text from plain on
	for plain := d.pos; ; {
		switch c := d.at(d.pos); c {
		case '"':
			rest := d.text[plain:d.pos]
			d.c.State.Step((d.pos - start) / bytesPerStep)
			d.pos++
			t := jsonToken{kind: jsonString, at: start}
			if text == nil {
				t.what = lua.String(strings.Clone(rest))
			} else {
				t.what = lua.String(string(append(text, rest...)))
			}
			return t
		case 0:
			return d.wrong("unexpected end of string")
		case '\\':
			text = append(text, d.text[plain:d.pos]...)
			var problem string
			if text, problem = d.escape(text); problem != "" {
				return d.wrong(problem)
			}
			plain = d.pos
		default:
			d.pos++
		}
	}
}

// escape reads an escape and adds what it stands for; or says what is wrong with it.
func (d *jsonDecoder) escape(text []byte) (longer []byte, problem string) {
	c := d.at(d.pos + 1)
	switch c {
	case 'u':
		r, length := d.unicode()
		if length == 0 {
			return text, "invalid unicode escape code"
		}
		d.pos += length
		return utf8.AppendRune(text, r), ""
	case '"', '\\', '/':
	case 'b':
		c = '\b'
	case 't':
		c = '\t'
	case 'n':
		c = '\n'
	case 'f':
		c = '\f'
	case 'r':
		c = '\r'
	default:
		return text, "invalid escape code"
	}
	d.pos += 2
	return append(text, c), ""
}

// unicode reads the escape of a character, in one or two halves; length 0: it is wrong.
func (d *jsonDecoder) unicode() (r rune, length int) {
	r, ok := d.hex(d.pos + 2)
	switch {
	case !ok:
		return 0, 0
	case r&^0x7ff != 0xd800:
		return r, 6
	case r >= 0xdc00 || d.at(d.pos+6) != '\\' || d.at(d.pos+7) != 'u':
		return 0, 0
	}
	low, ok := d.hex(d.pos + 8)
	if !ok || low&^0x3ff != 0xdc00 {
		return 0, 0
	}
	return (r-0xd800)<<10 + (low - 0xdc00) + 0x10000, 12
}

// hex reads four digits in base 16.
func (d *jsonDecoder) hex(at int) (n rune, ok bool) {
	for i := at; i < at+4; i++ {
		c := d.at(i)
		if !isHexDigit(c) {
			return 0, false
		}
		digit := c & 15
		if c > '9' {
			digit += 9
		}
		n = n<<4 | rune(digit)
	}
	return n, true
}
