package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestParseProc(t *testing.T) {
	stat := "42 (a) b (c) S 1 2 3 4 5 6 7 8 9 10 250 50 0 0 20 0 1 0 7 8 9"
	if got, err := parseStatCPU(stat); err != nil || got != 3*time.Second {
		t.Errorf("CPU %v, %v", got, err)
	}
	if _, err := parseStatCPU("42 (a) S 1 2"); err == nil {
		t.Error("a short stat line was accepted")
	}
	if got, err := parseVmRSS("VmHWM:\t  99 kB\nVmRSS:\t   12 kB\n"); err != nil || got != 12<<10 {
		t.Errorf("VmRSS %v, %v", got, err)
	}
	if _, err := parseVmRSS("Name:\tx\n"); err == nil {
		t.Error("a status without VmRSS was accepted")
	}
}

func TestParseBenchmarkCSV(t *testing.T) {
	text := "\"test\",\"rps\",\"avg_latency_ms\"\n" +
		"\"LPUSH (needed to benchmark LRANGE)\",\"1.00\",\"2\"\n\"LRANGE_100\",\"3456.78\",\"0.1\"\n"
	if got, err := parseBenchmarkCSV(text); err != nil || got != 3456.78 {
		t.Errorf("%v, %v", got, err)
	}
	for _, bad := range []string{"", "\"test\",\"rps\"\n", "a\nb\n", "\"x"} {
		if _, err := parseBenchmarkCSV(bad); err == nil {
			t.Errorf("%q was accepted", bad)
		}
	}
}

func TestOrderAlternates(t *testing.T) {
	var order []int
	for round := range 3 {
		err := bothSides(round, func(side int) error { order = append(order, side); return nil })
		if err != nil {
			t.Fatal(err)
		}
	}
	if !slices.Equal(order, []int{0, 1, 1, 0, 0, 1}) {
		t.Errorf("order %v", order)
	}
}

// TestSameFlags: what the two command lines differ in is the native port.
func TestSameFlags(t *testing.T) {
	redis := program{name: "redis"}.commandLine("1", "2")
	ringer := program{name: "ringer", native: true}.commandLine("1", "2")
	if !slices.Equal(ringer[:len(redis)], redis) {
		t.Errorf("%q and %q", redis, ringer)
	}
	for i := len(redis); i < len(ringer); i += 2 {
		if !strings.HasPrefix(ringer[i], "--native-") {
			t.Errorf("only ringer gets %s", ringer[i])
		}
	}
}

func TestGoalsAndRows(t *testing.T) {
	s := &suite{}
	atLeast, own := goal{AtLeast: true, Value: 2}, goal{Value: 1, Own: true}
	s.add(row{Name: "fast", Unit: "/s", Goal: atLeast}, []pair{{10, 25}, {10, 20}, {10, 15}})
	s.add(row{Name: "slow", Unit: "/s", Goal: atLeast}, []pair{{10, 19}})
	s.add(row{Name: "added", Unit: "ms", Goal: own, Note: "why"}, []pair{{50, 0.5}})
	s.add(row{Name: "shown", Unit: "/s", Goal: goal{None: true}}, []pair{{10, 10}})
	s.add(row{Name: "small", Unit: "B", Goal: goal{Value: 0.6}}, []pair{{100, 61}})
	var b bytes.Buffer
	if err := (&report{Rows: s.rows}).markdown(&b); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"| fast | 10.0 /s | 20.0 /s | 2.00x | 1.50..2.50 | >= 2x | met |",
		"| slow | 10.0 /s | 19.0 /s | 1.90x | 1.90..1.90 | >= 2x | **not met** |",
		"| added | 50.0 ms | 0.500 ms | 0.01x | 0.01..0.01 | <= 1 ms | met; why |",
		"| shown | 10.0 /s | 10.0 /s | 1.00x | 1.00..1.00 |  |  |",
		"| small | 100.0 B | 61.0 B | 0.61x | 0.61..0.61 | <= 0.6x | **not met** |",
		"2 of 4 goals met.",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in\n%s", want, b.String())
		}
	}
}

func TestChosenParts(t *testing.T) {
	parts, err := chosenParts("idle,memory")
	if err != nil || len(parts) != 2 || parts[0].name != "memory" || parts[1].name != "idle" {
		t.Errorf("%v, %v", parts, err)
	}
	if _, err := chosenParts("memory,nothing"); err == nil {
		t.Error("an unknown part was accepted")
	}
}

// tinySuite is the whole suite on a scale that only shows that it works.
func tinySuite(t *testing.T, redis string) *suite {
	s := &suite{
		scale: scale{
			Rounds: 1, FewRounds: 1, Memory: 1, Benchmarks: 100 * time.Millisecond,
			LoadRun: 10 * time.Millisecond, Warmup: time.Millisecond, Elements: 5000,
			IdleConns: 50, Settle: time.Millisecond, IdleRest: time.Millisecond,
			EventTail: 20 * time.Millisecond,
			FewTests:  true,
		},
		ctx: context.Background(), dir: t.TempDir(), log: os.Stderr,
		bar: &progress{w: bytes.NewBuffer(nil), every: time.Hour},
	}
	s.programs = [2]program{{name: "redis", path: redis}, {name: "ringer", path: redis}}
	return s
}

// TestSuiteOnTwoRedisServers runs the parts that need RESP only with redis-server on
// both sides. Every row must come out, with figures above zero.
func TestSuiteOnTwoRedisServers(t *testing.T) {
	if testing.Short() {
		t.Skip("starts about thirty servers")
	}
	redis := realRedis(t).path
	s := tinySuite(t, redis)
	s.benchmark = filepath.Join(filepath.Dir(redis), "redis-benchmark")
	for _, p := range suiteParts() {
		if p.name == "native" {
			continue
		}
		if err := p.run(s); err != nil {
			t.Fatalf("%s: %v", p.name, err)
		}
	}
	count := map[string]int{}
	for _, r := range s.rows {
		count[r.Part]++
		if len(r.Redis) != 1 || len(r.Ringer) != 1 {
			t.Errorf("%s has no figures", r.Name)
		}
		if r.Part == "memory" && (r.Redis[0] < 5 || r.Redis[0] > 1000) {
			t.Errorf("%s: %v", r.Name, r.Redis)
		}
	}
	want := map[string]int{"throughput": 18, "latency": 6, "worst": 3, "memory": 9, "idle": 2}
	for part, n := range want {
		if count[part] != n {
			t.Errorf("%s has %d rows, want %d", part, count[part], n)
		}
	}
	if _, err := json.Marshal(s.report(time.Second, true)); err != nil {
		t.Error(err)
	}
}

// TestServerThatEnds: the reason why a server does not start is told.
func TestServerThatEnds(t *testing.T) {
	path := filepath.Join(t.TempDir(), "server")
	script := "#!/bin/sh\necho the reason\nexit 1\n"
	if err := os.WriteFile(path, []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	_, err := program{name: "broken", path: path}.start(context.Background(), t.TempDir())
	if err == nil || !strings.Contains(err.Error(), "the reason") {
		t.Errorf("got %v", err)
	}
}

func TestAskAndKnows(t *testing.T) {
	s := realRedis(t)
	for _, c := range []struct{ args, want string }{
		{"SET k v", "OK"}, {"GET k", "v"}, {"DBSIZE", "1"},
	} {
		if got, err := s.ask(strings.Fields(c.args)...); err != nil || got != c.want {
			t.Errorf("%s: %q, %v", c.args, got, err)
		}
	}
	for command, want := range map[string]bool{"GET": true, "PING": true, "NOSUCH": false} {
		if got, err := s.knows(command); err != nil || got != want {
			t.Errorf("knows(%s) is %v, %v", command, got, err)
		}
	}
}

// TestNativePartOfTheSuite needs ringer itself, which it builds.
func TestNativePartOfTheSuite(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the server")
	}
	redis := realRedis(t).path
	ringer := filepath.Join(t.TempDir(), "ringer-server")
	out, err := exec.Command("go", "build", "-o", ringer, "../ringer-server").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	s := tinySuite(t, redis)
	s.programs[ringerSide] = program{name: "ringer", path: ringer, native: true}
	if err := s.native(); err != nil {
		t.Fatal(err)
	}
	if len(s.rows) != 18 {
		t.Errorf("%d rows, want one native and one RESP for 3 tests at 3 depths", len(s.rows))
	}
	for _, r := range s.rows {
		if len(r.Ringer) != 1 || r.Ringer[0] <= 0 || r.Redis[0] <= 0 {
			t.Errorf("%s: redis %v, ringer %v", r.Name, r.Redis, r.Ringer)
		}
	}
}
