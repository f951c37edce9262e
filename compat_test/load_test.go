package compat_test

import (
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

const (
	mib = 1 << 20
	// fileReserve is what the test binary itself and a server need beside the connections.
	fileReserve = 256
	// silentReaderLimit is far above the output limit of 16 MiB that the test sets: a server may run
	// a read's worth of commands before it looks at the limit.
	silentReaderLimit = 256 * mib
)

// settlesBelow waits until the server's resident memory is at most limit.
func (s *server) settlesBelow(t *testing.T, limit int64) {
	t.Helper()
	deadline := time.Now().Add(ioTimeout)
	rss := s.rssBytes(t)
	for rss > limit && time.Now().Before(deadline) {
		time.Sleep(20 * time.Millisecond)
		rss = s.rssBytes(t)
	}
	if rss > limit {
		t.Errorf("%s keeps %d MiB resident, want at most %d", s.name, rss/mib, limit/mib)
	}
}

// served fails the test unless the server answers others, soon.
func (s *server) served(t *testing.T, while string) {
	t.Helper()
	start := time.Now()
	if err := s.ping(); err != nil {
		t.Fatalf("%s, while %s: %v", s.name, while, err)
	}
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("%s, while %s: a PING takes %v", s.name, while, took)
	}
}

// TestLargeValue writes and reads a value of 64 MiB and gives its memory back. With
// RINGER_COMPAT_LONG, one of 512 MiB, the most that Redis takes; 513 MiB is refused always.
func TestLargeValue(t *testing.T) {
	size := 64 * mib
	if lab.long {
		size = 512 * mib
	}
	p := newPair(t)
	for _, s := range p.each() {
		before := s.rssBytes(t)
		c := mustDial(t, s.addr)
		if err := c.sendLarge(size); err != nil {
			t.Fatalf("%s: %v", s.name, err)
		}
		if r, err := c.read(); err != nil || string(r.raw) != "+OK\r\n" {
			t.Fatalf("%s: SET of %d MiB: %q, %v", s.name, size/mib, r.raw, err)
		}
		if err := c.receiveLarge(size); err != nil {
			t.Errorf("%s: GET of %d MiB: %v", s.name, size/mib, err)
		}
		c.must(t, "DEL large")
		c.close()
		s.settlesBelow(t, before+24*mib)
		refused := mustDial(t, s.addr)
		if err := refused.write(setHeader(513 * mib)); err != nil {
			t.Fatal(err)
		}
		r, err := refused.read()
		if err != nil || r.value.text != "ERR Protocol error: invalid bulk length" {
			t.Errorf("%s: SET of 513 MiB: %q, %v", s.name, r.raw, err)
		}
	}
}

// setHeader is SET large up to its value of that size.
func setHeader(size int) []byte {
	return fmt.Appendf(nil, "*3\r\n$3\r\nSET\r\n$5\r\nlarge\r\n$%d\r\n", size)
}

// sendLarge sends SET large with a value that never is in our memory as a whole.
func (c *conn) sendLarge(size int) error {
	if err := c.write(setHeader(size)); err != nil {
		return err
	}
	block := []byte(strings.Repeat("0123456789abcdef", mib/16))
	for range size / mib {
		if err := c.write(block); err != nil {
			return err
		}
	}
	return c.write([]byte("\r\n"))
}

func (c *conn) receiveLarge(size int) error {
	if err := c.write([]byte("GET large\r\n")); err != nil {
		return err
	}
	if err := c.net.SetReadDeadline(time.Now().Add(3 * ioTimeout)); err != nil {
		return err
	}
	header, err := c.in.ReadString('\n')
	if want := fmt.Sprintf("$%d\r\n", size); err != nil || header != want {
		return fmt.Errorf("header %q, want %q, %w", header, want, err)
	}
	block := make([]byte, mib)
	for range size / mib {
		if _, err := io.ReadFull(c.in, block); err != nil {
			return err
		}
		if string(block[:16]) != "0123456789abcdef" || block[mib-1] != 'f' {
			return errors.New("the bytes have changed")
		}
	}
	end := make([]byte, 2)
	_, err = io.ReadFull(c.in, end)
	if err == nil && string(end) != "\r\n" {
		err = fmt.Errorf("ends with %q", end)
	}
	return err
}

// TestClientThatNeverReads asks for far more than the output limit and reads nothing. It is cut
// off, the memory stays within bounds, and others are served meanwhile.
func TestClientThatNeverReads(t *testing.T) {
	p := newPair(t, "--client-output-buffer-limit", "normal 16mb 0 0")
	for _, s := range p.each() {
		mustDial(t, s.addr).must(t, "SET v "+strings.Repeat("v", 100_000))
		before := s.rssBytes(t)
		c := mustDial(t, s.addr)
		request := []byte(strings.Repeat("GET v\r\n", 1000))
		var peak int64
		var err error
		for i := 0; i < 50 && err == nil && peak < silentReaderLimit; i++ { // 5 GB of replies in all
			_ = c.net.SetWriteDeadline(time.Now().Add(2 * time.Second))
			_, err = c.net.Write(request)
			s.served(t, "a client does not read")
			peak = max(peak, s.rssBytes(t)-before)
		}
		if peak > silentReaderLimit {
			t.Errorf("%s grew by %d MiB for a client that does not read", s.name, peak/mib)
		} else if err == nil {
			t.Errorf("%s takes requests for ever from a client that does not read", s.name)
		}
		c.close()
		s.served(t, "the client is gone")
		s.settlesBelow(t, before+64*mib)
		t.Logf("%s grew by %d MiB at most", s.name, peak/mib)
	}
}

// TestSlowWriter: a client that sends one byte at a time, with pauses, disturbs nobody and is
// served in the end.
func TestSlowWriter(t *testing.T) {
	pause, pieces := 10*time.Millisecond, "*2\r\n$4\r\nECHO\r\n$4\r\nslow\r\n"
	if lab.long {
		pause = time.Second
	}
	for _, s := range lab.shared.each() {
		c := mustDial(t, s.addr)
		for i := range len(pieces) {
			if err := c.write([]byte{pieces[i]}); err != nil {
				t.Fatalf("%s: byte %d: %v", s.name, i, err)
			}
			s.served(t, "another client is slow")
			time.Sleep(pause)
		}
		if r, err := c.read(); err != nil || r.value.text != "slow" {
			t.Errorf("%s: %q, %v", s.name, r.raw, err)
		}
	}
}

// TestTenThousandConnections opens as many as the system lets us, uses each, and looks at what an
// idle one costs and at what is left when they are gone.
func TestTenThousandConnections(t *testing.T) {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		t.Fatal(err)
	}
	count := min(10_000, int(limit.Cur)-fileReserve)
	t.Logf("%d connections (the limit of open files is %d)", count, limit.Cur)
	p := newPair(t, "--maxclients", "11000")
	var costs [2]int64
	for i, s := range p.each() {
		before := s.rssBytes(t)
		conns := openMany(t, s.addr, count)
		for _, c := range conns { // all requests are under way before the first reply is read
			if _, err := c.Write([]byte("PING\r\n")); err != nil {
				t.Fatalf("%s: %v", s.name, err)
			}
		}
		readMany(t, s, conns, "+PONG\r\n")
		costs[i] = s.restingBytes(t, before) / int64(count)
		s.served(t, "10,000 are connected")
		for _, c := range conns {
			c.Close()
		}
		s.settlesBelow(t, before+max(int64(count)*costs[i]/2, goneBytes))
		s.served(t, "10,000 have gone")
		t.Logf("%s: %d bytes resident for each idle connection", s.name, costs[i])
	}
	if costs[1] > max(costs[0], 1024)*5/4 {
		t.Errorf("an idle connection costs ringer %d bytes, redis %d", costs[1], costs[0])
	}
}

// goneBytes is what a server may keep resident when 10,000 clients have gone, of the 150 MiB that
// ringer holds while they are busy: up to 8 MiB of its heap that are not looked at, 5 MiB of
// descriptors of goroutines, which Go's runtime keeps for the next ones, about as much of the
// runtime's own tables, and 4 MiB of free arena.
const goneBytes = 24 * mib

// idleSettles is how long both servers need to take back what idle connections have used: Redis
// shrinks buffers of clients that have been idle for seconds, ringer lets their goroutines go.
const idleSettles = 8 * time.Second

// restingBytes is the least that the server has held, since then, beyond what it held before.
func (s *server) restingBytes(t *testing.T, before int64) int64 {
	t.Helper()
	least := s.rssBytes(t)
	for end := time.Now().Add(idleSettles); time.Now().Before(end); time.Sleep(time.Second / 4) {
		least = min(least, s.rssBytes(t))
	}
	return max(least-before, 0)
}

func openMany(t *testing.T, addr string, count int) []net.Conn {
	t.Helper()
	conns := make([]net.Conn, 0, count)
	t.Cleanup(func() {
		for _, c := range conns {
			c.Close()
		}
	})
	for i := range count {
		c, err := net.DialTimeout("tcp", addr, ioTimeout)
		if err != nil {
			t.Fatalf("%s: connection %d: %v", addr, i, err)
		}
		conns = append(conns, c)
	}
	return conns
}

func readMany(t *testing.T, s *server, conns []net.Conn, want string) {
	t.Helper()
	buf := make([]byte, len(want))
	for i, c := range conns {
		if err := c.SetReadDeadline(time.Now().Add(ioTimeout)); err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadFull(c, buf); err != nil || string(buf) != want {
			t.Fatalf("%s: connection %d answers %q, %v", s.name, i, buf, err)
		}
	}
}

// TestMaxclients: one more than allowed is told so and closed, and a place that is given up is
// free.
func TestMaxclients(t *testing.T) {
	p := newPair(t, "--maxclients", "5")
	for _, s := range p.each() {
		conns := openMany(t, s.addr, 5)
		for _, c := range conns {
			if _, err := c.Write([]byte("PING\r\n")); err != nil {
				t.Fatal(err)
			}
		}
		readMany(t, s, conns, "+PONG\r\n")
		sixth := mustDial(t, s.addr)
		r, err := sixth.read()
		if err != nil || string(r.raw) != "-ERR max number of clients reached\r\n" {
			t.Errorf("%s: the sixth reads %q, %v", s.name, r.raw, err)
		}
		if a := sixth.answer(); a.gone != "connection closed" {
			t.Errorf("%s: then %s", s.name, a)
		}
		conns[0].Close()
		deadline := time.Now().Add(ioTimeout)
		for err = s.ping(); err != nil && time.Now().Before(deadline); err = s.ping() {
			time.Sleep(time.Millisecond)
		}
		if err != nil {
			t.Errorf("%s: a free place is not given: %v", s.name, err)
		}
	}
}

// TestConnectionsThatComeAndGo leaves nothing behind.
func TestConnectionsThatComeAndGo(t *testing.T) {
	p := newPair(t)
	for _, s := range p.each() {
		churn(t, s, 500) // what grows once, such as pools, has grown
		before := s.rssBytes(t)
		churn(t, s, 3000)
		s.settlesBelow(t, before+8*mib)
	}
}

// churn connects, in eight at a time; half the clients leave in the middle of a command.
func churn(t *testing.T, s *server, count int) {
	t.Helper()
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for i := range count / 8 {
				c, err := dial(s.addr)
				if err != nil {
					t.Errorf("%s: %v", s.name, err)
					return
				}
				if i%2 == 0 {
					_, err = c.do("SET", "churn", "v")
				} else {
					err = c.write([]byte("*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$100000\r\npart"))
				}
				if err != nil {
					t.Errorf("%s: %v", s.name, err)
				}
				c.close()
			}
		})
	}
	group.Wait()
}

// TestLargeCollections: dropping a large sorted set, in each of the ways there are, keeps others
// waiting no longer than Redis does, and gives the memory back.
func TestLargeCollections(t *testing.T) {
	members := 20_000
	if lab.long {
		members = 1_000_000
	}
	p := newPair(t)
	for _, s := range p.each() {
		c := mustDial(t, s.addr)
		c.fill(t, members)
		c.must(t, "DEL big")
		before := s.rssBytes(t)
		for _, line := range []string{"DEL big", "UNLINK big", "SET big v", "PEXPIRE big -1", "FLUSHDB",
			"FLUSHALL ASYNC", "SET big v PXAT 1"} {
			c.fill(t, members)
			c.must(t, line)
			if got := c.must(t, "ZCARD big").text; got != "0" && !strings.HasPrefix(got, "WRONGTYPE") {
				t.Errorf("%s: after %s ZCARD is %s", s.name, line, got)
			}
			c.must(t, "DEL big")
		}
		s.settlesBelow(t, before+32*mib)
	}
}

// fill makes a sorted set of that many members.
func (c *conn) fill(t *testing.T, members int) {
	t.Helper()
	const each = 1000
	for start := 0; start < members; start += each {
		args := []string{"ZADD", "big"}
		for i := range each {
			args = append(args, fmt.Sprint((start+i)*7919%members), fmt.Sprintf("member:%d", start+i))
		}
		if r, err := c.do(args...); err != nil || r.value.text != fmt.Sprint(each) {
			t.Fatalf("ZADD: %q, %v", r.raw, err)
		}
	}
	if got := c.must(t, "ZCARD big").text; got != fmt.Sprint(members) {
		t.Fatalf("ZCARD is %s, want %d", got, members)
	}
}
