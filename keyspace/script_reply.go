package keyspace

import (
	"bytes"
	"math/bits"
	"strconv"
	"strings"

	"github.com/ringer-kv/ringer/keyspace/lua"
	"github.com/ringer-kv/ringer/keyspace/reply"
)

// This file turns replies into Lua values, and Lua values into replies.
//
//	RESP                        Lua                              reply
//	:1                          1                                :1
//	$2 ab                       "ab"                             $2 ab
//	+OK                         {ok="OK"}                        +OK
//	-ERR no                     {err="ERR no"}                   -ERR no
//	*2                          {..., ...}                       *2, up to the first nil
//	$-1, *-1                    false                            $-1
//	_                           nil                              _
//	#t, #f                      true, false                      :1, $-1 (or #t, #f)
//	,1.5                        {double=1.5}                     ,1.5
//	(123                        {big_number="123"}               (123
//	%1                          {map={...}}                      %1
//	~1                          {set={x=true}}                   ~1
//	=5 txt:a                    {verbatim_string={format=, string=}}

// scriptWords are the names of fields and variables, as values that are made once.
//
// Owned by the keyspace goroutine.
type scriptWords struct {
	keys, argv, err, ok, double, bigNumber, mapping, set, verbatim, format, text lua.Value
}

func newScriptWords() scriptWords {
	return scriptWords{
		keys: lua.String("KEYS"), argv: lua.String("ARGV"), err: lua.String("err"),
		ok: lua.String("ok"), double: lua.String("double"), bigNumber: lua.String("big_number"),
		mapping: lua.String("map"), set: lua.String("set"),
		verbatim: lua.String("verbatim_string"), format: lua.String("format"),
		text: lua.String("string"),
	}
}

// replyReader reads the replies that a command has made.
//
// Owned by the keyspace goroutine.
type replyReader struct {
	rest  []byte
	words *scriptWords
}

// readReply is the reply of a command as a Lua value. Redis: redisProtocolToLuaType.
func readReply(out []byte, words *scriptWords) (v lua.Value, failed bool) {
	if len(out) == 0 {
		return lua.Nil, false
	}
	r := replyReader{rest: out, words: words}
	return r.value(), out[0] == '-'
}

// line takes the rest of a line.
func (r *replyReader) line() []byte {
	at := bytes.IndexByte(r.rest, '\r')
	line := r.rest[:at]
	r.rest = r.rest[at+2:]
	return line
}

// number takes the rest of a line, which is a number.
func (r *replyReader) number() int {
	line := r.line()
	n, err := strconv.ParseInt(string(line), 10, 64)
	if err != nil {
		return 0
	}
	return int(n)
}

// bulk takes n bytes and the end of the line.
func (r *replyReader) bulk(n int) string {
	text := string(r.rest[:n])
	r.rest = r.rest[n+2:]
	return text
}

// value takes a value.
//
//tidy:long a flat switch over the types of RESP
func (r *replyReader) value() lua.Value {
	kind := r.rest[0]
	r.rest = r.rest[1:]
	switch kind {
	case ':':
		return lua.Int(r.number())
	case '$':
		n := r.number()
		if n < 0 {
			return lua.Bool(false)
		}
		return lua.String(r.bulk(n))
	case '+':
		return field(r.words.ok, lua.String(cut(string(r.line()))))
	case '-':
		return lua.TableValue(countedError(reply.Coded(string(r.line()))))
	case '*':
		n := r.number()
		if n < 0 {
			return lua.Bool(false)
		}
		return r.list(n)
	case '%':
		return r.pairs(r.number())
	case '~':
		return r.set(r.number())
	case ',':
		f, _ := lua.ParseNumber(string(r.line()))
		return field(r.words.double, lua.Number(f))
	case '#':
		return lua.Bool(r.line()[0] == 't')
	case '(':
		return field(r.words.bigNumber, lua.String(string(r.line())))
	case '=':
		text := r.bulk(r.number())
		t := lua.NewTable(0, 2)
		t.Set(r.words.text, lua.String(text[verbatimHead:]))
		t.Set(r.words.format, lua.String(text[:verbatimHead-1]))
		return field(r.words.verbatim, lua.TableValue(t))
	case '|':
		for range 2 * r.number() {
			r.value()
		}
		return r.value()
	}
	r.line()
	return lua.Nil
}

// verbatimHead is how long the format of a verbatim text is, with the colon.
const verbatimHead = 4

// field is a table with one field.
func field(name, v lua.Value) lua.Value {
	t := lua.NewTable(0, 1)
	t.Set(name, v)
	return lua.TableValue(t)
}

// list takes n values as a list. Redis sets one after another in an empty table, which makes an
// array of a power of two unless there are nils: then keys go to the hash part, and pairs shows it.
func (r *replyReader) list(n int) lua.Value {
	t, whole := lua.NewTable(arrayOf(n), 0), true
	for i := range n {
		v := r.value()
		if whole && v.IsNil() {
			t, whole = oneByOne(t, i), false
		}
		t.SetInt(i+1, v)
	}
	return lua.TableValue(t)
}

// arrayOf is the length of the array that n items make.
func arrayOf(n int) int {
	if n == 0 {
		return 0
	}
	return 1 << bits.Len(uint(n-1))
}

// oneByOne is a table in which the first n items of another one have been set one after another.
func oneByOne(from *lua.Table, n int) *lua.Table {
	t := lua.NewTable(0, 0)
	for i := range n {
		t.SetInt(i+1, from.GetInt(i+1))
	}
	return t
}

func (r *replyReader) pairs(n int) lua.Value {
	t := lua.NewTable(0, n)
	for range n {
		key := r.value()
		if value := r.value(); !key.IsNil() {
			t.Set(key, value)
		}
	}
	return field(r.words.mapping, lua.TableValue(t))
}

func (r *replyReader) set(n int) lua.Value {
	t := lua.NewTable(0, n)
	for range n {
		if item := r.value(); !item.IsNil() {
			t.Set(item, lua.Bool(true))
		}
	}
	return field(r.words.set, lua.TableValue(t))
}

// replyWriter writes what a script has returned.
//
// Owned by the keyspace goroutine.
type replyWriter struct {
	engine *Engine
	state  *lua.State
	words  *scriptWords
	w      reply.Writer
	proto  int  // that the script has set
	failed bool // an error is part of the reply
	limit  int  // where the reply must end; it is dropped when it has passed it

	steps   int   // since the engine has looked up from it
	stopped error // what has ended it: it is dropped
}

// The stack of Lua, which bounds how deep a reply may be: what it holds when a script has ended,
// what one more value needs, and what there is. Redis: luaReplyToRedisReply. Lua: LUAI_MAXCSTACK.
const (
	stackBase  = 2
	stackNeeds = 4
	stackSlots = lua.StackSlots
)

// replyResult replies with what a script has returned.
func (e *Engine) replyResult(c *Ctx, run *scriptRun, results []lua.Value) {
	start := c.Reply.Len()
	w := replyWriter{
		engine: e, state: run.state, words: &e.scripts.words, w: c.Reply,
		proto: e.scripts.session.w.Proto(), limit: start + int(e.scriptHeapLimit()),
	}
	v := lua.Nil
	if len(results) > 0 {
		v = results[0]
	}
	w.value(v, stackBase)
	switch {
	case w.stopped != nil:
		w.w.Truncate(start)
		e.replyFailure(c, run, w.stopped)
		return
	case w.full():
		w.w.Truncate(start)
		w.error(reply.ErrReplyTooBig, false)
	}
	if w.failed {
		e.countsOf(c.Spec).Failed++
	}
}

// error writes an error.
func (w *replyWriter) error(err reply.Error, counted bool) {
	w.failed = true
	if !counted {
		w.engine.noteError(err)
	}
	w.w.Error(err)
}

// full reports whether the reply is too large to be sent: a table that contains itself several
// times is a reply without end.
func (w *replyWriter) full() bool { return w.stopped != nil || w.w.Len() > w.limit }

// step counts steps of the writing, which are like those of the script.
func (w *replyWriter) step(n int) {
	if w.steps += n; w.steps >= hookSteps && w.stopped == nil {
		w.steps = 0
		w.stopped = w.engine.tendTime(w.engine.scripts.run)
	}
}

// value writes a value. used are the slots of Lua's stack that are in use. Redis:
// luaReplyToRedisReply.
func (w *replyWriter) value(v lua.Value, used int) {
	w.step(1)
	switch {
	case w.full():
		return
	case used+stackNeeds > stackSlots:
		w.error(reply.ErrScriptStack, false)
		return
	}
	switch v.Kind() {
	case lua.KindString:
		text, _ := v.AsString()
		w.step(len(text) / bytesPerStep)
		w.w.BulkString(text)
	case lua.KindBool:
		w.bool(v.Truth())
	case lua.KindNumber:
		f, _ := v.AsNumber()
		w.w.Int(int64(lua.ToInt(f)))
	case lua.KindTable:
		t := v.AsTable()
		if !w.special(t) && !w.aggregate(t, used) {
			w.list(t, used)
		}
	default:
		w.w.Null()
	}
}

// bool writes a boolean: in RESP2, as the script has it, false is null.
func (w *replyWriter) bool(is bool) {
	switch {
	case w.proto >= 3:
		w.w.Bool(is)
	case is:
		w.w.Int(1)
	default:
		w.w.Null()
	}
}

// special writes a table that stands for one value, if it is one.
func (w *replyWriter) special(t *lua.Table) bool {
	if _, ok := t.Get(w.words.err).AsString(); ok {
		info := readError(w.state, t)
		w.error(reply.Error(strings.TrimRight(cut(info.text), "\r\n")), info.counted)
		return true
	}
	if text, ok := t.Get(w.words.ok).AsString(); ok {
		w.w.Status(blankBreaks.Replace(cut(text)))
		return true
	}
	if f, ok := t.Get(w.words.double).AsNumber(); ok {
		w.w.Double(f)
		return true
	}
	if digits, ok := t.Get(w.words.bigNumber).AsString(); ok {
		w.w.BigNumber(blankBreaks.Replace(digits))
		return true
	}
	verbatim := t.Get(w.words.verbatim).AsTable()
	if verbatim == nil {
		return false
	}
	format, isFormat := verbatim.Get(w.words.format).AsString()
	text, isText := verbatim.Get(w.words.text).AsString()
	if isFormat && isText {
		w.w.Verbatim((cut(format) + "   ")[:verbatimHead-1], text)
	}
	return isFormat && isText
}

// blankBreaks replaces line breaks, which a line can't have.
//
//tidy:table never changed
var blankBreaks = strings.NewReplacer("\r", " ", "\n", " ")

// aggregate writes a table that stands for a map or a set, if it is one.
func (w *replyWriter) aggregate(t *lua.Table, used int) bool {
	if m := t.Get(w.words.mapping).AsTable(); m != nil {
		w.step(m.Places() / placesPerStep)
		w.w.Map(entries(m))
		for k, v, ok := m.Next(lua.Nil); ok && !k.IsNil(); k, v, ok = m.Next(k) {
			w.value(k, used+4)
			w.value(v, used+3)
		}
		return true
	}
	if s := t.Get(w.words.set).AsTable(); s != nil {
		w.step(s.Places() / placesPerStep)
		w.w.Set(entries(s))
		for k, _, ok := s.Next(lua.Nil); ok && !k.IsNil(); k, _, ok = s.Next(k) {
			w.value(k, used+3)
		}
		return true
	}
	return false
}

// placesPerStep is how many places of a table count as one step, since two walks pass them.
const placesPerStep = 32

// entries is the number of keys of a table. O(keys).
func entries(t *lua.Table) (n int) {
	for k, _, ok := t.Next(lua.Nil); ok && !k.IsNil(); k, _, ok = t.Next(k) {
		n++
	}
	return n
}

// list writes a table as a list, which ends before the first nil.
func (w *replyWriter) list(t *lua.Table, used int) {
	n := 0
	for !t.GetInt(n + 1).IsNil() {
		n++
	}
	w.w.Array(n)
	for i := range n {
		w.value(t.GetInt(i+1), used+1)
	}
}
