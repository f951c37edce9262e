//go:build unix

package main

import (
	"log/syslog"

	"github.com/ringer-kv/ringer/keyspace"
)

// facilities are those of syslog-facility.
var facilities = [...]struct {
	name     string
	facility syslog.Priority
}{
	{"user", syslog.LOG_USER},
	{"local0", syslog.LOG_LOCAL0}, {"local1", syslog.LOG_LOCAL1},
	{"local2", syslog.LOG_LOCAL2}, {"local3", syslog.LOG_LOCAL3},
	{"local4", syslog.LOG_LOCAL4}, {"local5", syslog.LOG_LOCAL5},
	{"local6", syslog.LOG_LOCAL6}, {"local7", syslog.LOG_LOCAL7},
}

// systemLog is the system's log.
//
// Safe for concurrent use.
type systemLog struct{ w *syslog.Writer }

// openSyslog reaches the system's log at a socket; "": where it usually is.
func openSyslog(socket, ident, facility string) (sysLog, error) {
	priority := syslog.LOG_LOCAL0
	for _, f := range facilities {
		if f.name == facility {
			priority = f.facility
		}
	}
	network := ""
	if socket != "" {
		network = "unixgram"
	}
	w, err := syslog.Dial(network, socket, priority|syslog.LOG_NOTICE, ident)
	if err != nil {
		return nil, err
	}
	return systemLog{w}, nil
}

// write sends a line. What the system does not take is lost, as with syslog(3).
func (s systemLog) write(level keyspace.LogLevel, text string) {
	switch level {
	case keyspace.LogDebug:
		_ = s.w.Debug(text)
	case keyspace.LogVerbose:
		_ = s.w.Info(text)
	case keyspace.LogNotice:
		_ = s.w.Notice(text)
	default:
		_ = s.w.Warning(text)
	}
}
