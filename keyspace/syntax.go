package keyspace

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Argument is a node of a command's argument tree, as COMMAND DOCS shows it.
//
// Owned by the keyspace goroutine.
type Argument struct {
	Name string
	// Type is key, string, integer, double, unix-time, pattern, pure-token, oneof or block.
	Type string
	// Token is the word that stands before the argument, or is the argument (pure-token). It may
	// be the empty string, so HasToken says whether there is one.
	Token             string
	HasToken          bool
	Since, Deprecated string
	// KeySpec is the index of the KeySpec that finds this key, -1 if it is no key.
	KeySpec                           int
	Optional, Multiple, MultipleToken bool
	Args                              []Argument // of oneof and block
}

// ErrSyntaxLine reports a Spec's Syntax that does not follow the notation.
var ErrSyntaxLine = errors.New("keyspace: bad syntax line")

// Arguments is the argument tree of the command. O(length of Syntax); it is not kept.
func (s *Spec) Arguments() ([]Argument, error) { return ParseSyntax(s.Syntax) }

// ParseSyntax reads a Syntax line. The line is what the documentation prints,
//
//	key value [NX | XX] [GET] [EX seconds | PX milliseconds]
//
// and what that leaves unsaid stands in braces behind the element that it belongs to:
//
//	name           a value; its type follows from its name (see argumentType)
//	TOKEN          a word without small letters is a token: alone a pure-token, before a value,
//	               a choice or a group it belongs to that. TOKEN{} never belongs to what follows
//	""             the empty token
//	[ x ]          x may be left out; several elements are a block
//	[ x | y ]      a choice that may be left out
//	< x | y >      a choice
//	( x y )        a block
//	x y [x y ...]  x y once or more; two and more elements are a block. The words between the
//	               brackets only count, but for a TOKEN among them: it is repeated too
//
//	{name}         the name, where it is not the value's own word, the token in small letters, or
//	               the names of a block's elements joined by _
//	{:integer}     the type
//	{@6.2.0}       since          {-2.8.12}  deprecated since
//	{#1}           the index of the KeySpec; keys are numbered as they come
//	{*}  {**}      once or more; the token too
//
// So ZADD is
//
//	key [NX | XX]{condition @3.0.2} [CH{change}] score member [score member ...]
//
// O(len(line)).
func ParseSyntax(line string) ([]Argument, error) {
	p := syntaxParser{rest: line}
	args := p.sequence()
	if p.rest != "" {
		p.fail("a bracket is closed that was not opened")
	}
	if p.repeated {
		p.fail("... outside of brackets")
	}
	if p.err != nil {
		return nil, p.err
	}
	return args, nil
}

// syntaxParser is a parser by recursive descent. The first error sticks and ends the input.
type syntaxParser struct {
	rest     string
	keys     int  // the KeySpec of the next key
	repeated bool // the sequence just read ended in "..."
	err      error
}

func (p *syntaxParser) fail(what string) {
	if p.err == nil {
		p.err = fmt.Errorf("%w: %s before %q", ErrSyntaxLine, what, p.rest)
	}
	p.rest = ""
}

// peek skips blanks and is the next byte, 0 at the end.
func (p *syntaxParser) peek() byte {
	p.rest = strings.TrimLeft(p.rest, " ")
	if p.rest == "" {
		return 0
	}
	return p.rest[0]
}

// accept steps over the byte c if it comes next.
func (p *syntaxParser) accept(c byte) bool {
	if p.peek() != c {
		return false
	}
	p.rest = p.rest[1:]
	return true
}

// word reads up to a blank or a byte with a meaning.
func (p *syntaxParser) word() string {
	end := strings.IndexAny(p.rest, " []<>(){}|")
	if end < 0 {
		end = len(p.rest)
	}
	w := p.rest[:end]
	p.rest = p.rest[end:]
	return w
}

// sequence reads elements up to a closing bracket, a bar or the end.
func (p *syntaxParser) sequence() []Argument {
	var args []Argument
	for {
		switch p.peek() {
		case 0, ']', '>', ')', '|':
			return args
		case '[':
			args = p.bracket(args)
		case '{', '}':
			p.fail("a note without an element")
		default:
			if strings.HasPrefix(p.rest, "...") {
				p.rest = p.rest[len("..."):]
				p.repeated = true
				return args
			}
			args = append(args, p.element())
		}
	}
}

// bracket reads [ ... ], which is something optional or a repetition of the elements before it.
func (p *syntaxParser) bracket(before []Argument) []Argument {
	keys := p.keys
	p.accept('[')
	alternatives := p.alternatives(']')
	if p.repeated {
		p.repeated, p.keys = false, keys
		return p.repeat(before, alternatives)
	}
	a := p.group(alternatives)
	a.Optional = true
	p.note(&a)
	return append(before, a)
}

// group makes one argument of what stood between brackets.
func (p *syntaxParser) group(alternatives [][]Argument) Argument {
	if len(alternatives) == 1 {
		return block(alternatives[0])
	}
	a := Argument{Type: "oneof", KeySpec: -1}
	for _, elements := range alternatives {
		a.Args = append(a.Args, block(elements))
	}
	return a
}

// block is the only element, or a block of the elements.
func block(elements []Argument) Argument {
	if len(elements) == 1 {
		return elements[0]
	}
	names := make([]string, len(elements))
	for i, e := range elements {
		names[i] = e.Name
	}
	return Argument{
		Name: strings.Join(names, "_"), Type: "block", KeySpec: -1, Args: elements,
	}
}

// alternatives reads sequences between bars, up to and with the closing bracket.
func (p *syntaxParser) alternatives(closing byte) [][]Argument {
	var all [][]Argument
	for {
		elements := p.sequence()
		if len(elements) == 0 {
			p.fail("nothing between brackets or bars")
		}
		all = append(all, elements)
		if p.accept('|') && p.err == nil {
			continue
		}
		if p.err == nil && !p.accept(closing) {
			p.fail("a bracket is not closed")
		}
		if p.repeated && closing != ']' {
			p.fail("... outside of brackets")
		}
		return all
	}
}

// repeat marks the elements that "[x y ...]" repeats.
func (p *syntaxParser) repeat(before []Argument, again [][]Argument) []Argument {
	if p.err != nil || len(again) != 1 {
		p.fail("a repetition with a choice")
		return before
	}
	want, from, got := words(again[0]), len(before), 0
	for got < want && from > 0 {
		from--
		got += words(before[from : from+1])
	}
	if got < want {
		p.fail("a repetition of more than there is")
		return before
	}
	a := block(before[from:])
	a.Multiple = true
	a.MultipleToken = a.HasToken && got == want
	p.note(&a)
	return append(before[:from:from], a)
}

// words counts the words of the line that the arguments come from.
func words(args []Argument) int {
	n := 0
	for _, a := range args {
		if a.HasToken {
			n++
		}
		if a.Args == nil && a.Type != "pure-token" {
			n++
		}
		n += words(a.Args)
	}
	return n
}

// element reads a choice, a block, a value, or a token with what belongs to it.
func (p *syntaxParser) element() Argument {
	var a Argument
	switch p.peek() {
	case '<':
		p.accept('<')
		a = p.group(p.alternatives('>'))
	case '(':
		p.accept('(')
		elements := p.alternatives(')')[0]
		a = block(elements)
		if len(elements) == 1 { // a block all the same
			a = Argument{Name: a.Name, Type: "block", KeySpec: -1, Args: elements}
		}
	default:
		word := p.word()
		if isToken(word) {
			return p.token(strings.Trim(word, `"`))
		}
		a = Argument{Name: word, Type: argumentType(word), KeySpec: -1}
	}
	p.note(&a)
	return a
}

// isToken reports whether a word stands for itself: no small letter is in it.
func isToken(word string) bool { return strings.ToUpper(word) == word }

// token reads what belongs to a token that has just been read.
func (p *syntaxParser) token(token string) Argument {
	noted := strings.HasPrefix(p.rest, "{")
	switch c := p.peek(); {
	case noted, c == 0, strings.IndexByte("]>)|[", c) >= 0, strings.HasPrefix(p.rest, "..."):
	case c != '<' && c != '(' && isToken(p.peekWord()):
	default:
		a := p.element()
		a.Token, a.HasToken = token, true
		if a.Name == "" {
			a.Name = strings.ToLower(token)
		}
		return a
	}
	a := Argument{
		Name: strings.ToLower(token), Type: "pure-token", Token: token, HasToken: true,
		KeySpec: -1,
	}
	p.note(&a)
	return a
}

// peekWord is the next word.
func (p *syntaxParser) peekWord() string {
	ahead := *p
	return ahead.word()
}

// note reads the braces behind an element, if there are any.
func (p *syntaxParser) note(a *Argument) {
	if strings.HasPrefix(p.rest, "{") {
		text, rest, closed := strings.Cut(p.rest[1:], "}")
		if !closed {
			p.fail("a note is not closed")
			return
		}
		for _, field := range strings.Fields(text) {
			p.field(a, field)
		}
		p.rest = rest
	}
	if a.Type == "key" && a.KeySpec < 0 {
		a.KeySpec = p.keys
		p.keys++
	}
}

// field reads one word of a note.
func (p *syntaxParser) field(a *Argument, field string) {
	switch {
	case field == "*":
		a.Multiple = true
	case field == "**":
		a.Multiple, a.MultipleToken = true, true
	case field[0] == ':':
		a.Type = field[1:]
	case field[0] == '@':
		a.Since = field[1:]
	case field[0] == '-':
		a.Deprecated = field[1:]
	case field[0] == '#':
		n, err := strconv.Atoi(field[1:])
		if err != nil || n < 0 {
			p.fail("no index behind #")
			return
		}
		a.KeySpec, p.keys = n, n+1
	default:
		a.Name = field
	}
}

// argumentType is the type that goes with the name of a value. Redis's own names decide: a name
// is here if most arguments of that name have the type.
func argumentType(name string) string {
	switch name {
	case "key", "key1", "key2", "source", "destination", "destkey", "sourcekey", "newkey",
		"src", "dst":
		return "key"
	case "count", "seconds", "milliseconds", "ms", "cursor", "port", "offset", "numkeys",
		"start", "stop", "end", "limit", "weight", "index", "index1", "index2", "bit", "bits",
		"rank", "len", "db", "destination-db", "ttl", "frequency", "client-id", "slot",
		"start-slot", "end-slot", "protover", "version", "numreplicas", "num-matches",
		"decrement", "increment", "entries_added", "entries_read", "config-epoch",
		"cluster_bus_port":
		return "integer"
	case "longitude", "latitude", "radius", "width", "height", "score", "timeout":
		return "double"
	case "unix-time-seconds", "unix-time-milliseconds":
		return "unix-time"
	case "pattern":
		return "pattern"
	}
	return "string"
}
