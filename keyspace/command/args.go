package command

import (
	"github.com/ringer-kv/ringer/types/num"
)

// cursor walks over the arguments of a command, options mostly:
//
//	c := newCursor(args, 3)
//	for c.More() {
//		switch {
//		case c.Is("NX"):
//			flags |= setNX
//		case c.IsWith("EX", 1):
//			ex = c.Arg()
//		default:
//			return reply.ErrSyntax
//		}
//	}
//
// It allocates nothing. The arguments are borrowed.
type cursor struct {
	args [][]byte
	i    int
}

// newCursor is a cursor before the argument with the given index.
func newCursor(args [][]byte, from int) cursor { return cursor{args: args, i: from} }

// More reports whether arguments are left.
func (c *cursor) More() bool { return c.i < len(c.args) }

// Left is the number of arguments that are left.
func (c *cursor) Left() int { return len(c.args) - c.i }

// At is the index of the next argument.
func (c *cursor) At() int { return c.i }

// Is steps over the next argument if it is the given word, in any case of letters, and reports
// whether it was. The word is in upper case.
func (c *cursor) Is(word string) bool { return c.IsWith(word, 0) }

// IsWith is Is for an option with values: the word counts only if that many arguments follow.
func (c *cursor) IsWith(word string, values int) bool {
	if c.Left() <= values || !equalFold(c.args[c.i], word) {
		return false
	}
	c.i++
	return true
}

// Arg steps over the next argument. There must be one.
func (c *cursor) Arg() []byte {
	c.i++
	return c.args[c.i-1]
}

// Peek is the next argument. There must be one.
func (c *cursor) Peek() []byte { return c.args[c.i] }

// Rest is all that is left; the cursor then stands at the end.
func (c *cursor) Rest() [][]byte {
	rest := c.args[c.i:]
	c.i = len(c.args)
	return rest
}

// Int steps over the next argument and reads it as an integer. There must be one.
func (c *cursor) Int() (n int64, ok bool) { return num.ParseInt(c.Arg()) }

// Float steps over the next argument and reads it as a double. There must be one.
func (c *cursor) Float() (f float64, ok bool) { return num.ParseFloat(c.Arg()) }

// equalFold reports whether arg is the word, which is in upper case, whatever arg's case.
func equalFold(arg []byte, word string) bool {
	if len(arg) != len(word) {
		return false
	}
	for i, b := range arg {
		if b >= 'a' && b <= 'z' {
			b -= 'a' - 'A'
		}
		if b != word[i] {
			return false
		}
	}
	return true
}

// indexes are the numbers of a half-open range.
func indexes(from, to int) []int {
	var all []int
	for i := from; i < to; i++ {
		all = append(all, i)
	}
	return all
}
