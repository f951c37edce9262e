package arena

import (
	"bytes"
	"testing"
)

// TestView: the same bytes, and none behind them.
func TestView(t *testing.T) {
	backing := []byte("a key and more")
	for _, b := range [][]byte{nil, {}, backing[:0], backing[:5], backing} {
		v := ViewOf(b)
		got := v.Bytes()
		if !bytes.Equal(got, b) || v.Len() != len(b) || cap(got) != len(b) {
			t.Errorf("%q: %q of %d, capacity %d", b, got, v.Len(), cap(got))
		}
		if len(b) > 0 && &got[0] != &b[0] {
			t.Errorf("%q has been copied", b)
		}
	}
}
