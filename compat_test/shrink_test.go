package compat_test

import (
	"slices"
	"strings"
	"testing"
	"time"
)

const shrinkBudget = 20 * time.Second

// shrink drops steps from a failing script as long as it keeps failing: first everything after
// the failing step, then halves, quarters, and so on down to single steps (delta debugging;
// Zeller and Hildebrandt, 2002). fails runs a script from an empty server and returns its first
// difference.
func shrink(s script, d difference, fails func(script) *difference) (script, difference) {
	s.steps = s.steps[:d.index+1]
	k := shrinker{s, d, fails, time.Now().Add(shrinkBudget)}
	if fails(s) == nil {
		return s, d // not reproducible: the whole script is all that can be shown
	}
	for size := max(1, len(s.steps)/2); ; size /= 2 {
		for k.dropChunks(size) {
		}
		if size <= 1 || time.Now().After(k.deadline) {
			return k.s, k.d
		}
	}
}

// shrinker holds the shortest script so far and its difference.
type shrinker struct {
	s        script
	d        difference
	fails    func(script) *difference
	deadline time.Time
}

// dropChunks tries to leave out each run of size steps, from the end, and says whether it did.
func (k *shrinker) dropChunks(size int) bool {
	dropped := false
	for start := len(k.s.steps) - size; start > -size; start -= size {
		if time.Now().After(k.deadline) {
			return false
		}
		from, to := max(0, start), min(start+size, len(k.s.steps))
		if from >= to || to-from == len(k.s.steps) {
			continue
		}
		shorter := k.s
		shorter.steps = slices.Concat(k.s.steps[:from], k.s.steps[to:])
		if d := k.fails(shorter); d != nil {
			shorter.steps = shorter.steps[:d.index+1]
			k.s, k.d, dropped = shorter, *d, true
		}
	}
	return dropped
}

func TestShrinkKeepsWhatTheFailureNeeds(t *testing.T) {
	s := script{name: "shrink", proto: 2, pipeline: 7}
	for range 1000 {
		_ = s.add("", []string{"PING"})
	}
	s.steps[123].args, s.steps[700].args = []string{"SET", "k", "v"}, []string{"GET", "k"}
	// Fails at the first GET that has a SET before it.
	fails := func(s script) *difference {
		set := false
		for i, step := range s.steps {
			set = set || step.args[0] == "SET"
			if set && step.args[0] == "GET" {
				return &difference{index: i}
			}
		}
		return nil
	}
	small, d := shrink(s, difference{index: 700}, fails)
	if want := "@proto 2\nSET k v\nGET k\n"; small.String() != want || d.index != 1 {
		t.Errorf("shrunk to %q at %d, want %q", small, d.index, want)
	}
	_, d = shrink(s, difference{index: 5}, func(script) *difference { return nil })
	if d.index != 5 {
		t.Error("a failure that does not repeat must be reported as it was")
	}
	if text := strings.Count(s.String(), "PING"); text != 998 {
		t.Errorf("the script itself changed: %d PINGs are left", text)
	}
}
