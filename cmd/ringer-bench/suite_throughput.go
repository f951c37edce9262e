package main

import (
	"encoding/csv"
	"fmt"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// depths are the pipelines, with the goals that go with them.
type depth struct {
	pipeline   int
	throughput float64 // at least, redis-benchmark
	cpu        float64 // at most, CPU per request
	native     float64 // at least, native protocol
}

func depths() []depth {
	return []depth{{1, 1.1, 1.0, 1.2}, {16, 1.5, 0.7, 2.5}, {64, 2, 0.5, 4}}
}

// benchmarkTests are the tests of redis-benchmark that the suite runs if both
// servers have the command: the first few, and all that run by default.
func benchmarkTests(few bool) []string {
	first := []string{"ping_inline", "ping_mbulk", "set", "get", "zadd"}
	if few {
		return first
	}
	return append(first, "incr", "lpush", "rpush", "lpop", "rpop", "sadd", "hset", "spop",
		"zpopmin", "lrange_100", "lrange_300", "lrange_500", "lrange_600", "mset")
}

// sharedTests are the tests whose command both servers know.
func (s *suite) sharedTests(servers *[2]*server, names []string) ([]string, error) {
	var shared []string
	for _, name := range names {
		w, err := findWorkload(name)
		if err != nil {
			return nil, err
		}
		command, _, _ := strings.Cut(w.args, " ")
		known := true
		for _, srv := range servers {
			ok, err := srv.knows(command)
			if err != nil {
				return nil, err
			}
			known = known && ok
		}
		if known {
			shared = append(shared, name)
		}
	}
	return shared, nil
}

// benchRun is one run of redis-benchmark.
type benchRun struct {
	perSecond  float64
	requests   int
	serverCPU  time.Duration
	clientBusy float64
}

// clientBound is the share of its core above which the client is the limit.
const clientBound = 0.97

// calibrateRequests is how many requests per unit of pipeline the first run has,
// which warms the server up and tells how many a measured run needs.
const calibrateRequests = 3000

// throughput measures requests/s with redis-benchmark, and the server's CPU time
// per request around the same runs.
func (s *suite) throughput() error {
	servers, stop, err := s.startPair()
	if err != nil {
		return err
	}
	defer stop()
	tests, err := s.sharedTests(servers, benchmarkTests(s.FewTests))
	if err != nil {
		return err
	}
	for _, srv := range servers {
		if err := s.fillKeys(srv); err != nil {
			return err
		}
	}
	runs := len(tests) * len(depths()) * s.Rounds * len(servers)
	each := s.Benchmarks / time.Duration(runs)
	var cpuRows []func()
	for _, d := range depths() {
		cpu := make([][2]benchRun, s.Rounds) // sums over the tests
		for _, test := range tests {
			if err := s.throughputTest(servers, benchCell{d, test, each}, cpu); err != nil {
				return err
			}
		}
		cpuRows = append(cpuRows, func() { s.addCPU(d, cpu) })
	}
	for _, add := range cpuRows {
		add()
	}
	return nil
}

// benchCell is one test at one depth, to run for about each.
type benchCell struct {
	depth
	test string
	each time.Duration
}

// throughputTest measures one test at one depth and adds its CPU time to cpu.
func (s *suite) throughputTest(
	servers *[2]*server, cell benchCell, cpu [][2]benchRun,
) error {
	test, pipeline := cell.test, cell.pipeline
	requests := 0
	warm := calibrateRequests * pipeline
	for _, srv := range servers {
		run, err := s.redisBenchmark(srv, test, pipeline, warm)
		if err != nil {
			return err
		}
		requests = max(requests, int(run.perSecond*cell.each.Seconds()))
	}
	rounds := make([]pair, s.Rounds)
	busiest := 0.0
	for round := range rounds {
		err := bothSides(round, func(side int) error {
			run, err := s.redisBenchmark(servers[side], test, pipeline, requests)
			rounds[round][side] = run.perSecond
			cpu[round][side].requests += run.requests
			cpu[round][side].serverCPU += run.serverCPU
			if side == ringerSide {
				busiest = max(busiest, run.clientBusy)
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	r := row{
		Part: "throughput", Name: fmt.Sprintf("redis-benchmark %s, P=%d", test, pipeline),
		Unit: "/s", Goal: goal{AtLeast: true, Value: cell.throughput},
	}
	if busiest >= clientBound {
		r.Note = fmt.Sprintf("client %.0f %% busy", busiest*100)
	}
	s.add(r, rounds)
	return nil
}

// addCPU adds the row of CPU time per request at one depth.
func (s *suite) addCPU(d depth, cpu [][2]benchRun) {
	rounds := make([]pair, len(cpu))
	for i, sides := range cpu {
		for side, sum := range sides {
			perRequest := sum.serverCPU.Seconds() / float64(max(sum.requests, 1))
			rounds[i][side] = perRequest * 1e6
		}
	}
	s.add(row{
		Part: "throughput", Name: fmt.Sprintf("server CPU per request, P=%d", d.pipeline),
		Unit: "us", Goal: goal{Value: d.cpu},
	}, rounds)
}

// redisBenchmark runs one test of redis-benchmark and reads the server's CPU time
// before and after.
func (s *suite) redisBenchmark(srv *server, test string, pipeline, n int) (benchRun, error) {
	before, err := srv.cpu()
	if err != nil {
		return benchRun{}, err
	}
	began := time.Now()
	cmd := exec.CommandContext(s.ctx, s.benchmark,
		"-h", "127.0.0.1", "-p", strconv.Itoa(srv.port), "-t", test,
		"-c", strconv.Itoa(suiteConns), "-P", strconv.Itoa(pipeline),
		"-n", strconv.Itoa(n), "-r", strconv.Itoa(suiteKeySpace),
		"-d", strconv.Itoa(suiteValue), "--csv")
	out, err := cmd.Output()
	wall := time.Since(began)
	if err != nil {
		return benchRun{}, fmt.Errorf("redis-benchmark -t %s on %s: %w", test, srv.name, err)
	}
	after, err := srv.cpu()
	if err != nil {
		return benchRun{}, err
	}
	perSecond, err := parseBenchmarkCSV(string(out))
	if err != nil {
		return benchRun{}, fmt.Errorf("redis-benchmark -t %s on %s: %w", test, srv.name, err)
	}
	usage := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	busy := time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
	return benchRun{perSecond, n, after - before, busy.Seconds() / wall.Seconds()}, nil
}

// parseBenchmarkCSV returns the rate of the last test in redis-benchmark's CSV.
// Tests that need a filled list run another one first.
func parseBenchmarkCSV(text string) (float64, error) {
	records, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		return 0, err
	}
	if len(records) < 2 || len(records[len(records)-1]) < 2 {
		return 0, fmt.Errorf("no result in %q", text)
	}
	return strconv.ParseFloat(records[len(records)-1][1], 64)
}

// native measures ringer's native protocol against redis over RESP, both under
// ringer-bench with the same requests. The RESP of both is shown beside it, as a
// check on redis-benchmark, which is the slower client.
func (s *suite) native() error {
	servers, stop, err := s.startPair()
	if err != nil {
		return err
	}
	defer stop()
	for _, srv := range servers {
		if err := s.fillKeys(srv); err != nil {
			return err
		}
	}
	for _, d := range depths() {
		for _, test := range []string{"set", "get", "zadd"} {
			if err := s.nativeTest(servers, d, test); err != nil {
				return err
			}
		}
	}
	return nil
}

// nativeTest measures one request kind at one depth.
func (s *suite) nativeTest(servers *[2]*server, d depth, test string) error {
	o := s.options(d.pipeline)
	plain, native := make([]pair, s.Rounds), make([]pair, s.Rounds)
	busiest := 0.0
	for round := range s.Rounds {
		err := bothSides(round, func(side int) error {
			out, err := s.load(servers[side], protoRESP, test, o)
			if err != nil {
				return err
			}
			plain[round][side], native[round][side] = out.throughput(), out.throughput()
			if side == redisSide {
				return nil
			}
			out, err = s.load(servers[side], protoNative, test, o)
			if err != nil {
				return err
			}
			native[round][side] = out.throughput()
			busiest = max(busiest, out.clientBusy)
			return nil
		})
		if err != nil {
			return err
		}
	}
	r := row{
		Part: "native", Name: fmt.Sprintf("native against RESP, %s, P=%d", test, d.pipeline),
		Unit: "/s", Goal: goal{AtLeast: true, Value: d.native},
	}
	if busiest >= clientBound {
		r.Note = fmt.Sprintf("client %.0f %% busy", busiest*100)
	}
	s.add(r, native)
	s.add(row{
		Part: "native", Name: fmt.Sprintf("RESP by ringer-bench, %s, P=%d", test, d.pipeline),
		Unit: "/s", Goal: goal{None: true},
	}, plain)
	return nil
}
