package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// latencyMix is the load whose latency is measured: a cache's.
const latencyMix = "set:1,get:4"

// rateShare is the fixed rate as a share of what the slower server managed in a
// closed loop: both get the same load, and neither is near its limit.
const rateShare = 0.5

// latency measures p99.9 in a closed loop and at a fixed rate.
func (s *suite) latency() error {
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
		o := s.options(d.pipeline)
		name := fmt.Sprintf("p99.9, closed loop, P=%d", d.pipeline)
		rates, err := s.latencyRow(servers, name, o)
		if err != nil {
			return err
		}
		o.Rate = rateShare * min(rates[redisSide], rates[ringerSide])
		name = fmt.Sprintf("p99.9 at %.0f requests/s, P=%d", o.Rate, d.pipeline)
		if _, err := s.latencyRow(servers, name, o); err != nil {
			return err
		}
	}
	return nil
}

// latencyRow adds the row of one load and returns the median rate of each side.
func (s *suite) latencyRow(servers *[2]*server, name string, o loadOptions) (pair, error) {
	rounds := make([]pair, s.Rounds)
	var perSecond [2][]float64
	var unsent uint64
	for round := range rounds {
		err := bothSides(round, func(side int) error {
			out, err := s.load(servers[side], protoRESP, latencyMix, o)
			if err != nil {
				return err
			}
			rounds[round][side] = ms(out.latency.quantile(0.999))
			perSecond[side] = append(perSecond[side], out.throughput())
			unsent += out.unsent
			return nil
		})
		if err != nil {
			return pair{}, err
		}
	}
	r := row{Part: "latency", Name: name, Unit: "ms", Goal: goal{Value: 1}}
	if unsent > 0 {
		r.Note = "the rate was not kept"
	}
	s.add(r, rounds)
	return pair{median(perSecond[redisSide]), median(perSecond[ringerSide])}, nil
}

// stumble is an event that makes servers stumble. quiet is the same situation
// without it; what the event adds is the difference of the two worst requests.
type stumble struct {
	name  string
	setup func(srv *server) error // before either is watched
	act   func(srv *server) error
	quiet func(srv *server) error
	// quietAfter tells that the quiet stretch repeats the load of the event, on
	// what it has made, and so has to come after it.
	quietAfter bool
}

const (
	probeRate = 2000 // requests/s of the prober, one connection
	probeWarm = 100  // its replies before the event may begin
	growRate  = 200_000
	growConns = 4
	growDepth = 16
)

// worst measures the longest request of a steady prober during each event.
func (s *suite) worst() error {
	for _, e := range s.stumbles() {
		rounds := make([]pair, s.FewRounds)
		var longest [2]float64
		for round := range rounds {
			err := bothSides(round, func(side int) error {
				added, during, err := s.stumbleOnce(s.programs[side], e)
				rounds[round][side] = added
				longest[side] = max(longest[side], during)
				return err
			})
			if err != nil {
				return fmt.Errorf("%s: %w", e.name, err)
			}
		}
		s.add(row{
			Part: "worst", Name: "worst request while " + e.name + ", added", Unit: "ms",
			Goal: goal{Value: 1, Own: true},
			Note: fmt.Sprintf("longest of all: redis %.2f ms, ringer %.2f ms",
				longest[redisSide], longest[ringerSide]),
		}, rounds)
	}
	return nil
}

// stumbleOnce returns what one event added to the worst request of a fresh server,
// and the worst request itself.
func (s *suite) stumbleOnce(p program, e stumble) (added, longest float64, err error) {
	srv, err := p.start(s.ctx, s.dir)
	if err != nil {
		return 0, 0, err
	}
	defer srv.stop()
	if err := s.fillKeys(srv); err != nil {
		return 0, 0, err
	}
	if e.setup != nil {
		if err := e.setup(srv); err != nil {
			return 0, 0, err
		}
	}
	order := []func(*server) error{e.quiet, e.act}
	if e.quietAfter {
		order = []func(*server) error{e.act, e.quiet}
	}
	var worst [2]float64
	for i, stretch := range order {
		if worst[i], err = s.probe(srv, stretch); err != nil {
			return 0, 0, err
		}
	}
	quiet, during := worst[0], worst[1]
	if e.quietAfter {
		quiet, during = during, quiet
	}
	return max(during-quiet, 0), during, nil
}

// probe runs stretch under the eyes of a connection that asks at a steady rate,
// and returns its longest request in ms.
func (s *suite) probe(srv *server, stretch func(*server) error) (float64, error) {
	get, err := parseMix("get")
	if err != nil {
		return 0, err
	}
	o := s.options(1)
	o.Conns, o.Rate, o.Warmup, o.Duration = 1, probeRate, 0, time.Hour
	ctl := &control{}
	type result struct {
		out *outcome
		err error
	}
	finished := make(chan result, 1)
	go func() {
		out, err := checked(runMix(srv.target(protoRESP), get, o, ctl))
		finished <- result{out, err}
	}()
	for ctl.done.Load() < probeWarm && !ctl.stop.Load() {
		time.Sleep(pollEvery)
	}
	err = stretch(srv)
	ctl.stop.Store(true)
	r := <-finished
	if err != nil {
		return 0, err
	}
	if r.err != nil {
		return 0, r.err
	}
	return ms(r.out.latency.maxNs), nil
}

// stumbles lists the events: a table that grows, a mass expiry, and the deletion
// of a large sorted set.
func (s *suite) stumbles() []stumble {
	size := countText(s.Elements)
	grow := func(srv *server) error { return s.growTo(srv, s.Elements) }
	rest := func(*server) error { time.Sleep(s.EventTail); return nil }
	var deadline time.Time
	return []stumble{
		{name: size + " keys grow", act: grow, quiet: grow, quietAfter: true},
		{
			name: size + " keys expire",
			setup: func(srv *server) error {
				deadline = time.Now().Add(s.expiryLead())
				return s.fill(srv, s.Elements, stringsUntil(deadline))
			},
			act: func(srv *server) error {
				time.Sleep(time.Until(deadline))
				return rest(srv)
			},
			quiet: func(*server) error { time.Sleep(s.EventTail / 4); return nil },
		},
		{
			name:  "a zset of " + size + " members is deleted",
			setup: func(srv *server) error { return s.fill(srv, s.Elements, zsetMembers) },
			act: func(srv *server) error {
				if _, err := srv.ask("DEL", "bigzset"); err != nil {
					return err
				}
				return rest(srv)
			},
			quiet: rest,
		},
	}
}

// expiryLead is how far ahead the keys are told to expire: time enough to load
// them and for the quiet stretch.
func (s *suite) expiryLead() time.Duration {
	const slowest = 250_000 // keys loaded per second, with room to spare
	load := time.Duration(s.Elements) * time.Second / slowest
	return load + s.EventTail/2
}

// growTo sets n new keys at a fixed rate, which is the same for every server.
func (s *suite) growTo(srv *server, n int) error {
	o := loadOptions{
		Conns: growConns, Pipeline: growDepth, Threads: 1, Count: uint64(n), Rate: growRate,
	}
	_, err := checked(runSources(srv.target(protoRESP), o, &control{}, func(int) source {
		return &sequence{encode: plainStrings}
	}))
	return err
}

// countText shows a number as people say it.
func countText(n int) string {
	switch {
	case n%1_000_000 == 0:
		return strconv.Itoa(n/1_000_000) + "M"
	case n%1000 == 0:
		return strconv.Itoa(n/1000) + "k"
	}
	return strconv.Itoa(n)
}

// stringsUntil sets keys that all expire at deadline.
func stringsUntil(deadline time.Time) func(b []byte, i uint64) []byte {
	at := []byte(strconv.FormatInt(deadline.UnixMilli(), 10))
	value := []byte(strings.Repeat("x", suiteValue))
	set, pxat := []byte("SET"), []byte("PXAT")
	return func(b []byte, i uint64) []byte {
		return appendRequest(b, protoRESP, set, numbered("key:", i), value, pxat, at)
	}
}
