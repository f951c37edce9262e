package compat_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// Lua itself: small programs that EVAL runs on both servers. What they return must be the same
// bytes, and so must be the errors that they raise. They stand in testdata/lua, one a line:
//
//	## title        opens a topic
//	= a, b          expressions: what they are, written down by the dumper; P(f, ...) is what
//	                pcall returns, written down
//	? code          a body that is called by pcall: what pcall returns, written down
//	| code          the bare text of EVAL, whose reply or error is compared as it is
//	code            a body that may call D, the dumper, and returns something
//
// A line that begins with a tab goes on with the program before; one that begins with " is quoted
// as Go quotes it.

const luaFolder = "testdata/lua"

// luaDumper is one line, so that the lines of errors stay those of the program. It follows pairs:
// the order of a table's keys is a part of what is compared.
const luaDumper = `local D do local function q(v,d) local t=type(v) if ` + luaShow +
	`local function P(...) return D(pcall(...)) end `

// luaShow is what dumpers do with values, behind an if.
const luaShow = `t=='number' then return string.format('%.17g',v) ` +
	`elseif t=='string' then return string.format('%q',v) ` +
	`elseif t=='table' then if d>5 then return '{...}' end local r={} ` +
	`for k,x in pairs(v) do r[#r+1]='['..q(k,d+1)..']='..q(x,d+1) end ` +
	`return '{'..table.concat(r,',')..'}' ` +
	`elseif t=='boolean' or t=='nil' then return tostring(v) else return t end end ` +
	`D=function(...) local r={} for i=1,select('#',...) do r[i]=q((select(i,...)),0) end ` +
	`return table.concat(r,' ') end end `

// TestLuaPrograms runs the programs of all files.
func TestLuaPrograms(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(luaFolder, "*.txt"))
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		topics, err := readTopics(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, topic := range topics {
			name := strings.TrimSuffix(filepath.Base(file), ".txt") + "/" + topic.name
			t.Run(name, func(t *testing.T) { compareEach(t, lab.shared, topic) })
		}
	}
}

// readTopics reads a file of programs: each topic becomes a script of EVALs.
func readTopics(file string) ([]script, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var topics []script
	var programs []string
	endTopic := func() {
		for _, program := range programs {
			last := &topics[len(topics)-1]
			last.steps = append(last.steps, step{args: words("EVAL", luaProgram(program), "0")})
		}
		programs = nil
	}
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSuffix(line, "\n")
		title, isTitle := strings.CutPrefix(line, "## ")
		more, goesOn := strings.CutPrefix(line, "\t")
		switch {
		case line == "":
		case isTitle:
			endTopic()
			topics = append(topics, script{name: title, pipeline: 1})
		case len(topics) == 0 || goesOn && len(programs) == 0:
			return nil, fmt.Errorf("%s: no topic or program before %q", file, line)
		case goesOn:
			programs[len(programs)-1] += "\n" + more
		case line[0] == '"':
			program, err := strconv.Unquote(line)
			if err != nil {
				return nil, fmt.Errorf("%s: %q: %w", file, line, err)
			}
			programs = append(programs, program)
		default:
			programs = append(programs, line)
		}
	}
	endTopic()
	return topics, nil
}

// luaProgram is the text that EVAL gets for a program of a file.
func luaProgram(code string) string {
	if code == "" {
		return ""
	}
	rest := strings.TrimPrefix(code[1:], " ")
	switch code[0] {
	case '=':
		return luaDumper + "return D(" + rest + ")"
	case '?':
		return luaDumper + "return D(pcall(function() " + rest + " end))"
	case '|':
		return rest
	}
	return luaDumper + code
}

// reportedDifferences bounds what one topic prints: behind one cause there are many.
const reportedDifferences = 15

// compareEach runs all steps on both servers, one after the other, and reports each difference: a
// step does not depend on the one before.
func compareEach(t *testing.T, p pair, s script) {
	t.Helper()
	var conns [2]*conn
	for i, server := range p.each() {
		c, err := openFor(server, s.proto)
		if err != nil {
			t.Fatal(err)
		}
		defer c.close()
		conns[i] = c
	}
	found := 0
	for i, step := range s.steps {
		d := differenceInBatch(conns, s.steps[i:i+1])
		if d == nil {
			continue
		}
		for _, server := range p.each() {
			server.alive(t)
		}
		if d.index < 0 {
			t.Fatalf("both servers end the connection behind %s", step)
		}
		code, at := strings.TrimPrefix(step.args[1], luaDumper), firstDifference(d.want, d.got)
		t.Errorf("%s\n  redis:   %s\n  ringer:  %s", abridge(code, 0), abridge(d.want, at),
			abridge(d.got, at))
		if found++; found == reportedDifferences {
			t.Fatal("and perhaps more")
		}
	}
}

func TestTopicsAreRead(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a.txt")
	text := "\n## one\n= 1\n| x\n\ty\n\n## two\n\"| a\\x00\"\nreturn 1\n"
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	topics, err := readTopics(file)
	if err != nil || len(topics) != 2 || topics[0].name != "one" || topics[1].name != "two" {
		t.Fatalf("%+v, %v", topics, err)
	}
	for i, want := range []string{luaDumper + "return D(1)", "x\ny"} {
		if got := topics[0].steps[i].args[1]; got != want {
			t.Errorf("program %d is %q, want %q", i, got, want)
		}
	}
	for i, want := range []string{"a\x00", luaDumper + "return 1"} {
		if got := topics[1].steps[i].args[1]; got != want {
			t.Errorf("program %d is %q, want %q", i, got, want)
		}
	}
}
