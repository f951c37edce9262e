package keyspace

import (
	"slices"
	"testing"
)

// TestHumanBytes: the texts are those of redis-server 7.0.15's INFO memory.
func TestHumanBytes(t *testing.T) {
	for _, c := range []struct {
		n    int64
		want string
	}{
		{0, "0B"}, {1023, "1023B"}, {1024, "1.00K"}, {965624, "942.99K"}, {1<<20 - 1, "1024.00K"},
		{1 << 20, "1.00M"}, {12447744, "11.87M"}, {25276502016, "23.54G"}, {1 << 40, "1.00T"},
		{1 << 50, "1.00P"}, {1 << 62, "4096.00P"},
	} {
		if got := humanBytes(c.n); got != c.want {
			t.Errorf("%d: %s, want %s", c.n, got, c.want)
		}
	}
}

func TestRate(t *testing.T) {
	var r rate
	for i := range int64(rateSamples) {
		r.sample((i+1)*100, 100) // 100 in each tenth of a second
	}
	if got := r.perSecond(); got != 1000 {
		t.Errorf("%d per second, want 1000", got)
	}
	r.sample(rateSamples*100, 800) // half of the samples are of a time with nothing
	if got := r.perSecond(); got != 500 {
		t.Errorf("%d per second after a pause, want 500", got)
	}
	r.sample(rateSamples*100, 3_600_000)
	if got := r.perSecond(); got != 0 {
		t.Errorf("%d per second after an hour, want 0", got)
	}
}

func TestInfoSections(t *testing.T) {
	for _, c := range []struct {
		title string
		names []string
		want  bool
	}{
		{"Server", nil, true},
		{"Commandstats", nil, false},
		{"Server", []string{"server"}, true},
		{"Server", []string{"CPU", "SERVER"}, true},
		{"Server", []string{"cpu"}, false},
		{"Server", []string{""}, false},
		{"Server", []string{"nosuch"}, false},
		{"Commandstats", []string{"default"}, false},
		{"Server", []string{"default"}, true},
		{"Commandstats", []string{"default", "commandstats"}, true},
		{"Commandstats", []string{"ALL"}, true},
		{"Commandstats", []string{"everything"}, true},
	} {
		args := make([][]byte, len(c.names))
		for i, n := range c.names {
			args[i] = []byte(n)
		}
		at := slices.IndexFunc(infoSections[:], func(s infoSection) bool {
			return s.title == c.title
		})
		if got := infoSections[at].wanted(args); got != c.want {
			t.Errorf("INFO %q shows %s: %v", c.names, c.title, got)
		}
	}
}
