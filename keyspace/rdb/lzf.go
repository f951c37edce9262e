package rdb

// LZF, by Marc Lehmann, is the compression of strings in Redis's serialization. What is compressed
// is a row of runs, each behind a control byte:
//
//	000LLLLL  L+1 bytes                     a run of bytes as they are
//	LLLooooo  oooooooo                      L+2 bytes, copied from o+1 bytes back
//	111ooooo  LLLLLLLL oooooooo             L+9 bytes, copied from o+1 bytes back
//
// What can be read is fixed by that; what is written is a matter of where one looks for copies. As
// clients compare payloads of DUMP, and Redis's depend on it, the choices here are those of Redis:
// the same hash of three bytes in a table of the same size, of which the last place of each hash is
// remembered, but only of places where a run could have begun, and of the last two within a copy.

const (
	lzfHashBits   = 16
	lzfMaxRun     = 32        // bytes as they are behind one control byte
	lzfMaxBack    = 1 << 13   // how far back a copy may begin
	lzfMaxCopy    = 264       // longest copy
	lzfLongCopy   = 7         // length from which a second byte of length follows
	lzfShortCheck = 16        // see copyLength
	lzfMaxGrowth  = 264 / 3   // three bytes make at most a longest copy
	lzfWorstTail  = 3         // room that the end may need
	lzfSaved      = 4         // bytes that compression must save to be worth it
	lzfMaxLen     = 1<<32 - 1 // of what is compressed
)

// compressor holds the places of hashes. Those of earlier texts are told from those of this one by
// being at or below base, so that the table is cleared only when the numbers run out.
type compressor struct {
	table [1 << lzfHashBits]uint32
	base  uint32
}

// slot is the place in the table of the three bytes in the low bits of h.
func (c *compressor) slot(h uint32) *uint32 {
	return &c.table[(h>>(24-lzfHashBits)-h*5)&(1<<lzfHashBits-1)]
}

// three is the three bytes at p.
func three(src []byte, p int) uint32 {
	return uint32(src[p])<<16 | uint32(src[p+1])<<8 | uint32(src[p+2])
}

// compress appends src to dst in its compressed form, and reports false, with dst as it was, if
// that would save less than lzfSaved bytes. Redis: lzf_compress.
func (c *compressor) compress(dst, src []byte) (to []byte, ok bool) {
	n := len(src)
	if n <= lzfSaved || uint64(n) > lzfMaxLen {
		return dst, false
	}
	if uint64(c.base)+uint64(n) > 1<<32-1 {
		*c = compressor{}
	}
	base := c.base
	c.base += uint32(n)
	w := runWriter{out: append(dst, 0), start: len(dst), limit: len(dst) + n - lzfSaved}
	p := 0
	for p < n-2 {
		slot := c.slot(three(src, p))
		at := int(*slot) - int(base) - 1 // negative: of an earlier text, or never set
		*slot = base + uint32(p) + 1
		if at <= 0 || p-at > lzfMaxBack || three(src, at) != three(src, p) {
			if !w.literal(src[p]) {
				return dst, false
			}
			p++
			continue
		}
		length := copyLength(src, at, p)
		if !w.copy(p-at-1, length) {
			return dst, false
		}
		p += length
		if p >= n-2 {
			break
		}
		*c.slot(three(src, p-2)) = base + uint32(p-2) + 1
		*c.slot(three(src, p-1)) = base + uint32(p-1) + 1
	}
	if len(w.out)+lzfWorstTail > w.limit {
		return dst, false
	}
	for ; p < n; p++ {
		w.put(src[p])
	}
	w.endRun()
	return w.out, true
}

// copyLength is how many bytes at p are those at the earlier place at, of which three are known to
// be. Redis: the end of the text is looked at in two ways, the one of which goes to the last byte
// and the other leaves two.
func copyLength(src []byte, at, p int) int {
	limit := min(len(src)-p-2, lzfMaxCopy)
	if limit > lzfShortCheck {
		limit = max(limit, lzfShortCheck+3)
	}
	length := 3
	for length < limit && src[at+length] == src[p+length] {
		length++
	}
	return length
}

// runWriter appends runs. The last byte of out behind a run is the control byte of the next.
type runWriter struct {
	out   []byte
	start int // of out in what was there before
	limit int // of len(out)
	run   int // bytes as they are behind the last control byte
}

// literal adds a byte as it is; false if the limit is met.
func (w *runWriter) literal(b byte) bool {
	if len(w.out) >= w.limit {
		return false
	}
	w.put(b)
	return true
}

func (w *runWriter) put(b byte) {
	w.out = append(w.out, b)
	if w.run++; w.run == lzfMaxRun {
		w.endRun()
		w.out = append(w.out, 0)
	}
}

// endRun fills in the control byte, or takes it back if nothing is behind it.
func (w *runWriter) endRun() {
	if w.run == 0 {
		w.out = w.out[:len(w.out)-1]
		return
	}
	w.out[len(w.out)-w.run-1] = byte(w.run - 1)
	w.run = 0
}

// copy adds a copy from back+1 bytes before; false if the limit is met.
func (w *runWriter) copy(back, length int) bool {
	w.endRun()
	if len(w.out)+4 >= w.limit {
		return false
	}
	if length -= 2; length < lzfLongCopy {
		w.out = append(w.out, byte(back>>8|length<<5))
	} else {
		w.out = append(w.out, byte(back>>8|lzfLongCopy<<5), byte(length-lzfLongCopy))
	}
	w.out = append(w.out, byte(back), 0)
	return true
}

// lzfRun reads the run at the start of src: n bytes, as they are behind the head of the run if back
// is 0, else copied from back bytes before. A head of 0 says that src ends too early.
func lzfRun(src []byte) (head, n, back int) {
	c := int(src[0])
	switch {
	case c < lzfMaxRun:
		if c+2 > len(src) {
			return 0, 0, 0
		}
		return 1, c + 1, 0
	case c>>5 < lzfLongCopy:
		if len(src) < 2 {
			return 0, 0, 0
		}
		return 2, c>>5 + 2, c&31<<8 + int(src[1]) + 1
	case len(src) < 3:
		return 0, 0, 0
	}
	return 3, int(src[1]) + lzfLongCopy + 2, c&31<<8 + int(src[2]) + 1
}

// lzfSound reports whether src decompresses to exactly size bytes. It writes nothing. O(len(src)).
func lzfSound(src []byte, size int) bool {
	made := 0
	for len(src) > 0 {
		head, n, back := lzfRun(src)
		if head == 0 || back > made || n > size-made {
			return false
		}
		made += n
		if src = src[head:]; back == 0 {
			src = src[n:]
		}
	}
	return made == size
}

// decompress fills dst with what src holds, which must be sound for len(dst).
func decompress(dst, src []byte) {
	made := 0
	for len(src) > 0 {
		head, n, back := lzfRun(src)
		src = src[head:]
		if back == 0 {
			copy(dst[made:], src[:n])
			src = src[n:]
			made += n
			continue
		}
		for end := made + n; made < end; { // a copy may reach into itself
			made += copy(dst[made:end], dst[made-back:made])
		}
	}
}
