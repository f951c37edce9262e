package keyspace

// Stats are the counters that INFO shows.
//
// Owned by the keyspace goroutine.
type Stats struct {
	Connections  int64 // accepted since the start
	Commands     int64
	Hits, Misses int64
	Expired      int64

	ExpiredFields int64 // fields of hashes
	ExpireNs      int64 // time that deleting them took, between commands
	Evicted       int64 // keys, for lack of memory
	ExceededMs    int64 // time above maxmemory

	EvictedClients int64
	ErrorReplies   int64
	OutputBytes    int64
	InputBytes     int64
	Batches        int64 // handed over by front ends
	Flushes        int64 // of output to front ends
	LazyFreed      int64 // values freed in the background
}
