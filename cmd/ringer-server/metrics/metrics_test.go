package metrics

import (
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/ringer-kv/ringer/keyspace"
	"github.com/ringer-kv/ringer/keyspace/command"
	"github.com/ringer-kv/ringer/keyspace/reply"
)

func newEngine(t testing.TB) *keyspace.Engine {
	t.Helper()
	e, err := keyspace.New(keyspace.Options{Commands: command.Table(), ArenaBytes: 64 << 20})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.Close() }) // a test may have closed it
	return e
}

// call executes a command in database 1.
func call(t testing.TB, e *keyspace.Engine, line string) {
	t.Helper()
	var args [][]byte
	for word := range strings.FieldsSeq(line) {
		args = append(args, []byte(word))
	}
	if err := e.Call(1, args, &reply.RESP{}); err != nil {
		t.Fatal(err)
	}
}

func startServer(t *testing.T, e *keyspace.Engine) string {
	t.Helper()
	s, err := Listen(e, []string{"127.0.0.1", "-192.0.2.77"}, 0)
	if err != nil {
		t.Fatal(err)
	}
	s.Serve()
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return "http://" + s.Addrs()[0].String()
}

func get(t *testing.T, url string) (status int, body string) {
	t.Helper()
	r, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return r.StatusCode, string(b)
}

// TestMetrics: what has been done is seen, under the names that dashboards ask for.
func TestMetrics(t *testing.T) {
	e := newEngine(t)
	call(t, e, "SET a 1 EX 100")
	call(t, e, "SET b 2")
	call(t, e, "GET a")
	call(t, e, "LPUSH a x")
	call(t, e, "GET")
	_, body := get(t, startServer(t, e)+"/metrics")
	for _, want := range []string{
		"redis_up 1",
		"redis_connected_clients 0",
		"redis_memory_used_bytes [1-9]",
		"redis_uptime_in_seconds 0",
		`redis_db_keys{db="db0"} 0`,
		`redis_db_keys{db="db1"} 2`,
		`redis_db_keys{db="db15"} 0`,
		`redis_db_keys_expiring{db="db1"} 1`,
		`redis_db_avg_ttl_seconds{db="db1"} [1-9]`,
		`redis_commands_total{cmd="set"} 2`,
		`redis_commands_rejected_calls_total{cmd="get"} 1`,
		`redis_commands_failed_calls_total{cmd="lpush"} 1`,
		`redis_commands_duration_seconds_total{cmd="get"} `,
		`redis_errors_total{err="WRONGTYPE"} 1`,
		"redis_keyspace_hits_total 1",
		"redis_commands_processed_total 4",
		"redis_rdb_last_bgsave_status 1",
		`redis_instance_info{maxmemory_policy="noeviction",os="[^"]+",process_id="\d+",` +
			`redis_build_id="[^"]*",redis_mode="standalone",redis_version="7.0.15",`,
		"go_goroutines [1-9]",
		"process_cpu_seconds_total ",
	} {
		if !regexp.MustCompile("(?m)^" + strings.NewReplacer("{", `\{`).Replace(want)).MatchString(body) {
			t.Errorf("no line %s in\n%s", want, body)
		}
	}
}

// TestEveryFieldIsShown: no line of names.go speaks of a field that INFO does not have.
func TestEveryFieldIsShown(t *testing.T) {
	e := newEngine(t)
	var text string
	if err := e.Do(func() { text = e.Info([][]byte{[]byte("everything")}) }); err != nil {
		t.Fatal(err)
	}
	s := scrape{info: parseInfo(text)}
	seen := make(map[string]bool)
	for _, f := range fields {
		if _, ok := s.value(f.info); !ok {
			t.Errorf("INFO has no number called %s: %q", f.info, s.info[f.info])
		}
		if seen[f.metric] {
			t.Errorf("%s is there twice", f.metric)
		}
		seen[f.metric] = true
	}
}

// TestManyScrapes at once take turns, and the engine that ends meanwhile is down.
func TestManyScrapes(t *testing.T) {
	e := newEngine(t)
	url := startServer(t, e) + "/metrics"
	var group sync.WaitGroup
	for range 20 {
		group.Go(func() {
			status, body := get(t, url)
			if status != http.StatusOK && status != http.StatusServiceUnavailable {
				t.Errorf("status %d: %.200s", status, body)
			}
		})
	}
	group.Wait()
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	if _, body := get(t, url); !strings.Contains(body, "\nredis_up 0\n") {
		t.Errorf("an engine that is closed: %s", body)
	}
}

// TestPages: what is there, and who may ask.
func TestPages(t *testing.T) {
	url := startServer(t, newEngine(t))
	for _, c := range []struct {
		path, host string
		want       int
	}{
		{"/metrics", "", http.StatusOK},
		{"/metrics", "localhost:9121", http.StatusOK},
		{"/metrics", "[::1]", http.StatusOK},
		{"/metrics", "attacker.example:9121", http.StatusForbidden},
		{"/debug/pprof/", "", http.StatusOK},
		{"/debug/pprof/heap", "", http.StatusOK},
		{"/debug/pprof/goroutine?debug=1", "", http.StatusOK},
		{"/debug/pprof/cmdline", "", http.StatusOK},
		{"/debug/pprof/nosuch", "", http.StatusNotFound},
		{"/", "", http.StatusNotFound},
	} {
		r, err := http.NewRequest(http.MethodGet, url+c.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Host = c.host
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close()
		if answer.StatusCode != c.want {
			t.Errorf("%s for host %q: %d, want %d", c.path, c.host, answer.StatusCode, c.want)
		}
	}
}

// TestPortInUse: nothing is left open when one address can't be had.
func TestPortInUse(t *testing.T) {
	e := newEngine(t)
	url := startServer(t, e)
	port := 0
	if _, err := fmt.Sscanf(url, "http://127.0.0.1:%d", &port); err != nil {
		t.Fatal(err)
	}
	if _, err := Listen(e, []string{"127.0.0.1"}, port); err == nil {
		t.Fatal("listens where another one does")
	}
}

// BenchmarkOwner is how long a scrape keeps the owner.
func BenchmarkOwner(b *testing.B) {
	e := newEngine(b)
	for b.Loop() {
		if err := e.Do(func() { e.Info([][]byte{[]byte("everything")}) }); err != nil {
			b.Fatal(err)
		}
	}
}
