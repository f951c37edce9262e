package compat_test

import (
	"strings"
	"testing"
)

// fewReplicas is what min-replicas-to-write refuses, and what not, in the order of Redis's checks.
const fewReplicas = `
a SET k v
b SUBSCRIBE c
a CONFIG SET min-replicas-to-write 1
a CONFIG GET min-replicas-to-write
a SET k w
a SET
a GET k
a EXPIRE k 1
a EXPIRE none 1
a FLUSHALL
a SORT k
a SORT k STORE d
a PUBLISH c m
a PFCOUNT none
a BLPOP l 0.001
a LPOP none
b SET k w
b GET k
a MULTI
a GET k
a EXEC
a MULTI
a SET k w
a EXEC
a CONFIG SET min-slaves-max-lag 0
a SET k x
a MULTI
a SET k y
a GET k
c CONFIG SET min-replicas-max-lag 10
a EXEC
a EXEC
a GET k
a CONFIG SET min-replicas-to-write 0
a MULTI
a CONFIG SET min-replicas-to-write 5
a SET k z
a EXEC
a GET k
a CONFIG SET maxmemory 1
a SET k 1
a EXPIRE k 1
a CONFIG SET maxmemory 0
a CONFIG SET min-replicas-to-write 0
a FLUSHALL`

// TestTooFewReplicas: who asks that nothing be written without replicas is obeyed, though there
// never are any.
func TestTooFewReplicas(t *testing.T) {
	p := newPair(t)
	for _, proto := range []string{"2", "3"} {
		want := runClients(t, p.redis, proto, fewReplicas)
		got := runClients(t, p.ringer, proto, fewReplicas)
		if want != got {
			t.Errorf("RESP%s\nredis:\n%s\nringer:\n%s", proto, want, got)
		}
	}
	for _, s := range p.each() {
		c := mustDial(t, s.addr)
		c.must(t, "CONFIG SET min-replicas-to-write 1")
		info := c.must(t, "INFO everything").text
		for _, want := range []string{"min_slaves_good_slaves:0\r\n", "errorstat_NOREPLICAS:count="} {
			if !strings.Contains(info, want) {
				t.Errorf("%s: INFO lacks %q", s.name, want)
			}
		}
	}
}
