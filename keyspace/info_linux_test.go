package keyspace

import "testing"

func TestSteadyCycles(t *testing.T) {
	const good = "processor\t: 0\nflags\t\t: fpu tsc constant_tsc nonstop_tsc sse\nbugs\t\t: none\n"
	const bad = "processor\t: 0\nflags\t\t: fpu tsc constant_tsc sse\nbugs\t\t: nonstop_tsc\n"
	for _, c := range []struct {
		source, processors string
		want               bool
	}{
		{"tsc", "", true},
		{"kvm-clock", good, true},
		{"hyperv_clocksource_tsc_page", good, true},
		{"kvm-clock", bad, false},
		{"kvm-clock", "", false},
		{"hpet", good, false},
		{"xen", good, false},
	} {
		if got := steadyCycles(c.source, c.processors); got != c.want {
			t.Errorf("%s of %q: %t", c.source, c.processors, got)
		}
	}
}
