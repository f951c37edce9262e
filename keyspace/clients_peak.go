package keyspace

// This file is how large the buffers of clients have been lately, as INFO tells it: the largest of
// samples of the last seconds. Every tenth of a second in which the owner has something to do a few
// sessions are looked at, one after the other; INFO itself looks at all of them.
// Redis: clientsCronTrackExpansiveClients.

// A sample of a tenth of a second is a tenth of the sessions, so that each is looked at once a
// second; but of many thousands no more than take some microseconds.
const (
	peakShare       = 10
	minPeakSessions = 5
	maxPeakSessions = 256
)

// peakSeconds is how many seconds count, the running one included. Redis:
// CLIENTS_PEAK_MEM_USAGE_SLOTS, one of which is empty.
const peakSeconds = 7

// clientPeaks are the largest buffers of the last seconds.
//
// Owned by the keyspace goroutine.
type clientPeaks struct {
	slots [peakSeconds]clientPeak
	next  *Session // to be looked at next; nil: the first one
}

// clientPeak is the largest buffers that were seen in one second.
type clientPeak struct {
	second        int64 // since 1970
	input, output int   // bytes
}

// samplePeaks looks at so many sessions. O(sessions looked at).
func (e *Engine) samplePeaks(sessions int) {
	p := &e.peaks
	second := e.nowMs / 1000
	slot := &p.slots[second%peakSeconds]
	if slot.second != second {
		*slot = clientPeak{second: second}
	}
	for range min(sessions, e.sessions.n) {
		s := p.next
		if s == nil {
			s = e.sessions.first
		}
		p.next = s.next
		slot.input = max(slot.input, s.inputBytes())
		slot.output = max(slot.output, s.outputBytes())
	}
}

// recentPeaks are the largest buffers of the last seconds, and of now. O(sessions).
func (e *Engine) recentPeaks() (input, output int) {
	e.samplePeaks(e.sessions.n)
	for _, slot := range e.peaks.slots {
		if age := e.nowMs/1000 - slot.second; age >= 0 && age < peakSeconds {
			input, output = max(input, slot.input), max(output, slot.output)
		}
	}
	return input, output
}

// skip sees to it that a session that ends is not looked at next.
func (p *clientPeaks) skip(s *Session) {
	if p.next == s {
		p.next = s.next
	}
}

// inputBytes is the memory of what has been read from the session's connection.
func (s *Session) inputBytes() int {
	held := 0
	if c, ok := s.conn.(BufferedConn); ok {
		held = c.QueryBytes()
	}
	if s.batch != nil {
		return max(held, s.batch.Bytes)
	}
	return held
}

// outputBytes is what has been replied and not been written yet.
func (s *Session) outputBytes() int { return s.w.Len() + s.conn.Waiting() }
