package resptest_test

import (
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/ringer-kv/ringer/resp/resptest"
)

func TestScripts(t *testing.T) {
	srv := resptest.Start(t)
	rdb := client(t, srv)
	script := redis.NewScript("return redis.call('incrby', KEYS[1], ARGV[1])")
	for want := int64(2); want <= 6; want += 2 { // by EVALSHA, and by EVAL the first time
		if n, err := script.Run(t.Context(), rdb, []string{"n"}, 2).Int64(); n != want || err != nil {
			t.Errorf("got %d, %v, want %d", n, err, want)
		}
	}
}

// TestEndlessScript has the test itself end a script, on a clock that stands still.
func TestEndlessScript(t *testing.T) {
	srv := resptest.Start(t, resptest.WithConfig("busy-reply-threshold", "1"))
	rdb := client(t, srv)
	done := make(chan error)
	go func() { done <- rdb.Eval(t.Context(), "while true do end", nil).Err() }()
	for { // until the script has come
		if _, err := srv.Do("SCRIPT", "KILL"); err == nil {
			break
		}
	}
	if err := <-done; err == nil || !strings.HasPrefix(err.Error(), "ERR Script killed by user") {
		t.Errorf("the script has ended with %v", err)
	}
}

// TestCloseInAScript closes the server long before the script would count as one that takes long.
func TestCloseInAScript(t *testing.T) {
	srv, err := resptest.New()
	if err != nil {
		t.Fatal(err)
	}
	rdb := client(t, srv)
	done := make(chan error)
	go func() { done <- rdb.Eval(t.Context(), "while true do end", nil).Err() }()
	for len(srv.Commands()) == 0 || !ran(srv, "EVAL") {
	}
	srv.Close()
	if err := <-done; err == nil {
		t.Error("the script has ended well")
	}
}

// ran reports whether a client has sent a command.
func ran(srv *resptest.Server, name string) bool {
	for _, c := range srv.Commands() {
		if strings.EqualFold(c.Args[0], name) {
			return true
		}
	}
	return false
}

// TestCloseInTheMidstOfAScript has a command of the test itself that never ends by itself.
func TestCloseInTheMidstOfAScript(t *testing.T) {
	srv, err := resptest.New()
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error)
	go func() {
		_, err := srv.Do("EVAL", "redis.call('SET', 'k', 1) while true do end", "0")
		ended <- err
	}()
	time.Sleep(50 * time.Millisecond) // so that the script mostly runs
	srv.Close()
	if err := <-ended; err == nil {
		t.Error("a script that was cut short has a reply")
	}
}
