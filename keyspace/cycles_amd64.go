package keyspace

// hasCycles says that the processor has a counter of cycles that is cheap to read.
const hasCycles = true

// cycles is the processor's time stamp counter.
func cycles() int64
