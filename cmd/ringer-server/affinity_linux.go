package main

import (
	"errors"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// maxCPUs is the first number that no processor has, as unix.CPUSet counts.
const maxCPUs = 1024

// parseCPUs reads server_cpulist, such as "0,2,4-7" or "0-7:2", every second one; ok: it is one.
// Redis: setcpuaffinity.
func parseCPUs(list string) (set unix.CPUSet, ok bool) {
	for part := range strings.SplitSeq(list, ",") {
		span, step, stepped := strings.Cut(part, ":")
		first, last, ranged := strings.Cut(span, "-")
		if !ranged {
			last = first
		}
		if !stepped {
			step = "1"
		}
		from, err1 := strconv.ParseUint(first, 10, 31)
		to, err2 := strconv.ParseUint(last, 10, 31)
		by, err3 := strconv.ParseUint(step, 10, 31)
		if errors.Join(err1, err2, err3) != nil || by == 0 || to < from || to >= maxCPUs {
			return set, false
		}
		for cpu := from; cpu <= to; cpu += by {
			set.Set(int(cpu))
		}
	}
	return set, true
}

// bindProcessors has the threads of this process run on the processors of a list alone; "": on all.
// Threads to come inherit it from those that start them; the threads are gone through until there
// is none that has come meanwhile.
func bindProcessors(list string) error {
	if list == "" {
		return nil
	}
	set, ok := parseCPUs(list)
	if !ok {
		return unix.EINVAL
	}
	bound := make(map[int]bool)
	for before := -1; before != len(bound); {
		before = len(bound)
		threads, err := os.ReadDir("/proc/self/task")
		if err != nil {
			return err
		}
		for _, t := range threads {
			id, err := strconv.Atoi(t.Name())
			if err != nil || bound[id] {
				continue
			}
			// A thread may have ended meanwhile.
			if err := unix.SchedSetaffinity(id, &set); err != nil && err != unix.ESRCH {
				return err
			}
			bound[id] = true
		}
	}
	return nil
}
