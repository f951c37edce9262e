package lua

import (
	"math/rand/v2"
	"testing"
)

// key is one of a few keys of all kinds, many of them integers.
func key(r *rand.Rand, tables []*Table) Value {
	switch r.IntN(6) {
	case 0:
		return String(string(rune('a' + r.IntN(20))))
	case 1:
		return Number(float64(r.IntN(40)) / 4)
	case 2:
		return Bool(r.IntN(2) == 0)
	case 3:
		return TableValue(tables[r.IntN(len(tables))])
	}
	return Int(r.IntN(40) - 4)
}

// plain is a key for a map: strings are the same if their bytes are.
func plain(v Value) any {
	if s, ok := v.AsString(); ok {
		return s
	}
	if f, ok := v.AsNumber(); ok {
		return f
	}
	return v.ref
}

// runTable does operations on a table and a map, and compares them after each.
func runTable(t *testing.T, r *rand.Rand, steps int) {
	tables := []*Table{NewTable(0, 0), NewTable(0, 0), NewTable(0, 0)}
	table, model := NewTable(r.IntN(5), r.IntN(5)), map[any]Value{}
	for range steps {
		k := key(r, tables)
		v := Int(r.IntN(1000))
		if r.IntN(3) == 0 {
			v = Nil
		}
		switch r.IntN(40) {
		case 0:
			table.Resize(r.IntN(64), r.IntN(64))
		default:
			table.Set(k, v)
			model[plain(k)] = v
			if v.IsNil() {
				delete(model, plain(k))
			}
		}
		if err := table.check(); err != nil {
			t.Fatal(err)
		}
		if got := table.Get(k); !got.Equal(model[plain(k)]) {
			t.Fatalf("t[%v] = %v, want %v", k, got, model[plain(k)])
		}
	}
	compareTable(t, table, model)
}

// compareTable walks the table: every entry once, and none too many; and checks its border.
func compareTable(t *testing.T, table *Table, model map[any]Value) {
	t.Helper()
	seen := 0
	for k, v, ok := table.Next(Nil); !k.IsNil(); k, v, ok = table.Next(k) {
		if seen++; !ok || !v.Equal(model[plain(k)]) {
			t.Fatalf("walked over %v = %v (%v), want %v", k, v, ok, model[plain(k)])
		}
	}
	if seen != len(model) {
		t.Fatalf("walked over %d entries, want %d", seen, len(model))
	}
	n := table.Len()
	if n > 0 && table.GetInt(n).IsNil() || !table.GetInt(n+1).IsNil() {
		t.Fatalf("%d is no border", n)
	}
}

func TestTableModel(t *testing.T) {
	for seed := range uint64(300) {
		runTable(t, rand.New(rand.NewPCG(seed, 1)), 300)
	}
}

func FuzzTable(f *testing.F) {
	f.Add(uint64(1), 100)
	f.Fuzz(func(t *testing.T, seed uint64, steps int) {
		runTable(t, rand.New(rand.NewPCG(seed, 2)), steps%2000)
	})
}

// A walk may set the values of keys that are there, to nil as well.
func TestNextWhileDeleting(t *testing.T) {
	table := NewTable(0, 0)
	for i := range 100 {
		table.SetString(string(rune('A'+i)), Int(i))
		table.SetInt(i+1, Int(i))
	}
	n := 0
	for k, _, ok := table.Next(Nil); !k.IsNil(); k, _, ok = table.Next(k) {
		if !ok {
			t.Fatal("a deleted key is not found")
		}
		table.Set(k, Nil)
		n++
	}
	if n != 200 {
		t.Fatalf("walked over %d entries, want 200", n)
	}
	if _, _, ok := table.Next(String("never")); ok {
		t.Fatal("Next found a key that was never there")
	}
}
