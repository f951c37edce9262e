package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"strings"
	"time"
)

// Exit codes.
const (
	exitOK     = 0
	exitFailed = 1 // a run failed, or replies were errors
	exitUsage  = 2
)

// errUsage is returned after a mistake on the command line has been explained.
var errUsage = errors.New("usage")

func main() { os.Exit(runMain(os.Args[1:], os.Stdout, os.Stderr)) }

// runMain is main with its surroundings passed in.
func runMain(args []string, stdout, stderr io.Writer) int {
	var err error
	if len(args) > 0 && args[0] == "suite" {
		err = suiteMain(args[1:], stdout, stderr)
	} else {
		err = loadMain(args, stdout, stderr)
	}
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
		return exitOK
	case errors.Is(err, errUsage):
		return exitUsage
	}
	fmt.Fprintln(stderr, "ringer-bench:", err)
	return exitFailed
}

// settings is the command line of a load.
type settings struct {
	loadOptions
	host, socket string
	port         int
	proto        string
	tests, mix   string
	compare      string
	rounds       int
	json         bool
	targets      []target
	runs         []namedMix
}

// namedMix is one line of the result: a mix under the name it is shown by.
type namedMix struct {
	name string
	mix  []share
}

const usageText = `ringer-bench loads a server over RESP or over ringer's native protocol.

usage: ringer-bench [options] [target ...]
       ringer-bench suite [options]      ringer and redis-server side by side

A target is [name=][resp@|native@]host:port or a path of a unix socket. With more
than one, they are run in turns, and each is set in relation to the first.

examples:
  ringer-bench -t set,get -P 16
  ringer-bench -mix set:1,get:4 -r 1000000 -duration 10s -rate 50000
  ringer-bench -t get -P 64 redis=resp@127.0.0.1:6379 ringer=native@127.0.0.1:1234

workloads: %s

options:
`

// parseSettings reads the command line; a mistake is explained on stderr.
func parseSettings(args []string, stderr io.Writer) (*settings, error) {
	s := &settings{}
	f := flag.NewFlagSet("ringer-bench", flag.ContinueOnError)
	f.SetOutput(stderr)
	f.Usage = func() {
		fmt.Fprintf(stderr, usageText, workloadNames())
		f.PrintDefaults()
	}
	f.StringVar(&s.host, "h", "127.0.0.1", "`host` of the server")
	f.IntVar(&s.port, "p", 0, "`port` (default 6379, or 1234 for the native protocol)")
	f.StringVar(&s.socket, "s", "", "unix socket `path`, instead of host and port")
	f.StringVar(&s.proto, "protocol", "resp", "`resp or native`")
	f.IntVar(&s.Conns, "c", 50, "`connections`")
	f.IntVar(&s.Pipeline, "P", 1, "`requests` in one pipeline")
	f.IntVar(&s.Threads, "threads", 1, "client `threads`")
	f.Uint64Var(&s.KeySpace, "r", 1, "size of the key `space`")
	f.IntVar(&s.ValueBytes, "d", 3, "size of a value in `bytes`")
	f.Uint64Var(&s.Count, "n", 0, "`requests` to measure (default: go by the duration)")
	f.DurationVar(&s.Duration, "duration", 3*time.Second, "how `long` to measure")
	f.DurationVar(&s.Warmup, "warmup", 300*time.Millisecond, "how `long` to run before that")
	f.Float64Var(&s.Rate, "rate", 0, "fixed `requests/s` over all connections (default: closed loop)")
	f.Uint64Var(&s.Seed, "seed", 1, "`seed` of keys and mix")
	f.StringVar(&s.tests, "t", "ping,set,get,zadd", "`workloads` to run one after the other")
	f.StringVar(&s.mix, "mix", "", "one run of several workloads by weight, as `set:1,get:4`")
	f.StringVar(&s.compare, "compare", "", "further `targets`, separated by commas")
	f.IntVar(&s.rounds, "rounds", 0, "`rounds` (default 1, or 5 with more than one target)")
	f.BoolVar(&s.json, "json", false, "print JSON")
	if err := f.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return nil, err
		}
		return nil, errUsage
	}
	err := s.resolve(f.Args())
	if err != nil {
		fmt.Fprintln(stderr, "ringer-bench:", err)
		return nil, errUsage
	}
	return s, nil
}

// resolve checks the numbers and turns texts into targets and mixes.
func (s *settings) resolve(positional []string) error {
	if err := s.check(); err != nil {
		return err
	}
	if s.Count > 0 {
		s.Duration = 0
	}
	if err := s.resolveTargets(positional); err != nil {
		return err
	}
	if s.rounds == 0 {
		s.rounds = 1
		if len(s.targets) > 1 {
			s.rounds = 5
		}
	}
	if s.mix != "" {
		mix, err := parseMix(s.mix)
		s.runs = []namedMix{{s.mix, mix}}
		return err
	}
	for name := range strings.SplitSeq(s.tests, ",") {
		w, err := findWorkload(strings.TrimSpace(name))
		if err != nil {
			return err
		}
		s.runs = append(s.runs, namedMix{w.name, []share{{w, 1}}})
	}
	return nil
}

// Bounds of the command line. They keep a typing error from asking for all memory.
const (
	maxConns      = 1_000_000
	maxPipeline   = 100_000
	maxValueBytes = 512 << 20
	maxThreads    = 1024
	maxKeySpace   = 1_000_000_000_000 // twelve digits
)

// check refuses numbers out of range.
func (s *settings) check() error {
	for _, b := range []struct {
		flag       string
		value, max int
		min        int
	}{
		{"-c", s.Conns, maxConns, 1},
		{"-P", s.Pipeline, maxPipeline, 1},
		{"-threads", s.Threads, maxThreads, 1},
		{"-d", s.ValueBytes, maxValueBytes, 0},
		{"-p", s.port, 65535, 0},
		{"-rounds", s.rounds, 1000, 0},
	} {
		if b.value < b.min || b.value > b.max {
			return fmt.Errorf("%s must be %d to %d, not %d", b.flag, b.min, b.max, b.value)
		}
	}
	if s.KeySpace < 1 || s.KeySpace > maxKeySpace {
		return fmt.Errorf("-r must be 1 to %d", uint64(maxKeySpace))
	}
	if s.Count == 0 && s.Duration <= 0 {
		return errors.New("-duration must be above zero")
	}
	if s.Rate < 0 || s.Warmup < 0 {
		return errors.New("-rate and -warmup must not be negative")
	}
	return nil
}

// resolveTargets lists the servers to load.
func (s *settings) resolveTargets(positional []string) error {
	proto, err := parseProtocol(s.proto)
	if err != nil {
		return err
	}
	texts := positional
	if len(texts) == 0 {
		texts = []string{s.mainTarget(proto)}
	}
	if s.compare != "" {
		texts = append(texts, strings.Split(s.compare, ",")...)
	}
	for _, text := range texts {
		t, err := parseTarget(text, proto)
		if err != nil {
			return err
		}
		s.targets = append(s.targets, t)
	}
	return nil
}

// mainTarget is the target of -h and -p, or -s.
func (s *settings) mainTarget(proto protocol) string {
	if s.socket != "" {
		return s.socket
	}
	port := s.port
	if port == 0 {
		port = 6379
		if proto == protoNative {
			port = 1234
		}
	}
	return net.JoinHostPort(s.host, strconv.Itoa(port))
}

// loadMain runs the loads of the command line and prints what came out.
func loadMain(args []string, stdout, stderr io.Writer) error {
	s, err := parseSettings(args, stderr)
	if err != nil {
		return err
	}
	if !raiseFileLimit(s.Conns + 64) {
		fmt.Fprintf(stderr, "ringer-bench: the limit of open files is below %d connections\n", s.Conns)
	}
	var all []comparison
	failed := false
	for _, run := range s.runs {
		c, err := compare(s, run, newProgress(stderr))
		if err != nil {
			return fmt.Errorf("%s: %w", run.name, err)
		}
		if !s.json {
			c.print(stdout)
		}
		all = append(all, *c)
		failed = failed || c.reportErrors(stderr)
	}
	if s.json {
		if err := printJSON(stdout, all); err != nil {
			return err
		}
	}
	if failed {
		return errors.New("some replies were errors")
	}
	return nil
}
