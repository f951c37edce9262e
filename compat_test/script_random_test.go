package compat_test

import (
	"strconv"
	"strings"
	"testing"
)

// TestRandomScriptsOfCommands runs commands of all families from within scripts, on both servers:
// what a command replies is seen through Lua's eyes, and goes out again as a reply.
func TestRandomScriptsOfCommands(t *testing.T) {
	f := family{"scripts", scriptsFamily(), 200}
	for i := range max(3, lab.commands/2/f.perScript) {
		s := f.script(lab.seed+uint64(i), min(f.perScript, lab.commands))
		if !lab.shared.agree(t, s, i%3) {
			t.Fatalf("RINGER_COMPAT_SEED=%d repeats it", lab.seed)
		}
	}
}

// TestEventsOfRandomScripting compares the events and invalidations of such scripts.
func TestEventsOfRandomScripting(t *testing.T) {
	f := family{"scripts", scriptsFamily(), 100}
	for i := range max(1, lab.commands/10/f.perScript) {
		compareEvents(t, f.script(lab.seed+uint64(i), min(f.perScript, lab.commands)))
		if t.Failed() {
			t.Fatalf("RINGER_COMPAT_SEED=%d repeats it", lab.seed)
		}
	}
}

// scriptOfCommands runs the commands that ARGV holds, each behind the number of its arguments.
const scriptOfCommands = `local r,i={},1 while i<=#ARGV do local n,c=tonumber(ARGV[i]),{} ` +
	`for j=1,n do c[j]=ARGV[i+j] end i=i+n+1 r[#r+1]=CALL end return r`

// scriptCallForms are what stands for CALL.
var scriptCallForms = []string{
	"redis.pcall(unpack(c))", "redis.pcall(unpack(c))", "redis.call(unpack(c))",
	"D(redis.pcall(unpack(c)))", "D(pcall(redis.call,unpack(c)))",
	"D(pcall(cjson.encode,redis.pcall(unpack(c))))", "cmsgpack.pack(redis.pcall(unpack(c)))",
	"D(pcall(function() return redis.call(unpack(c)) end))",
}

func scriptsFamily() []weighted {
	return []weighted{
		{8, func(g *gen) []string {
			code := strings.ReplaceAll(scriptOfCommands, "CALL", g.of(scriptCallForms...))
			if g.IntN(3) == 0 {
				code = "redis.setresp(" + g.of("2", "3") + ") " + code
			}
			if g.IntN(6) == 0 {
				code = strings.TrimSuffix(code, "return r") +
					g.of("error('end')", "return r, redis.call('nosuch')", "return r + 1", "return {err='E x',r}")
			}
			args := words(g.of("EVAL", "EVAL", "EVAL", "eval", "EVAL_RO"), luaDumper+code, "0")
			for range 1 + g.IntN(6) {
				command := g.exactCommand()
				args = append(append(args, strconv.Itoa(len(command))), command...)
			}
			return args
		}},
		{2, func(g *gen) []string { return g.exactCommand() }},
	}
}

// exactCommand draws a command of any family, the reply of which is the same on both servers.
func (g *gen) exactCommand() []string {
	for {
		f := family{commands: everyFamily()[g.IntN(len(everyFamily()))]}
		args := f.pick(g.IntN(totalWeight(f.commands))).make(g)
		exact := g.comparison == "" && defaultComparison(args) == ""
		g.comparison = ""
		if exact && !sortsNumbers(args) && !leftToChance(args) {
			return args
		}
	}
}

// leftToChance reports whether a command depends on what only its own family takes care of.
func leftToChance(args []string) bool {
	switch strings.ToUpper(args[0]) {
	case "SETEX", "PSETEX", "GETEX", "RESTORE":
		return true // they may set a deadline that passes in the meantime
	case "SET":
		return len(args) > 3
	case "PEXPIRETIME", "EXPIRETIME", "XINFO", "XPENDING", "OBJECT", "XAUTOCLAIM", "SELECT", "DEBUG":
		return true
	}
	return strings.Contains(strings.ToUpper(args[0]), "EXPIRE")
}
