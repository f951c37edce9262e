package main

import (
	"fmt"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ringer-kv/ringer/keyspace"
)

// The roles in a log line: C before the server stands, M as a master.
const (
	roleStarting = 'C'
	roleMaster   = 'M'
)

// levelMarks are what the levels look like in a log line.
const levelMarks = ".-*#"

// maxPendingBytes is how much of the log may wait to be written. What comes then is lost, and
// counted: a log that nobody reads must not stop the server.
const maxPendingBytes = 1 << 20

// logger writes log lines as Redis does: pid:role day month year time mark text. The goroutine that
// logs never waits, as the owner of the data may be it; a goroutine of the logger's own writes.
//
// Safe for concurrent use.
type logger struct {
	path  string                          // of the log file; "": standard output
	sys   sysLog                          // nil: no syslog
	out   *os.File                        // standard output
	level atomic.Pointer[keyspace.Limits] // where the level stands; nil: level first
	first keyspace.LogLevel
	role  byte

	mu      sync.Mutex
	more    sync.Cond // lines are pending, or all have been written
	pending []entry
	bytes   int // of pending
	lost    int // lines that did not fit
	writing bool
}

// entry is a line that has not been written.
type entry struct {
	level keyspace.LogLevel
	line  []byte
	text  int // where the text begins, behind the time
}

// sysLog takes lines for the system's log.
type sysLog interface {
	write(level keyspace.LogLevel, text string)
}

func openLog(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
}

// newLogger starts a logger as the configuration says.
func newLogger(config *keyspace.Config) *logger {
	l := &logger{
		path: config.LogFile, out: os.Stdout, first: config.LogLevel, role: roleStarting,
	}
	l.more.L = &l.mu
	if config.SyslogEnabled {
		var err error
		l.sys, err = openSyslog("", config.SyslogIdent, config.SyslogFacility)
		if err != nil {
			l.warning("Can't reach the system's log: " + err.Error())
		}
	}
	go l.run()
	return l
}

// startLog writes a line before there is a logger.
func startLog(level keyspace.LogLevel, text string) {
	l := logger{out: os.Stdout, role: roleStarting}
	_, _ = l.out.Write(l.format(level, text).line) // there is nowhere to complain
}

func (l *logger) threshold() keyspace.LogLevel {
	if limits := l.level.Load(); limits != nil {
		return keyspace.LogLevel(limits.LogLevel.Load())
	}
	return l.first
}

// line logs a line unless loglevel is above its level.
func (l *logger) line(level keyspace.LogLevel, text string) {
	if level >= l.threshold() {
		l.add(l.format(level, text))
	}
}

func (l *logger) notice(text string)  { l.line(keyspace.LogNotice, text) }
func (l *logger) warning(text string) { l.line(keyspace.LogWarning, text) }

// raw logs text as it is, without time and level in front.
func (l *logger) raw(level keyspace.LogLevel, text string) {
	if level >= l.threshold() {
		l.add(entry{level: level, line: []byte(text)})
	}
}

// format makes a line.
func (l *logger) format(level keyspace.LogLevel, text string) entry {
	b := strconv.AppendInt(nil, int64(os.Getpid()), 10)
	b = append(b, ':', l.role, ' ')
	b = time.Now().AppendFormat(b, "02 Jan 2006 15:04:05.000")
	b = append(b, ' ', levelMarks[level], ' ')
	at := len(b)
	return entry{level: level, line: append(append(b, text...), '\n'), text: at}
}

// add leaves a line to the goroutine that writes.
func (l *logger) add(e entry) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.bytes+len(e.line) > maxPendingBytes {
		l.lost++
		return
	}
	l.bytes += len(e.line)
	l.pending = append(l.pending, e)
	l.more.Broadcast()
}

// run writes what is pending, as long as the process lives.
func (l *logger) run() {
	for {
		l.mu.Lock()
		l.writing = false
		for len(l.pending) == 0 {
			l.more.Broadcast() // flush may be waiting
			l.more.Wait()
		}
		l.writing = true
		lines, lost := l.pending, l.lost
		l.pending, l.bytes, l.lost = nil, 0, 0
		l.mu.Unlock()
		if lost > 0 {
			lines = append(lines, l.format(keyspace.LogWarning,
				fmt.Sprintf("%d lines of the log were lost, as it was not written in time", lost)))
		}
		l.write(lines)
	}
}

// flush waits until everything has been written: the process is about to end.
func (l *logger) flush() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for len(l.pending) > 0 || l.writing {
		l.more.Wait()
	}
}

// write writes lines. A log file is opened each time, so that one that has been moved away is begun
// anew. Redis: serverLogRaw.
func (l *logger) write(lines []entry) {
	out := l.out
	if l.path != "" {
		f, err := openLog(l.path)
		if err != nil {
			return // there is nowhere to complain
		}
		defer f.Close()
		out = f
	}
	var text []byte
	for _, e := range lines {
		text = append(text, e.line...)
		if l.sys != nil {
			l.sys.write(e.level, string(e.line[e.text:len(e.line)-1]))
		}
	}
	_, _ = out.Write(text) // there is nowhere to complain
}
