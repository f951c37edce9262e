//go:build !unix

package arena

// reserve takes the range from the Go heap: one allocation, which the runtime gets from the system
// untouched, and which the collector does not look into.
func reserve(size int) (memory, error) {
	return reservePlain(size)
}

func unreserve(memory) error { return nil }

// giveBack is never called: memory from reservePlain is not mapped.
func giveBack(b []byte) error {
	clear(b)
	return nil
}

func adviseHuge([]byte) {}

func populate([]byte) {}
