package resptest_test

import (
	"bytes"
	"os"
	"runtime"
	"testing"
)

// remains are what a server might leave behind.
type remains struct{ goroutines, descriptors, mappings int }

// leftovers counts them. Of the mappings those count that are as large as a server's data.
func leftovers(t *testing.T) (r remains) {
	t.Helper()
	r.goroutines = runtime.NumGoroutine()
	fds, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	r.descriptors = len(fds)
	maps, err := os.ReadFile("/proc/self/maps")
	if err != nil {
		t.Fatal(err)
	}
	for line := range bytes.Lines(maps) {
		span, _, _ := bytes.Cut(line, []byte(" "))
		from, to, _ := bytes.Cut(span, []byte("-"))
		if hex(to)-hex(from) >= 4<<30 {
			r.mappings++
		}
	}
	return r
}

func hex(digits []byte) (n uint64) {
	for _, c := range digits {
		n = n<<4 | uint64(bytes.IndexByte([]byte("0123456789abcdef"), c))
	}
	return n
}
