//go:build !amd64

package keyspace

// hasCycles says that the processor has no counter of cycles that we read.
const hasCycles = false

func cycles() int64 { return 0 }
