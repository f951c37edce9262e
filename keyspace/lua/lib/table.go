package lib

import "github.com/ringer-kv/ringer/keyspace/lua"

// OpenTable makes the global table table. Its functions read and write lists without asking their
// metatables.
func OpenTable(s *lua.State) {
	open(s, "table", []routine{
		{"concat", tableConcat},
		{"foreach", tableForeach},
		{"foreachi", tableForeachi},
		{"getn", tableGetn},
		{"maxn", tableMaxn},
		{"insert", tableInsert},
		{"remove", tableRemove},
		{"setn", tableSetn},
		{"sort", tableSort},
	})
}

// setItem sets an item of a list. Lua: lua_rawseti; Redis: its tables may be read-only.
func setItem(c *lua.Call, t *lua.Table, i int, v lua.Value) {
	if t.ReadOnly() {
		throwText(c, readOnlyText)
	}
	t.SetInt(i, v)
}

// callOne calls a function, and gives its first result.
func callOne(c *lua.Call, fn lua.Value, args ...lua.Value) lua.Value {
	if results := c.Call(fn, args...); len(results) > 0 {
		return results[0]
	}
	return lua.Nil
}

func tableGetn(c *lua.Call) { c.Return(lua.Int(c.State.Length(c.CheckTable(1)))) }

func tableSetn(c *lua.Call) {
	c.CheckTable(1)
	c.Errorf("'setn' is obsolete")
}

func tableMaxn(c *lua.Call) {
	t := c.CheckTable(1)
	most := 0.0
	for key, _, _ := c.State.Next(t, lua.Nil); !key.IsNil(); key, _, _ = c.State.Next(t, key) {
		c.State.Step(1)
		if f, ok := key.AsNumber(); ok && f > most {
			most = f
		}
	}
	c.Return(lua.Number(most))
}

func tableForeach(c *lua.Call) {
	t, fn := c.CheckTable(1), c.CheckFunction(2)
	key := lua.Nil
	for {
		next, value, ok := c.State.Next(t, key)
		if !ok {
			throwText(c, "invalid key to 'next'")
		}
		if next.IsNil() {
			return
		}
		if result := callOne(c, fn, next, value); !result.IsNil() {
			c.Return(result)
			return
		}
		key = next
	}
}

func tableForeachi(c *lua.Call) {
	t := c.CheckTable(1)
	n := c.State.Length(t)
	fn := c.CheckFunction(2)
	for i := 1; i <= n; i++ {
		if result := callOne(c, fn, lua.Int(i), t.GetInt(i)); !result.IsNil() {
			c.Return(result)
			return
		}
	}
}

func tableInsert(c *lua.Call) {
	t := c.CheckTable(1)
	end := c.State.Length(t) + 1
	pos := end
	switch c.Len() {
	case 2:
	case 3:
		pos = c.CheckInt32(2)
		end = max(end, pos)
		for i := end; i > pos; i-- {
			c.State.Step(1)
			setItem(c, t, i, t.GetInt(i-1))
		}
	default:
		c.Errorf("wrong number of arguments to 'insert'")
	}
	setItem(c, t, pos, c.Arg(c.Len()))
}

func tableRemove(c *lua.Call) {
	t := c.CheckTable(1)
	end := c.State.Length(t)
	pos := c.OptInt32(2, end)
	if pos < 1 || pos > end {
		return
	}
	c.Return(t.GetInt(pos))
	for ; pos < end; pos++ {
		c.State.Step(1)
		setItem(c, t, pos, t.GetInt(pos+1))
	}
	setItem(c, t, end, lua.Nil)
}

func tableConcat(c *lua.Call) {
	separator := c.OptString(2, "")
	t := c.CheckTable(1)
	from := c.OptInt32(3, 1)
	last := c.State.Length(t)
	if !c.Arg(4).IsNil() {
		last = c.CheckInt32(4)
	}
	b := &builder{call: c}
	for i := from; i <= last; i++ {
		c.State.Step(1)
		item := t.GetInt(i)
		text, ok := item.ToString()
		if !ok {
			c.Errorf("invalid value (%s) at index %d in table for 'concat'", item.Kind(), i)
		}
		b.addString(text)
		if i < last {
			b.addString(separator)
		}
	}
	c.Return(b.value())
}

// sorter sorts a list as Lua 5.1 does: what a comparator sees that is inconsistent, or that counts
// its calls, shows the algorithm, which is Sedgewick's quicksort with the median of the first, the
// middle and the last item as pivot, and the smaller part sorted first.
//
// Owned by the keyspace goroutine.
type sorter struct {
	call *lua.Call
	list *lua.Table
	less lua.Value // nil: <
}

func tableSort(c *lua.Call) {
	q := &sorter{call: c, list: c.CheckTable(1)}
	n := c.State.Length(q.list)
	if !c.Arg(2).IsNil() {
		q.less = c.CheckFunction(2)
	}
	q.sort(1, n)
}

func (q *sorter) item(i int) lua.Value { return q.list.GetInt(i) }

// before reports whether a is less than b.
func (q *sorter) before(a, b lua.Value) bool {
	q.call.State.Step(1)
	if q.less.IsNil() {
		return q.call.Less(a, b)
	}
	return callOne(q.call, q.less, a, b).Truth()
}

// swap puts the item x, which is at j, to i and the item y, which is at i, to j.
func (q *sorter) swap(i, j int, x, y lua.Value) {
	setItem(q.call, q.list, i, x)
	setItem(q.call, q.list, j, y)
}

// sort sorts the items from lower to upper. Lua: auxsort.
func (q *sorter) sort(lower, upper int) {
	for lower < upper {
		if first, last := q.item(lower), q.item(upper); q.before(last, first) {
			q.swap(lower, upper, last, first)
		}
		if upper-lower == 1 {
			return
		}
		middle := (lower + upper) / 2
		q.orderMiddle(lower, middle, upper)
		if upper-lower == 2 {
			return
		}
		pivot := q.item(middle)
		q.swap(middle, upper-1, q.item(upper-1), pivot)
		at := q.partition(lower, upper, pivot)
		q.swap(upper-1, at, q.item(at), q.item(upper-1))
		if at-lower < upper-at {
			q.sort(lower, at-1)
			lower = at + 1
		} else {
			q.sort(at+1, upper)
			upper = at - 1
		}
	}
}

// orderMiddle puts the median of three items, of which the outer ones are in order, in the middle.
func (q *sorter) orderMiddle(lower, middle, upper int) {
	item, first := q.item(middle), q.item(lower)
	if q.before(item, first) {
		q.swap(middle, lower, first, item)
		return
	}
	if last := q.item(upper); q.before(last, item) {
		q.swap(middle, upper, last, item)
	}
}

// partition moves what is less than the pivot, which is at upper-1, to the left, and returns where
// the pivot goes.
func (q *sorter) partition(lower, upper int, pivot lua.Value) int {
	i, j := lower, upper-1
	for {
		var left, right lua.Value
		for i++; ; i++ {
			if left = q.item(i); !q.before(left, pivot) {
				break
			}
			if i > upper {
				q.call.Errorf("invalid order function for sorting")
			}
		}
		for j--; ; j-- {
			if right = q.item(j); !q.before(pivot, right) {
				break
			}
			if j < lower {
				q.call.Errorf("invalid order function for sorting")
			}
		}
		if j < i {
			return i
		}
		q.swap(i, j, right, left)
	}
}
