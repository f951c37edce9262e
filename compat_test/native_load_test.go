package compat_test

import (
	"strings"
	"syscall"
	"testing"
	"time"
)

// The load tests of load_test.go that are about one connection's manners, on the native port.

// TestNativeSlowWriter: a client that sends one byte at a time, with pauses, disturbs nobody and is
// served in the end.
func TestNativeSlowWriter(t *testing.T) {
	onlyRinger(t)
	pause := 10 * time.Millisecond
	if lab.long {
		pause = time.Second
	}
	c := mustDialNative(t)
	for i, b := range appendFrame(nil, []string{"ECHO", "slow"}) {
		if err := c.write([]byte{b}); err != nil {
			t.Fatalf("byte %d: %v", i, err)
		}
		lab.shared.ringer.served(t, "another client is slow")
		time.Sleep(pause)
	}
	if v, err := c.read(); err != nil || describe(v.value) != `$"slow"` {
		t.Errorf("%v, %v", v, err)
	}
}

// TestNativeClientThatNeverReads asks for far more than the output limit and reads nothing. Ringer
// stops reading its requests, so that the client is who waits.
func TestNativeClientThatNeverReads(t *testing.T) {
	onlyRinger(t)
	s, err := startRinger()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.stop)
	mustDial(t, s.addr).must(t, "SET v "+strings.Repeat("v", 100_000))
	before := s.rssBytes(t)
	c, err := dialNative(s.nativeAddr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.close)
	request := []byte(strings.Repeat(string(appendFrame(nil, []string{"GET", "v"})), 50_000))
	for i := 0; i < 50 && err == nil; i++ {
		_ = c.net.SetWriteDeadline(time.Now().Add(2 * time.Second))
		_, err = c.net.Write(request)
		s.served(t, "a client does not read")
		if grown := s.rssBytes(t) - before; grown > silentReaderLimit {
			t.Fatalf("grew by %d MiB for a client that does not read", grown/mib)
		}
	}
	if err == nil {
		t.Error("takes requests for ever from a client that does not read")
	}
	c.close()
	s.served(t, "the client is gone")
	s.settlesBelow(t, before+64*mib)
}

// TestNativeTenThousandConnections opens as many as the system lets us, uses each, and looks at
// what an idle one costs and at what is left when they are gone.
func TestNativeTenThousandConnections(t *testing.T) {
	onlyRinger(t)
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		t.Fatal(err)
	}
	count := min(10_000, int(limit.Cur)-fileReserve)
	s, err := startRinger("--maxclients", "11000")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.stop)
	before := s.rssBytes(t)
	conns := openMany(t, s.nativeAddr, count)
	for range 2 {
		for _, c := range conns { // all requests are under way before the first reply is read
			if _, err := c.Write(appendFrame(nil, []string{"PING"})); err != nil {
				t.Fatal(err)
			}
		}
		readMany(t, s, conns, "\x09\x00\x00\x00\x02\x04\x00\x00\x00PONG")
	}
	cost := s.restingBytes(t, before) / int64(count)
	t.Logf("%d connections, %d bytes resident for each that is idle", count, cost)
	if cost > nativeIdleLimit {
		t.Errorf("an idle connection costs %d bytes", cost)
	}
	s.served(t, "10,000 are connected")
	for _, c := range conns {
		c.Close()
	}
	s.settlesBelow(t, before+max(int64(count)*cost/2, 16*mib))
	s.served(t, "10,000 have gone")
}

// nativeIdleLimit is what an idle connection may cost. Over RESP a redis-server's costs 2.5 KiB.
const nativeIdleLimit = 3 << 10
