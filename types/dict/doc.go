// Package dict is a hash table of nodes that lie in an arena: the index of each database, of large
// hashes and sets, of the members of a sorted set. It finds, inserts and removes
// in constant time, and no single operation pays for growing: the table rehashes in small steps,
// and between any two of them it can be searched, scanned, drawn from and changed.
//
// # The picture
//
// A table of 4 buckets on its way to 8, with two chains moved:
//
//	             hash 00..   01..   10..   11..
//	           +------+------+------+------+
//	array[0]   | gone | gone |  *   |  *   |          moved = 2
//	           +------+------+--|---+--|---+
//	                            |      +--> node --> node
//	                            +--> node
//
//	             hash 000.   001.   010.   011.   100.   101.   110.   111.
//	           +------+------+------+------+------+------+------+------+
//	array[1]   |  *   |      |  *   |  *   |      |      |      |      |
//	           +--|---+------+--|---+--|---+------+------+------+------+
//	              |             |      +--> node
//	              |             +--> node --> node
//	              +--> node
//
// Below the border, hash 10.., everything lies in the new array, from there on in the old one.
//
// # Terminology
//
//   - A node is the user's block in the arena. It begins with a Node, two words: the table links
//     what is there already and allocates nothing but its bucket arrays.
//   - A bucket is a Ref, 4 bytes: the head of a chain of nodes, linked by Next. An array is a power
//     of two of buckets, and the load factor the number of nodes per bucket.
//   - The bucket of a hash is named by the hash's upper bits. So a bucket stands for a range of
//     hashes, and the buckets of an array of any size are in the order of the hashes.
//   - To rehash is to move all chains to an array of another size; the border is the first hash
//     that has not moved.
//   - A walk's position is a hash, too: what lies below it has been visited. A cursor is a position
//     as a client sees it.
//
// # Invariants
//
//   - I1: A table without an array is the zero value, and one from which the last node was removed
//     is, too: an empty table owns nothing, unless Expand has just been called.
//   - I2: Arrays have from 4 to 2^31 buckets. array[1] is there exactly while rehashing, and has
//     another size than array[0]. moved counts the buckets of array[0] that have moved, and is less
//     than all of them.
//   - I3: A node lies in the one bucket that its hash names, in array[1] if its bucket in array[0]
//     has moved, and in array[0] otherwise.
//   - I4: The chains hold as many nodes as Len says, each once.
//
// # How the rehash works
//
// An Insert into a table with as many nodes as buckets, or a Remove that leaves less than a tenth
// as many, allocates the new array. Every further Insert or Remove moves at most 4 chains and
// passes at most 64 empty buckets, in ascending order; Rehash does more when there is time. Growth
// is over when a quarter as many nodes have come as there were, long before the next one is due;
// shrinking after a twentieth as many operations as there were buckets.
//
// By I3 there is never a doubt in which array a node is: an Insert while rehashing goes to
// whichever side of the border its hash is on. So Find reads one bucket and one chain, rehashing
// or not; it changes nothing. Moving is kind to the memory: both arrays are passed through in one
// direction, and a chain's new buckets are neighbours (with lower bits, they would be half an
// array apart).
//
// The new array comes zeroed and untouched from the arena, which means from the system: its pages
// become resident one by one as the border passes. The old one goes back in one Free, whose cost
// the arena bounds. When the arena has no room for an array, the table keeps the one it has; the
// chains grow longer, and everything still works.
//
// # How walks work
//
// Scan takes the range of hashes that the chain at its position stands for, hands out the chain's
// nodes in that range, and returns the first hash after the range. In an array of another size, or
// on the other side of the border, the same hash is a good position still: hence a node that is
// there during the whole walk is met exactly once, however often the table grows and shrinks
// meanwhile. (Redis gives it at least once.) A call reads one chain, rehashing or not.
//
// Clients know cursors that count with reversed bits: of 8 buckets, 0 4 2 6 1 5 3 7. Those are our
// positions with the bits in reverse, 000.. 001.. 010.. up to 111.., and so a table that does not
// change shows the cursors of Redis.
//
// Each is a walk at one go. Before a callback runs, all nodes of its chain have been noted, and the
// position is but a number: a callback may remove and free the node it is given, and insert what it
// likes, and all of the above holds. Nothing has to hold up the rehash for it.
//
// Passed tells whether a walk has met the nodes of a hash. That is what a snapshot needs that walks
// in pieces between batches: a writer that touches an entry not passed yet has it serialized first.
//
// # Complexity
//
// Find, Insert, Remove and Replace are O(1) expected; a chain of 12 is one in a billion. Scan is
// O(1) a call, Each O(nodes + buckets), Random O(1) expected, Some O(nodes asked for).
//
// Nearly the whole time of a Find in a large table is two misses of the cache, the bucket and the
// node. TouchAll lets those of a batch of keys overlap. Measured on two cores shared with other
// work, the best of several runs, keys and values of 16 bytes in random order, hashing included:
//
//	keys in the table                  1000        1M        5M
//	Find                              16 ns    142 ns    155 ns
//	Find, 16 keys touched before      18 ns     68 ns     68 ns
//	map[string][]byte                 10 ns    184 ns    204 ns
//
// Of 4M inserts into an empty table, 99.99% took below 1.2 us and the slowest 0.13 ms, each insert
// at its best of three rounds. What a single round shows on top is the machine's: at the same ten
// inserts, which enter a new huge page, a virtual machine took 5 ms when the memory was new to it.
//
// # Limits
//
// At most 2^31 buckets. Hashes have 32 bits, so far above 2^31 nodes chains would grow; an arena
// has no room for as many. Insert compares no keys: to insert one twice is the user's error, and
// only one of the two nodes will be found.
//
// # Sources, and how we differ
//
// Redis's dict.c: two tables, the cursor, the moments at which to grow and shrink. There a random
// node is one of 15 neighbours; here each has the same chance, see random.go. There a node is a
// block beside key and value; while rehashing, a lookup reads both tables; iterators pause the
// rehash, and a scan of a shrinking table may give nodes twice. The cursor is Pieter Noordhuis's.
// Intrusive nodes are as old as the Linux kernel's lists; Valkey's hashtable.c takes the other way
// to save misses, buckets of a cache line.
package dict
