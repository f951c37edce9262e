package lib

import (
	"encoding/binary"
	"math"
	"strings"

	"github.com/ringer-kv/ringer/keyspace/lua"
)

// msgpackUnpack returns all values of a text.
func msgpackUnpack(c *lua.Call) {
	d := newMsgpackDecoder(c, c.Len(), 0)
	c.Return(d.values(math.MaxInt)...)
}

// msgpackUnpackOne returns one value of a text from an offset on, behind the offset of the next.
func msgpackUnpackOne(c *lua.Call) {
	msgpackUnpackSome(c, 1, c.OptInt(2, 0))
}

// msgpackUnpackLimit is unpack_one for so many values.
func msgpackUnpackLimit(c *lua.Call) {
	limit := c.CheckInt(2)
	msgpackUnpackSome(c, limit, c.OptInt(3, 0))
}

func msgpackUnpackSome(c *lua.Call, limit, offset int) {
	size := len(c.CheckString(1))
	switch {
	case limit < 0 || offset < 0:
		// Redis: mp_unpack_full calls the size the limit, and cuts both to 32 bits.
		c.Errorf("Invalid request to unpack with offset of %d and limit of %d.",
			int32(offset), int32(size))
	case offset > size:
		c.Errorf("Start offset %d greater than input length %d.", int32(offset), int32(size))
	}
	d := newMsgpackDecoder(c, 1, offset)
	if limit == 0 && offset == 0 {
		c.Return(d.values(math.MaxInt)...) // Redis: this is how it asks itself for all
		return
	}
	values := d.values(limit)
	checkSlots(c, d.slots, 1, "in function mp_unpack_full")
	next := d.at
	if next == size {
		next = -1
	}
	c.Return(lua.Int(next))
	c.Return(values...)
}

// msgpackDecoder reads values from a text. What it makes of a text is in proportion to its length:
// the sizes that the text claims are never believed.
//
// Owned by the keyspace goroutine.
type msgpackDecoder struct {
	c     *lua.Call
	text  string
	at    int
	slots int // of the stack of C's interface that are in use
}

// newMsgpackDecoder reads argument 1 from an offset on.
func newMsgpackDecoder(c *lua.Call, slots, offset int) *msgpackDecoder {
	return &msgpackDecoder{c: c, text: c.CheckString(1), at: offset, slots: slots}
}

// values reads up to limit values.
func (d *msgpackDecoder) values(limit int) []lua.Value {
	var values []lua.Value
	for len(values) < limit && d.at < len(d.text) {
		values = append(values, d.value())
		d.slots++
	}
	return values
}

// take is the next n bytes.
func (d *msgpackDecoder) take(n int) string {
	if n > len(d.text)-d.at {
		d.c.Errorf("Missing bytes in input.")
	}
	d.at += n
	return d.text[d.at-n : d.at]
}

// unsigned reads an integer of so many bytes.
func (d *msgpackDecoder) unsigned(bytes int) uint64 {
	n := uint64(0)
	for _, b := range []byte(d.take(bytes)) {
		n = n<<8 | uint64(b)
	}
	return n
}

// value reads a value.
//
//tidy:long one case for each tag of the format
func (d *msgpackDecoder) value() lua.Value {
	tag := d.take(1)[0]
	checkSlots(d.c, d.slots, 1,
		"too many return values at once; use unpack_one or unpack_limit instead.")
	d.c.State.Step(1)
	switch tag {
	case 0xc0:
		return lua.Nil
	case 0xc2, 0xc3:
		return lua.Bool(tag == 0xc3)
	case 0xca:
		bits := binary.BigEndian.Uint32([]byte(d.take(4)))
		return lua.Number(float64(math.Float32frombits(bits)))
	case 0xcb:
		return lua.Number(math.Float64frombits(d.unsigned(8)))
	case 0xcc, 0xcd, 0xce, 0xcf:
		// Redis: what is beyond 2^63 becomes negative.
		return lua.Number(float64(int64(d.unsigned(1 << (tag - 0xcc)))))
	case 0xd0:
		return lua.Int(int(int8(d.unsigned(1))))
	case 0xd1:
		return lua.Int(int(int16(d.unsigned(2))))
	case 0xd2:
		return lua.Int(int(int32(d.unsigned(4))))
	case 0xd3:
		return lua.Number(float64(int64(d.unsigned(8))))
	case 0xd9, 0xda, 0xdb:
		return d.string(int(d.unsigned(1 << (tag - 0xd9))))
	case 0xdc, 0xdd:
		return d.array(int(d.unsigned(2 << (tag - 0xdc))))
	case 0xde, 0xdf:
		return d.table(int(d.unsigned(2 << (tag - 0xde))))
	}
	switch {
	case tag < 0x80 || tag >= 0xe0:
		return lua.Int(int(int8(tag)))
	case tag < 0x90:
		return d.table(int(tag & 0xf))
	case tag < 0xa0:
		return d.array(int(tag & 0xf))
	case tag < 0xc0:
		return d.string(int(tag & 0x1f))
	}
	d.c.Errorf("Bad data format in input.")
	return lua.Nil
}

func (d *msgpackDecoder) string(n int) lua.Value {
	d.c.State.Step(n / bytesPerStep)
	return lua.String(strings.Clone(d.take(n)))
}

// array reads a list of n values.
func (d *msgpackDecoder) array(n int) lua.Value {
	t := lua.NewTable(0, 0)
	d.slots++
	checkSlots(d.c, d.slots, 1, "in function mp_decode_to_lua_array")
	for i := 1; i <= n; i++ {
		d.slots++ // the index
		t.SetInt(i, d.value())
		d.slots--
	}
	d.slots--
	return lua.TableValue(t)
}

// table reads n pairs of a key and a value.
func (d *msgpackDecoder) table(n int) lua.Value {
	t := lua.NewTable(0, 0)
	d.slots++
	for range n {
		key := d.value()
		d.slots++
		value := d.value()
		d.slots--
		if f, ok := key.AsNumber(); key.IsNil() || ok && f != f {
			name := "nil"
			if ok {
				name = "NaN"
			}
			d.c.State.Throw(lua.String("table index is " + name))
		}
		t.Set(key, value)
	}
	d.slots--
	return lua.TableValue(t)
}
