package arena

import "unsafe"

// View is bytes, of an arena or not, without the spare capacity of a slice: two words. What a
// struct of four words holds, the compiler keeps in registers; one of five lives in memory, and
// every method of it copies it. A view of a block is valid until the block is freed.
type View struct {
	first *byte
	n     int
}

// ViewOf is the bytes of b.
func ViewOf(b []byte) View { return View{unsafe.SliceData(b), len(b)} }

// Bytes is the bytes as a slice, which has no capacity beyond them.
func (v View) Bytes() []byte { return unsafe.Slice(v.first, v.n) }

// Len is the number of bytes.
func (v View) Len() int { return v.n }
