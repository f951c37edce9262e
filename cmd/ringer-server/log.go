package main

import (
	"os"
	"strconv"
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

// logger writes log lines as Redis does: pid:role day month year time mark text.
//
// Safe for concurrent use: a line is one write.
type logger struct {
	out   *os.File
	level atomic.Pointer[keyspace.Limits] // where the level stands; nil: level first
	first keyspace.LogLevel
	role  byte
}

func openLog(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
}

// newLogger opens the log that the configuration names.
func newLogger(config *keyspace.Config) (*logger, error) {
	l := &logger{out: os.Stdout, first: config.LogLevel, role: roleStarting}
	if config.LogFile == "" {
		return l, nil
	}
	f, err := openLog(config.LogFile)
	if err != nil {
		return nil, err
	}
	l.out = f
	return l, nil
}

// startLog writes a line before there is a logger.
func startLog(level keyspace.LogLevel, text string) {
	l := logger{out: os.Stdout, role: roleStarting}
	l.line(level, text)
}

func (l *logger) threshold() keyspace.LogLevel {
	if limits := l.level.Load(); limits != nil {
		return keyspace.LogLevel(limits.LogLevel.Load())
	}
	return l.first
}

// line logs a line unless loglevel is above its level.
func (l *logger) line(level keyspace.LogLevel, text string) {
	if level < l.threshold() {
		return
	}
	b := strconv.AppendInt(nil, int64(os.Getpid()), 10)
	b = append(b, ':', l.role, ' ')
	b = time.Now().AppendFormat(b, "02 Jan 2006 15:04:05.000")
	b = append(b, ' ', levelMarks[level], ' ')
	b = append(append(b, text...), '\n')
	_, _ = l.out.Write(b) // there is nowhere to complain
}

func (l *logger) notice(text string)  { l.line(keyspace.LogNotice, text) }
func (l *logger) warning(text string) { l.line(keyspace.LogWarning, text) }
