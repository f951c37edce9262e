package hash

import (
	"bytes"
	"fmt"
	"maps"
	"math"
	"strconv"
	"testing"
)

// stepTimed is the part of step that is about deadlines.
func (tr *trial) stepTimed(op byte, field []byte, ms int64) {
	tr.t.Helper()
	old, timed := tr.until[string(field)]
	_, found := tr.model[string(field)]
	switch op % 16 {
	default:
		if !found {
			tr.each("Deadline", false, func(h *Hash) bool { _, ok := h.Deadline(field); return ok })
			return
		}
		tr.each("SetDeadline", true, func(h *Hash) bool { h.SetDeadline(field, ms); return true })
		tr.until[string(field)] = ms
	case 13:
		tr.each("Persist", timed, func(h *Hash) bool { return h.Persist(field) })
		delete(tr.until, string(field))
	case 14:
		tr.each("Deadline", found, func(h *Hash) bool {
			got, ok := h.Deadline(field)
			if got != old {
				tr.t.Fatalf("%v: deadline of %q is %d, want %d", h.Encoding(), field, got, old)
			}
			return ok
		})
	case 15:
		tr.expire(ms / 4)
	}
}

// expire removes what is due before nowMs.
func (tr *trial) expire(nowMs int64) {
	tr.t.Helper()
	for _, h := range tr.hashes {
		last := int64(math.MinInt64)
		for h.DeleteDue(nowMs, func(field []byte) {
			ms, ok := tr.until[string(field)]
			if !ok || ms >= nowMs || ms < last {
				tr.t.Fatalf("%v: %q is due at %d, after %d; now %d", h.Encoding(), field, ms, last, nowMs)
			}
			last = ms
		}) {
			h.Check()
		}
	}
	for field, ms := range tr.until {
		if ms < nowMs {
			delete(tr.until, field)
			delete(tr.model, field)
		}
	}
}

// deadlines are those of all fields, asked for in two ways, and with the earliest checked.
func deadlines(h *Hash) map[string]int64 {
	all, first := map[string]int64{}, int64(math.MaxInt64)
	h.EachTimed(func(field, value []byte, ms int64) bool {
		if ms != noDeadline {
			all[string(field)] = ms
			first = min(first, ms)
		}
		if got, ok := h.Deadline(field); !ok || got != ms {
			panic(fmt.Sprintf("%v: %q has deadline %d, and %d", h.Encoding(), field, ms, got))
		}
		return true
	})
	if ms, ok := h.NextDeadline(); ok != (len(all) > 0) || ok && ms != first {
		panic(fmt.Sprintf("%v: the next deadline is %d, not %d", h.Encoding(), ms, first))
	}
	return all
}

// A hash without deadlines takes what it took before there were any, and one deadline costs what
// doc.go says.
func TestDeadlinesCostOnlyWhereTheyAre(t *testing.T) {
	for _, h := range bothEncodings(t, 100) {
		before, packed := h.MemoryUsage(), h.Encoding().Packed()
		h.SetDeadline([]byte("50"), 1_700_000_000_000)
		cost := h.MemoryUsage() - before
		if limit := 48 - 32 + 32; !packed && cost > limit {
			t.Errorf("a table with a deadline takes %d bytes more", cost)
		}
		if limit := 8 + 100*2 + 9 + 100; packed && cost > limit {
			t.Errorf("a listpack with a deadline takes %d bytes more", cost)
		}
		if h.Persist([]byte("50")); !h.Encoding().Timed() {
			t.Error("the encoding has gone back")
		}
		h.Check()
	}
}

// Both sides of the limits at which a listpack becomes a table.
func TestTimedLimits(t *testing.T) {
	h := New(newEnv(t, Limits{MaxEntries: 3, MaxValueBytes: 5}))
	h.Set([]byte("a"), []byte("1"))
	h.SetDeadline([]byte("a"), 7)
	h.SetIndex(9)
	h.Set([]byte("b"), []byte("12345"))
	h.Set([]byte("c"), []byte("3"))
	if h.Encoding() != ListpackTimed {
		t.Errorf("three fields are a %d", h.Encoding())
	}
	h.Set([]byte("d"), []byte("4"))
	if ms, _ := h.Deadline([]byte("a")); h.Encoding() != HashtableTimed || ms != 7 || h.Index() != 9 {
		t.Errorf("four fields are a %d, deadline %d, index %d", h.Encoding(), ms, h.Index())
	}
	h = New(newEnv(t, Limits{MaxEntries: 3, MaxValueBytes: 5}))
	for _, field := range []string{"a", "b", "c"} {
		h.Set([]byte(field), []byte("1"))
	}
	h.env.Limits.MaxEntries = 2
	if h.SetDeadline([]byte("a"), MaxDeadlineMs); h.Encoding() != HashtableTimed {
		t.Errorf("above a lowered limit a deadline leaves a %d", h.Encoding())
	}
	if ms, ok := h.NextDeadline(); !ok || ms != MaxDeadlineMs {
		t.Errorf("the latest deadline is read as %d", ms)
	}
}

// The fields of a listpack stand in the order of their deadlines, as Redis 7.4 has them.
func TestTimedListpackOrder(t *testing.T) {
	h := New(newEnv(t, onlyListpack))
	for i := range 5 {
		h.Set(strconv.AppendInt(nil, int64(i), 10), []byte("v"))
	}
	for _, d := range []struct{ field, ms int64 }{{3, 30}, {1, 10}, {4, 40}, {2, 30}, {4, 5}} {
		h.SetDeadline(strconv.AppendInt(nil, d.field, 10), d.ms)
	}
	want := pack("4", "v", "5", "1", "v", "10", "2", "v", "30", "3", "v", "30", "0", "v", "0")
	if got := h.pack(); !bytes.Equal(got, want) {
		t.Errorf("the listpack is %x, want %x", got, want)
	}
}

func TestCopyKeepsDeadlines(t *testing.T) {
	for _, h := range bothEncodings(t, 200) {
		for i := range 50 {
			h.SetDeadline(strconv.AppendInt(nil, int64(i), 10), int64(1000-i))
		}
		h.SetIndex(5)
		c := h.Copy()
		c.Check()
		if c.Encoding() != h.Encoding() || c.Index() != 0 {
			t.Errorf("the copy of a %d is a %d, index %d", h.Encoding(), c.Encoding(), c.Index())
		}
		if !maps.Equal(deadlines(&c), deadlines(h)) || !maps.Equal(collect(&c), collect(h)) {
			t.Errorf("%v: the copy differs", c.Encoding())
		}
		if sum := int64(c.MemoryUsage() + h.MemoryUsage()); sum != c.env.Arena.UsedBytes() {
			t.Errorf("%v: %d bytes used, not %d", c.Encoding(), c.env.Arena.UsedBytes(), sum)
		}
	}
}

func TestFromTimedListpack(t *testing.T) {
	env := newEnv(t, Limits{MaxEntries: 2, MaxValueBytes: 1})
	for _, test := range []struct {
		b    []byte
		ok   bool
		want Encoding
	}{
		{pack(), true, ListpackTimed},
		{pack("a", "1", "5", "b", "1", "0"), true, ListpackTimed},
		{pack("a", "1", "5", "b", "1", "5", "c", "1", "0"), true, HashtableTimed},
		{pack("a", "1", "0", "b", "1", "5"), false, 0},
		{pack("a", "1", "6", "b", "1", "5"), false, 0},
		{pack("a", "1", "5", "a", "1", "6"), false, 0},
		{pack("a", "1", "x"), false, 0},
		{pack("a", "1", "-1"), false, 0},
		{pack("a", "1", "70368744177664"), false, 0},
		{pack("a", "1"), false, 0},
		{nil, false, 0},
	} {
		h, err := FromTimedListpack(env, test.b)
		if (err == nil) != test.ok || test.ok && h.Encoding() != test.want {
			t.Errorf("%x: %d, %v", test.b, h.Encoding(), err)
		}
		if err == nil {
			h.Check()
			if b := h.TimedListpack(); test.want == ListpackTimed && !bytes.Equal(b, test.b) {
				t.Errorf("%x comes back as %x", test.b, b)
			}
			h.Free()
		}
	}
	if used := env.Arena.UsedBytes(); used != 0 {
		t.Errorf("%d bytes are left", used)
	}
}

func FuzzFromTimedListpack(f *testing.F) {
	f.Add(pack("a", "1", "5", "b", "2", "0"))
	env := newEnv(f, mixed)
	f.Fuzz(func(t *testing.T, b []byte) {
		h, err := FromTimedListpack(env, bytes.Clone(b))
		if err != nil {
			return
		}
		h.Set([]byte("new"), []byte("1"))
		h.SetDeadline([]byte("new"), 3)
		h.Delete([]byte("a"))
		h.Check()
		h.Free()
		if used := env.Arena.UsedBytes(); used != 0 {
			t.Fatalf("%d bytes are left", used)
		}
	})
}

func BenchmarkSetDeadline(b *testing.B) {
	const fields = 1 << 20
	h := NewHashtable(newEnv(b, Limits{}), fields)
	names := make([][]byte, fields)
	for i := range names {
		names[i] = strconv.AppendInt(nil, int64(i), 10)
		h.Set(names[i], names[i])
	}
	b.ResetTimer()
	for i := range b.N {
		h.SetDeadline(names[i%fields], int64(i*7919%1_000_003)+1)
	}
}

func BenchmarkDeleteDue(b *testing.B) {
	h := NewHashtable(newEnv(b, Limits{}), b.N)
	for i := range b.N {
		field := strconv.AppendInt(nil, int64(i), 10)
		h.Set(field, field)
		h.SetDeadline(field, int64(i*7919%1_000_003)+1)
	}
	b.ResetTimer()
	for range b.N {
		h.DeleteDue(MaxDeadlineMs, func([]byte) {})
	}
}
