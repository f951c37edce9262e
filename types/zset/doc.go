// Package zset is the sorted set: members, each with a score, in the order of their scores.
//
// # What it is
//
// The value behind ZADD and its family, and behind the geo commands. A small set is a listpack,
// the very bytes of Redis; a larger one is a hash table and an order-statistics tree over the
// same nodes. What is asked of a set is answered the same way by both.
//
// A set is an arena.Ref and an Encoding byte in the entry of its key. Set is a view that binds
// these two to the environment for the length of a command; a command that changes the set stores
// both back.
//
// # The picture
//
//	listpack   one block     | header | member | score | member | score | ... | 0xFF |
//
//	skiplist   header block  | dict.Table          | avl.Tree | bytes of the nodes |
//	                              |                     |
//	                           buckets                 root
//	                              v                     v
//	           node block    | Next Hash | Left Right Parent count | score | length member |
//	                           dict.Node   avl.Node
//
// The encoding is called "skiplist" since OBJECT ENCODING calls it so, and tools know the word.
// A node of a 14-byte member takes 48 bytes and a share of the buckets, half of what Redis needs
// for its skiplist node, dictionary entry and string.
//
// # Terminology
//
//	rank   number of elements before one; that from the other end is Len() - 1 - rank
//	pair   (score, member), by which a set is ordered: score first, then the bytes of the member
//	cut    a place between two neighbours, given by what lies before it
//	span   a run of neighbours, by rank: Start to End, half open
//
// # Invariants
//
//	I1  the pairs ascend strictly, and no score is NaN
//	I2  a listpack is valid, has an even number of entries, and lies in the smallest block for it
//	I3  no member stands in a listpack twice
//	I4  the table and the tree of a skiplist hold the same nodes, each member once
//	I5  a node's hash is that of its member under the Seed of the environment
//	I6  the header counts the bytes of the nodes
//
// # How it works
//
// One search serves all ranges. A cut by score, by member or by pair has some elements before it
// and some behind; a descent of the tree finds both neighbours of the cut and, adding up the
// counts of the left subtrees, the rank. Two cuts are a span, and with a span everything else is
// arithmetic: its length is ZCOUNT, LIMIT narrows it, the opposite direction starts at its other
// end, a pop is the window of the first or the last ranks, a snapshot in pieces goes from window
// to window. So ScoreSpan, LexSpan, RankSpan and Window give spans, and Iter and RemoveSpan take
// them. A span remembers the elements that the search has come across, which saves Iter another
// descent.
//
// SeekPair gives the rank of a cut by pair. ZQUERY adds its offset to it, of either sign, and
// takes a window.
//
// A new score first looks at the two neighbours: if the order stays as it is, the score is
// written and the tree not touched, which is the common case for counters far apart.
//
// Limits are looked at when a member is added, as in Redis: a set becomes a skiplist when it
// grows too large, and stays one when it shrinks. Only ToListpackIfNeeded leads back.
//
// # What is kept of Redis
//
//   - A listpack keeps an integral score within half the range of an int64 as an integer, so
//     that -0 becomes 0 there, but not in a skiplist.
//   - LexSpan asks that all scores be equal. Where they aren't, it finds in a listpack what Redis
//     finds, for each direction.
//   - A score that equals the old one is no update: 0 does not replace -0.
//
// # Complexity
//
// With n members, as a skiplist: Score O(1); Add, Remove, Rank, SeekPair, ScoreSpan, LexSpan
// O(log n); Iter O(log n) for its first element and O(1) on average for each other one;
// RemoveSpan O(log n) for each element; Len, RankSpan, Window, MemoryUsage O(1). As a listpack
// everything is O(n), with an n that Limits bound.
//
// # Limits
//
// A member has less than 4 GiB, a listpack at most listpack.MaxBytes. Nothing but FromListpack
// allocates on the Go heap.
//
// # Sources and differences
//
// Redis 7.0.15's t_zset.c by Salvatore Sanfilippo, for behaviour and names. Redis orders by a
// skiplist with spans, Pugh's structure (1990) with ranks; the tree gives the same bounds without
// the luck, and needs no second pointer per level. testdata holds what the real server answered.
package zset
