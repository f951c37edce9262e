package resptest

import (
	"fmt"
	"net"
	"strconv"
	"strings"

	"github.com/ringer-kv/ringer/keyspace"
	"github.com/ringer-kv/ringer/keyspace/reply"
)

// busOffset is what the port of the cluster bus is above that for clients. Nobody listens there.
const busOffset = 10000

// span is a run of slots, both ends included, of one node.
type span struct {
	from, to int
	node     *clusterNode
}

// spans are all slots in order, as runs of the same node.
func (c *Cluster) spans() (all []span) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for slot := range slots {
		node := c.nodes[c.owner[slot]]
		if last := len(all) - 1; last >= 0 && all[last].node == node {
			all[last].to = slot
			continue
		}
		all = append(all, span{slot, slot, node})
	}
	return all
}

// of are the spans of one node.
func (n *clusterNode) spans() (own []span) {
	for _, s := range n.cluster.spans() {
		if s.node == n {
			own = append(own, s)
		}
	}
	return own
}

// clusterCommand answers CLUSTER. What only an administrator of nodes asks, the server answers as
// one that is in no cluster.
func (n *clusterNode) clusterCommand(c keyspace.Call) keyspace.Verdict {
	if len(c.Args) < 2 {
		return keyspace.Verdict{}
	}
	answer := n.answer(strings.ToLower(string(c.Args[1])), c.Args[2:])
	return keyspace.Verdict{Reply: answer}
}

// answer is the reply to a sub-command of CLUSTER with these arguments, nil if it has none here.
func (n *clusterNode) answer(sub string, args [][]byte) func(w reply.Writer) {
	switch {
	case sub == "slots" && len(args) == 0:
		return n.slotsReply
	case sub == "shards" && len(args) == 0:
		return n.shardsReply
	case sub == "nodes" && len(args) == 0:
		return func(w reply.Writer) { w.Verbatim("txt", n.nodeLines()) }
	case sub == "info" && len(args) == 0:
		return func(w reply.Writer) { w.Verbatim("txt", n.infoLines()) }
	case sub == "myid" && len(args) == 0:
		return func(w reply.Writer) { w.BulkString(n.id) }
	case sub == "links" && len(args) == 0, (sub == "replicas" || sub == "slaves") && len(args) == 1:
		return func(w reply.Writer) { w.Array(0) }
	case sub == "keyslot" && len(args) == 1:
		slot := slotOf(args[0])
		return func(w reply.Writer) { w.Int(int64(slot)) }
	case sub == "countkeysinslot" && len(args) == 1:
		return n.keysInSlot(args[0], nil)
	case sub == "getkeysinslot" && len(args) == 2:
		return n.keysInSlot(args[0], args[1])
	}
	return nil
}

// keysInSlot replies with the keys of a slot, at most so many, or if there is no count with how
// many there are.
func (n *clusterNode) keysInSlot(slotWord, countWord []byte) func(w reply.Writer) {
	slot, err := strconv.Atoi(string(slotWord))
	if err != nil || slot < 0 || slot >= slots {
		return func(w reply.Writer) { w.Error(reply.ErrInvalidSlot) }
	}
	most := -1
	if countWord != nil {
		if most, err = strconv.Atoi(string(countWord)); err != nil || most < 0 {
			return func(w reply.Writer) { w.Error(reply.ErrInvalidKeyCount) }
		}
	}
	var keys [][]byte
	n.engine.DB(0).Each(func(e keyspace.Entry) bool {
		if slotOf(e.Key()) == slot {
			keys = append(keys, append([]byte(nil), e.Key()...))
		}
		return most < 0 || len(keys) < most
	})
	return func(w reply.Writer) {
		if most < 0 {
			w.Int(int64(len(keys)))
			return
		}
		w.Array(len(keys))
		for _, key := range keys {
			w.Bulk(key)
		}
	}
}

// slotsReply is CLUSTER SLOTS. Redis: clusterReplyMultiBulkSlots.
func (n *clusterNode) slotsReply(w reply.Writer) {
	all := n.cluster.spans()
	w.Array(len(all))
	for _, s := range all {
		w.Array(3)
		w.Int(int64(s.from))
		w.Int(int64(s.to))
		host, port := s.node.endpoint()
		w.Array(4)
		w.BulkString(host)
		w.Int(int64(port))
		w.BulkString(s.node.id)
		w.Array(0)
	}
}

// endpoint is where clients connect to the node.
func (n *clusterNode) endpoint() (host string, port int) {
	host, text, _ := net.SplitHostPort(n.addr)
	return host, portNumber(text)
}

// shardsReply is CLUSTER SHARDS. Redis: clusterReplyShards.
func (n *clusterNode) shardsReply(w reply.Writer) {
	w.Array(len(n.cluster.nodes))
	for _, node := range n.cluster.nodes {
		own := node.spans()
		host, port := node.endpoint()
		w.Map(2)
		w.BulkString("slots")
		w.Array(2 * len(own))
		for _, s := range own {
			w.Int(int64(s.from))
			w.Int(int64(s.to))
		}
		w.BulkString("nodes")
		w.Array(1)
		w.Map(7)
		w.BulkString("id")
		w.BulkString(node.id)
		w.BulkString("port")
		w.Int(int64(port))
		w.BulkString("ip")
		w.BulkString(host)
		w.BulkString("endpoint")
		w.BulkString(host)
		w.BulkString("role")
		w.BulkString("master")
		w.BulkString("replication-offset")
		w.Int(0)
		w.BulkString("health")
		w.BulkString("online")
	}
}

// nodeLines is CLUSTER NODES. Redis: clusterGenNodesDescription.
func (n *clusterNode) nodeLines() string {
	var b strings.Builder
	for _, node := range n.cluster.nodes {
		host, port := node.endpoint()
		flags := "master"
		if node == n {
			flags = "myself,master"
		}
		fmt.Fprintf(&b, "%s %s:%d@%d %s - 0 0 %d connected",
			node.id, host, port, port+busOffset, flags, node.index+1)
		for _, s := range node.spans() {
			if s.from == s.to {
				fmt.Fprintf(&b, " %d", s.from)
			} else {
				fmt.Fprintf(&b, " %d-%d", s.from, s.to)
			}
		}
		if node == n {
			b.WriteString(n.movingSlots())
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// movingSlots are the slots that this node gives away or gets.
func (n *clusterNode) movingSlots() string {
	c := n.cluster
	c.mu.Lock()
	defer c.mu.Unlock()
	var b strings.Builder
	for slot := range slots {
		to, moving := c.target[slot]
		switch from := int(c.owner[slot]); {
		case moving && from == n.index:
			fmt.Fprintf(&b, " [%d->-%s]", slot, c.nodes[to].id)
		case moving && to == n.index:
			fmt.Fprintf(&b, " [%d-<-%s]", slot, c.nodes[from].id)
		}
	}
	return b.String()
}

// infoLines is CLUSTER INFO. Redis: genClusterInfoString.
func (n *clusterNode) infoLines() string {
	c := n.cluster
	serving := make(map[*clusterNode]bool)
	for _, s := range c.spans() {
		serving[s.node] = true
	}
	c.mu.Lock()
	epoch := c.epoch
	c.mu.Unlock()
	return fmt.Sprintf("cluster_state:ok\r\ncluster_slots_assigned:%d\r\ncluster_slots_ok:%d\r\n"+
		"cluster_slots_pfail:0\r\ncluster_slots_fail:0\r\ncluster_known_nodes:%d\r\n"+
		"cluster_size:%d\r\ncluster_current_epoch:%d\r\ncluster_my_epoch:%d\r\n"+
		"cluster_stats_messages_sent:0\r\ncluster_stats_messages_received:0\r\n"+
		"total_cluster_links_buffer_limit_exceeded:0\r\n",
		slots, slots, len(c.nodes), len(serving), epoch, n.index+1)
}
