package main

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// numbered returns prefix and i in decimal.
func numbered(prefix string, i uint64) []byte {
	return strconv.AppendUint([]byte(prefix), i, 10)
}

// words turns a command line into arguments.
func words(line string) [][]byte {
	var args [][]byte
	for word := range strings.FieldsSeq(line) {
		args = append(args, []byte(word))
	}
	return args
}

// plainStrings sets key:N to a value of 16 bytes.
func plainStrings(b []byte, i uint64) []byte {
	value := []byte(strings.Repeat("x", suiteValue))
	return appendRequest(b, protoRESP, []byte("SET"), numbered("key:", i), value)
}

// zsetMembers adds to one large sorted set.
func zsetMembers(b []byte, i uint64) []byte {
	return appendRequest(b, protoRESP, []byte("ZADD"), []byte("bigzset"),
		numbered("", i), numbered("element:", i))
}

// stock is something to fill a server with, whose elements take memory.
type stock struct {
	name    string
	command string // what a server must know
	encode  func(b []byte, i uint64) []byte
	count   []string // asks how many there are
	goal    float64  // the share of redis's memory that ringer may take; 0: memoryGoal
}

// intoOne adds element:N, and more when extra is set, to one key.
func intoOne(command, extra string) func(b []byte, i uint64) []byte {
	return func(b []byte, i uint64) []byte {
		args := [][]byte{[]byte(command), []byte("big"), numbered("element:", i)}
		return appendRequest(b, protoRESP, append(args, words(extra)...)...)
	}
}

// manySmall makes key:N with a few elements each.
func manySmall(command, elements string) func(b []byte, i uint64) []byte {
	return func(b []byte, i uint64) []byte {
		args := [][]byte{[]byte(command), numbered("key:", i)}
		return appendRequest(b, protoRESP, append(args, words(elements)...)...)
	}
}

// streamEntries adds a small entry to one stream.
func streamEntries(b []byte, _ uint64) []byte {
	return appendRequest(b, protoRESP, words("XADD big * f v")...)
}

// stocks is what memory is measured of, if the server knows the command.
func stocks() []stock {
	inAnHour := time.Now().Add(time.Hour)
	value := strings.Repeat("x", suiteValue)
	keys := []string{"DBSIZE"}
	return []stock{
		{"strings of 16 bytes", "SET", plainStrings, keys, 0},
		{"strings with a TTL", "SET", stringsUntil(inAnHour), keys, 0},
		{"members of one zset", "ZADD", zsetMembers, []string{"ZCARD", "bigzset"}, 0},
		{"zsets of 3 members", "ZADD", manySmall("ZADD", "1 one 2 two 3 three"), keys, 0},
		{"fields of one hash", "HSET", intoOne("HSET", value), []string{"HLEN", "big"}, 0},
		{"members of one set", "SADD", intoOne("SADD", ""), []string{"SCARD", "big"}, 0},
		{"elements of one list", "RPUSH", intoOne("RPUSH", ""), []string{"LLEN", "big"}, 0},
		{"hashes of 3 fields", "HSET", manySmall("HSET", "f1 one f2 two f3 three"), keys, 0},
		// The listpacks are Redis's, so there is not much to save.
		{"entries of one stream", "XADD", streamEntries, []string{"XLEN", "big"}, 1},
	}
}

// memoryGoal is the share of redis's memory that ringer may take.
const memoryGoal = 0.6

// memory measures resident bytes per key or element on fresh servers.
func (s *suite) memory() error {
	for _, st := range stocks() {
		known, err := s.bothKnow(st.command)
		if err != nil {
			return err
		}
		if !known {
			continue
		}
		rounds := make([]pair, s.Memory)
		for round := range rounds {
			err := bothSides(round, func(side int) error {
				bytes, err := s.bytesPer(s.programs[side], st)
				rounds[round][side] = bytes
				return err
			})
			if err != nil {
				return fmt.Errorf("%s: %w", st.name, err)
			}
		}
		most := memoryGoal
		if st.goal != 0 {
			most = st.goal
		}
		s.add(row{
			Part: "memory",
			Name: fmt.Sprintf("resident bytes each, %s %s", countText(s.Elements), st.name),
			Unit: "B", Goal: goal{Value: most},
		}, rounds)
	}
	return nil
}

// bothKnow tells whether both programs have a command.
func (s *suite) bothKnow(command string) (bool, error) {
	servers, stop, err := s.startPair()
	if err != nil {
		return false, err
	}
	defer stop()
	for _, srv := range servers {
		known, err := srv.knows(command)
		if err != nil || !known {
			return false, err
		}
	}
	return true, nil
}

// bytesPer fills a fresh server and returns the growth of its resident memory per
// element. The connections of the load exist once before, so that their buffers
// are not counted.
func (s *suite) bytesPer(p program, st stock) (float64, error) {
	srv, err := p.start(s.ctx, s.dir)
	if err != nil {
		return 0, err
	}
	defer srv.stop()
	o := s.options(fillPipeline)
	o.Conns, o.Warmup, o.Duration = fillConns, 0, 50*time.Millisecond
	if _, err := s.load(srv, protoRESP, "ping", o); err != nil {
		return 0, err
	}
	before, err := srv.settledBytes(0)
	if err != nil {
		return 0, err
	}
	if err := s.fill(srv, s.Elements, st.encode); err != nil {
		return 0, err
	}
	after, err := srv.settledBytes(s.Settle)
	if err != nil {
		return 0, err
	}
	reply, err := srv.ask(st.count...)
	if err != nil {
		return 0, err
	}
	if reply != strconv.Itoa(s.Elements) {
		return 0, fmt.Errorf("%s holds %s elements, not %d", srv.name, reply, s.Elements)
	}
	return float64(after-before) / float64(s.Elements), nil
}

const (
	busyConns = 100
	idleKept  = 0.95 // of the throughput without idle connections
)

// idle measures what many idle connections cost: their memory, and throughput.
func (s *suite) idle() error {
	if s.IdleConns == 0 {
		return nil
	}
	each, kept := make([]pair, s.FewRounds), make([]pair, s.FewRounds)
	for round := range each {
		err := bothSides(round, func(side int) error {
			bytes, share, err := s.idleOnce(s.programs[side])
			each[round][side], kept[round][side] = bytes, share
			return err
		})
		if err != nil {
			return err
		}
	}
	conns := strconv.Itoa(s.IdleConns) + " idle connections"
	s.add(row{
		Part: "idle", Name: "resident bytes each, " + conns, Unit: "B", Goal: goal{Value: 1},
	}, each)
	s.add(row{
		Part: "idle", Name: fmt.Sprintf("throughput of %d busy among %s, relative to without",
			busyConns, conns),
		Unit: "x", Goal: goal{AtLeast: true, Value: idleKept, Own: true},
	}, kept)
	return nil
}

// idleOnce returns bytes per idle connection and the share of throughput kept. The
// run among idle connections lies between two without them, whose mean it is set
// against: a fresh server gets faster for a while, and a single run before it would
// make the idle connections look free.
func (s *suite) idleOnce(p program) (bytes, share float64, err error) {
	srv, err := p.start(s.ctx, s.dir)
	if err != nil {
		return 0, 0, err
	}
	defer srv.stop()
	if err := s.fillKeys(srv); err != nil {
		return 0, 0, err
	}
	if _, err := s.busyRate(srv); err != nil { // the warm-up
		return 0, 0, err
	}
	first, err := s.busyRate(srv)
	if err != nil {
		return 0, 0, err
	}
	bytes, among, err := s.amongIdle(srv)
	if err != nil {
		return 0, 0, err
	}
	if _, err := srv.settledBytes(s.Settle); err != nil { // the idle ones are closed
		return 0, 0, err
	}
	second, err := s.busyRate(srv)
	if err != nil {
		return 0, 0, err
	}
	return bytes, among / ((first + second) / 2), nil
}

// busyRate is the throughput of the busy connections.
func (s *suite) busyRate(srv *server) (float64, error) {
	o := s.options(1)
	o.Conns, o.Duration = busyConns, 2*s.LoadRun
	out, err := s.load(srv, protoRESP, "get", o)
	if err != nil {
		return 0, err
	}
	return out.throughput(), nil
}

// amongIdle opens the idle connections, and returns the memory of each and the
// throughput of the busy ones among them.
func (s *suite) amongIdle(srv *server) (bytes, rate float64, err error) {
	before, err := srv.settledBytes(0)
	if err != nil {
		return 0, 0, err
	}
	fds, err := srv.target(protoRESP).dialAll(s.IdleConns)
	if err != nil {
		return 0, 0, err
	}
	defer closeAll(fds)
	if err := pingOnce(fds); err != nil {
		return 0, 0, err
	}
	after, err := srv.settledBytes(s.IdleRest)
	if err != nil {
		return 0, 0, err
	}
	rate, err = s.busyRate(srv)
	return float64(after-before) / float64(s.IdleConns), rate, err
}

// pingOnce makes each connection one that has been served, as a real client's.
func pingOnce(fds []int) error {
	ping := appendRequest(nil, protoRESP, []byte("PING"))
	for _, fd := range fds {
		err := uninterrupted(func() error {
			_, err := unix.Write(fd, ping)
			return err
		})
		if err != nil {
			return err
		}
	}
	reply := make([]byte, 64)
	for _, fd := range fds {
		ready := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}
		err := uninterrupted(func() error {
			_, err := unix.Poll(ready, int(dialTimeout/time.Millisecond))
			return err
		})
		if err != nil {
			return err
		}
		err = uninterrupted(func() error {
			_, err := unix.Read(fd, reply)
			return err
		})
		if err != nil {
			return fmt.Errorf("an idle connection was not served: %w", err)
		}
	}
	return nil
}

// uninterrupted repeats a system call until no signal has ended it: Go's runtime sends them to
// threads that keep it waiting.
func uninterrupted(call func() error) error {
	for {
		if err := call(); !errors.Is(err, unix.EINTR) {
			return err
		}
	}
}
