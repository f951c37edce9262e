package keyspace

import (
	"crypto/sha1"
	"encoding/hex"
	"strings"

	"github.com/ringer-kv/ringer/keyspace/acl"
	"github.com/ringer-kv/ringer/keyspace/lua"
	"github.com/ringer-kv/ringer/keyspace/reply"
	"github.com/ringer-kv/ringer/types/num"
)

// This file is the functions of the table redis.

// throw raises an error with a text of Redis.
func throw(c *lua.Call, err reply.Error) {
	c.State.Throw(lua.TableValue(errorTable(err)))
}

// runOf is the script that runs in an interpreter, nil if none does: functions are registered
// outside of any run.
func (e *Engine) runOf(s *lua.State) *scriptRun {
	if run := e.scripts.run; run != nil && run.state == s {
		return run
	}
	return nil
}

// mustRun is runOf where there must be a script.
func (e *Engine) mustRun(c *lua.Call) *scriptRun {
	run := e.runOf(c.State)
	if run == nil {
		throw(c, reply.ErrLuaOutside)
	}
	return run
}

// redisCall is redis.call and redis.pcall, which returns the error in place of raising it. Redis:
// luaRedisGenericCommand.
func (e *Engine) redisCall(c *lua.Call, raise bool) {
	run := e.mustRun(c)
	args, problem := e.commandArgs(c)
	if problem != "" {
		if raise {
			throw(c, problem)
		}
		c.Return(lua.TableValue(errorTable(problem)))
		return
	}
	v, steps, failed := e.callFromScript(run, args)
	c.State.Step(len(e.scripts.argBytes)/bytesPerStep + steps)
	e.scripts.shrink()
	if failed && raise {
		c.State.Throw(v)
	}
	c.Return(v)
}

// bytesPerStep is how many bytes of a command and its reply count as one step of the script, so
// that the memory that they take is looked at in time.
const bytesPerStep = 64

// keptArgBytes is how much room for the arguments of a command is kept for the next one.
const keptArgBytes = 64 << 10

// commandArgs are the arguments of a function as those of a command. They are valid until the next
// call. Redis: luaArgsToRedisArgv.
func (e *Engine) commandArgs(c *lua.Call) (args [][]byte, problem reply.Error) {
	if c.Len() == 0 {
		return nil, reply.ErrLuaNoArgs
	}
	b := &e.scripts
	b.argBytes, b.argEnds = b.argBytes[:0], b.argEnds[:0]
	e.limitTexts(c)
	for _, v := range c.Args() {
		if f, is := v.AsNumber(); is {
			b.argBytes = num.AppendFloat17(b.argBytes, f)
		} else if text, is := v.AsString(); is {
			b.argBytes = append(b.argBytes, text...)
		} else {
			return nil, reply.ErrLuaArgs
		}
		b.argEnds = append(b.argEnds, len(b.argBytes))
	}
	b.args = b.args[:0]
	from := 0
	for _, to := range b.argEnds {
		b.args = append(b.args, b.argBytes[from:to:to])
		from = to
	}
	return b.args, ""
}

// limitTexts raises an error if the arguments of a function, which a script may all have made of
// the same text, are too much to be put together.
func (e *Engine) limitTexts(c *lua.Call) {
	total := int64(0)
	for _, v := range c.Args() {
		text, _ := v.AsString()
		total += int64(len(text))
	}
	if total > e.scriptHeapLimit() {
		c.State.Throw(lua.String(lua.ErrMemory.Error()))
	}
}

// shrink lets go of the room for large arguments.
func (s *scriptState) shrink() {
	if cap(s.argBytes) > keptArgBytes || cap(s.args) > keptArgBytes/16 {
		s.argBytes, s.args, s.argEnds = nil, nil, nil
	}
}

// redisLog is redis.log. Redis: luaLogCommand.
func (e *Engine) redisLog(c *lua.Call) {
	if c.Len() < 2 {
		throw(c, reply.ErrLuaLogArgs)
	}
	n, ok := c.Arg(1).ToNumber()
	if !ok {
		throw(c, reply.ErrLuaLogNumber)
	}
	level := lua.ToInt(n)
	if level < int(LogDebug) || level > int(LogWarning) {
		throw(c, reply.ErrLuaLogLevel)
	}
	e.limitTexts(c)
	var b strings.Builder
	for i, v := range c.Args()[1:] {
		text, ok := v.ToString()
		if !ok {
			continue // Redis: without even a blank
		}
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(text)
	}
	c.State.Step(b.Len() / bytesPerStep)
	e.log(LogLevel(level), b.String())
}

// redisSetResp is redis.setresp. Redis: luaSetResp.
func (e *Engine) redisSetResp(c *lua.Call) {
	e.mustRun(c)
	if c.Len() != 1 {
		throw(c, reply.ErrLuaSetRespArgs)
	}
	n, _ := c.Arg(1).ToNumber()
	version := lua.ToInt(n)
	if version != 2 && version != 3 {
		throw(c, reply.ErrLuaSetResp)
	}
	e.scripts.session.w.SetProto(version)
}

// redisSHA1Hex is redis.sha1hex. Redis: luaRedisSha1hexCommand, to which what is no text is "".
func redisSHA1Hex(c *lua.Call) {
	if c.Len() != 1 {
		throw(c, reply.ErrLuaArgCount)
	}
	text, _ := c.Arg(1).ToString()
	c.State.Step(len(text) / bytesPerStep)
	c.Return(lua.String(sha1Hex(text)))
}

// sha1Hex is the SHA1 of a text, in lower case.
func sha1Hex(text string) string {
	sum := sha1.Sum([]byte(text))
	return hex.EncodeToString(sum[:])
}

// oneString is the argument of a function that takes exactly one string.
func oneString(c *lua.Call) (text string, ok bool) {
	text, ok = c.Arg(1).AsString()
	if c.Len() != 1 || !ok {
		c.Return(lua.TableValue(errorTable(reply.ErrLuaOneString)))
		return "", false
	}
	c.State.Step(len(text) / bytesPerStep)
	return text, true
}

// redisErrorReply is redis.error_reply. Redis: luaRedisReturnSingleFieldTable.
func redisErrorReply(c *lua.Call) {
	if text, ok := oneString(c); ok {
		text = strings.TrimPrefix(cut(text), "-")
		c.Return(lua.TableValue(errorTable(reply.Coded(text))))
	}
}

// redisStatusReply is redis.status_reply.
func redisStatusReply(c *lua.Call) {
	if text, ok := oneString(c); ok {
		t := lua.NewTable(0, 1)
		t.SetString("ok", lua.String(text))
		c.Return(lua.TableValue(t))
	}
}

// redisSetRepl is redis.set_repl. Redis: luaRedisSetReplCommand.
func (e *Engine) redisSetRepl(c *lua.Call) {
	run := e.mustRun(c)
	if c.Len() != 1 {
		throw(c, reply.ErrLuaSetReplArgs)
	}
	n, _ := c.Arg(1).ToNumber()
	flags := lua.ToInt(n)
	if flags&^replicateAll != 0 {
		throw(c, reply.ErrLuaSetRepl)
	}
	run.replicate = flags
	e.scripts.session.setFlag(sessionUnrecorded, flags == 0)
}

// redisACLCheck is redis.acl_check_cmd. Redis: luaRedisAclCheckCmdPermissionsCommand.
func (e *Engine) redisACLCheck(c *lua.Call) {
	run := e.mustRun(c)
	args, problem := e.commandArgs(c)
	if problem != "" {
		throw(c, problem)
	}
	spec := e.Lookup(args)
	if spec == nil {
		throw(c, reply.ErrLuaACLCommand)
	}
	s, why := run.caller, acl.Allowed
	if s.flags&sessionGuarded != 0 && s.user != nil {
		why, _ = e.MayCall(s.user, spec, args)
	}
	c.State.Step(len(e.scripts.argBytes) / bytesPerStep)
	e.scripts.shrink()
	c.Return(lua.Bool(why == acl.Allowed))
}
