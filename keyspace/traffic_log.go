package keyspace

import (
	"strings"

	"github.com/ringer-kv/ringer/keyspace/reply"
)

// What the log says of clients that come and go, and of what they do wrong. With loglevel notice,
// the default, that is little, and costs one test for each connection.

// verbose reports whether lines of that level are logged.
func (e *Engine) verbose() bool { return e.config.LogLevel <= LogVerbose }

// logAccepted notes a new connection. Redis: acceptTcpHandler, acceptUnixHandler.
func (e *Engine) logAccepted(s *Session) {
	switch {
	case !e.verbose():
	case s.info.Unix:
		e.log(LogVerbose, "Accepted connection to "+strings.TrimSuffix(s.info.RemoteAddr, ":0"))
	default:
		e.log(LogVerbose, "Accepted "+s.info.RemoteAddr)
	}
}

// logClosed notes a connection that its peer has closed. Redis: readQueryFromClient.
func (e *Engine) logClosed(s *Session) {
	if e.verbose() && s.flags&(sessionGone|sessionCloseSoon) == 0 {
		e.log(LogVerbose, "Client closed connection "+e.clientLine(s))
	}
}

// logFatal notes what has been sent that is not the protocol. Redis: setProtocolError, which shows
// the beginning of the query buffer as well.
func (e *Engine) logFatal(s *Session, fatal reply.Error) {
	if e.verbose() {
		_, why, _ := strings.Cut(string(fatal), "error: ")
		e.log(LogVerbose, "Protocol error ("+why+") from client: "+e.clientLine(s))
	}
}

// clientLine describes a session as CLIENT LIST does.
func (e *Engine) clientLine(s *Session) string { return string(e.AppendClient(nil, s)) }
