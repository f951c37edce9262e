package keyspace

import (
	"bytes"
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
			if p.flags&paramHidden != 0 {
				continue
			}
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

// ConfigSet replies to CONFIG SET, which changes parameters, all of them or none: pairs are names
// and values. What the front ends have to do for it (Options.Apply) the worker has them do, one
// CONFIG SET at a time. Redis: configSetCommand.
func (c *Ctx) ConfigSet(pairs [][]byte) {
	e := c.Engine
	next, names, refusal := e.planChange(c.Session, pairs)
	switch {
	case refusal != "":
		c.Error(refusal)
	case len(names) == 0:
		e.adopt(next)
		c.OK()
	default:
		own := make([][]byte, len(pairs)) // the session may be gone when the worker is done
		for i := range pairs {
			own[i] = bytes.Clone(pairs[i])
		}
		c.applyChange(own, next, names)
	}
}

// planChange is the configuration with parameters changed, and the names of those that the front
// ends have to take up, or the error reply.
func (e *Engine) planChange(s *Session, pairs [][]byte) (*Config, []string, reply.Error) {
	if refusal := e.maySet(s, pairs); refusal != "" {
		return nil, nil, refusal
	}
	next, refusal := e.config.with(pairs)
	if refusal != "" {
		return nil, nil, refusal
	}
	names := next.toApply(e.config, pairs)
	if len(names) == 0 || e.options.Apply != nil {
		return next, names, ""
	}
	return nil, nil, reply.ConfigRefused(names[0], reply.ReasonApply(names[0]))
}

// applyChange has the front ends take up a change, and adopts it when they have.
func (c *Ctx) applyChange(pairs [][]byte, next *Config, names []string) {
	e := c.Engine
	var err *ApplyError
	c.Await(Job{
		Work: func() { err = e.options.Apply(next, names) },
		Done: func() {
			if err != nil {
				e.log(LogWarning, "Failed applying new configuration. Possibly related to new "+
					err.Name+" setting. Restoring previous settings.")
				return
			}
			// Others may have changed other parameters meanwhile.
			if merged, refusal := e.config.with(pairs); refusal == "" {
				e.adopt(merged)
			}
		},
		Answer: func(c *Ctx) {
			if err != nil {
				c.Error(reply.ConfigRefused(err.Name, err.Reason))
				return
			}
			c.OK()
		},
	})
}

// with is a copy of c with parameters changed, or the error reply that says why that can't be.
func (c *Config) with(pairs [][]byte) (*Config, reply.Error) {
	next := c.clone()
	for i := 0; i < len(pairs); i += 2 {
		p := &parameters[lookupParameter(string(pairs[i]))]
		next.saveSeen = false // CONFIG SET save replaces all points
		if reason := next.set(p, p.split(string(pairs[i+1]))); reason != "" {
			return nil, reply.ConfigRefused(string(pairs[i]), reason)
		}
	}
	return next, ""
}

// toApply are the parameters among those set that Options.Apply has to deal with: as they differ
// from before, or name a file whose contents may differ.
func (c *Config) toApply(before *Config, pairs [][]byte) []string {
	var names []string
	for i := 0; i < len(pairs); i += 2 {
		p := &parameters[lookupParameter(string(pairs[i]))]
		differs := p.flags&paramReread != 0 || c.get(p) != before.get(p)
		if p.flags&paramApplied != 0 && differs {
			names = append(names, p.name)
		}
	}
	return names
}

// adopt makes a configuration the one in force.
func (e *Engine) adopt(next *Config) {
	limit := e.config.MaxMemory
	*e.config = *next
	e.applyLimits()
	if e.config.MaxMemory != limit {
		e.tickEviction()
		e.warnMaxMemory()
	}
}

// ApplyError says which parameter can't be taken up, and why.
//
// Nobody changes it. Safe for concurrent use.
type ApplyError struct {
	Name   string
	Reason reply.Reason
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
