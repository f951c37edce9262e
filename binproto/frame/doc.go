// Package frame is the codec of ringer's native protocol: requests are written and parsed, and
// replies are decoded, as pure functions over bytes. The server, the Go client and the tools share
// it. It knows nothing of sockets, commands or the keyspace.
//
// # The wire
//
// Everything is little-endian. A frame is a length and as many bytes of payload:
//
//	request:  [u32 len][u32 nstr]([u32 len][bytes]) x nstr
//	reply:    [u32 len][value]
//
//	value:    0                            nil
//	          1 [u32 code][u32 len][bytes] error
//	          2 [u32 len][bytes]           string
//	          3 [i64]                      integer
//	          4 [f64]                      double
//	          5 [u32 n] value x n          array
//
// A request is a command: the first string is its name. "GET k", in bytes:
//
//	10 00 00 00   02 00 00 00   03 00 00 00 'G' 'E' 'T'   01 00 00 00 'k'
//	  len = 16      nstr = 2
//
// # Terminology
//
// A header is the length of a frame, the payload what follows it. A string is one element of a
// request. A value is what a reply frame holds.
//
// # Invariants
//
//	I1  A frame of a request is consumed exactly by its strings, a frame of a reply by its value:
//	    neither a byte is left over nor is one beyond the frame looked at.
//	I2  A length is compared with its limit, in 64 bits, before anything is allocated for it or
//	    added to it. A count is bounded by the bytes that are there to hold so many elements.
//	I3  Parsing never looks at a byte twice for having arrived in pieces: as long as a frame is not
//	    whole only its first eight bytes are read, which costs O(1) for each attempt.
//	I4  What has been parsed is a view of the input. Nothing is copied and, beyond the growth of
//	    the caller's argument list, nothing is allocated.
//	I5  Of every prefix of a good request the parser says that more is needed; it never errs.
//
// # An empty request
//
// A request of no strings is well formed. It is parsed as a command whose name is the empty
// string, so that it is answered like any other command that does not exist, and replies still
// match requests one to one.
//
// # Limits
//
// A length of four printable bytes would be a frame of half a gigabyte at least (0x20202020), which
// is why a server that keeps its limit below that can tell text from frames by the first bytes.
// Values nest up to MaxDepth deep.
package frame
