// Package reply is what commands answer with: Writer, one interface for all protocols; RESP, which
// implements it for RESP2 and RESP3; and in errors.go, in one place, every error text that a
// client can get to see.
//
// A text is a typed constant, or a function if it has a parameter. Commands choose a text and
// never make one up; scripts/tidy finds those that try.
//
// Invariants of a Writer, which its tests check:
//
//	I1  between Begin and End, exactly one value is appended
//	I2  after Truncate(Len()) of before, nothing of what was appended since is left
//	I3  a deferred aggregate, resolved, has the same bytes as one announced with its length
package reply
