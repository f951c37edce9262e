package command

import (
	"github.com/ringer-kv/ringer/keyspace"
	"github.com/ringer-kv/ringer/keyspace/reply"
)

func commandDocsCommand(c *keyspace.Ctx) {
	var found []*keyspace.Spec
	if len(c.Args) == 2 {
		found = c.Engine.Commands()
	}
	for _, name := range c.Args[2:] {
		if s := c.Engine.LookupFullName(name); s != nil {
			found = append(found, s)
		}
	}
	c.Reply.Map(len(found))
	for _, s := range found {
		c.Reply.BulkString(s.FullName())
		replyDocs(c.Reply, s)
	}
}

// mapWriter writes a map of unknown length: what is absent is left out.
type mapWriter struct {
	w    reply.Writer
	mark reply.Mark
	n    int
}

func newMap(w reply.Writer) mapWriter { return mapWriter{w: w, mark: w.DeferMap()} }

func (m *mapWriter) end() { m.w.Resolve(m.mark, m.n) }

// key starts an entry, whose value is to follow.
func (m *mapWriter) key(name string) {
	m.w.BulkString(name)
	m.n++
}

// text adds an entry unless it is empty.
func (m *mapWriter) text(name, value string) {
	if value != "" {
		m.key(name)
		m.w.BulkString(value)
	}
}

// statuses adds a set of simple strings unless it is empty.
func (m *mapWriter) statuses(name string, values []string) {
	if len(values) > 0 {
		m.key(name)
		replyStatusSet(m.w, values, "")
	}
}

// replyDocs documents a command for people. Redis: addReplyCommandDocs.
func replyDocs(w reply.Writer, s *keyspace.Spec) {
	m := newMap(w)
	m.text("summary", s.Summary)
	m.text("since", s.Since)
	m.text("group", string(s.Group))
	m.text("complexity", s.Complexity)
	m.statuses("doc_flags", docFlags(s))
	m.text("deprecated_since", s.Deprecated)
	m.text("replaced_by", s.ReplacedBy)
	if len(s.History) > 0 {
		m.key("history")
		w.Set(len(s.History))
		for _, h := range s.History {
			w.Array(2)
			w.BulkString(h.Version)
			w.BulkString(h.Text)
		}
	}
	// A line that can't be parsed is a mistake of ours, which a test finds: a client must not
	// suffer from it.
	if args, err := s.Arguments(); err == nil && len(args) > 0 {
		m.key("arguments")
		replyArguments(w, args)
	}
	if len(s.Sub) > 0 {
		m.key("subcommands")
		w.Map(len(s.Sub))
		for _, sub := range s.Sub {
			w.BulkString(sub.FullName())
			replyDocs(w, sub)
		}
	}
	m.end()
}

func docFlags(s *keyspace.Spec) []string {
	var flags []string
	if s.Deprecated != "" {
		flags = append(flags, "deprecated")
	}
	if s.Syscmd {
		flags = append(flags, "syscmd")
	}
	return flags
}

// replyArguments replies with an argument tree. Redis: addReplyCommandArgList.
func replyArguments(w reply.Writer, args []keyspace.Argument) {
	w.Array(len(args))
	for i := range args {
		a := &args[i]
		m := newMap(w)
		m.text("name", a.Name)
		m.text("type", a.Type)
		if a.KeySpec >= 0 {
			m.key("key_spec_index")
			w.Int(int64(a.KeySpec))
		}
		if a.HasToken {
			m.key("token")
			w.BulkString(a.Token)
		}
		m.text("since", a.Since)
		m.text("deprecated_since", a.Deprecated)
		m.statuses("flags", argumentFlags(a))
		if len(a.Args) > 0 {
			m.key("arguments")
			replyArguments(w, a.Args)
		}
		m.end()
	}
}

func argumentFlags(a *keyspace.Argument) []string {
	var flags []string
	if a.Optional {
		flags = append(flags, "optional")
	}
	if a.Multiple {
		flags = append(flags, "multiple")
	}
	if a.MultipleToken {
		flags = append(flags, "multiple_token")
	}
	return flags
}
