package resptest

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/ringer-kv/ringer/keyspace"
	"github.com/ringer-kv/ringer/keyspace/reply"
)

// Cluster is a Redis Cluster as its clients see it: several servers in this process, each with a
// part of the 16384 slots, that send clients to each other with MOVED and ASK. There are no
// replicas, and no node ever fails by itself: Down one, or move its slots.
//
// Safe for concurrent use.
type Cluster struct {
	nodes []*clusterNode
	bus   *bus
	moves sync.Mutex // held while keys move, so that no two servers ever wait for each other

	mu     sync.Mutex
	owner  [slots]int16 // node
	target map[int]int  // of the slots that are on their way: the node they go to
	epoch  int          // goes up with each change
}

// clusterNode is one server of a cluster, and the part that it plays there.
//
// Owned by the keyspace goroutine, that of its server; the cluster's state is locked.
type clusterNode struct {
	*Server
	cluster *Cluster
	index   int
	id      string
	addr    string         // the server's own may be locked, by a Close that waits for us
	asking  map[int64]bool // sessions whose last command was ASKING
	asked   int64          // the last session whose command came behind ASKING; 0: none
}

// StartCluster starts a cluster of n nodes that lives as long as the test. The slots are divided
// evenly, as redis-cli --cluster create does.
func StartCluster(tb testing.TB, n int, opts ...Option) *Cluster {
	tb.Helper()
	c, err := NewCluster(n, opts...)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		for _, node := range c.nodes {
			if tb.Failed() {
				node.logCommands(tb)
			}
		}
		c.Close()
	})
	for _, node := range c.nodes {
		node.tb = tb
	}
	return c
}

// NewCluster starts a cluster. The caller closes it. The options are those of each node; WithAddr
// with a port is not possible. The nodes have one clock.
func NewCluster(n int, opts ...Option) (*Cluster, error) {
	if n < 1 || n > slots {
		return nil, fmt.Errorf("resptest: a cluster of %d nodes", n)
	}
	c := &Cluster{target: make(map[int]int), epoch: n}
	c.bus = newBus()
	opts = append([]Option{WithClock(new(Clock)), asNode}, opts...)
	for i := range n {
		s, err := New(opts...)
		if err != nil {
			c.Close()
			return nil, err
		}
		node := &clusterNode{
			Server: s, cluster: c, index: i, id: fmt.Sprintf("%040x", i+1),
			asking: make(map[int64]bool),
		}
		c.nodes = append(c.nodes, node)
		node.addr = s.Addr()
	}
	c.divide()
	for _, node := range c.nodes {
		_ = node.engine.Do(func() { node.tap.role = node }) // the engine has just been started
	}
	return c, nil
}

// divide gives each node its part of the slots. Redis: clusterManagerCommandCreate in redis-cli.
func (c *Cluster) divide() {
	share := float64(slots) / float64(len(c.nodes))
	first := 0
	for i := range c.nodes {
		last := int(math.Round(float64(i+1)*share - 1))
		for ; first <= last; first++ {
			c.owner[first] = int16(i)
		}
	}
}

// Close ends all nodes.
func (c *Cluster) Close() {
	c.bus.close()
	for _, node := range c.nodes {
		node.Close()
	}
}

// Addrs are the addresses of the nodes, for redis.ClusterOptions.
func (c *Cluster) Addrs() []string {
	addrs := make([]string, len(c.nodes))
	for i, node := range c.nodes {
		addrs[i] = node.Addr()
	}
	return addrs
}

// Clock is the time that all nodes go by.
func (c *Cluster) Clock() *Clock { return c.nodes[0].Clock() }

// Len is the number of nodes.
func (c *Cluster) Len() int { return len(c.nodes) }

// Node is the server of node i, counted from 0.
func (c *Cluster) Node(i int) *Server { return c.nodes[i].Server }

// NodeOf is the server that has the slot of a key.
func (c *Cluster) NodeOf(key string) *Server {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.nodes[c.owner[Slot(key)]].Server
}

// StartMove begins to move a slot to a node: keys that are not at their old node any more are
// asked for at the new one (ASK). MoveKey moves one key, EndMove the rest and the slot. It panics
// if the slot is on its way to another node already.
func (c *Cluster) StartMove(slot, to int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if slot < 0 || slot >= slots || to < 0 || to >= len(c.nodes) {
		panic(fmt.Sprintf("resptest: no slot %d or no node %d", slot, to))
	}
	if target, moving := c.target[slot]; moving && target != to {
		panic(fmt.Sprintf("resptest: slot %d is on its way to node %d", slot, target))
	}
	if int(c.owner[slot]) != to {
		c.target[slot] = to
	}
}

// MoveKey moves a key whose slot is on its way to the node that it goes to. It reports whether
// there was such a key at the old one. Clients never see it at both, or at none.
func (c *Cluster) MoveKey(key string) bool {
	c.moves.Lock()
	defer c.moves.Unlock()
	from, to, moving := c.route(Slot(key))
	return moving && moveKey(from.Server, to.Server, key)
}

// route is where a slot is, and where it goes to.
func (c *Cluster) route(slot int) (from, to *clusterNode, moving bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	target, moving := c.target[slot]
	return c.nodes[c.owner[slot]], c.nodes[target], moving
}

// moveKey takes a key with its value and deadline to another server. The one that has it executes
// nothing else meanwhile: what a client wrote between a copy and its removal would be lost.
func moveKey(from, to *Server, key string) (moved bool) {
	var err error
	_ = from.engine.Do(func() { // a server that has been closed has no keys
		payload, isKey := from.call(step{args: []string{"DUMP", key}}).(string)
		if !isKey {
			return
		}
		at, _ := from.call(step{args: []string{"PEXPIRETIME", key}}).(int64)
		restore := []string{"RESTORE", key, fmt.Sprint(max(at, 0)), payload, "REPLACE", "ABSTTL"}
		if _, err = to.run(step{args: restore}); err == nil {
			from.call(step{args: []string{"DEL", key}})
			moved = true
		}
	})
	if err != nil {
		from.fail(err)
	}
	return moved
}

// EndMove moves the keys that are left, and from then on the slot belongs to the new node: the old
// one replies with MOVED, also to clients that are blocked there.
func (c *Cluster) EndMove(slot int) {
	c.moves.Lock()
	defer c.moves.Unlock()
	from, to, moving := c.route(slot)
	if !moving {
		return
	}
	for _, key := range from.Keys("*") {
		if Slot(key) == slot {
			moveKey(from.Server, to.Server, key)
		}
	}
	c.mu.Lock()
	c.owner[slot] = int16(to.index)
	delete(c.target, slot)
	c.epoch++
	c.mu.Unlock()
	_ = from.engine.Do(func() { from.turnAway(slot, to) }) // if it is closed, nobody is there
}

// turnAway sends the clients that wait for a key of a slot to its new node. It runs in the owner's
// goroutine. Redis: clusterRedirectBlockedClientIfNeeded.
func (n *clusterNode) turnAway(slot int, to *clusterNode) {
	for _, s := range n.engine.Sessions() {
		waits := false
		s.EachWaitedKey(func(key []byte) bool {
			waits = slotOf(key) == slot
			return !waits
		})
		if waits {
			n.engine.Unblock(s, reply.Moved(slot, to.addr))
		}
	}
}

// MoveSlot moves a slot with its keys to a node.
func (c *Cluster) MoveSlot(slot, to int) {
	c.EndMove(slot)
	c.StartMove(slot, to)
	c.EndMove(slot)
}

// play redirects commands whose keys are elsewhere, and answers the commands of a cluster.
func (n *clusterNode) play(c keyspace.Call) keyspace.Verdict {
	name := strings.ToLower(string(c.Args[0]))
	asked := n.asking[c.Session.ID()]
	if name != "multi" && (c.Session.MultiLen() < 0 || name == "exec" || name == "discard") {
		delete(n.asking, c.Session.ID()) // Redis: resetClient keeps it as long as a transaction
	}
	if id := c.Session.ID(); asked {
		n.asked = id
	} else if n.asked == id {
		n.asked = 0
	}
	switch name {
	case "asking":
		n.asking[c.Session.ID()] = true
		return replyOK
	case "readonly", "readwrite":
		return replyOK
	case "cluster":
		return n.clusterCommand(c)
	case "select":
		if len(c.Args) == 2 && string(c.Args[1]) != "0" {
			return keyspace.Verdict{Error: reply.NotInCluster("SELECT")}
		}
	case "swapdb", "move":
		if len(c.Args) == 3 {
			return keyspace.Verdict{Error: reply.NotInCluster(strings.ToUpper(name))}
		}
	case "publish":
		n.spread(c)
	}
	return keyspace.Verdict{Error: n.redirect(routed(c), asked), Plain: true}
}

// playScript refuses what a script calls whose keys are elsewhere. Redis: scriptVerifyClusterState.
func (n *clusterNode) playScript(c keyspace.Call) (slot int, refusal reply.Error) {
	id := c.Session.ID()
	if n.asked == id { // the command that runs the script came behind ASKING
		n.asking[id] = true
	}
	v := n.play(c)
	delete(n.asking, id)
	switch {
	case v.Error != "" && v.Plain:
		return -1, reply.ErrLuaNotLocal
	case v.Error != "":
		return -1, v.Error
	}
	if keys := routed(c); len(keys) > 0 {
		return slotOf(keys[0]), ""
	}
	return -1, ""
}

// replyOK answers OK.
//
//tidy:table nothing writes to it
var replyOK = keyspace.Verdict{Reply: func(w reply.Writer) { w.Status("OK") }}

// routed are the words of a command that say which node it is for.
func routed(c keyspace.Call) [][]byte {
	switch strings.ToLower(string(c.Args[0])) {
	case "ssubscribe", "sunsubscribe":
		return c.Args[1:]
	case "spublish":
		return c.Args[1:min(2, len(c.Args))]
	case "exec":
		return queuedKeys(c.Session)
	}
	return keysOf(c.Spec, c.Args)
}

// queuedKeys are the keys of all commands that EXEC will execute.
func queuedKeys(s *keyspace.Session) (keys [][]byte) {
	s.EachQueued(func(spec *keyspace.Spec, args [][]byte) bool {
		keys = append(keys, keysOf(spec, args)...)
		return true
	})
	return keys
}

// redirect is the error for keys that are not here, "" if they are.
func (n *clusterNode) redirect(keys [][]byte, asked bool) reply.Error {
	if len(keys) == 0 {
		return ""
	}
	slot := slotOf(keys[0])
	for _, key := range keys[1:] {
		if slotOf(key) != slot {
			return reply.ErrCrossSlot
		}
	}
	from, to, moving := n.cluster.route(slot)
	switch missing := 0; {
	case from == n && moving:
		if missing = n.missing(keys); missing == 0 {
			return ""
		} else if missing < len(keys) {
			return reply.ErrTryAgain
		}
		return reply.Ask(slot, to.addr)
	case from == n:
		return ""
	case to == n && moving && asked:
		if missing = n.missing(keys); missing > 0 && differ(keys) {
			return reply.ErrTryAgain
		}
		return ""
	}
	return reply.Moved(slot, from.addr)
}

// differ reports whether there is more than one key.
func differ(keys [][]byte) bool {
	return slices.ContainsFunc(keys, func(key []byte) bool { return !bytes.Equal(key, keys[0]) })
}

// missing is how many of the keys this node does not have. It runs in the owner's goroutine.
func (n *clusterNode) missing(keys [][]byte) (missing int) {
	for _, key := range keys {
		if !n.engine.DB(0).Peek(key).Found() {
			missing++
		}
	}
	return missing
}

// spread passes a message on to the other nodes, where its channel may have subscribers.
func (n *clusterNode) spread(c keyspace.Call) {
	if len(c.Args) != 3 {
		return
	}
	channel, message := string(c.Args[1]), string(c.Args[2])
	for _, other := range n.cluster.nodes {
		if other != n {
			n.cluster.bus.send(func() { other.read("PUBLISH", channel, message) })
		}
	}
}
