package main

import "math/bits"

// source makes requests for the connections of one loop.
type source interface {
	// fill encodes the next n requests into b, which is what the last fill for
	// this connection returned, or nil, and returns it. No byte of b is kept.
	fill(b []byte, n int) []byte
}

// random is splitmix64: one addition of state, good enough to scatter keys and
// seedable to the same stream on every machine.
type random uint64

func (r *random) next() uint64 {
	*r += 0x9e3779b97f4a7c15
	z := uint64(*r)
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// below returns a number in [0, n), 0 for n = 0.
func (r *random) below(n uint64) uint64 {
	hi, _ := bits.Mul64(r.next(), n)
	return hi
}

// mixSource draws requests from templates by weight, with random numbers.
type mixSource struct {
	templates []template
	picks     []uint16 // one entry per unit of weight
	keySpace  uint64
	rng       random
}

// newMixSource encodes the templates of a mix.
func newMixSource(mix []share, p protocol, o loadOptions) *mixSource {
	value := make([]byte, o.ValueBytes)
	for i := range value {
		value[i] = 'x'
	}
	s := &mixSource{keySpace: o.KeySpace, rng: random(o.Seed)}
	for i, sh := range mix {
		s.templates = append(s.templates, newTemplate(sh.workload, p, value))
		for range sh.weight {
			s.picks = append(s.picks, uint16(i))
		}
	}
	return s
}

// fill has two paths. Requests of one kind lie in b from the last time, at equal
// distances, so only their digits are written anew; a mix is copied afresh.
func (s *mixSource) fill(b []byte, n int) []byte {
	if len(s.templates) > 1 {
		return s.fillMixed(b[:0], n)
	}
	t := &s.templates[0]
	for len(b) < n*len(t.wire) {
		b = append(b, t.wire...)
	}
	b = b[:n*len(t.wire)]
	if s.keySpace < 2 || len(t.slots) == 0 {
		return b
	}
	for at := 0; at < len(b); at += len(t.wire) {
		s.number(b[at:at+len(t.wire)], t.slots)
	}
	return b
}

func (s *mixSource) fillMixed(b []byte, n int) []byte {
	for range n {
		t := &s.templates[s.picks[s.rng.below(uint64(len(s.picks)))]]
		start := len(b)
		b = append(b, t.wire...)
		s.number(b[start:], t.slots)
	}
	return b
}

// number writes a fresh random number at each slot of request.
func (s *mixSource) number(request []byte, slots []int) {
	for _, at := range slots {
		putNumber(request[at:], s.rng.below(s.keySpace), s.keySpace)
	}
}

// sequence encodes the requests of one load in order: request i is whatever
// encode appends for i. It fills a server with exactly known data.
type sequence struct {
	next   uint64
	encode func(b []byte, i uint64) []byte
}

func (s *sequence) fill(b []byte, n int) []byte {
	b = b[:0]
	for range n {
		b = s.encode(b, s.next)
		s.next++
	}
	return b
}
