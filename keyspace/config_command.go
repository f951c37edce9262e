package keyspace

import (
	"strings"

	"github.com/ringer-kv/ringer/keyspace/reply"
	"github.com/ringer-kv/ringer/types/glob"
)

// Setting is a parameter and its value.
//
// Owned by the keyspace goroutine.
type Setting struct{ Name, Value string }

// ConfigGet is the parameters that any of the patterns matches, each once, in the order of the
// table. A pattern without wild cards is a name, and comes back as it was written.
// Redis: configGetCommand.
func (e *Engine) ConfigGet(patterns [][]byte) []Setting {
	var all []Setting
	seen := make(map[string]bool)
	add := func(name string, p *parameter) {
		if !seen[name] {
			seen[name] = true
			all = append(all, Setting{Name: name, Value: e.config.get(p)})
		}
	}
	for _, pattern := range patterns {
		if !strings.ContainsAny(string(pattern), "*?[") {
			if i := lookupParameter(string(pattern)); i >= 0 {
				add(string(pattern), &parameters[i])
			}
			continue
		}
		for i := range parameters {
			p := &parameters[i]
			if glob.Match(pattern, []byte(p.name), true) {
				add(p.name, p)
			}
			if p.alias != "" && glob.Match(pattern, []byte(p.alias), true) {
				add(p.alias, p)
			}
		}
	}
	return all
}

// ConfigSet changes parameters, all of them or none: pairs are names and values. It returns the
// error reply, or "". Redis: configSetCommand.
func (e *Engine) ConfigSet(s *Session, pairs [][]byte) reply.Error {
	if err := e.maySet(s, pairs); err != "" {
		return err
	}
	next := e.config.clone()
	for i := 0; i < len(pairs); i += 2 {
		p := &parameters[lookupParameter(string(pairs[i]))]
		next.saveSeen = false // CONFIG SET save replaces all points
		reason := next.set(p, p.split(string(pairs[i+1])))
		if reason == "" && p.flags&paramListener != 0 && next.get(p) != e.config.get(p) {
			reason = reply.ReasonListen
			if p.name == "bind" {
				reason = reply.ReasonBind
			}
			e.log(LogWarning, "CONFIG SET "+p.name+": the addresses are read at the start only")
		}
		if reason != "" {
			return reply.ConfigRefused(string(pairs[i]), reason)
		}
	}
	*e.config = *next
	e.applyLimits()
	return ""
}

// maySet checks the names: the first one that can't be set decides.
func (e *Engine) maySet(s *Session, pairs [][]byte) reply.Error {
	var seen [len(parameters)]bool
	for i := 0; i < len(pairs); i += 2 {
		name := string(pairs[i])
		at := lookupParameter(name)
		if at < 0 {
			return reply.ConfigUnknown(name)
		}
		p := &parameters[at]
		switch {
		case p.flags&paramImmutable != 0:
			return reply.ConfigRefused(name, reply.ReasonImmutable)
		case p.flags&paramProtected != 0 && !allowed(e.config.EnableProtectedConfigs, s):
			return reply.ConfigRefused(name, reply.ReasonProtected)
		case seen[at]:
			return reply.ConfigRefused(name, reply.ReasonDuplicate)
		}
		seen[at] = true
	}
	return ""
}
