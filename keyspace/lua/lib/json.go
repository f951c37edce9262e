package lib

import (
	"fmt"
	"math"

	"github.com/ringer-kv/ringer/keyspace/lua"
)

// OpenJSON makes the global table cjson: JSON as lua-cjson 2.1.0 has it.
func OpenJSON(s *lua.State) {
	null := &lua.Userdata{Name: "(nil)"}
	s.Globals().SetString("cjson", lua.TableValue(newJSON(s, null)))
}

// jsonSettings are what the functions of one table cjson have in common. new makes another one.
//
// Owned by the keyspace goroutine.
type jsonSettings struct {
	null          *lua.Userdata
	sparseConvert int // switchOn: a sparse array becomes an object; else an error
	sparseRatio   int // an array is sparse if it has fewer items than one in so many; 0: never
	sparseSafe    int // but not up to this length
	encodeDepth   int
	decodeDepth   int
	precision     int // digits of numbers
	keepBuffer    int
	encodeInvalid int    // what becomes of NaN and infinities
	decodeInvalid int    // whether NaN, infinities and numbers in base 16 are read
	kept          []byte // the buffer of the last encode
}

// What a switch can be.
const (
	switchOff = iota
	switchOn
	switchNull
)

// newJSON makes a table like cjson with settings of its own.
func newJSON(s *lua.State, null *lua.Userdata) *lua.Table {
	j := &jsonSettings{
		null: null, sparseRatio: 2, sparseSafe: 10, encodeDepth: 1000, decodeDepth: 1000,
		precision: maxJSONPrecision, keepBuffer: switchOn, decodeInvalid: switchOn,
	}
	t := lua.NewTable(0, 0)
	register(s, t, []routine{
		{"encode", j.encode},
		{"decode", j.decode},
		{"encode_sparse_array", j.setSparse},
		{"encode_max_depth", jsonInteger(&j.encodeDepth, math.MaxInt32)},
		{"decode_max_depth", jsonInteger(&j.decodeDepth, math.MaxInt32)},
		{"encode_number_precision", jsonInteger(&j.precision, maxJSONPrecision)},
		{"encode_keep_buffer", jsonSwitch(&j.keepBuffer)},
		{"encode_invalid_numbers", jsonSwitch(&j.encodeInvalid, "null")},
		{"decode_invalid_numbers", jsonSwitch(&j.decodeInvalid)},
		{"new", func(c *lua.Call) { c.Return(lua.TableValue(newJSON(c.State, null))) }},
	})
	t.SetString("null", lua.UserdataValue(null))
	t.SetString("_NAME", lua.String("cjson"))
	t.SetString("_VERSION", lua.String("2.1.0"))
	return t
}

// maxJSONPrecision is the most digits of a number.
const maxJSONPrecision = 14

// setSparse sets and returns what makes an array sparse, and what becomes of it then.
func (j *jsonSettings) setSparse(c *lua.Call) {
	checkJSONCount(c, 3)
	convert := setJSONSwitch(c, &j.sparseConvert, "off", "on")
	ratio := setJSONInteger(c, 2, &j.sparseRatio, jsonRange{0, math.MaxInt32})
	safe := setJSONInteger(c, 3, &j.sparseSafe, jsonRange{0, math.MaxInt32})
	c.Return(convert, ratio, safe)
}

// jsonInteger is a function that sets and returns an integer from 1 to a limit.
func jsonInteger(setting *int, most int) lua.GoFunc {
	return func(c *lua.Call) {
		checkJSONCount(c, 1)
		c.Return(setJSONInteger(c, 1, setting, jsonRange{1, most}))
	}
}

// jsonSwitch is a function that sets and returns a switch that is off, on, or one of more words.
func jsonSwitch(setting *int, more ...string) lua.GoFunc {
	words := append([]string{"off", "on"}, more...)
	return func(c *lua.Call) {
		checkJSONCount(c, 1)
		c.Return(setJSONSwitch(c, setting, words...))
	}
}

// checkJSONCount raises an error if there are more than so many arguments.
func checkJSONCount(c *lua.Call, most int) {
	if c.Len() > most {
		c.ArgError(most+1, "found too many arguments")
	}
}

// jsonRange is what an integer setting may be.
type jsonRange struct{ least, most int }

// setJSONInteger sets an integer to argument i, if there is one, and returns what it is now.
func setJSONInteger(c *lua.Call, i int, setting *int, r jsonRange) lua.Value {
	if !c.Arg(i).IsNil() {
		n := int(int32(c.CheckInt(i))) // Redis: json_integer_option keeps 32 bits
		if n < r.least || n > r.most {
			// Redis: whichever argument it is, it is called the first.
			c.ArgError(1, fmt.Sprintf("expected integer between %d and %d", r.least, r.most))
		}
		*setting = n
	}
	return lua.Int(*setting)
}

// setJSONSwitch sets a switch to argument 1, if there is one, and returns what it is now.
func setJSONSwitch(c *lua.Call, setting *int, words ...string) lua.Value {
	arg := c.Arg(1)
	if b, ok := arg.AsBool(); ok {
		*setting = switchOff
		if b {
			*setting = switchOn
		}
	} else if !arg.IsNil() {
		*setting = c.CheckOption(1, "", words...)
	}
	if *setting <= switchOn {
		return lua.Bool(*setting == switchOn)
	}
	return lua.String(words[*setting])
}
