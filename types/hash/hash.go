package hash

import (
	"github.com/ringer-kv/ringer/types/arena"
	"github.com/ringer-kv/ringer/types/dict"
)

// Encoding says how a hash lies in memory.
type Encoding uint8

// The encodings. Those of a hash whose fields may have deadlines follow the others, each two behind
// its own kind.
const (
	Listpack       Encoding = iota // one block, fields and values in turn
	Hashtable                      // a table of nodes
	ListpackTimed                  // a header, and a listpack with a deadline behind each value
	HashtableTimed                 // a table of nodes, some of them in a tree of deadlines
)

// String is the name that OBJECT ENCODING gives.
func (e Encoding) String() string {
	return [...]string{"listpack", "hashtable", "listpackex", "hashtable"}[e]
}

// Packed reports whether all of the hash is one listpack.
func (e Encoding) Packed() bool { return e&1 == 0 }

// Timed reports whether fields may have deadlines.
func (e Encoding) Timed() bool { return e >= ListpackTimed }

// Limits bound the listpack encoding; a hash that exceeds one becomes a hashtable.
type Limits struct {
	MaxEntries    int // hash-max-listpack-entries
	MaxValueBytes int // hash-max-listpack-value: the longest field or value
}

// Env is what all hashes of a keyspace have in common. Limits may change at any time; they are
// looked at when a field is set.
//
// Owned by the keyspace goroutine.
type Env struct {
	Arena  *arena.Arena
	Seed   dict.Seed
	Limits Limits
}

// Hash is a view of one hash, made for the length of a command. It is small and may be copied, but
// a copy knows nothing of what is done through another one: after each change, store Ref and
// Encoding where the hash is kept.
//
// Owned by the keyspace goroutine.
type Hash struct {
	env *Env
	ref arena.Ref
	enc Encoding
}

// New makes an empty hash.
func New(env *Env) Hash {
	h := Hash{env: env}
	h.initPack()
	return h
}

// NewHashtable makes an empty hash as a hashtable with room for n fields.
func NewHashtable(env *Env, n int) Hash {
	h := Hash{env: env}
	h.initTable(n)
	return h
}

// Open is a view of a hash by what was stored of it.
func Open(env *Env, ref arena.Ref, enc Encoding) Hash {
	return Hash{env: env, ref: ref, enc: enc}
}

// Copy is a hash of its own with the same pairs and deadlines in the same encoding, whatever Limits
// say. O(n).
func (h *Hash) Copy() Hash {
	a, to := h.env.Arena, Hash{env: h.env, enc: h.enc}
	if h.enc.Packed() {
		b := h.pack()
		if h.enc.Timed() {
			to.ref = to.newPackHeader()
		}
		ref := a.Alloc(len(b))
		copy(a.Bytes(ref, len(b)), b)
		to.setPackRef(ref)
		return to
	}
	to.initTable(h.Len())
	h.header().table.Each(a, func(r arena.Ref) bool {
		to.tableInsert(fieldOf(a, r), valueOf(a, r), arena.At[dict.Node](a, r).Hash)
		return true
	})
	if h.enc.Timed() {
		to.copyDeadlines(h)
	}
	return to
}

// Ref is the block of the hash. Only a change of the hash changes it.
func (h *Hash) Ref() arena.Ref { return h.ref }

// Encoding is how the hash lies in memory. Only a change of the hash changes it.
func (h *Hash) Encoding() Encoding { return h.enc }

// Len is the number of fields.
func (h *Hash) Len() int {
	if h.enc.Packed() {
		return h.packLen()
	}
	return h.header().table.Len()
}

// Get is the value of a field: a part of the hash's memory, or digits written to scratch, which
// should have a capacity of ScratchBytes, else they go to the heap. Valid until the hash or the
// scratch changes. O(1).
func (h *Hash) Get(field, scratch []byte) (value []byte, ok bool) {
	if h.enc.Packed() {
		return h.packGet(field, scratch)
	}
	r, _ := h.tableFind(field)
	if r == 0 {
		return nil, false
	}
	return valueOf(h.env.Arena, r), true
}

// Has says whether the field is there. O(1).
func (h *Hash) Has(field []byte) bool {
	if h.enc.Packed() {
		return h.packFind(field) != 0
	}
	r, _ := h.tableFind(field)
	return r != 0
}

// Set gives the field a value, and returns whether the field is new. O(1). Both are copied; they
// must not be a part of the hash's own memory. A deadline of the field is removed.
func (h *Hash) Set(field, value []byte) (added bool) { return h.set(field, value, false) }

// Update is Set, but for a deadline of the field, which stays: for a command that changes a value
// rather than replacing it.
func (h *Hash) Update(field, value []byte) (added bool) { return h.set(field, value, true) }

func (h *Hash) set(field, value []byte, keepDeadline bool) (added bool) {
	if h.enc.Packed() && !h.packTakes(field, value) {
		h.toTable(1)
	}
	if h.enc.Packed() {
		added = h.packSet(field, value, keepDeadline)
		if h.packLen() > h.env.Limits.MaxEntries {
			h.toTable(0)
		}
	} else {
		added = h.tableSet(field, value, keepDeadline)
	}
	h.checkSmall()
	return added
}

// Delete removes the field, and returns false if it was not there. O(1). An empty hash stays
// valid; whoever keeps it will want to Free it.
func (h *Hash) Delete(field []byte) bool {
	deleted := false
	if h.enc.Packed() {
		deleted = h.packDelete(field)
	} else if r, _ := h.tableFind(field); r != 0 {
		deleted = true
		h.tableDelete(r)
	}
	h.checkSmall()
	return deleted
}

// MemoryUsage is the number of bytes of the arena that the hash takes. O(1).
func (h *Hash) MemoryUsage() int {
	if h.enc.Packed() {
		return cap(h.pack()) + h.headerSize()
	}
	head := h.header()
	return h.headerSize() + head.table.BytesUsed() + int(head.nodeBytes)
}

// headerSize is what the header takes; a listpack that is not timed has none.
func (h *Hash) headerSize() int {
	if h.enc == Listpack {
		return 0
	}
	return arena.ClassSize(int(headerBytes[h.enc]))
}

// FreeEffort is the number of blocks, about, that freeing the hash takes: many are better left to
// a worker.
//
// Redis: lazyfreeGetFreeEffort.
func (h *Hash) FreeEffort() int {
	if h.enc.Packed() {
		return 1
	}
	return h.header().table.Len()
}

// Free gives the memory of the hash back. The hash must not be used any more. O(n) as a hashtable.
func (h *Hash) Free() { h.freeAll(h.env.Arena.Free) }

// FreeChain is Free on a worker, for a hash that the owner has let go of: it touches nothing but
// the hash's own blocks and the chain.
func (h *Hash) FreeChain(c *arena.Chain) { h.freeAll(c.Free) }

func (h *Hash) freeAll(free func(r arena.Ref, n int)) {
	if h.enc.Packed() {
		free(h.packRef(), cap(h.pack()))
	} else {
		a, head := h.env.Arena, h.header()
		head.table.Each(a, func(r arena.Ref) bool {
			free(r, sizeOf(a, r))
			return true
		})
		head.table.FreeTo(free)
	}
	if h.enc != Listpack {
		free(h.ref, int(headerBytes[h.enc]))
	}
}
