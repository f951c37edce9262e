// Package benchmark_test holds resptest beside miniredis, in one run:
//
//	go test -bench . -benchmem
//
// It is a module of its own, so that nobody who uses ringer gets miniredis with it.
package benchmark_test

import (
	"fmt"
	"runtime"
	"testing"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"

	"github.com/ringer-kv/ringer/resp/resptest"
)

// double is a server in the process of a test.
type double interface {
	Addr() string
	Close()
}

// doubles are those that are compared.
var doubles = []struct {
	name  string
	start func() (double, error)
}{
	{"resptest", func() (double, error) { return resptest.New() }},
	{"miniredis", func() (double, error) { return miniredis.Run() }},
}

// each runs a benchmark for each of them.
func each(b *testing.B, run func(b *testing.B, start func() double)) {
	for _, d := range doubles {
		b.Run(d.name, func(b *testing.B) {
			run(b, func() double {
				srv, err := d.start()
				if err != nil {
					b.Fatal(err)
				}
				return srv
			})
		})
	}
}

// BenchmarkStartClose is the life of a server that nobody talks to, listening.
func BenchmarkStartClose(b *testing.B) {
	each(b, func(b *testing.B, start func() double) {
		b.ReportAllocs()
		for b.Loop() {
			srv := start()
			srv.Addr()
			srv.Close()
		}
	})
}

// BenchmarkStartUseClose is a small test: connect, write, read.
func BenchmarkStartUseClose(b *testing.B) {
	each(b, func(b *testing.B, start func() double) {
		b.ReportAllocs()
		for b.Loop() {
			srv := start()
			rdb := redis.NewClient(&redis.Options{Addr: srv.Addr()})
			rdb.Set(b.Context(), "k", "v", 0)
			if rdb.Get(b.Context(), "k").Val() != "v" {
				b.Fatal("lost")
			}
			rdb.Close()
			srv.Close()
		}
	})
}

// BenchmarkRunning is what a server that runs takes: heap and goroutines.
func BenchmarkRunning(b *testing.B) {
	const servers = 100
	each(b, func(b *testing.B, start func() double) {
		var heap, goroutines float64
		for b.Loop() {
			before := usage()
			all := make([]double, servers)
			for i := range all {
				all[i] = start()
				all[i].Addr()
			}
			after := usage()
			heap = float64(after.heap-before.heap) / servers
			goroutines = float64(after.goroutines-before.goroutines) / servers
			for _, srv := range all {
				srv.Close()
			}
		}
		b.ReportMetric(heap, "heap-B/server")
		b.ReportMetric(goroutines, "goroutines/server")
	})
}

type used struct {
	heap       int64
	goroutines int
}

func usage() used {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return used{int64(m.HeapAlloc), runtime.NumGoroutine()}
}

// BenchmarkGet is one request and its reply.
func BenchmarkGet(b *testing.B) {
	each(b, func(b *testing.B, start func() double) {
		srv := start()
		defer srv.Close()
		rdb := redis.NewClient(&redis.Options{Addr: srv.Addr()})
		defer rdb.Close()
		rdb.Set(b.Context(), "k", "v", 0)
		for b.Loop() {
			if rdb.Get(b.Context(), "k").Val() != "v" {
				b.Fatal("lost")
			}
		}
	})
}

// BenchmarkPipeline is a pipeline of 100 SETs.
func BenchmarkPipeline(b *testing.B) {
	const commands = 100
	each(b, func(b *testing.B, start func() double) {
		srv := start()
		defer srv.Close()
		rdb := redis.NewClient(&redis.Options{Addr: srv.Addr()})
		defer rdb.Close()
		for b.Loop() {
			p := rdb.Pipeline()
			for i := range commands {
				p.Set(b.Context(), fmt.Sprint("k", i), i, 0)
			}
			if _, err := p.Exec(b.Context()); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/commands, "ns/command")
	})
}

// BenchmarkScripts is a pipeline of 100 scripts, each of which calls two commands.
func BenchmarkScripts(b *testing.B) {
	const (
		scripts = 100
		script  = `local n = redis.call('INCR', KEYS[1]) ` +
			`if n == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end return n`
	)
	each(b, func(b *testing.B, start func() double) {
		srv := start()
		defer srv.Close()
		rdb := redis.NewClient(&redis.Options{Addr: srv.Addr()})
		defer rdb.Close()
		sha, err := rdb.ScriptLoad(b.Context(), script).Result()
		if err != nil {
			b.Fatal(err)
		}
		for b.Loop() {
			p := rdb.Pipeline()
			for i := range scripts {
				p.EvalSha(b.Context(), sha, []string{fmt.Sprint("k", i)}, 60_000)
			}
			if _, err := p.Exec(b.Context()); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/scripts, "ns/script")
	})
}
