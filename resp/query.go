package resp

// query holds the bytes that a connection has sent and that are not executed yet:
//
//	   old blocks           the current block
//	[ arguments ] ...   [ arguments | unused | room ]
//	                                r        w
//
// Arguments of a command that is still arriving, and those of the batch in flight, are views of
// the blocks and stay where they are. When room is short, the unused bytes, which are less than
// one argument, move to another block and the views keep the old one; when nothing is viewed
// they move to the front. A large argument gets a block of exactly its size, so its bytes are
// read in place and never move again, and the block is given back with the batch.
//
// Owned by the goroutine of its connection.
type query struct {
	from *blocks
	cur  *block
	old  []*block
	r, w int
	hold bool // the current block holds arguments that are viewed
	full bool // the last read left no room: take a bigger block next
}

// unused is what the parser has not used yet.
func (q *query) unused() []byte {
	if q.cur == nil {
		return nil
	}
	return q.cur.b[q.r:q.w]
}

// use marks bytes as parsed. When views says so, arguments among them are viewed from now on.
func (q *query) use(n int, views bool) {
	q.r += n
	q.hold = q.hold || views
}

// room makes place for a read, where the unused bytes are the beginning of need bytes that must
// stand together (0: unknown), and returns it.
func (q *query) room(need int) []byte {
	have := q.w - q.r
	if q.cur != nil && !q.hold && q.r > 0 {
		copy(q.cur.b, q.cur.b[q.r:q.w])
		q.r, q.w = 0, have
	}
	if q.cur == nil || !q.fits(need) {
		q.change(max(need, have+least(have)))
	}
	return q.cur.b[q.w:]
}

// least is the room to make behind the unused bytes. A line longer than a big block may just be
// over its limit: Redis sees it in whole reads, and so do we.
func least(have int) int {
	if have >= bigBlock {
		return readBytes
	}
	return minReadBytes
}

// fits reports whether the current block has room for a read.
func (q *query) fits(need int) bool {
	size := len(q.cur.b)
	if need >= bigArgBytes || size > bigBlock {
		return need > q.w-q.r && q.r+need <= size
	}
	return size-q.w >= minReadBytes && q.r+need <= size && !(q.full && size < bigBlock)
}

// change moves the unused bytes to another block of at least n bytes.
func (q *query) change(n int) {
	if q.full && n < bigBlock {
		n = bigBlock
	}
	next := q.from.get(n)
	have := 0
	if q.cur != nil {
		have = copy(next.b, q.cur.b[q.r:q.w])
		if q.hold {
			q.old = append(q.old, q.cur)
		} else {
			q.cur.free()
		}
	}
	q.cur, q.r, q.w, q.hold = next, 0, have, false
}

// filled notes that a read put n bytes into the room.
func (q *query) filled(n int) {
	q.w += n
	q.full = q.w == len(q.cur.b) && len(q.cur.b) <= bigBlock
}

// done ends all views: the batch has been executed.
func (q *query) done() {
	for i, k := range q.old {
		k.free()
		q.old[i] = nil
	}
	q.old = q.old[:0]
	q.hold = false
	if q.cur != nil && q.r == q.w {
		q.r, q.w = 0, 0
		if len(q.cur.b) > bigBlock {
			q.drop()
		}
	}
}

// size is what the blocks take.
func (q *query) size() (bytes int) {
	if q.cur != nil {
		bytes = len(q.cur.b)
	}
	for _, k := range q.old {
		bytes += len(k.b)
	}
	return bytes
}

// drop gives the current block back.
func (q *query) drop() {
	if q.cur != nil {
		q.cur.free()
		q.cur = nil
	}
	q.r, q.w, q.full = 0, 0, false
}
