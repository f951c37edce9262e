package keyspace

import (
	"bufio"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// The golden file holds what redis-server 7.0.15 answered to CONFIG SET of every parameter. To ask
// again, start one that nobody needs, and run: go test ./keyspace -run ConfigGolden -oracle <port>
var oraclePort = flag.String("oracle", "", "port of a redis-server that rewrites testdata")

const configGolden = "testdata/config.txt"

// configValues are what is tried on a parameter, by its kind.
func configValues(k paramKind) []string {
	switch k {
	case kindBool, kindEnum, kindEnums:
		return []string{"", "0", "1", "yes", "NO", "x", "1 2"}
	case kindInt:
		return []string{
			"", "0", "1", "-1", "7", "x", "1kb", "1 2", "01", "101", "65536", "2147483648",
			"4294967296", "9223372036854775808",
		}
	case kindMemory, kindPercent:
		return []string{
			"", "0", "1", "-1", "x", "1kb", "3GB", "5%", "101%", "1 2", "01", "1b", "k",
			"9223372036854775808", "99999999999999999999",
		}
	case kindText:
		return []string{"", "x", "1 2"}
	}
	return []string{"", "0", "x", "1 2", "1 2 3 4"}
}

// configCases are tried on the one parameter that they name.
var configCases = [][2]string{
	{"save", "60 1"}, {"save", "60 1 30"}, {"save", "0 1"}, {"save", "1 0"}, {"save", "-1 1"},
	{"save", "60 -1"}, {"save", "60  1"}, {"save", "3600 1 300 100"}, {"save", "a b"},
	{"notify-keyspace-events", "KEA"}, {"notify-keyspace-events", "AKE"},
	{"notify-keyspace-events", "g$lshzxet"}, {"notify-keyspace-events", "g$lshzxetd"},
	{"notify-keyspace-events", "mnKx"}, {"notify-keyspace-events", "An"},
	{"notify-keyspace-events", "Am"}, {"notify-keyspace-events", "g$lshzxetdn"},
	{"notify-keyspace-events", "KK"}, {"notify-keyspace-events", "Kq"},
	{"notify-keyspace-events", "nmEKdtexzhsl$g"},
	{"client-output-buffer-limit", "normal 1 2 3"},
	{"client-output-buffer-limit", "normal 1mb 2kb 3 replica 1 1 1"},
	{"client-output-buffer-limit", "SLAVE 1 2 3"}, {"client-output-buffer-limit", "x 1 2 3"},
	{"client-output-buffer-limit", "normal 1 2"}, {"client-output-buffer-limit", "normal 1 2 -3"},
	{"client-output-buffer-limit", "normal x 2 3"}, {"client-output-buffer-limit", "master 1 2 3"},
	{"client-output-buffer-limit", "normal 1 2 3 normal 4 5 6"},
	{"oom-score-adj-values", "1 2 3"}, {"oom-score-adj-values", "1 2"},
	{"oom-score-adj-values", "-2000 0 2000"}, {"oom-score-adj-values", "0 0 2001"},
	{"oom-score-adj-values", "3 2 1"}, {"oom-score-adj-values", "a b c"},
	{"latency-tracking-info-percentiles", "1 2"}, {"latency-tracking-info-percentiles", "0.1"},
	{"latency-tracking-info-percentiles", "100 101"},
	{"latency-tracking-info-percentiles", "-1"}, {"latency-tracking-info-percentiles", "a"},
	{"latency-tracking-info-percentiles", "99.99 1e1"},
	{"shutdown-on-sigterm", "nosave now"}, {"shutdown-on-sigterm", "now nosave force"},
	{"shutdown-on-sigterm", "default"}, {"shutdown-on-sigterm", "default now"},
	{"shutdown-on-sigterm", "SAVE"}, {"shutdown-on-sigint", "now now"},
	{"maxmemory-policy", "allkeys-lru"}, {"maxmemory-policy", "ALLKEYS-LFU"},
	{"loglevel", "debug"}, {"loglevel", "WARNING"}, {"appendfsync", "always"},
	{"maxmemory", "1mb"}, {"maxmemory", "1m"}, {"maxmemory", "1 mb"}, {"maxmemory", "1.5gb"},
	{"maxmemory-clients", "0%"}, {"maxmemory-clients", "100%"}, {"maxmemory-clients", "%"},
	{"maxmemory-clients", "-1%"}, {"maxmemory-clients", "10mb"},
	{"list-max-listpack-size", "-2147483649"}, {"list-max-listpack-size", "-5"},
	{"hz", "501"}, {"hz", "500"}, {"slowlog-log-slower-than", "-2"},
	{"proto-max-bulk-len", "1048575"}, {"proto-max-bulk-len", "1mb"},
	{"client-query-buffer-limit", "1048575"}, {"repl-backlog-size", "1"},
	{"sanitize-dump-payload", "clients"}, {"tls-auth-clients", "optional"},
	{"shutdown-on-sigterm", "save nosave"}, {"shutdown-on-sigint", "nosave now save"},
	{"oom-score-adj-values", "1  2"}, {"latency-tracking-info-percentiles", "99.999999999"},
	{"latency-tracking-info-percentiles", "0.00000001 1e1"},
	{"activedefrag", "yes"}, {"activedefrag", "no"},
}

// notAsked are parameters whose CONFIG SET would harm the server that is asked, or depends on the
// machine; what ringer does with them is tested elsewhere.
var notAsked = []string{
	"port", "bind", "maxclients", "tls-port", "appendonly", "oom-score-adj", "requirepass",
	"tls-cluster", "tls-replication", "activedefrag", "jemalloc-bg-thread", "proc-title-template",
	// A change of these opens files and checks them: TLS.
	"tls-ca-cert-dir", "tls-ca-cert-file", "tls-cert-file", "tls-ciphers", "tls-ciphersuites",
	"tls-client-cert-file", "tls-client-key-file", "tls-client-key-file-pass",
	"tls-dh-params-file", "tls-key-file", "tls-key-file-pass", "tls-prefer-server-ciphers",
	"tls-protocols", "tls-session-cache-size", "tls-session-cache-timeout", "tls-session-caching",
}

// configOutcome is what CONFIG SET of a value did: "=text" is what CONFIG GET shows then,
// "-reason" why it was refused.
type configOutcome struct{ name, value, outcome string }

// outcomeOf turns the reply of CONFIG SET into an outcome; get asks for the value.
func outcomeOf(err string, get func() string) string {
	if err == "" {
		return "=" + get()
	}
	_, reason, found := strings.Cut(err, " - ")
	if !found {
		return "-" + err
	}
	return "-" + reason
}

// configQuestions are all names and values to be tried.
func configQuestions() [][2]string {
	var all [][2]string
	for i := range parameters {
		p := &parameters[i]
		if slices.Contains(notAsked, p.name) || isOwn(p.name) {
			continue
		}
		if p.flags&(paramImmutable|paramProtected) != 0 {
			all = append(all, [2]string{p.name, p.initial})
			continue
		}
		for _, v := range configValues(p.kind) {
			all = append(all, [2]string{p.name, v})
		}
	}
	return append(all, configCases...)
}

// askOracle asks the redis-server on the port of -oracle and writes the golden file.
func askOracle(t *testing.T) {
	ask := func(args ...string) string {
		cli := exec.Command("redis-cli", append([]string{"-p", *oraclePort}, args...)...)
		out, err := cli.Output()
		if err != nil {
			t.Fatal(err)
		}
		return strings.TrimRight(string(out), "\n")
	}
	get := func(name string) string {
		_, value, _ := strings.Cut(ask("CONFIG", "GET", name), "\n")
		return value
	}
	var b strings.Builder
	for _, q := range configQuestions() {
		name, value := q[0], q[1]
		before := get(name)
		reply := strings.TrimPrefix(ask("CONFIG", "SET", name, value), "OK")
		fmt.Fprintf(&b, "%s\t%q\t%q\n", name, value, outcomeOf(reply, func() string {
			return get(name)
		}))
		if reply == "" {
			ask("CONFIG", "SET", name, before)
		}
	}
	if err := os.WriteFile(configGolden, []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}

func goldenOutcomes(t *testing.T) []configOutcome {
	f, err := os.Open(configGolden)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var all []configOutcome
	for s := bufio.NewScanner(f); s.Scan(); {
		fields := strings.Split(s.Text(), "\t")
		value, err1 := strconv.Unquote(fields[1])
		outcome, err2 := strconv.Unquote(fields[2])
		if err1 != nil || err2 != nil {
			t.Fatalf("%s: %v, %v", s.Text(), err1, err2)
		}
		all = append(all, configOutcome{fields[0], value, outcome})
	}
	return all
}

// TestConfigGolden sets every parameter to good and bad values: the same are taken, shown in the
// same form, and refused with the same words as by redis-server.
func TestConfigGolden(t *testing.T) {
	if *oraclePort != "" {
		askOracle(t)
	}
	outcomes := goldenOutcomes(t)
	if want := len(configQuestions()); len(outcomes) != want {
		t.Errorf("%d outcomes for %d questions", len(outcomes), want)
	}
	e := newConfigEngine(t)
	e.options.Apply = func(*Config, []string) *ApplyError { return nil }
	if err := e.Do(func() { checkOutcomes(t, e, outcomes) }); err != nil {
		t.Fatal(err)
	}
}

func checkOutcomes(t *testing.T, e *Engine, outcomes []configOutcome) {
	for _, o := range outcomes {
		*e.config = *NewConfig()
		err := configSet(e, []byte(o.name), []byte(o.value))
		got := outcomeOf(string(err), func() string {
			return e.ConfigGet([][]byte{[]byte(o.name)})[0].Value
		})
		if got != o.outcome {
			t.Errorf("CONFIG SET %s %q gives %q, redis-server %q", o.name, o.value, got, o.outcome)
		}
	}
}

// newConfigEngine is an engine without commands.
func newConfigEngine(t *testing.T) *Engine {
	t.Helper()
	e, err := New(Options{ArenaBytes: 64 << 20, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	return e
}

// isOwn reports whether a parameter is ringer's own.
func isOwn(name string) bool {
	return strings.HasPrefix(name, "native-") || strings.HasPrefix(name, "http-")
}
