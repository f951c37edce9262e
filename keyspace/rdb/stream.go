package rdb

import (
	"encoding/binary"

	"github.com/ringer-kv/ringer/types/stream"
)

// This file is the form of streams:
//
//	stream     | blocks | id, listpack | ... | entries | last id | first id | max deleted id |
//	           | entries added | groups | group | ... |
//	group      | name | last id | entries read | pending | entry | ... | consumers | consumer | ...
//	entry      | id | time | deliveries |
//	consumer   | name | time seen | time active | pending | id | ... |
//
// An id is two lengths, but for those of blocks, in a text, and those of pending entries: 16 bytes,
// big-endian. Times are milliseconds in 8 bytes. Type 15 has nothing from the first id to the
// entries added, and no entries read; only type 21 has the time at which a consumer was active.

// idBytes is the size of an id in binary.
const idBytes = 16

// Stream writes a stream. O(n).
func (e *Encoder) Stream(s *stream.Stream) {
	e.Begin(TypeStreamListpacks2)
	e.Length(uint64(s.Blocks()))
	var id [idBytes]byte
	s.EachBlock(func(first stream.ID, b []byte) {
		e.Text(appendID(id[:0], first))
		e.Text(b)
	})
	e.Length(uint64(s.Len()))
	e.id(s.LastID())
	e.id(s.FirstID())
	e.id(s.MaxDeletedID())
	e.Length(s.EntriesAdded())
	e.Length(uint64(s.Groups()))
	s.EachGroup(e.group)
}

func (e *Encoder) id(id stream.ID) {
	e.Length(id.Ms)
	e.Length(id.Seq)
}

func appendID(b []byte, id stream.ID) []byte {
	return binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(b, id.Ms), id.Seq)
}

func (e *Encoder) millis(ms int64) {
	e.Buf = binary.LittleEndian.AppendUint64(e.Buf, uint64(ms))
}

// group writes a group of consumers.
func (e *Encoder) group(g stream.Group) {
	e.Text(g.Name())
	e.id(g.LastID())
	e.Length(uint64(g.EntriesRead()))
	e.Length(uint64(g.Pending()))
	for p, ok := g.FirstPending(stream.ID{}); ok; p, ok = p.Next() {
		e.Buf = appendID(e.Buf, p.ID())
		e.millis(p.DeliveredMs())
		e.Length(uint64(p.Count()))
	}
	e.Length(uint64(g.Consumers()))
	g.EachConsumer(func(c stream.Consumer) {
		e.Text(c.Name())
		e.millis(c.SeenMs())
		e.Length(uint64(c.Pending()))
		for p, ok := c.FirstPending(stream.ID{}); ok; p, ok = p.Next() {
			e.Buf = appendID(e.Buf, p.ID())
		}
	})
}

// Stream reads a stream of a type of KindStream. It may be empty. Redis checks less: ids may be in
// any order, and a pending entry may be of no consumer.
func (d *Decoder) Stream(t Type, env *stream.Env) stream.Stream {
	s := stream.New(env)
	for n := d.many(idBytes + 2); n > 0 && d.err == nil; n-- {
		d.streamBlock(&s)
	}
	if length := d.Length(); length != uint64(s.Len()) {
		d.fail(ErrCorrupt)
	}
	state := stream.State{LastID: d.id(), EntriesAdded: uint64(s.Len())}
	if t != TypeStream {
		d.id() // the first one, which is known from the blocks
		state.MaxDeletedID = d.id()
		state.EntriesAdded = d.Length()
	}
	if d.err == nil && s.Finish(state) != nil {
		d.fail(ErrCorrupt)
	}
	for n := d.many(1); n > 0 && d.err == nil; n-- {
		d.group(t, &s)
	}
	if d.err != nil {
		s.Free()
	}
	return s
}

// many is count where there may be none.
func (d *Decoder) many(leastBytes uint64) int {
	n := d.Length()
	if n > d.left()/leastBytes {
		d.fail(ErrCorrupt)
		return 0
	}
	return int(n)
}

func (d *Decoder) id() (id stream.ID) {
	id.Ms = d.Length()
	id.Seq = d.Length()
	return id
}

// rawID reads an id in binary.
func (d *Decoder) rawID() (id stream.ID) {
	if b := d.take(idBytes); b != nil {
		id = idOf(b)
	}
	return id
}

func idOf(b []byte) stream.ID {
	return stream.ID{Ms: binary.BigEndian.Uint64(b), Seq: binary.BigEndian.Uint64(b[8:])}
}

func (d *Decoder) millis() int64 {
	if b := d.take(8); b != nil {
		return int64(binary.LittleEndian.Uint64(b))
	}
	return 0
}

func (d *Decoder) streamBlock(s *stream.Stream) {
	key := d.bytes()
	if len(key) != idBytes {
		d.fail(ErrCorrupt)
		return
	}
	first := idOf(key)
	b := d.block()
	if d.err == nil && d.spend(elementBytes+len(b)+len(b)/8) && s.AppendBlock(first, b) != nil {
		d.fail(ErrCorrupt)
	}
}

// pendingEntry is a pending entry whose consumer is not known yet.
type pendingEntry struct {
	id          stream.ID
	deliveredMs int64
	count       int64
	taken       bool
}

// group reads a group of consumers.
func (d *Decoder) group(t Type, s *stream.Stream) {
	name := d.bytes()
	if d.err != nil || !d.spendElement(len(name)) {
		return
	}
	g, fresh := s.CreateGroup(name, stream.ID{}, 0)
	if !fresh {
		d.fail(ErrCorrupt)
		return
	}
	last := d.id()
	read := s.Distance(last)
	if t != TypeStream {
		read = int64(d.Length())
	}
	g.SetLastID(last)
	g.SetEntriesRead(read)
	const leastBytes = idBytes + 8 + 1
	entries := make([]pendingEntry, d.many(leastBytes))
	for i := range entries {
		entries[i] = pendingEntry{d.rawID(), d.millis(), int64(d.Length()), false}
		if i > 0 && !entries[i-1].id.Less(entries[i].id) {
			d.fail(ErrCorrupt)
		}
	}
	for n := d.many(1); n > 0 && d.err == nil; n-- {
		d.consumer(t, &g, entries)
	}
	if d.err == nil && g.Pending() != len(entries) {
		d.fail(ErrCorrupt)
	}
}

// consumer reads a consumer with what is pending for it.
func (d *Decoder) consumer(t Type, g *stream.Group, entries []pendingEntry) {
	name := d.bytes()
	if d.err != nil || !d.spendElement(len(name)) {
		return
	}
	c, fresh := g.CreateConsumer(name, 0)
	if !fresh {
		d.fail(ErrCorrupt)
		return
	}
	c.SetSeenMs(d.millis())
	if t == TypeStreamListpacks3 {
		d.millis() // when it was active
	}
	for n := d.many(idBytes); n > 0 && d.err == nil; n-- {
		p := findEntry(entries, d.rawID())
		if d.err != nil || p == nil || p.taken {
			d.fail(ErrCorrupt)
			return
		}
		p.taken = true
		const pendingBytes = 72
		if d.spend(pendingBytes) {
			g.AddPending(p.id, c, p.deliveredMs, p.count)
		}
	}
}

// findEntry is the pending entry with the id, nil if there is none. O(log n).
func findEntry(entries []pendingEntry, id stream.ID) *pendingEntry {
	from, to := 0, len(entries)
	for from < to {
		middle := int(uint(from+to) / 2)
		if entries[middle].id.Less(id) {
			from = middle + 1
		} else {
			to = middle
		}
	}
	if from == len(entries) || entries[from].id != id {
		return nil
	}
	return &entries[from]
}
