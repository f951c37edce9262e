package command

import (
	"testing"

	"github.com/ringer-kv/ringer/keyspace/reply"
)

// swollen counts a MiB for every bulk string and keeps none of them.
type swollen struct {
	reply.RESP
	bulks int
}

func (w *swollen) Bulk([]byte) { w.bulks++ }
func (w *swollen) Len() int    { return w.RESP.Len() + w.bulks<<20 }

func (w *swollen) Truncate(n int) {
	w.bulks = 0
	w.RESP.Truncate(n)
}

// Both sides of drawsMaxBytes.
func TestRepliesToNegativeCountsAreBounded(t *testing.T) {
	const most = drawsMaxBytes>>20 - 1 // the array's header takes something, too
	for _, test := range []struct {
		n, bulks int
		reply    string
	}{
		{3, 3, "*3\r\n"},
		{most, most, "*1023\r\n"},
		{most + 1, 0, ""},
		{1 << 62, 0, ""},
	} {
		w := &swollen{}
		ok := boundedDraws(w, test.n, test.n, func() { w.Bulk(nil) })
		got := string(w.Take())
		if got != test.reply || w.bulks != test.bulks || ok != (test.reply != "") {
			t.Errorf("%d draws: %v, %q and %d bulk strings, want %q and %d", test.n, ok, got,
				w.bulks, test.reply, test.bulks)
		}
	}
}

// A reply that must become too large is not begun: it would take the owner seconds.
func TestHopelessDrawsAreNotBegun(t *testing.T) {
	const most = drawsMaxBytes / leastElementBytes
	draws := 0
	w := &reply.RESP{}
	if boundedDraws(w, most+1, most+1, func() { draws++ }) || draws != 0 || w.Len() != 0 {
		t.Errorf("%d draws and %d bytes for a reply that can't end well", draws, w.Len())
	}
	if !boundedDraws(w, 1, most, func() { draws++ }) || draws != 1 {
		t.Error("a reply of the greatest length was refused")
	}
}
