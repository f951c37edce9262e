package stream

import (
	"errors"
	"math"

	"github.com/ringer-kv/ringer/types/arena"
	"github.com/ringer-kv/ringer/types/avl"
	"github.com/ringer-kv/ringer/types/listpack"
)

// MaxEntryBytes is the size that the fields and values of one entry may have together.
//
// Redis: STREAM_LISTPACK_MAX_SIZE.
const MaxEntryBytes = 1 << 30

// UnknownCount is the value of a counter that is not known.
//
// Redis: SCG_INVALID_ENTRIES_READ.
const UnknownCount = -1

// ErrCorrupt says that what was loaded can't be a stream.
var ErrCorrupt = errors.New("stream: corrupt")

// Limits bound a block; an entry that exceeds one begins another block.
type Limits struct {
	NodeMaxBytes   int64 // stream-node-max-bytes; 0: MaxEntryBytes
	NodeMaxEntries int64 // stream-node-max-entries; 0: any number
}

// Env is what all streams of a keyspace have in common. Limits may change at any time; they are
// looked at when an entry is added.
//
// Owned by the keyspace goroutine.
type Env struct {
	Arena  *arena.Arena
	Limits Limits

	values  []listpack.Value // of the entry that is added
	scratch [2][scratchBytes]byte
	idText  [idTextBytes]byte
}

// scratchBytes is enough for the digits of an integer.
const scratchBytes = 24

// idTextBytes is enough for an id as text.
const idTextBytes = 2*20 + 1

// Text is an id as text, which is valid until the next call for any stream.
func (s *Stream) Text(id ID) []byte { return id.Append(s.env.idText[:0]) }

// Stream is a view of one stream, made for the length of a command. It is small and may be copied.
//
// Owned by the keyspace goroutine.
type Stream struct {
	env *Env
	ref arena.Ref
}

// header is the block of a stream.
type header struct {
	length     uint64
	added      uint64 // entries-added
	last       ID     // of the entry added last, or as XSETID left it
	first      ID
	maxDeleted ID
	bytes      int64 // what the stream takes from the arena, the header included
	blocks     avl.Tree
	groups     avl.Tree
	tail       arena.Ref
	pieces     uint32 // allocations
}

const headerBytes = 96 // of header

// New makes an empty stream.
func New(env *Env) Stream {
	s := Stream{env: env, ref: env.Arena.Alloc(headerBytes)}
	*s.header() = header{bytes: int64(arena.ClassSize(headerBytes)), pieces: 1}
	return s
}

// Open is a view of a stream by what was stored of it.
func Open(env *Env, ref arena.Ref) Stream { return Stream{env: env, ref: ref} }

// Ref is the block of the stream. It never changes.
func (s *Stream) Ref() arena.Ref { return s.ref }

func (s *Stream) header() *header { return arena.At[header](s.env.Arena, s.ref) }

// alloc is an allocation that belongs to the stream.
func (s *Stream) alloc(n int) arena.Ref {
	h := s.header()
	h.bytes += int64(arena.ClassSize(n))
	h.pieces++
	return s.env.Arena.Alloc(n)
}

func (s *Stream) free(r arena.Ref, n int) {
	h := s.header()
	h.bytes -= int64(arena.ClassSize(n))
	h.pieces--
	s.env.Arena.Free(r, n)
}

// Len is the number of entries.
func (s *Stream) Len() int { return int(s.header().length) }

// Blocks is the number of blocks.
func (s *Stream) Blocks() int { return s.header().blocks.Len() }

// LastID is the id of the entry added last, deleted or not, or what SetLastID has set.
func (s *Stream) LastID() ID { return s.header().last }

// SetLastID sets the id that new entries must exceed. It must not be below that of an entry.
//
// It may be below the ids of tombstones, and of a block where nothing else is left. Such a block
// goes, so that I2 holds for the entries to come. Redis: it stays, and they may come out of order.
func (s *Stream) SetLastID(id ID) {
	h := s.header()
	for h.tail != 0 && id.Less(blockAt(s.env.Arena, h.tail).first) {
		s.unlink(h.tail)
	}
	h.last = id
	s.checkSmall()
}

// FirstID is the id of the first entry, 0-0 if there is none.
func (s *Stream) FirstID() ID { return s.header().first }

// MaxDeletedID is the largest id that was deleted by itself, 0-0 if none was.
func (s *Stream) MaxDeletedID() ID { return s.header().maxDeleted }

// SetMaxDeletedID sets what MaxDeletedID returns.
func (s *Stream) SetMaxDeletedID(id ID) { s.header().maxDeleted = id }

// EntriesAdded is the number of entries that were ever added.
func (s *Stream) EntriesAdded() uint64 { return s.header().added }

// SetEntriesAdded sets what EntriesAdded returns.
func (s *Stream) SetEntriesAdded(n uint64) { s.header().added = n }

// MemoryUsage is the number of bytes of the arena that the stream takes. O(1).
func (s *Stream) MemoryUsage() int { return int(s.header().bytes) }

// FreeEffort is the number of allocations that freeing the stream takes: many are better left to a
// worker.
//
// Redis: streamGetFreeEffort.
func (s *Stream) FreeEffort() int { return int(min(s.header().pieces, math.MaxInt32)) }

// payloadBytes is the size of fields and values.
func payloadBytes(pairs [][]byte) int {
	n := 0
	for _, word := range pairs {
		n += len(word)
	}
	return n
}

// TooLarge reports whether the fields and values are more than an entry may have.
func TooLarge(pairs [][]byte) bool { return payloadBytes(pairs) > MaxEntryBytes }

// GrowthBytes is about what Add may have to allocate in one piece for the fields and values.
func (s *Stream) GrowthBytes(pairs [][]byte) int {
	const wordOverhead, entryOverhead = 10, 64 // header and length of an element; the numbers
	n := 2*payloadBytes(pairs) + len(pairs)*wordOverhead + entryOverhead
	if h := s.header(); h.tail != 0 {
		n += len(s.pack(h.tail))
	}
	return room(n)
}

// Add adds an entry with the fields and values in turn, which are copied. The id must be above the
// last one, and the entry not TooLarge. O(1), O(log n) with a new block.
//
// Redis: streamAppendItem.
func (s *Stream) Add(id ID, pairs [][]byte) {
	h := s.header()
	r := h.tail
	if r == 0 || s.full(s.pack(r), payloadBytes(pairs)) {
		r = s.newBlock(id, pairs)
	}
	b := s.pack(r)
	m := readMaster(b)
	values := s.entryValues(id, blockAt(s.env.Arena, r).first, pairs, m.hasFields(b, pairs))
	size := 0
	for _, v := range values {
		size += listpack.Size(v)
	}
	r, b = s.setNumber(r, b, countPos(b), m.count+1)
	_, b = s.resize(r, b, len(b)+size)
	listpack.Append(b, values...)
	clear(values)

	h.length++
	h.added++
	h.last = id
	if h.length == 1 {
		h.first = id
	}
	s.checkSmall()
}

// full reports whether an entry of so many bytes must begin another block.
func (s *Stream) full(b []byte, payload int) bool {
	limits := &s.env.Limits
	maxBytes := int(min(limits.NodeMaxBytes, MaxEntryBytes))
	if maxBytes <= 0 {
		maxBytes = MaxEntryBytes
	}
	if len(b)+payload >= maxBytes {
		return true
	}
	if limits.NodeMaxEntries == 0 {
		return false
	}
	m := readCounts(b)
	return m.count+m.deleted >= limits.NodeMaxEntries
}

// entryValues are the elements of an entry in the listpack. They are used again by the next call.
func (s *Stream) entryValues(id, first ID, pairs [][]byte, same bool) []listpack.Value {
	n := len(pairs) / 2
	flags, size := int64(0), n+fixedElements
	if same {
		flags = flagSameFields
	} else {
		size += n + 1
	}
	v := append(s.env.values[:0], listpack.Int(flags),
		listpack.Int(int64(id.Ms-first.Ms)), listpack.Int(int64(id.Seq-first.Seq)))
	if !same {
		v = append(v, listpack.Int(int64(n)))
	}
	for i := 0; i < len(pairs); i += 2 {
		if !same {
			v = append(v, listpack.String(pairs[i]))
		}
		v = append(v, listpack.String(pairs[i+1]))
	}
	v = append(v, listpack.Int(int64(size)))
	if cap(v) <= keptValues {
		s.env.values = v[:0]
	}
	return v
}

// keptValues is the largest scratch space that is kept for the next entry.
const keptValues = 1024

// newBlock puts a block behind the last one, with a master entry that counts no entries yet.
func (s *Stream) newBlock(id ID, pairs [][]byte) arena.Ref {
	v := append(s.env.values[:0], listpack.Int(0), listpack.Int(0),
		listpack.Int(int64(len(pairs)/2)))
	for i := 0; i < len(pairs); i += 2 {
		v = append(v, listpack.String(pairs[i]))
	}
	v = append(v, listpack.Int(0))
	size := listpack.EmptySize
	for _, value := range v {
		size += listpack.Size(value)
	}
	r := s.allocBlock(id, size)
	b := s.env.Arena.Bytes(r, room(blockBytes+size))[blockBytes:]
	listpack.Append(listpack.New(b[:0]), v...)
	clear(v)
	s.linkLast(r)
	return r
}
