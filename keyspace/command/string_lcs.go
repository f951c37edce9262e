package command

import (
	"github.com/ringer-kv/ringer/keyspace"
	"github.com/ringer-kv/ringer/keyspace/reply"
)

var lcsSpec = keyspace.Spec{
	Name: "lcs", Group: keyspace.String, Since: "7.0.0", Arity: -3,
	Syntax: "key1 key2{#0} [LEN] [IDX] [MINMATCHLEN len] [WITHMATCHLEN]", Flags: keyspace.ReadOnly,
	Keys:       keyspace.KeyRange(1, 2, 1, keyspace.RO|keyspace.Access),
	Summary:    "Find longest common substring",
	Complexity: "O(N*M) where N and M are the lengths of s1 and s2, respectively",
	Run:        lcsCommand,
}

func lcsCommand(c *keyspace.Ctx) {
	a, okA := lcsString(c, c.Args[1])
	b, okB := lcsString(c, c.Args[2])
	if !okA || !okB {
		c.Error(reply.ErrLCSType)
		return
	}
	o, err := parseLCSOptions(c.Args)
	if err != "" {
		c.Error(err)
		return
	}
	// Redis makes a table of numbers, and refuses if that gets too large. Ours is smaller, the
	// limit the same.
	const cellBytes = 4
	if uint64(len(a)+1)*uint64(len(b)+1) > uint64(c.Engine.Limits().MaxBulkBytes.Load())/cellBytes {
		c.Error(reply.ErrLCSMemory)
		return
	}
	switch l := newLCS(a, b, o.index || !o.length); {
	case o.index:
		o.replyIndex(c, l)
	case o.length:
		c.Reply.Int(int64(l.length))
	default:
		c.Reply.Bulk(l.common())
	}
}

// lcsString looks one of the strings up; a key that does not exist is an empty one.
func lcsString(c *keyspace.Ctx, key []byte) (value []byte, ok bool) {
	e := c.DB.LookupRead(key)
	if !e.Found() {
		return nil, true
	}
	if e.Type() != keyspace.TypeString {
		return nil, false
	}
	return e.StringBytes(), true
}

// lcsOptions are the options of LCS.
type lcsOptions struct {
	length, index, withMatchLen bool
	minMatchLen                 int64
}

func parseLCSOptions(args [][]byte) (o lcsOptions, err reply.Error) {
	opts := newCursor(args, 3)
	for opts.More() {
		switch {
		case opts.Is("IDX"):
			o.index = true
		case opts.Is("LEN"):
			o.length = true
		case opts.Is("WITHMATCHLEN"):
			o.withMatchLen = true
		case opts.IsWith("MINMATCHLEN", 1):
			var ok bool
			if o.minMatchLen, ok = opts.Int(); !ok {
				return o, reply.ErrNotInteger
			}
		default:
			return o, reply.ErrSyntax
		}
	}
	if o.index && o.length {
		return o, reply.ErrLCSBoth
	}
	return o, ""
}

// replyIndex replies with the runs that the common subsequence consists of, from the last one on.
func (o *lcsOptions) replyIndex(c *keyspace.Ctx, l *lcs) {
	c.Reply.Map(2)
	c.Reply.BulkString("matches")
	n, mark := 0, c.Reply.DeferArray()
	l.walk(func(r lcsRun) {
		if int64(r.size) < o.minMatchLen {
			return
		}
		n++
		elements := 2
		if o.withMatchLen {
			elements = 3
		}
		c.Reply.Array(elements)
		for _, start := range [...]int{r.a, r.b} {
			c.Reply.Array(2)
			c.Reply.Int(int64(start))
			c.Reply.Int(int64(start + r.size - 1))
		}
		if o.withMatchLen {
			c.Reply.Int(int64(r.size))
		}
	})
	c.Reply.Resolve(mark, n)
	c.Reply.BulkString("len")
	c.Reply.Int(int64(l.length))
}

// lcs is a longest common subsequence of two strings: one of them, where there are several, and
// the one that Redis finds.
//
// Redis keeps the length for each pair of prefixes, 4 bytes each. To walk back it is enough to
// know, where the last bytes of two prefixes differ, which of the two shorter pairs has the longer
// subsequence: one bit.
type lcs struct {
	a, b   []byte
	length int
	// up has a bit for each pair of prefixes: that the pair without the last byte of a has a longer
	// subsequence than that without the last byte of b. nil if only the length is asked for.
	up []uint64
}

// lcsRun is a run of bytes that both strings have: size bytes from a and from b on.
type lcsRun struct{ a, b, size int }

// newLCS compares the strings. O(len(a) len(b)).
func newLCS(a, b []byte, walkable bool) *lcs {
	l := &lcs{a: a, b: b}
	if walkable {
		l.up = make([]uint64, (len(a)*len(b)+63)/64)
	}
	row := make([]uint32, len(b)+1) // the lengths for a prefix of a and all those of b
	for i := range a {
		diagonal := uint32(0) // what row[j] was for the prefix before
		for j := range b {
			above, left := row[j+1], row[j]
			switch {
			case a[i] == b[j]:
				row[j+1] = diagonal + 1
			case above > left:
				l.markUp(i, j)
			default:
				row[j+1] = left
			}
			diagonal = above
		}
	}
	l.length = int(row[len(b)])
	return l
}

func (l *lcs) markUp(i, j int) {
	if l.up != nil {
		at := i*len(l.b) + j
		l.up[at/64] |= 1 << (at % 64)
	}
}

func (l *lcs) isUp(i, j int) bool {
	at := i*len(l.b) + j
	return l.up[at/64]>>(at%64)&1 != 0
}

// walk calls fn for the runs of the subsequence, from the end to the start.
func (l *lcs) walk(fn func(r lcsRun)) {
	i, j := len(l.a), len(l.b)
	run := lcsRun{}
	for i > 0 && j > 0 {
		if l.a[i-1] == l.b[j-1] {
			i, j = i-1, j-1
			run = lcsRun{i, j, run.size + 1}
			continue
		}
		if run.size > 0 {
			fn(run)
			run.size = 0
		}
		if l.isUp(i-1, j-1) {
			i--
		} else {
			j--
		}
	}
	if run.size > 0 {
		fn(run)
	}
}

// common is the subsequence itself.
func (l *lcs) common() []byte {
	s := make([]byte, l.length)
	end := len(s)
	l.walk(func(r lcsRun) {
		end -= r.size
		copy(s[end:], l.a[r.a:r.a+r.size])
	})
	return s
}
