package dict

import (
	"encoding/binary"
	"math/rand/v2"
	"testing"

	"github.com/ringer-kv/ringer/types/arena"
)

// entry is a user's node: the table finds entries by key.
type entry struct {
	node Node
	key  [8]byte
}

const entryBytes = 16

func entryKey(a *arena.Arena, r arena.Ref) []byte { return arena.At[entry](a, r).key[:] }

func keyNumber(a *arena.Arena, r arena.Ref) uint64 {
	return binary.LittleEndian.Uint64(entryKey(a, r))
}

// hashSpread is a good hash for tests: the same in every run.
func hashSpread(key []byte) uint32 {
	h := binary.LittleEndian.Uint64(key)
	h = (h ^ h>>31) * 0x9e3779b97f4a7c15
	h = (h ^ h>>29) * 0xbf58476d1ce4e5b9
	return uint32(h >> 32)
}

// hashClash is a bad one: few hashes, at the ends of the range and in the middle.
func hashClash(key []byte) uint32 {
	return [...]uint32{0, 1, 1 << 31, 1<<31 - 1, 1<<32 - 1, 1<<32 - 2, 1 << 30}[key[0]%7]
}

// model is a table next to the map of what it must hold.
type model struct {
	t     testing.TB
	a     *arena.Arena
	seed  Seed
	table Table
	known map[uint64]arena.Ref
	order []uint64 // the keys of known, in an order that repeats from run to run
}

func newModel(t testing.TB, hash func([]byte) uint32) *model {
	a, err := arena.New(arena.Options{ReserveBytes: 4 << 30})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	return &model{t: t, a: a, seed: SeedFunc(hash), known: map[uint64]arena.Ref{}}
}

func keyBytes(key uint64) []byte { return binary.LittleEndian.AppendUint64(nil, key) }

func (m *model) alloc(key uint64) arena.Ref {
	r := m.a.Alloc(entryBytes)
	e := arena.At[entry](m.a, r)
	binary.LittleEndian.PutUint64(e.key[:], key)
	e.node.Hash = m.seed.Hash(e.key[:])
	return r
}

func (m *model) find(key uint64) arena.Ref {
	k := keyBytes(key)
	return m.table.Find(m.a, entryKey, m.seed.Hash(k), k)
}

// insert puts key in, unless it is there.
func (m *model) insert(key uint64) {
	if got := m.find(key); got != m.known[key] {
		m.t.Fatalf("Find(%d) = %d, want %d", key, got, m.known[key])
	}
	if m.known[key] != 0 {
		return
	}
	r := m.alloc(key)
	m.table.Insert(m.a, r)
	m.known[key] = r
	m.order = append(m.order, key)
}

// removeAt takes out the key at place i of order.
func (m *model) removeAt(i int) {
	key := m.order[i]
	r := m.known[key]
	m.table.Remove(m.a, r)
	m.a.Free(r, entryBytes)
	delete(m.known, key)
	last := len(m.order) - 1
	m.order[i] = m.order[last]
	m.order = m.order[:last]
}

func (m *model) replaceAt(i int) {
	key := m.order[i]
	old := m.known[key]
	m.known[key] = m.alloc(key)
	m.table.Replace(m.a, old, m.known[key])
	m.a.Free(old, entryBytes)
}

// check compares the whole table with the model.
func (m *model) check() {
	m.t.Helper()
	m.table.Check(m.a)
	if m.table.Len() != len(m.known) {
		m.t.Fatalf("Len %d, want %d", m.table.Len(), len(m.known))
	}
	for _, key := range m.order {
		if got := m.find(key); got != m.known[key] {
			m.t.Fatalf("Find(%d) = %d, want %d", key, got, m.known[key])
		}
	}
	if want := int64(len(m.known)*entryBytes + m.table.BytesUsed()); m.a.UsedBytes() != want {
		m.t.Fatalf("the arena holds %d bytes, want %d", m.a.UsedBytes(), want)
	}
}

// step does one operation, chosen by op, on the key or place that arg stands for.
func (m *model) step(op byte, arg uint64) {
	n := uint64(len(m.order))
	switch {
	case op < 110 || n == 0:
		m.insert(arg)
	case op < 220:
		m.removeAt(int(arg % n))
	case op < 235:
		m.replaceAt(int(arg % n))
	case op < 245:
		want := m.table.Rehashing()
		more := m.table.Rehash(m.a, int(arg%8))
		if more && !want || more != m.table.Rehashing() {
			m.t.Fatalf("Rehash: more %v, was rehashing %v", more, want)
		}
	case op < 248:
		m.table.Expand(m.a, int(arg%1024))
	default:
		if r := m.find(arg | 1<<40); r != 0 {
			m.t.Fatalf("found a key that is not there at %d", r)
		}
	}
}

// drain removes everything and looks for leaks.
func (m *model) drain() {
	m.t.Helper()
	for len(m.order) > 0 {
		m.removeAt(len(m.order) - 1)
		if len(m.order)%64 == 0 {
			m.check()
		}
	}
	if m.table != (Table{}) {
		m.t.Fatalf("the emptied table is %+v", m.table)
	}
	if used := m.a.UsedBytes(); used != 0 {
		m.t.Fatalf("%d bytes leaked", used)
	}
}

var hashes = map[string]func([]byte) uint32{"spread": hashSpread, "clash": hashClash}

func TestTableAgreesWithMap(t *testing.T) {
	for name, hash := range hashes {
		t.Run(name, func(t *testing.T) {
			rehashing := 0
			for seed := range uint64(2) {
				rehashing += runStream(t, hash, seed)
			}
			if rehashing < 100 {
				t.Errorf("checked only %d times in the middle of a rehash", rehashing)
			}
		})
	}
}

// runStream plays phases of growing and of shrinking; each ends at a random point, where the next
// one goes on. It returns how often the table was checked while it was rehashing.
func runStream(t *testing.T, hash func([]byte) uint32, seed uint64) (rehashing int) {
	rnd := rand.New(rand.NewPCG(seed, 0))
	m := newModel(t, hash)
	for range 12 {
		grow := rnd.Uint32()%2 == 0
		for range rnd.Uint32() % 400 {
			op := byte(rnd.Uint32())
			if grow && op >= 110 && op < 220 && op%4 != 0 {
				op = 0
			} else if !grow && op < 100 {
				op = 110
			}
			m.step(op, rnd.Uint64()%4096)
			m.check()
			if m.table.Rehashing() {
				rehashing++
			}
		}
	}
	m.drain()
	return rehashing
}

func FuzzTable(f *testing.F) {
	f.Add(true, []byte("\x00\x01\x00\x02\x00\x03\x00\x04\x00\x05\x00\x06\x78\x01\xdd\x00\xf0\xff"))
	f.Add(false, []byte("\x00\x01\x00\x08\x00\x0f\x00\x16\x00\x1d\x00\x02\x00\x09\x70\x00\x70\x00"))
	f.Fuzz(func(t *testing.T, good bool, ops []byte) {
		hash := hashClash
		if good {
			hash = hashSpread
		}
		m := newModel(t, hash)
		for ; len(ops) >= 2; ops = ops[2:] {
			// 16 inserts in one operation, so that short inputs grow a table too.
			if ops[0] == 109 {
				for i := range uint64(16) {
					m.insert(uint64(ops[1])*16 + i)
				}
			}
			m.step(ops[0], uint64(ops[1]))
			m.table.Check(m.a)
		}
		m.checkWalks()
		m.check()
		m.drain()
	})
}
