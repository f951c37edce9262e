package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"
)

// scale is how long and how large the suite measures. Memory is read after a rest,
// since redis goes on rehashing for a while, and gives the buffers of a client back
// after two seconds.
type scale struct {
	Rounds     int           `json:"rounds"`        // of throughput, native and latency
	FewRounds  int           `json:"few_rounds"`    // of the parts that start servers anew
	Memory     int           `json:"memory_rounds"` // its figures hardly vary
	Benchmarks time.Duration `json:"benchmarks_ns"` // all redis-benchmark runs, about
	LoadRun    time.Duration `json:"load_run_ns"`   // one ringer-bench run
	Warmup     time.Duration `json:"warmup_ns"`
	Elements   int           `json:"elements"` // keys or elements of memory and worst
	IdleConns  int           `json:"idle_conns"`
	FewTests   bool          `json:"few_tests"`     // of redis-benchmark's
	Settle     time.Duration `json:"settle_ns"`     // before memory is read
	IdleRest   time.Duration `json:"idle_rest_ns"`  // before that of idle connections is
	EventTail  time.Duration `json:"event_tail_ns"` // watched after an event began
}

// fullScale fits ten minutes, quickScale ninety seconds, on two cores.
func fullScale() scale {
	return scale{
		Rounds: 3, FewRounds: 3, Memory: 1,
		Benchmarks: 50 * time.Second, LoadRun: 400 * time.Millisecond,
		Warmup: 100 * time.Millisecond, Elements: 1_000_000, IdleConns: 10_000,
		Settle: time.Second, IdleRest: 8 * time.Second, EventTail: 2 * time.Second,
	}
}

func quickScale() scale {
	return scale{
		Rounds: 3, FewRounds: 1, Memory: 1,
		Benchmarks: 10 * time.Second, LoadRun: 120 * time.Millisecond,
		Warmup: 30 * time.Millisecond, Elements: 200_000, IdleConns: 10_000,
		Settle: 300 * time.Millisecond, IdleRest: 5 * time.Second,
		EventTail: 800 * time.Millisecond, FewTests: true,
	}
}

// What every part has in common, as redis-benchmark has it by default, except for
// the size of a value and the key space.
const (
	suiteConns    = 50
	suiteKeySpace = 100_000
	suiteValue    = 16
	suiteSeed     = 1
)

// part measures one group of rows of the table.
type suitePart struct {
	name string
	run  func(*suite) error
}

// suiteParts is the order of the table.
func suiteParts() []suitePart {
	return []suitePart{
		{"throughput", (*suite).throughput},
		{"native", (*suite).native},
		{"latency", (*suite).latency},
		{"worst", (*suite).worst},
		{"memory", (*suite).memory},
		{"idle", (*suite).idle},
	}
}

// suite is one run of the comparison.
type suite struct {
	scale
	ctx       context.Context
	programs  [2]program // redis, ringer: the index of every pair
	benchmark string     // path of redis-benchmark
	dir       string
	log       io.Writer
	bar       *progress
	rows      []row
	notes     []string
}

// The two sides of every pair.
const (
	redisSide  = 0
	ringerSide = 1
)

// suiteSettings is the command line of the suite.
type suiteSettings struct {
	redis, ringer, benchmark string
	only                     string
	quick, json              bool
}

func parseSuiteSettings(args []string, stderr io.Writer) (*suiteSettings, error) {
	s := &suiteSettings{}
	f := flag.NewFlagSet("ringer-bench suite", flag.ContinueOnError)
	f.SetOutput(stderr)
	f.StringVar(&s.redis, "redis", "redis-server", "`path` of redis-server")
	f.StringVar(&s.ringer, "ringer", "ringer-server", "`path` of ringer-server")
	f.StringVar(&s.benchmark, "redis-benchmark", "redis-benchmark", "`path` of redis-benchmark")
	f.StringVar(&s.only, "only", "", "`parts` to run, of "+strings.Join(partNames(), ","))
	f.BoolVar(&s.quick, "quick", false, "ninety seconds instead of ten minutes, and coarser")
	f.BoolVar(&s.json, "json", false, "print JSON")
	if err := f.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return nil, err
		}
		return nil, errUsage
	}
	return s, nil
}

func partNames() []string {
	var names []string
	for _, p := range suiteParts() {
		names = append(names, p.name)
	}
	return names
}

// chosenParts picks the parts that only names.
func chosenParts(only string) ([]suitePart, error) {
	if only == "" {
		return suiteParts(), nil
	}
	want := strings.Split(only, ",")
	for _, name := range want {
		if !slices.Contains(partNames(), name) {
			return nil, fmt.Errorf("unknown part %q; there are: %s",
				name, strings.Join(partNames(), ", "))
		}
	}
	return slices.DeleteFunc(suiteParts(), func(p suitePart) bool {
		return !slices.Contains(want, p.name)
	}), nil
}

// suiteMain runs the suite and prints its table.
func suiteMain(args []string, stdout, stderr io.Writer) error {
	settings, err := parseSuiteSettings(args, stderr)
	if err != nil {
		return err
	}
	parts, err := chosenParts(settings.only)
	if err != nil {
		return err
	}
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer cancel()
	s, err := newSuite(ctx, settings, stderr)
	if err != nil {
		return err
	}
	defer os.RemoveAll(s.dir)
	began := time.Now()
	failed := s.runParts(parts)
	r := s.report(time.Since(began), settings.quick)
	if settings.json {
		return errors.Join(failed, printJSON(stdout, r))
	}
	return errors.Join(failed, r.markdown(stdout))
}

// runParts runs one part after the other until one fails: what has been measured by then is still
// worth a report.
func (s *suite) runParts(parts []suitePart) error {
	began := time.Now()
	for _, p := range parts {
		fmt.Fprintf(s.log, "%4.0f s  %s\n", time.Since(began).Seconds(), p.name)
		if err := p.run(s); err != nil {
			return fmt.Errorf("%s: %w", p.name, errors.Join(err, s.ctx.Err()))
		}
	}
	return nil
}

// newSuite finds the programs and makes room for them.
func newSuite(ctx context.Context, settings *suiteSettings, log io.Writer) (*suite, error) {
	s := &suite{scale: fullScale(), ctx: ctx, log: log, bar: newProgress(log)}
	if settings.quick {
		s.scale = quickScale()
	}
	var paths [3]string
	for i, name := range []string{settings.redis, settings.ringer, settings.benchmark} {
		path, err := exec.LookPath(name)
		if err != nil {
			return nil, err
		}
		paths[i] = path
	}
	s.programs = [2]program{
		{name: "redis", path: paths[0]},
		{name: "ringer", path: paths[1], native: true},
	}
	s.benchmark = paths[2]
	if want := s.IdleConns + 1000; !raiseFileLimit(max(want, suiteMaxClients+1000)) {
		s.notes = append(s.notes, fmt.Sprintf(
			"The limit of open files does not allow %d connections; fewer were opened.", want))
		s.IdleConns = 0
	}
	dir, err := os.MkdirTemp("", "ringer-bench-")
	if err != nil {
		return nil, err
	}
	s.dir = dir
	return s, nil
}

// pair is one figure of each side.
type pair [2]float64

// startPair starts both servers. The returned function ends them.
func (s *suite) startPair() (*[2]*server, func(), error) {
	var servers [2]*server
	stop := func() {
		for _, srv := range servers {
			if srv != nil {
				srv.stop()
			}
		}
	}
	for side, p := range s.programs {
		srv, err := p.start(s.ctx, s.dir)
		if err != nil {
			stop()
			return nil, nil, err
		}
		servers[side] = srv
	}
	return &servers, stop, nil
}

// bothSides calls do for each side; which goes first alternates by round.
func bothSides(round int, do func(side int) error) error {
	order := [2]int{redisSide, ringerSide}
	if round%2 == 1 {
		order = [2]int{ringerSide, redisSide}
	}
	for _, side := range order {
		if err := do(side); err != nil {
			return err
		}
	}
	return nil
}

// options is the load that all parts start from.
func (s *suite) options(pipeline int) loadOptions {
	return loadOptions{
		Conns: suiteConns, Pipeline: pipeline, Threads: 1, KeySpace: suiteKeySpace,
		ValueBytes: suiteValue, Duration: s.LoadRun, Warmup: s.Warmup, Seed: suiteSeed,
	}
}

// load runs a mix on one server and counts an error reply as a failure: a server
// that refuses work must not look fast.
func (s *suite) load(srv *server, p protocol, mix string, o loadOptions) (*outcome, error) {
	shares, err := parseMix(mix)
	if err != nil {
		return nil, err
	}
	ctl := &control{}
	defer s.bar.start(fmt.Sprintf("%s %s %s P=%d", srv.name, p, mix, o.Pipeline), &ctl.done)()
	return checked(runMix(srv.target(p), shares, o, ctl))
}

// checked turns error replies into an error.
func checked(out *outcome, err error) (*outcome, error) {
	if err == nil && out.errorCount > 0 {
		err = fmt.Errorf("%d error replies, the first: %s", out.errorCount, out.firstError)
	}
	return out, err
}

// Fills run over few connections with deep pipelines.
const (
	fillConns    = 4
	fillPipeline = 64
)

// fill sends count requests, number i as encode makes it.
func (s *suite) fill(srv *server, count int, encode func(b []byte, i uint64) []byte) error {
	o := loadOptions{
		Conns: fillConns, Pipeline: fillPipeline, Threads: 1, Count: uint64(count),
	}
	_, err := checked(runSources(srv.target(protoRESP), o, &control{}, func(int) source {
		return &sequence{encode: encode}
	}))
	return err
}

// fillKeys sets every key that a workload may draw, so that each GET finds one.
func (s *suite) fillKeys(srv *server) error {
	set, err := findWorkload("set")
	if err != nil {
		return err
	}
	value := []byte(strings.Repeat("x", suiteValue))
	t := newTemplate(set, protoRESP, value)
	return s.fill(srv, suiteKeySpace, func(b []byte, i uint64) []byte {
		start := len(b)
		b = append(b, t.wire...)
		putNumber(b[start+t.slots[0]:], i, suiteKeySpace)
		return b
	})
}
