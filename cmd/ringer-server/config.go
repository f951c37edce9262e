package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/ringer-kv/ringer/keyspace"
)

// readConfig builds the configuration: the file, then standard input, then the options, as one
// text, so that lines are counted through it. What standard input held is returned, too.
// Redis: loadServerConfig.
func readConfig(l keyspace.CommandLine, table *keyspace.Table) (
	config *keyspace.Config, stdin string, err error,
) {
	config = keyspace.NewConfig()
	lines := ""
	if l.File != "" {
		path, err := filepath.Abs(l.File)
		if err != nil {
			return nil, "", &keyspace.ConfigFileError{Path: l.File, Err: err}
		}
		if lines, err = keyspace.ReadConfigFile(path); err != nil {
			return nil, "", err
		}
		config.File = path
	}
	if l.Stdin {
		startLog(keyspace.LogWarning, "Reading config from stdin")
		piped, err := io.ReadAll(os.Stdin)
		if err != nil {
			return nil, "", &keyspace.ConfigFileError{Path: "-", Err: err}
		}
		stdin = string(piped)
		lines += stdin
	}
	if l.Lines != "" {
		lines += "\n" + l.Lines
	}
	for _, check := range []func() error{
		func() error { return config.Load(lines) },
		func() error { return config.CheckUsers(table) },
		func() error { return config.CheckRenames(table) },
		func() error { return settle(config) },
	} {
		if err := check(); err != nil {
			return nil, "", err
		}
	}
	return config, stdin, nil
}

// fatal is a line of Redis's, as it is printed.
type fatal string

func (f fatal) Error() string { return string(f) }

// settle makes the process stand where the configuration says: relative paths count from dir.
func settle(config *keyspace.Config) error {
	if config.Dir != "" {
		if err := os.Chdir(config.Dir); err != nil {
			return fatal(fmt.Sprintf("Can't chdir to '%s': %s", config.Dir,
				keyspace.SystemError(err)))
		}
	}
	dir, err := os.Getwd()
	if err != nil {
		return err
	}
	config.Dir = dir
	if config.LogFile == "" {
		return nil
	}
	f, err := openLog(config.LogFile)
	if err != nil {
		return fatal("Can't open the log file: " + keyspace.SystemError(err))
	}
	return f.Close()
}

// reportConfig says what is wrong with the configuration, in Redis's words.
func reportConfig(err error) {
	var file *keyspace.ConfigFileError
	if errors.As(err, &file) {
		startLog(keyspace.LogWarning, "Fatal error, "+file.Error())
		return
	}
	fmt.Fprintf(os.Stderr, "\n*** FATAL CONFIG FILE ERROR (Redis %s) ***\n", keyspace.RedisVersion)
	var line *keyspace.ConfigError
	if errors.As(err, &line) {
		fmt.Fprintf(os.Stderr, "Reading the configuration file, at line %d\n>>> '%s'\n%s\n",
			line.Line, line.Text, line.Reason)
		return
	}
	fmt.Fprintln(os.Stderr, err)
}
