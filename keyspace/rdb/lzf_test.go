package rdb

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"
)

// roundTrip compresses and checks that what comes back is the same. It returns the size.
func roundTrip(t *testing.T, c *compressor, src []byte) int {
	t.Helper()
	prefix := []byte("before")
	out, ok := c.compress(prefix, src)
	if !ok {
		if !bytes.Equal(out, prefix) {
			t.Fatalf("%d bytes: given up, but %d bytes are there", len(src), len(out))
		}
		return len(src)
	}
	out = out[len(prefix):]
	if len(out) > len(src)-lzfSaved {
		t.Fatalf("%d bytes became %d", len(src), len(out))
	}
	if !lzfSound(out, len(src)) {
		t.Fatalf("%d bytes: not sound: %x", len(src), out)
	}
	back := make([]byte, len(src))
	if decompress(back, out); !bytes.Equal(back, src) {
		t.Fatalf("%d bytes come back different", len(src))
	}
	return len(out)
}

func TestCompression(t *testing.T) {
	c := new(compressor)
	for n := range 700 {
		roundTrip(t, c, bytes.Repeat([]byte("a"), n))
		roundTrip(t, c, []byte(strings.Repeat("abcdefg", n)[:n]))
	}
	for _, n := range []int{lzfMaxBack - 1, lzfMaxBack, lzfMaxBack + 1, lzfMaxBack + 2} {
		far := append([]byte("-needle-"), make([]byte, n)...)
		roundTrip(t, c, append(far, "needle-needle-"...))
	}
	if n := roundTrip(t, c, make([]byte, 1<<20)); n > 3*(1<<20)/lzfMaxCopy+10 {
		t.Errorf("a megabyte of zeros becomes %d bytes", n)
	}
	rnd := rand.New(rand.NewPCG(1, 1))
	noise := make([]byte, 5000)
	for i := range noise {
		noise[i] = byte(rnd.Uint32())
	}
	if roundTrip(t, c, noise) != len(noise) {
		t.Error("noise was compressed")
	}
	for range 300 {
		words := make([]byte, 0, 4000)
		for len(words) < cap(words)-10 {
			words = append(words, noise[rnd.IntN(40):][:1+rnd.IntN(9)]...)
		}
		roundTrip(t, c, words[:rnd.IntN(len(words))])
	}
}

// The table is not cleared between texts, but when the numbers run out.
func TestCompressorRemembersNothing(t *testing.T) {
	text := []byte(strings.Repeat("the quick brown fox ", 20))
	want, _ := new(compressor).compress(nil, text)
	c := new(compressor)
	for range 3 {
		if got, _ := c.compress(nil, text); !bytes.Equal(got, want) {
			t.Error("the second time gives other bytes")
		}
	}
	c.base = 1<<32 - 100
	if got, _ := c.compress(nil, text); !bytes.Equal(got, want) || c.base != uint32(len(text)) {
		t.Errorf("at the end of the numbers: base %d", c.base)
	}
}

func TestUnsoundCompression(t *testing.T) {
	for _, c := range []struct {
		name string
		src  string
		size int
	}{
		{"a run that ends too early", "\x02ab", 3},
		{"a copy from before the start", "\x00a\x20\x01", 4},
		{"a copy without its offset", "\x00a\x20", 4},
		{"a long copy without its length", "\x00a\xe0", 20},
		{"a long copy without its offset", "\x00a\xe0\x00", 10},
		{"less than was promised", "\x00a", 2},
		{"more than was promised", "\x01ab", 1},
		{"a copy of more than was promised", "\x00a\x20\x00", 3},
		{"nothing", "", 1},
	} {
		if lzfSound([]byte(c.src), c.size) {
			t.Errorf("%s is taken", c.name)
		}
	}
	if !lzfSound([]byte("\x00a\x20\x00"), 4) || !lzfSound(nil, 0) {
		t.Error("what is sound is refused")
	}
}

func FuzzLZF(f *testing.F) {
	f.Add([]byte("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaabcabcabcabcabc"), 47)
	f.Add([]byte("\x00a\xe0\x80\x00"), 138)
	f.Fuzz(func(t *testing.T, b []byte, size int) {
		roundTrip(t, new(compressor), b)
		if size >= 0 && size <= 1<<16 && lzfSound(b, size) {
			decompress(make([]byte, size), b)
		}
	})
}

func BenchmarkCompress(b *testing.B) {
	c, text := new(compressor), []byte(strings.Repeat("some element:000001 ", 400))
	b.SetBytes(int64(len(text)))
	var out []byte
	for b.Loop() {
		out, _ = c.compress(out[:0], text)
	}
}
