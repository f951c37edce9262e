package lua

import "fmt"

// check tests I1.
func (t *Table) check() error {
	for i := range t.nodes {
		n := &t.nodes[i]
		if n.key.IsNil() {
			continue
		}
		if f, ok := n.key.AsNumber(); ok && !n.value.IsNil() {
			if at, is := arrayIndex(f); is && at <= len(t.array) {
				return fmt.Errorf("I1: key %d in the hash part, the array has %d", at, len(t.array))
			}
		}
		if !n.value.IsNil() && t.find(n.key) != n {
			return fmt.Errorf("I1: key %v is not on its chain", n.key)
		}
	}
	return nil
}
