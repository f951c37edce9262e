// Package expiry orders the entries that have a deadline by it, so that the ones to expire next are
// at hand.
//
// The heap knows an entry by its arena.Ref and the entry knows its index in the heap, which the
// heap keeps right through a callback whenever an item moves. So TTL reads the deadline in O(1),
// and EXPIRE and PERSIST go straight to the item: nothing is searched and nothing is hashed.
//
// # The picture
//
//	        slot 3                      deadlines, slots 0 to 1023    Refs
//	     /   |   |   \                 +--------------------------+---------------+
//	    4    5   6    7     chunk 0    | -  -  -  3  4  5  6  7 ..| - - - 3 4 5 ..|
//	 / | |\  ...   / | |\              +--------------------------+---------------+
//	8  9 10 11   20 21 22 23  chunk 1  | 1024 1025 ..             | 1024 1025 ..  |
//	                                   +--------------------------+---------------+
//
// # Terminology
//
//   - item: a deadline, in milliseconds since 1970, and the Ref of the entry that has it.
//   - slot: a place for an item. Index: the slot's number, which the entry keeps; 0 is none.
//   - chunk: 1024 neighbouring slots.
//   - children: slots 4s-8 to 4s-5 of slot s; parent: slot s/4+2. The root is slot 3.
//
// # Invariants
//
//	H1  No item is due before its parent. So the root is due first.
//	H2  The entry of the item in slot s holds s as its index.
//	H3  Slots 3 to end-1 are in use. There are chunks for them, and at most one more.
//
// Check tests them.
//
// # Why it is laid out so
//
// A heap of fan-out 4 is half as deep as a binary one, and its four siblings are compared at the
// cost of one cache miss: with the root in slot 3 they start at a multiple of 4, and as the
// deadlines lie apart from the Refs, all four share a cache line (LaMarca and Ladner, The Influence
// of Caches on the Performance of Heaps). An item takes 12 bytes instead of a padded 16.
//
// Chunks make growth free of copies, which for ten million items in one slice would be a pause of
// tens of milliseconds, and let memory go as the heap shrinks. They hold no pointers, so the
// collector does not look into them. Only the directory of chunks is copied, 8 bytes per 1024
// items.
//
// # Complexity
//
//	Set, Remove                          O(log n), each step down 4 deadlines and one callback
//	DeadlineMs, Min, Move, Sample, Len   O(1)
//	Each, Check                          O(n)
//
// Measured with a million items, on a busy core of a virtual EPYC: 0.26 us to give an entry another
// deadline, 0.76 us to take the earliest item out and put in a late one, 0.09 us to read a random
// deadline. Most of it is cache misses.
//
// # Limits
//
// 2^32-3 items. Items with the same deadline leave in any order. Deadlines are any int64. The
// entries that expire are not removed here: the keyspace asks for Min, and decides.
//
// Redis keeps deadlines in a second hash table and samples it for expired keys, so that up to a
// tenth of the keys may be expired and still there; with a heap none has to be.
package expiry
