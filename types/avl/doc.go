// Package avl is a balanced search tree of nodes that lie in an arena, and knows the rank of each:
// the order of a sorted set. Insert, remove, next, previous, rank, the node of a rank and the node
// k places on are O(log n).
//
// # The picture
//
//	                 +------------------+
//	                 | d   3 left, even |      height 4
//	                 +------------------+
//	                /                    \
//	   +------------------+        +------------------+
//	   | b   1 left, even |        | f   1 left, odd  |
//	   +------------------+        +------------------+
//	     /            \               /            \
//	+--------+    +--------+     +--------+    +---------+
//	| a  odd |    | c  odd |     | e  odd |    | h  even |
//	+--------+    +--------+     +--------+    +---------+
//	                                             /
//	                                      +--------+
//	                                      | g  odd |
//	                                      +--------+
//
// # Terminology
//
//   - A node is a place in the user's block: a Ref of this package points at the Node, the block
//     begins a fixed distance before it, which the user knows.
//   - The height of a node is the number of nodes on the longest way down, itself included; no node
//     has height 0. A leaf has height 1.
//   - The rank of a node is the number of nodes before it.
//   - A node's left count is the number of nodes in its left subtree.
//
// The tree compares nothing. As with the Linux kernel's rbtree, the user descends from Root by
// Left and Right, comparing on the way what only it knows, and says to Link where the descent
// ended.
//
// # Invariants
//
//   - I1: A child's Parent is the node whose child it is; the root's is 0.
//   - I2: The heights of a node's children differ by at most 1.
//   - I3: Each node's left count is true, and Len is the number of nodes.
//   - I4: Each node's parity bit is that of its height.
//   - I5: In order, each node stands before the next, by the user's measure.
//
// # How 16 bytes are enough
//
// A sorted set of a million members has a million nodes, so their size counts. Three links take 12
// bytes. The last 4 hold two things.
//
// The left count, 31 bits. A rank is the sum of left counts on the way up, a node of a rank is
// found by comparing with left counts on the way down. The size of the whole subtree would do as
// well, but it stands in the wrong place: in the left child, whose cache line would have to be read
// at each step only for that. The left count stands in the node that is being visited anyway, an
// insertion changes it in the same ancestors, and a rotation computes it from the two nodes it
// turns. 31 bits are no limit: an arena has 2^32 units of 8 bytes, the first is nil's, a node takes
// two.
//
// The parity of the height, 1 bit. The balance never needs the height as such, only by how much a
// child is lower than its parent. That is 1 or 2 in an AVL tree, and the parities tell which: they
// differ or are equal. Where an insertion has lifted one child by 1, the question is 0 or 1, where
// a removal has lowered one, 2 or 3, and the same comparison answers it. Going up, at most one
// sibling is read per level, and a constant number on average.
//
// # How the balance is restored
//
// After Link, heights may rise along the way up (grown): a parent that was 2 higher than the
// child that rose absorbs it; one that was 1 higher, with another child as high, rises itself; one
// whose other child is lower turns (lean): one rotation or two, and nothing above changes.
//
// After Unlink, heights may fall along the way up (shrunk): a parent that was 1 higher, and has
// another child to hold it up, keeps its height; without such, it falls itself; a parent that was
// 2 higher turns (lift), and if the subtree has become lower by that, it goes on above.
//
// A node with two children can't be cut out. Its successor is, which has no left child, and then it
// takes the node's place, links and all.
//
// # Complexity
//
// Every operation is O(log n) at worst; the height is at most 1.44 log2 n, so 29 for a million and
// 44 for as many as an arena holds. Next and Prev are O(1) on average over a walk. BuildSorted is
// O(n). There is no removal of a whole range: each of its nodes has to leave the user's hash table
// and to be freed anyway, and the way up to the root, 20 nodes that stay in the cache, is the
// lesser part of that.
//
// Measured with 1M nodes that lie in the arena in random order, on two cores shared with other
// work, the best of several runs: a user's descent 0.64 us, Unlink, descent and Link together
// 1.26 us, Rank 0.63 us, Select 0.56 us, Offset by 1000 1.3 us, Next 0.15 us, BuildSorted 27 ns a
// node. It is the misses of the cache that are being counted.
//
// # Limits
//
// 2^31-1 nodes. Not more than one tree per Node. A user's order must be total and must not change
// while a node is linked: unlink, change, link.
//
// # Sources, and how we differ
//
// Adelson-Velsky and Landis, 1962; Knuth, volume 3, 6.2.3, for left counts in a balanced tree;
// Haeupler, Sen and Tarjan, Rank-Balanced Trees, 2015, for ranks by parity. Redis keeps a skip list
// whose nodes take 8 bytes per link and span, 1.33 links on average, and is as deep in expectation
// only.
package avl
