package list

import (
	"github.com/ringer-kv/ringer/types/arena"
	"github.com/ringer-kv/ringer/types/listpack"
)

const (
	// fanout is the number of children of an inner node: with it, a node fills its size class but
	// for 8 bytes.
	fanout = 31

	// minChildren is what an inner node has at least, unless it lies on an edge of the tree.
	minChildren = fanout / 2

	// maxHeight is more than a tree can have: all levels but two hold 15 times as many nodes as
	// the one above, and an arena has less than 15^8 blocks.
	maxHeight = 10

	headerBytes = 32  // of header
	innerBytes  = 376 // of inner
)

// header is the block of a list in the encoding Blocks.
type header struct {
	root     arena.Ref
	height   uint32 // levels of inner nodes
	elements int64
	bytes    int64 // what blocks and inner nodes take from the arena
	blocks   int64
}

// inner is a node of the tree above the blocks. At the lowest level its children are blocks.
type inner struct {
	n        uint32
	child    [fanout]arena.Ref
	elements [fanout]int64 // in each child
}

// path leads from the root to a block: at each level the inner node and which of its children.
// Of a packed list it has no levels and leads to the only block.
type path struct {
	height int
	node   [maxHeight]arena.Ref
	slot   [maxHeight]uint8
}

func (l *List) header() *header { return arena.At[header](l.env.Arena, l.ref) }

func innerAt(a *arena.Arena, r arena.Ref) *inner { return arena.At[inner](a, r) }

// level is the inner node of a path at a level, 0 being the root.
func (l *List) level(p *path, level int) (n *inner, slot int) {
	return innerAt(l.env.Arena, p.node[level]), int(p.slot[level])
}

// block is where the path leads.
func (l *List) block(p *path) arena.Ref {
	if p.height == 0 {
		return l.ref
	}
	n, slot := l.level(p, p.height-1)
	return n.child[slot]
}

func (l *List) setBlock(p *path, r arena.Ref) {
	if p.height == 0 {
		l.ref = r
		return
	}
	n, slot := l.level(p, p.height-1)
	n.child[slot] = r
}

// addElements adds to the counts of a block and of all that is above it.
func (l *List) addElements(p *path, delta int) {
	if p.height == 0 {
		return
	}
	l.addAbove(p, p.height, delta)
	l.header().elements += int64(delta)
}

// addAbove adds to the counts of a path above a level.
func (l *List) addAbove(p *path, level, delta int) {
	for i := range level {
		n, slot := l.level(p, i)
		n.elements[slot] += int64(delta)
	}
}

// seek is the way to the block with the element of an index, and the index within the block. For
// the index Len() it is the end of the last block. O(log n).
func (l *List) seek(index int) (p path, at int) {
	if l.enc == Packed {
		return p, index
	}
	h := l.header()
	p.height = int(h.height)
	r, left := h.root, int64(index)
	for i := range p.height {
		n := innerAt(l.env.Arena, r)
		slot := 0
		for slot < int(n.n)-1 && left >= n.elements[slot] {
			left -= n.elements[slot]
			slot++
		}
		p.node[i], p.slot[i] = r, uint8(slot)
		r = n.child[slot]
	}
	return p, int(left)
}

// edge is the way to the block at an end, and the place where a push puts an element there: before
// the first one, or behind the last one.
func (l *List) edge(end End) (p path, at int) {
	if l.enc == Blocks {
		h := l.header()
		p.height = int(h.height)
		l.descend(&p, 0, h.root, end)
	}
	if end == Tail {
		at = listpack.Len(l.pack(&p))
	}
	return p, at
}

// descend leads the path along an edge of the subtree at r, whose root is at a level.
func (l *List) descend(p *path, level int, r arena.Ref, end End) {
	for ; level < p.height; level++ {
		n := innerAt(l.env.Arena, r)
		slot := 0
		if end == Tail {
			slot = int(n.n) - 1
		}
		p.node[level], p.slot[level] = r, uint8(slot)
		r = n.child[slot]
	}
}

// stepBlock leads the path to the next block towards an end; false if there is none, and then the
// path is as it was. O(1) on average over a walk.
func (l *List) stepBlock(p *path, towards End) bool {
	for level := p.height - 1; level >= 0; level-- {
		n, slot := l.level(p, level)
		if towards == Head {
			slot--
		} else {
			slot++
		}
		if slot < 0 || slot == int(n.n) {
			continue
		}
		p.slot[level] = uint8(slot)
		l.descend(p, level+1, n.child[slot], Head+Tail-towards)
		return true
	}
	return false
}

// open moves the children from a slot on up by one and puts a new one there.
func (n *inner) open(slot int, child arena.Ref, elements int64) {
	copy(n.child[slot+1:n.n+1], n.child[slot:n.n])
	copy(n.elements[slot+1:n.n+1], n.elements[slot:n.n])
	n.child[slot], n.elements[slot] = child, elements
	n.n++
}

// close takes a child out.
func (n *inner) close(slot int) {
	copy(n.child[slot:], n.child[slot+1:n.n])
	copy(n.elements[slot:], n.elements[slot+1:n.n])
	n.n--
}

// sum is the number of elements below.
func (n *inner) sum() int64 {
	total := int64(0)
	for _, e := range n.elements[:n.n] {
		total += e
	}
	return total
}

// moveChildren moves the last k children of left to the front of right, or, if k is negative, the
// first -k of right to the end of left.
func moveChildren(left, right *inner, k int) {
	if k < 0 {
		k = -k
		copy(left.child[left.n:], right.child[:k])
		copy(left.elements[left.n:], right.elements[:k])
		copy(right.child[:], right.child[k:right.n])
		copy(right.elements[:], right.elements[k:right.n])
		left.n, right.n = left.n+uint32(k), right.n-uint32(k)
		return
	}
	from := int(left.n) - k
	copy(right.child[k:], right.child[:right.n])
	copy(right.elements[k:], right.elements[:right.n])
	copy(right.child[:], left.child[from:left.n])
	copy(right.elements[:], left.elements[from:left.n])
	left.n, right.n = left.n-uint32(k), right.n+uint32(k)
}

func (l *List) newInner() arena.Ref {
	r := l.env.Arena.Alloc(innerBytes)
	innerAt(l.env.Arena, r).n = 0
	l.header().bytes += int64(arena.ClassSize(innerBytes))
	return r
}

func (l *List) freeInner(r arena.Ref) {
	l.env.Arena.Free(r, innerBytes)
	l.header().bytes -= int64(arena.ClassSize(innerBytes))
}

// toBlocks changes the encoding; for the moment, the tree has one block.
func (l *List) toBlocks() {
	a := l.env.Arena
	b := packAt(a, l.ref)
	block, n := l.ref, int64(listpack.Len(b))
	l.ref, l.enc = a.Alloc(headerBytes), Blocks
	h := l.header()
	*h = header{height: 1, elements: n, bytes: int64(cap(b)), blocks: 1}
	h.root = l.newInner()
	innerAt(a, h.root).open(0, block, n)
}

// addBlock puts a new block with n elements beside the one that the path leads to, on the side of
// an end. The path is no longer valid.
func (l *List) addBlock(p *path, side End, r arena.Ref, n int) {
	if l.enc == Packed {
		l.toBlocks()
		*p, _ = l.edge(Head)
	}
	h := l.header()
	h.blocks++
	h.elements += int64(n)
	h.bytes += int64(cap(packAt(l.env.Arena, r)))
	level := p.height - 1
	l.addChild(p, level, int(p.slot[level])+int(side), child{r, int64(n), n})
}

// child is a node that is to be put into the tree.
type child struct {
	ref      arena.Ref
	elements int64 // below it
	added    int   // how many of these are new to the list
}

// addChild puts a node into the inner node of a path at a level, which is split if it is full.
func (l *List) addChild(p *path, level, slot int, c child) {
	n, _ := l.level(p, level)
	if n.n < fanout {
		n.open(slot, c.ref, c.elements)
		l.addAbove(p, level, c.added)
		return
	}
	// At the ends of the list the full node stays full: what is only pushed is dense.
	stay := fanout/2 + 1
	if slot == fanout && l.onEdge(p, level, Tail) {
		stay = fanout
	} else if slot == 0 && l.onEdge(p, level, Head) {
		stay = 0
	}
	r := l.newInner()
	right := innerAt(l.env.Arena, r)
	moveChildren(n, right, fanout-stay)
	if slot > stay || stay == fanout {
		right.open(slot-stay, c.ref, c.elements)
	} else {
		n.open(slot, c.ref, c.elements)
	}
	if level == 0 {
		l.growRoot(p.node[0], r)
		return
	}
	above, at := l.level(p, level-1)
	above.elements[at] = n.sum()
	l.addChild(p, level-1, at+1, child{r, right.sum(), c.added})
}

// onEdge reports whether the inner node of a path at a level is the last one of its level towards
// an end.
func (l *List) onEdge(p *path, level int, end End) bool {
	for i := range level {
		n, slot := l.level(p, i)
		if end == Head && slot > 0 || end == Tail && slot < int(n.n)-1 {
			return false
		}
	}
	return true
}

// growRoot puts a new root above two nodes.
func (l *List) growRoot(left, right arena.Ref) {
	a, h := l.env.Arena, l.header()
	h.root = l.newInner()
	h.height++
	root := innerAt(a, h.root)
	root.open(0, left, innerAt(a, left).sum())
	root.open(1, right, innerAt(a, right).sum())
}

// removeBlock takes the block out that the path leads to, with what it holds, and frees it. A list
// of one block is packed again. The path is no longer valid.
func (l *List) removeBlock(p *path) {
	a, h := l.env.Arena, l.header()
	level := p.height - 1
	n, slot := l.level(p, level)
	r, gone := n.child[slot], int(n.elements[slot])
	size := cap(packAt(a, r))
	a.Free(r, size)
	h.bytes -= int64(size)
	h.blocks--
	l.addElements(p, -gone)
	n.close(slot)
	for ; level > 0 && l.refill(p, level); level-- {
	}
	for root := innerAt(a, h.root); h.height > 1 && root.n == 1; root = innerAt(a, h.root) {
		old := h.root
		h.root = root.child[0]
		h.height--
		l.freeInner(old)
	}
	if h.blocks == 1 {
		block := innerAt(a, h.root).child[0]
		a.Free(h.root, innerBytes)
		a.Free(l.ref, headerBytes)
		l.ref, l.enc = block, Packed
	}
}

// refill sees to it that the inner node of a path at a level, which has lost a child, has enough
// of them: a neighbour gives some, or takes all. It reports whether the node above has lost one.
func (l *List) refill(p *path, level int) bool {
	n, _ := l.level(p, level)
	above, slot := l.level(p, level-1)
	if n.n >= minChildren {
		return false
	}
	if above.n == 1 { // on an edge
		if n.n > 0 {
			return false
		}
		l.freeInner(p.node[level])
		above.close(slot)
		return true
	}
	at := slot
	if at == int(above.n)-1 {
		at--
	}
	left := innerAt(l.env.Arena, above.child[at])
	right := innerAt(l.env.Arena, above.child[at+1])
	total := int(left.n + right.n)
	if total <= fanout {
		moveChildren(left, right, -int(right.n))
		above.elements[at] += above.elements[at+1]
		l.freeInner(above.child[at+1])
		above.close(at + 1)
		return true
	}
	moveChildren(left, right, int(left.n)-total/2)
	above.elements[at], above.elements[at+1] = left.sum(), right.sum()
	return false
}

// freeTree frees the subtree at r with so many levels of inner nodes.
func freeTree(a *arena.Arena, r arena.Ref, height int, free func(r arena.Ref, n int)) {
	if height == 0 {
		free(r, cap(packAt(a, r)))
		return
	}
	n := innerAt(a, r)
	for _, c := range n.child[:n.n] {
		freeTree(a, c, height-1, free)
	}
	free(r, innerBytes)
}
