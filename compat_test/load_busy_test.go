package compat_test

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

const (
	busyClients  = 1000
	busyCommands = 60 // of each client
)

// TestThousandBusyClients runs 1,000 clients at once that do what clients do, waiting, watching and
// hanging up in the midst of it, and makes sure that nothing is left of them: no descriptor, no
// goroutine, no byte of data, no client in any count.
func TestThousandBusyClients(t *testing.T) {
	onlyRinger(t)
	port, err := freePort()
	if err != nil {
		t.Fatal(err)
	}
	s, err := startRinger("--http-port", port)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.stop)
	watch := mustDial(t, s.addr)
	before := s.leftovers(t, watch, port)
	var clients sync.WaitGroup
	for i := range busyClients {
		clients.Go(func() { beBusy(t, s, rand.New(rand.NewPCG(lab.seed, uint64(i)))) })
	}
	clients.Wait()
	s.served(t, "1,000 clients have gone")
	watch.must(t, "FLUSHALL")
	after := s.leftovers(t, watch, port)
	for limit := time.Now().Add(ioTimeout); after.exceed(before); after = s.leftovers(t, watch, port) {
		if time.Now().After(limit) {
			t.Fatalf("before the clients came: %+v; after they went: %+v", before, after)
		}
		time.Sleep(100 * time.Millisecond)
	}
	info := infoLines(watch.must(t, "INFO").text)
	for _, field := range []string{
		"blocked_clients", "tracking_clients", "clients_in_timeout_table", "pubsub_channels",
		"pubsub_patterns", "pubsubshard_channels", "tracking_total_keys", "tracking_total_prefixes",
	} {
		if info[field] != "0" {
			t.Errorf("INFO says %s:%s", field, info[field])
		}
	}
}

// beBusy is one client: some commands, the last of which is not waited for.
func beBusy(t *testing.T, s *server, r *rand.Rand) {
	c, err := dial(s.addr)
	if err != nil {
		t.Error(err)
		return
	}
	defer c.close()
	if r.IntN(2) == 0 {
		_, _ = c.do("HELLO", "3")
	}
	for range busyCommands {
		args := busyCommand(r)
		if c.write(appendCommand(nil, args)) != nil {
			return // somebody has killed us
		}
		if strings.HasPrefix(args[0], "B") && r.IntN(3) == 0 {
			return // hang up while we wait
		}
		if _, err := c.read(); err != nil {
			return
		}
	}
	_ = c.write(appendCommand(nil, busyCommand(r)))
}

// busyCommand is a command that gets a reply within a moment.
func busyCommand(r *rand.Rand) []string {
	key := "k" + strconv.Itoa(r.IntN(50))
	lines := []string{
		"SET " + key + " " + strings.Repeat("v", r.IntN(2000)), "GET " + key, "DEL " + key,
		"LPUSH l" + key + " a b c", "LPOP l" + key, "BLPOP l" + key + " 0.01", "ZADD z" + key + " 1 a",
		"BZPOPMIN z" + key + " 0.01", "MULTI", "EXEC", "DISCARD", "WATCH " + key, "UNWATCH",
		"HSET h" + key + " f v", "EXPIRE " + key + " 1", "PUBLISH ch x", "CLIENT TRACKING ON",
		"CLIENT TRACKING OFF", "CLIENT NO-EVICT ON", "CLIENT LIST", "CLIENT INFO", "INFO", "RESET",
		"CLIENT SETNAME n" + key, "SELECT " + strconv.Itoa(r.IntN(16)), "XADD x" + key + " * f v",
		"CLIENT KILL ID " + strconv.Itoa(100+r.IntN(busyClients)), "SLOWLOG GET", "MEMORY STATS",
		"CLIENT UNBLOCK " + strconv.Itoa(1+r.IntN(3*busyClients)), "SUBSCRIBE c" + key,
		"UNSUBSCRIBE c" + key, "MONITOR", "RESET", "PING",
	}
	return strings.Fields(lines[r.IntN(len(lines))])
}

// leftovers is what must be as it was when clients have gone.
type leftovers struct{ files, goroutines, dataBytes int }

// ownGoroutines is how many goroutines serve the two connections that the test looks through: they
// come and go.
const ownGoroutines = 4

// exceed reports whether more is left than there was.
func (l leftovers) exceed(before leftovers) bool {
	return l.files > before.files || l.goroutines > before.goroutines+ownGoroutines ||
		l.dataBytes > before.dataBytes
}

func (s *server) leftovers(t *testing.T, watch *conn, httpPort string) (l leftovers) {
	t.Helper()
	files, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", s.cmd.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	l.files = len(files)
	l.goroutines = metric(t, httpPort, "go_goroutines")
	report := watch.must(t, "MEMORY MALLOC-STATS").text
	if m := regexp.MustCompile(`Used: (\d+)`).FindStringSubmatch(report); m != nil {
		l.dataBytes, err = strconv.Atoi(m[1])
	}
	if err != nil || !strings.Contains(report, "Used: ") {
		t.Fatalf("MEMORY MALLOC-STATS: %q", report)
	}
	return l
}

// metric reads one number that the server publishes.
func metric(t *testing.T, httpPort, name string) int {
	t.Helper()
	scraper := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	reply, err := scraper.Get("http://127.0.0.1:" + httpPort + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer reply.Body.Close()
	for lines := bufio.NewScanner(reply.Body); lines.Scan(); {
		if text, ok := strings.CutPrefix(lines.Text(), name+" "); ok {
			n, err := strconv.ParseFloat(text, 64)
			if err != nil {
				t.Fatal(err)
			}
			return int(n)
		}
	}
	t.Fatalf("no metric %s", name)
	return 0
}
