package resptest_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/ringer-kv/ringer/resp/resptest"
)

// failing is a test that has failed, as Start sees it.
type failing struct {
	testing.TB
	cleanups []func()
	logged   strings.Builder
}

func (f *failing) Helper()                 {}
func (f *failing) Failed() bool            { return true }
func (f *failing) Cleanup(fn func())       { f.cleanups = append(f.cleanups, fn) }
func (f *failing) Log(args ...any)         { fmt.Fprintln(&f.logged, args...) }
func (f *failing) Logf(s string, a ...any) { fmt.Fprintf(&f.logged, s+"\n", a...) }

// end is the end of the test.
func (f *failing) end() string {
	for _, fn := range f.cleanups {
		fn()
	}
	return f.logged.String()
}

func TestFailureShowsTheLastCommands(t *testing.T) {
	f := &failing{TB: t}
	srv := resptest.Start(f)
	rdb := client(t, srv)
	for i := range 100 {
		rdb.Set(t.Context(), fmt.Sprint("key", i), "v", 0)
	}
	srv.Inject(resptest.Fault{Command: "get", Error: "ERR boom"})
	rdb.Get(t.Context(), strings.Repeat("long", 1000))
	log := f.end()
	lines := strings.Split(strings.TrimSpace(log), "\n")
	if len(lines) != 21 || !strings.HasSuffix(lines[19], ": set key99 v") ||
		!strings.HasSuffix(lines[20], "...   <- fault") ||
		strings.Contains(log, "key80 ") {
		t.Errorf("logged:\n%s", log)
	}
	if _, err := srv.Dial(); err == nil {
		t.Error("the server is not closed")
	}
}

func TestFailureOfAServerThatWasSentNothing(t *testing.T) {
	f := &failing{TB: t}
	resptest.Start(f)
	if log := f.end(); !strings.Contains(log, "no command") {
		t.Errorf("logged: %s", log)
	}
}
