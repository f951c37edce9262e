package main

import (
	"bufio"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// fakeServer answers native requests with whatever answer returns for the number
// of the request. It also checks that every request is well formed.
type fakeServer struct {
	target   target
	requests atomic.Uint64
	bad      atomic.Uint64
	answer   func(n uint64) string
	conns    sync.WaitGroup
}

// ok is the reply that carries a string.
func ok() string { return nativeFrame("\x02\x02\x00\x00\x00ok") }

// serveNative starts a fake server that ends with the test.
func serveNative(t testing.TB, answer func(n uint64) string) *fakeServer {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &fakeServer{answer: answer}
	s.target = target{Name: "fake", Proto: protoNative, Net: "tcp", Addr: l.Addr().String()}
	s.conns.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			s.conns.Go(func() { s.serve(c) })
		}
	})
	t.Cleanup(func() {
		l.Close()
		s.conns.Wait()
		if n := s.bad.Load(); n > 0 {
			t.Errorf("%d requests were malformed", n)
		}
	})
	return s
}

// serve answers one connection; replies leave when no further request is there.
func (s *fakeServer) serve(c net.Conn) {
	defer c.Close()
	r, w := bufio.NewReaderSize(c, 64<<10), bufio.NewWriterSize(c, 64<<10)
	for {
		if r.Buffered() == 0 && w.Flush() != nil {
			return
		}
		var head [4]byte
		if _, err := io.ReadFull(r, head[:]); err != nil {
			return
		}
		body := make([]byte, binary.LittleEndian.Uint32(head[:]))
		if _, err := io.ReadFull(r, body); err != nil {
			return
		}
		if !wellFormed(body) {
			s.bad.Add(1)
		}
		reply := s.answer(s.requests.Add(1))
		if reply == "" {
			return
		}
		w.WriteString(reply)
	}
}

// wellFormed parses the strings of a request frame to its end.
func wellFormed(body []byte) bool {
	if len(body) < 4 {
		return false
	}
	n := binary.LittleEndian.Uint32(body)
	body = body[4:]
	for range n {
		if len(body) < 4 {
			return false
		}
		size := int(binary.LittleEndian.Uint32(body))
		if len(body) < 4+size {
			return false
		}
		body = body[4+size:]
	}
	return len(body) == 0
}

func testOptions() loadOptions {
	return loadOptions{Conns: 4, Pipeline: 8, Threads: 1, KeySpace: 1000, ValueBytes: 16, Seed: 1}
}

func TestCountIsKeptExactly(t *testing.T) {
	s := serveNative(t, func(uint64) string { return ok() })
	for _, c := range []struct {
		name  string
		count uint64
		alter func(*loadOptions)
	}{
		{"less than one pipeline", 5, func(*loadOptions) {}},
		{"no multiple of the pipeline", 1003, func(*loadOptions) {}},
		{"more threads than one", 1003, func(o *loadOptions) { o.Threads = 3 }},
		{"more threads than requests", 2, func(o *loadOptions) { o.Threads = 4 }},
		{"more connections than requests", 3, func(o *loadOptions) { o.Conns = 20 }},
		{"a value that fills the socket", 64, func(o *loadOptions) { o.ValueBytes = 1 << 20 }},
		{"a fixed rate", 500, func(o *loadOptions) { o.Rate = 100_000 }},
		{"after a warm-up", 1003, func(o *loadOptions) { o.Warmup = 20 * time.Millisecond }},
		{"a fixed rate after a warm-up", 504, func(o *loadOptions) {
			o.Warmup, o.Rate = 20*time.Millisecond, 100_000
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := testOptions()
			o.Count = c.count
			c.alter(&o)
			ctl := &control{}
			before := s.requests.Load()
			out, err := runMix(s.target, testMix(t, "set:1,get:1"), o, ctl)
			if err != nil {
				t.Fatal(err)
			}
			sent := s.requests.Load() - before
			if out.replies != c.count || out.latency.total != c.count || out.unsent != 0 {
				t.Errorf("%d replies, %d latencies, %d unsent, want %d",
					out.replies, out.latency.total, out.unsent, c.count)
			}
			if sent != ctl.done.Load() || o.Warmup == 0 && sent != c.count {
				t.Errorf("the server saw %d requests, progress %d", sent, ctl.done.Load())
			}
		})
	}
}

// TestPortablePoller makes the same load over poll(2), blocked writes included.
func TestPortablePoller(t *testing.T) {
	s := serveNative(t, func(uint64) string { return ok() })
	o := testOptions()
	o.ValueBytes = 1 << 20
	fds, err := s.target.dialAll(o.Conns)
	if err != nil {
		t.Fatal(err)
	}
	defer closeAll(fds)
	p := plan{
		target: s.target, fds: fds, pipeline: o.Pipeline, count: 100,
		source: newMixSource(testMix(t, "set"), protoNative, o),
	}
	l, err := newLoop(p, newPollPoller())
	if err != nil {
		t.Fatal(err)
	}
	if err := l.run(); err != nil {
		t.Fatal(err)
	}
	if out := l.finish(); out.replies != 100 || s.requests.Load() != 100 {
		t.Errorf("%d replies, %d requests, want 100", out.replies, s.requests.Load())
	}
}

func TestErrorRepliesAreCounted(t *testing.T) {
	s := serveNative(t, func(n uint64) string {
		if n%4 == 0 {
			return nativeError("ERR every fourth")
		}
		return ok()
	})
	o := testOptions()
	o.Count = 400
	out, err := runMix(s.target, testMix(t, "get"), o, &control{})
	if err != nil {
		t.Fatal(err)
	}
	if out.errorCount != 100 || out.firstError != "ERR every fourth" {
		t.Errorf("%d errors, %q", out.errorCount, out.firstError)
	}
}

func TestFailuresEndTheRun(t *testing.T) {
	closing := func(n uint64) string {
		if n > 50 {
			return ""
		}
		return ok()
	}
	for name, c := range map[string]struct {
		answer func(n uint64) string
		want   string
	}{
		"the server closes":     {closing, ""},
		"too many replies":      {func(uint64) string { return ok() + ok() }, "replies to"},
		"replies are no frames": {func(uint64) string { return "\x00\x00\x00\x00\x00" }, "length"},
	} {
		t.Run(name, func(t *testing.T) {
			s := serveNative(t, c.answer)
			o := testOptions()
			o.Conns, o.Count = 1, 1_000_000
			_, err := runMix(s.target, testMix(t, "get"), o, &control{})
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v", err)
			}
		})
	}
	nobody := target{Name: "nobody", Proto: protoRESP, Net: "tcp", Addr: "127.0.0.1:1"}
	if _, err := runMix(nobody, testMix(t, "get"), testOptions(), &control{}); err == nil {
		t.Error("a run without a server succeeded")
	}
}

func TestStopEndsTheRun(t *testing.T) {
	ctl := &control{}
	s := serveNative(t, func(n uint64) string {
		if n == 1000 {
			ctl.stop.Store(true)
		}
		return ok()
	})
	o := testOptions()
	o.Duration = time.Hour
	out, err := runMix(s.target, testMix(t, "get"), o, ctl)
	if err != nil || out.replies < 1000 {
		t.Errorf("%v, %v", out, err)
	}
}

// TestFixedRateOmitsNothing stalls the server once. In a closed loop that is one
// slow request; at a fixed rate it is all the requests that should have been sent
// meanwhile, and the histogram must show every one of them.
func TestFixedRateOmitsNothing(t *testing.T) {
	const (
		stall = 300 * time.Millisecond
		rate  = 1000
		count = 1000
	)
	s := serveNative(t, func(n uint64) string {
		if n == 200 {
			<-time.After(stall)
		}
		return ok()
	})
	o := testOptions()
	o.Conns, o.Pipeline, o.Count = 1, 1, count
	closed, err := runMix(s.target, testMix(t, "get"), o, &control{})
	if err != nil {
		t.Fatal(err)
	}
	s.requests.Store(0)
	o.Rate = rate
	fixed, err := runMix(s.target, testMix(t, "get"), o, &control{})
	if err != nil {
		t.Fatal(err)
	}
	// A quarter of the requests fell due while the server stood still, or while it
	// caught up; a third of them waited for longer than two thirds of the stall.
	if got := closed.latency.quantile(0.9); got > int64(stall/3) {
		t.Errorf("closed loop: p90 is %v, which one stall can't make", time.Duration(got))
	}
	if got := fixed.latency.quantile(0.9); got < int64(stall/3) {
		t.Errorf("fixed rate: p90 is %v, so the stall was omitted", time.Duration(got))
	}
	if fixed.latency.maxNs < int64(stall) {
		t.Errorf("the longest request took %v", time.Duration(fixed.latency.maxNs))
	}
}

// TestUnsentRequestsCount asks for far more than the server gives.
func TestUnsentRequestsCount(t *testing.T) {
	gate := make(chan struct{})
	s := serveNative(t, func(n uint64) string {
		if n == 2 {
			<-gate
		}
		return ok()
	})
	o := testOptions()
	o.Conns, o.Pipeline, o.Rate, o.Duration = 1, 1, 1000, 100*time.Millisecond
	ctl := &control{}
	timer := time.AfterFunc(2*o.Duration, func() { close(gate) })
	defer timer.Stop()
	out, err := runMix(s.target, testMix(t, "get"), o, ctl)
	if err != nil {
		t.Fatal(err)
	}
	if out.unsent < 50 || out.latency.total != out.replies+out.unsent {
		t.Errorf("%d unsent, %d replies, %d latencies", out.unsent, out.replies, out.latency.total)
	}
}

func TestPollersReportHangup(t *testing.T) {
	best, err := newPoller()
	if err != nil {
		t.Fatal(err)
	}
	for name, p := range map[string]poller{"best": best, "portable": newPollPoller()} {
		t.Run(name, func(t *testing.T) {
			defer p.close()
			pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM, 0)
			if err != nil {
				t.Fatal(err)
			}
			defer unix.Close(pair[0])
			if err := p.add(pair[0], 7); err != nil {
				t.Fatal(err)
			}
			if _, err := unix.Write(pair[1], []byte("x")); err != nil {
				t.Fatal(err)
			}
			if err := unix.Close(pair[1]); err != nil {
				t.Fatal(err)
			}
			events, err := p.wait(time.Second)
			if err != nil || len(events) != 1 || events[0].conn != 7 ||
				!events[0].readable || !events[0].hangup {
				t.Errorf("%+v, %v", events, err)
			}
		})
	}
}

func TestPollersWaitNoLongerThanTold(t *testing.T) {
	best, err := newPoller()
	if err != nil {
		t.Fatal(err)
	}
	defer best.close()
	for _, timeout := range []time.Duration{0, 50 * time.Microsecond, 3 * time.Millisecond} {
		began := time.Now()
		events, err := best.wait(timeout)
		if took := time.Since(began); err != nil || len(events) != 0 || took < timeout {
			t.Errorf("%v: %d events, %v, after %v", timeout, len(events), err, took)
		}
	}
}

// realRedis starts a redis-server, or skips loudly; under scripts/test its absence
// is a failure.
func realRedis(t testing.TB) *server {
	t.Helper()
	path, err := exec.LookPath("redis-server")
	if err != nil {
		if os.Getenv("RINGER_REQUIRE_REDIS") != "" {
			t.Fatal("redis-server is required and missing")
		}
		t.Skip("NOT TESTED: redis-server is missing")
	}
	s, err := (program{name: "redis", path: path}).start(context.Background(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.stop)
	return s
}

// TestEveryWorkloadAgainstRedis: no workload gets an error from a real server.
func TestEveryWorkloadAgainstRedis(t *testing.T) {
	s := realRedis(t)
	o := testOptions()
	o.Count = 500
	for _, w := range workloads {
		mix := []share{{w, 1}}
		if err := prepare(s.target(protoRESP), mix, o); err != nil {
			t.Fatal(err)
		}
		out, err := checked(runMix(s.target(protoRESP), mix, o, &control{}))
		if err != nil {
			t.Errorf("%s: %v", w.name, err)
			continue
		}
		if out.replies != o.Count {
			t.Errorf("%s: %d replies", w.name, out.replies)
		}
	}
	if n, err := s.ask("DBSIZE"); err != nil || n == "0" {
		t.Errorf("DBSIZE is %q, %v", n, err)
	}
}

// BenchmarkLoop is the whole client against a server that does next to nothing;
// ns/request of client CPU is what bounds the load that one core can make.
func BenchmarkLoop(b *testing.B) {
	s := serveNative(b, func(uint64) string { return ok() })
	for _, depth := range []int{1, 16, 64} {
		b.Run(fmt.Sprintf("P=%d", depth), func(b *testing.B) {
			o := testOptions()
			o.Conns, o.Pipeline, o.Count = 50, depth, uint64(max(b.N, 1))
			out, err := runMix(s.target, testMix(b, "get"), o, &control{})
			if err != nil {
				b.Fatal(err)
			}
			busyNs := out.clientBusy * float64(out.elapsed)
			b.ReportMetric(busyNs/float64(out.replies), "client-ns/request")
		})
	}
}
