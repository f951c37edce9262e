package keyspace

import "time"

// Clock is where an engine gets its time from, so that a test can hold it still.
//
// Safe for concurrent use.
type Clock interface {
	Now() time.Time
	// AfterFunc runs f in a goroutine of its own when d has passed on this clock.
	AfterFunc(d time.Duration, f func()) Timer
}

// Timer is a pending AfterFunc, as time.Timer.
//
// Safe for concurrent use.
type Timer interface {
	Reset(d time.Duration) bool
	Stop() bool
}

// systemClock is the time of the system.
//
// Safe for concurrent use.
type systemClock struct{}

func (systemClock) Now() time.Time { return time.Now() }

func (systemClock) AfterFunc(d time.Duration, f func()) Timer { return time.AfterFunc(d, f) }
