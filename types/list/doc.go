// Package list is the list: elements in the order in which they were put there, reached from both
// ends and by index.
//
// # What it is
//
// The value behind LPUSH, RPUSH and their family. A small list is one listpack; a larger one is a
// row of them, the blocks, with a tree above that counts elements. Redis 7.0 calls both a
// quicklist, and so does OBJECT ENCODING.
//
// A list is an arena.Ref and an Encoding in the entry of its key. List is a view that binds these
// two to the environment for the length of a command; a command that changes the list stores both
// back.
//
// # The picture
//
//	Packed   one block      | header | element | element | ... | 0xFF |     a listpack
//
//	Blocks   header block   | root | height | elements | bytes | blocks |
//	                             v
//	         inner node     | n | child, elements in it | child, elements in it | ... up to 31 |
//	                                |                       |
//	                                v                       v
//	         inner nodes, or, at the lowest level, blocks: listpacks of 8 KiB
//
// A list of one or two short elements takes 16 bytes; redis-server needs 72 before the first
// one.
//
// # Terminology
//
//	block    a listpack, in the smallest block of the arena for it
//	inner    a node of the tree; its children are inner nodes or, at the lowest level, blocks
//	edge     the way from the root along all first children, or all last ones
//	path     the way from the root to a block
//	fill     what a block may hold, list-max-listpack-size
//
// # Invariants
//
//	I1  a block is a valid listpack
//	I2  no block is empty, but for that of an empty list, which is packed
//	I3  a list in the encoding Blocks has at least two
//	I4  an inner node has 15 to 31 children, on an edge 1 to 31; a root above inner nodes has two
//	    or more
//	I5  each count is the number of elements below its child
//	I6  the header counts the blocks, the elements, and the bytes of all but itself
//
// # How it works
//
// The tree is a B-tree in which nothing is compared: the way down is found by subtracting counts
// from an index. So an index in the middle of a million elements is as near as one at an end,
// where Redis walks from node to node. It costs 12 bytes a block. A push or a pop only counts, in
// the two or three nodes of an edge, until its block is full or empty.
//
// A full inner node is cut in two halves; at an end of the list it stays full and the new child
// starts a node of its own, since a list that is pushed to would else consist of half-full nodes.
// That is why the nodes on an edge may have few children. A node that loses a child and has too few
// is filled up from a neighbour, or the two become one.
//
// An element that a block can't take goes to the block before it, if its place is between the
// two; into a new block, if its place is at the edge of its own; and otherwise the block is cut in
// the middle and the search begins anew. Blocks that shrink are not joined: each takes only
// what it holds, and the tree doesn't care how many there are.
//
// Remove (LREM) passes over each block once and deletes neighbours together.
//
// # What is kept of Redis
//
// What a block takes before the next one begins is what a node of a quicklist takes, by the same
// estimate, so that DUMP gives the same nodes for what was pushed. An element too large for a
// block has one of its own, as a listpack; Redis makes a node without a listpack of it from 1 GiB
// on.
//
// list-compress-depth has no meaning: Redis compresses the nodes in the middle of a list, which
// makes the list smaller and the access slower, and clients can't see it.
//
// # Complexity
//
// Push, Pop: O(1), with a move of the block at the head. Get, Insert, Set, Iter: O(log n) and one
// block. Delete: that, and the blocks that go. Remove, Free: O(n) blocks. Len, MemoryUsage: O(1).
//
// # Limits
//
// An element has less than 4 GiB. Only Pop allocates on the Go heap, a buffer that is used again.
//
// # Sources and differences
//
// Redis 7.0.15's quicklist.c by Matt Stancliff, for the blocks and their limits. Redis links the
// nodes in both directions and walks along them; the counted B-tree is Knuth's remark on linear
// lists (volume 3, 6.2.3) carried over to 31 ways, better known as a rope.
package list
