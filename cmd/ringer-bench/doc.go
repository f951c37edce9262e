// Ringer-bench loads a server over RESP or over ringer's native protocol, and sets
// servers beside each other. It is for whoever wants to know how fast a server is,
// and for scripts/bench, which prints the numbers that the design promises.
//
//	ringer-bench -t get,set -P 16                     one server
//	ringer-bench -t get redis=127.0.0.1:6379 ringer=native@127.0.0.1:1234
//	ringer-bench suite -quick                         ringer against redis-server
//
// # The picture
//
//	 mix, seed            templates               connections            server
//	+----------+      +----------------+      +------------------+
//	| set:1    | pick | *3..SET key:___|digits| batch of P, one  | write
//	| get:4    |----->| *2..GET key:___|----->| on its way       |------->
//	+----------+      +----------------+      |                  | read
//	                                          | scanner: counts  |<-------
//	+------------------+   latency, n times   | and nothing else |
//	| histogram        |<---------------------+------------------+
//	+------------------+                        one loop, one thread
//
// # Terminology
//
// A batch is the P requests that a connection sends at once; it sends the next when
// all replies have come, as redis-benchmark does. A round is one run on each target;
// ratios are taken within a round, where both saw the same machine. In a closed loop
// the server sets the pace. At a fixed rate the clock does: each batch has a time at
// which it is meant to be sent.
//
// # Invariants
//
//	I1  A connection has at most one batch on its way, and never gets more replies
//	    than it has requests there.
//	I2  The latencies in the histogram are as many as the replies that were counted,
//	    plus the requests that were due and never sent.
//	I3  Under a fixed rate a latency begins at the time the request was meant to be
//	    sent, whether or not the connection was free then.
//	I4  With a count, exactly that many replies are measured.
//	I5  What is sent depends on the seed and the options only.
//
// # How it stays light
//
// On two cores the client has one, and the server under test is meant to be faster
// than any other, so every request must cost the client much less than the server.
// Requests are encoded once; for the next batch only the digits of its keys are
// written over. Replies are not decoded: a scanner finds where each ends and whether
// it is an error, by length where there is one. Sockets are raw, non-blocking and in
// one edge-triggered epoll set (poll(2) elsewhere), so a round trip of a batch is one
// write, one read and a share of one wait. There is one reading of the clock per
// readiness and one histogram update per batch. Nothing is allocated per request.
// The share of its core that the client used is printed: near 100 % it is the client
// that is measured.
//
// # Coordinated omission
//
// A closed loop that meets a stall of a second records one slow request, though every
// request that a real user would have sent in that second would have been slow. So at
// a fixed rate batch k has the time start + k*P/rate, connections take batches in
// turn, and a batch that finds its connection busy waits with its time unchanged. No
// queue of times is kept: the times of a connection's batches are an arithmetic
// sequence, so the number of the first waiting batch is enough. What is still waiting
// at the end counts with the time it has waited, and is reported as unsent.
//
// # Fairness of the suite
//
// Both servers get the same flags (except for the native port that one lacks), the
// same data, the same warm-up and the same requests, and which goes first alternates
// from round to round. Both run all the time and only one is under load. A reply that
// is an error ends the suite, since refusing is faster than serving. Fresh servers are
// started wherever memory is read. CPU time is the server's own, from /proc.
//
// # Limits
//
// RESP2 only, no TLS, no AUTH. The clock is read once per readiness, so the replies
// that one read brings share a latency. Values above 18 minutes count as 18 minutes.
//
// # Sources
//
// The workloads and the meaning of a pipeline are redis-benchmark's; the histogram's
// layout is HdrHistogram's; coordinated omission is Gil Tene's term, and wrk2 shows
// the cure. Unlike wrk2 nothing is corrected afterwards.
package main
