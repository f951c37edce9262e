package keyspace_test

import (
	"testing"

	"github.com/ringer-kv/ringer/keyspace"
)

// BenchmarkEvalSHA is a pipeline of 16 calls of scripts that call one command, or none.
func BenchmarkEvalSHA(b *testing.B) {
	for name, script := range map[string]string{
		"set": "return redis.call('set',KEYS[1],ARGV[1])", "none": "return 1",
		"get": "return redis.call('get',KEYS[1])",
	} {
		b.Run(name, func(b *testing.B) { benchmarkScript(b, script) })
	}
}

func benchmarkScript(b *testing.B, script string) {
	e := newEngine(b, keyspace.Options{})
	c := newClient(b, e)
	sha := c.cmd("SCRIPT", "LOAD", script)[5:45]
	const depth = 16
	b.ReportAllocs()
	for i := 0; i < b.N; i += depth {
		c.b.Reset()
		for range depth {
			for _, w := range []string{"EVALSHA", sha, "1", "key", "value"} {
				c.b.Args = append(c.b.Args, []byte(w))
			}
			c.b.Append()
		}
		c.e.Submit(c.s, &c.b)
		c.wait()
	}
}
