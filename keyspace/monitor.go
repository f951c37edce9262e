package keyspace

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"

	"github.com/ringer-kv/ringer/keyspace/reply"
)

// Monitor makes the session one that sees every command of every client. It reports whether it was
// none before.
func (e *Engine) Monitor(s *Session) bool {
	if s.flags&sessionMonitor != 0 {
		return false
	}
	s.flags |= sessionMonitor
	s.classify()
	e.monitors = append(e.monitors, s)
	return true
}

// unmonitor makes the session an ordinary one again.
func (e *Engine) unmonitor(s *Session) {
	s.flags &^= sessionMonitor
	s.classify()
	if i := slices.Index(e.monitors, s); i >= 0 {
		e.monitors = slices.Delete(e.monitors, i, i+1)
	}
}

// feedMonitors shows a command that has run to the monitors. What administers the server is not
// shown, and no password. Redis: call, replicationFeedMonitors.
func (e *Engine) feedMonitors(s *Session, spec *Spec, args [][]byte) {
	if spec.Flags&(SkipMonitor|Admin) == 0 {
		e.showMonitors(s, spec, args)
	}
}

// showMonitors shows a command to the monitors.
func (e *Engine) showMonitors(s *Session, spec *Spec, args [][]byte) {
	line := e.monitorLine(s, spec.visible(args))
	for _, m := range slices.Clone(e.monitors) { // one that is cut off leaves the list
		if m.flags&sessionUnsaid == 0 { // Redis: to it a line is a reply
			e.pushLine(m, line)
		}
	}
}

// monitorLine is a command as MONITOR shows it.
func (e *Engine) monitorLine(s *Session, args [][]byte) string {
	var b bytes.Buffer
	us := e.Now().UnixMicro()
	fmt.Fprintf(&b, "%d.%06d [%d %s]", us/1e6, us%1e6, s.db.id, s.shownAddr())
	for _, arg := range args {
		b.WriteByte(' ')
		b.Write(appendQuoted(b.AvailableBuffer(), arg))
	}
	return b.String()
}

// shownAddr is where the session's client is: the path of the socket for one from a Unix socket,
// whose own address says nothing. What a script calls comes from lua.
func (s *Session) shownAddr() string {
	if s.flags&sessionScript != 0 {
		return "lua"
	}
	if s.info.Unix {
		return "unix:" + s.info.LocalAddr
	}
	return s.info.RemoteAddr
}

// appendQuoted appends text in quotes, with escapes for what can't be printed. Redis: sdscatrepr.
func appendQuoted(b, text []byte) []byte {
	b = append(b, '"')
	for _, c := range text {
		switch {
		case c == '\\' || c == '"':
			b = append(b, '\\', c)
		case c == '\n':
			b = append(b, `\n`...)
		case c == '\r':
			b = append(b, `\r`...)
		case c == '\t':
			b = append(b, `\t`...)
		case c == '\a':
			b = append(b, `\a`...)
		case c == '\b':
			b = append(b, `\b`...)
		case c < ' ' || c > '~':
			b = append(b, `\x`...)
			if c < 16 {
				b = append(b, '0')
			}
			b = strconv.AppendUint(b, uint64(c), 16)
		default:
			b = append(b, c)
		}
	}
	return append(b, '"')
}

// pushLine appends a line, which is no array as other pushes are, to the output of a session.
func (e *Engine) pushLine(s *Session, line string) {
	e.push(s, func(w reply.Writer) {
		w.Begin()
		w.Status(line)
	})
}
