package main

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestTemplates(t *testing.T) {
	zero := strings.Repeat("0", numberWidth)
	for _, c := range []struct {
		name, resp, native string
	}{
		{"ping_inline", "PING\r\n", "\x0c\x00\x00\x00\x01\x00\x00\x00\x04\x00\x00\x00PING"},
		{"ping", "*1\r\n$4\r\nPING\r\n", "\x0c\x00\x00\x00\x01\x00\x00\x00\x04\x00\x00\x00PING"},
		{
			"get", "*2\r\n$3\r\nGET\r\n$16\r\nkey:" + zero + "\r\n",
			"\x1f\x00\x00\x00\x02\x00\x00\x00\x03\x00\x00\x00GET\x10\x00\x00\x00key:" + zero,
		},
		{
			"set", "*3\r\n$3\r\nSET\r\n$16\r\nkey:" + zero + "\r\n$2\r\nab\r\n",
			"\x25\x00\x00\x00\x03\x00\x00\x00\x03\x00\x00\x00SET\x10\x00\x00\x00key:" + zero +
				"\x02\x00\x00\x00ab",
		},
	} {
		w, err := findWorkload(c.name)
		if err != nil {
			t.Fatal(err)
		}
		if got := newTemplate(w, protoRESP, []byte("ab")).wire; string(got) != c.resp {
			t.Errorf("%s over RESP: %q, want %q", c.name, got, c.resp)
		}
		if got := newTemplate(w, protoNative, []byte("ab")).wire; string(got) != c.native {
			t.Errorf("%s native: %q, want %q", c.name, got, c.native)
		}
	}
}

// TestEverySlotHoldsANumber writes a number at each slot of every workload and
// expects it wherever the workload asks for one, and nowhere else.
func TestEverySlotHoldsANumber(t *testing.T) {
	for _, w := range workloads {
		for _, p := range []protocol{protoRESP, protoNative} {
			tpl := newTemplate(w, p, []byte("v"))
			if got, want := len(tpl.slots), strings.Count(w.args, "{n}"); got != want {
				t.Errorf("%s %s: %d slots, want %d", w.name, p, got, want)
			}
			for _, at := range tpl.slots {
				putNumber(tpl.wire[at:], 987654321012, maxKeySpace)
			}
			got := bytes.Count(tpl.wire, []byte("987654321012"))
			if got != len(tpl.slots) || bytes.Contains(tpl.wire, []byte{'{'}) {
				t.Errorf("%s %s: %q", w.name, p, tpl.wire)
			}
		}
	}
}

func TestPutNumber(t *testing.T) {
	for limit := uint64(1); limit <= maxKeySpace; limit *= 10 {
		b := []byte(strings.Repeat("0", numberWidth) + "tail")
		for _, n := range []uint64{limit - 1, limit / 2, limit / 3, 0, limit - 1} {
			putNumber(b, n, limit)
			if want := fmt.Sprintf("%012dtail", n); string(b) != want {
				t.Errorf("limit %d: %q, want %q", limit, b, want)
			}
		}
	}
}

func TestParseMix(t *testing.T) {
	mix, err := parseMix("set:1, get:4,PING")
	if err != nil || len(mix) != 3 || mix[1].name != "get" || mix[1].weight != 4 ||
		mix[2].name != "ping" || mix[2].weight != 1 {
		t.Errorf("got %+v, %v", mix, err)
	}
	for _, bad := range []string{"", "set:0", "set:-1", "set:1001", "set:x", "nothing", "set,,get"} {
		if _, err := parseMix(bad); err == nil {
			t.Errorf("%q was accepted", bad)
		}
	}
}

func testMix(t testing.TB, text string) []share {
	t.Helper()
	mix, err := parseMix(text)
	if err != nil {
		t.Fatal(err)
	}
	return mix
}

// TestFillInPlaceEqualsFresh: writing new digits into the old requests gives what
// encoding them afresh gives.
func TestFillInPlaceEqualsFresh(t *testing.T) {
	o := loadOptions{KeySpace: 100_000, ValueBytes: 5, Seed: 7}
	for _, p := range []protocol{protoRESP, protoNative} {
		reused := newMixSource(testMix(t, "set"), p, o)
		fresh := newMixSource(testMix(t, "set"), p, o)
		var b []byte
		for _, n := range []int{3, 3, 1, 5, 2} {
			b = reused.fill(b, n)
			if want := fresh.fill(nil, n); !bytes.Equal(b, want) {
				t.Fatalf("%s: %q, want %q", p, b, want)
			}
		}
	}
}

func TestMixKeepsItsWeightsAndSeed(t *testing.T) {
	const n = 10_000
	o := loadOptions{KeySpace: 1000, Seed: 3}
	fill := func(seed uint64) []byte {
		o.Seed = seed
		return newMixSource(testMix(t, "set:1,get:4"), protoRESP, o).fill(nil, n)
	}
	a := fill(3)
	sets := bytes.Count(a, []byte("SET"))
	if gets := bytes.Count(a, []byte("GET")); sets+gets != n || sets < n/6 || sets > n/4 {
		t.Errorf("%d sets and %d gets of %d at 1:4", sets, gets, n)
	}
	if !bytes.Equal(a, fill(3)) || bytes.Equal(a, fill(4)) {
		t.Error("the seed does not determine the requests")
	}
}

func TestSequenceCountsUp(t *testing.T) {
	s := &sequence{encode: func(b []byte, i uint64) []byte { return fmt.Append(b, i, ";") }}
	got := []string{string(s.fill(nil, 2)), string(s.fill([]byte("old"), 3))}
	if !slices.Equal(got, []string{"0;1;", "2;3;4;"}) {
		t.Errorf("got %q", got)
	}
}

func TestRandomBelow(t *testing.T) {
	r := random(1)
	var seen [10]int
	for range 10_000 {
		seen[r.below(10)]++
	}
	for n, times := range seen {
		if times < 850 || times > 1150 {
			t.Errorf("%d came %d times of 10000", n, times)
		}
	}
	if r.below(0) != 0 || r.below(1) != 0 {
		t.Error("an empty range has another number than 0")
	}
}

func BenchmarkFill(b *testing.B) {
	o := loadOptions{KeySpace: 1_000_000, ValueBytes: 16, Seed: 1}
	for _, mix := range []string{"get", "set", "set:1,get:4"} {
		b.Run(mix, func(b *testing.B) {
			const depth = 64
			s := newMixSource(testMix(b, mix), protoNative, o)
			var buf []byte
			for b.Loop() {
				buf = s.fill(buf, depth)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/depth, "ns/request")
		})
	}
}
