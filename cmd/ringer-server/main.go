// Ringer-server is a server that real Redis tools can't tell from redis-server, with a second,
// faster door: RESP on port 6379, the native protocol on port 1234.
//
//	ringer-server [/path/to/redis.conf] [--option value ...] [-]
//
// It takes redis-server's configuration files and options, writes its log lines, obeys its
// signals and ends with its exit codes. There is no logic here: config.go reads the settings,
// server.go builds the engine with its two front ends, and ends them again.
package main

import (
	"fmt"
	"os"
	"strconv"

	"github.com/ringer-kv/ringer/keyspace"
	"github.com/ringer-kv/ringer/keyspace/command"
)

const usage = `Usage: ringer-server [/path/to/redis.conf] [options] [-]
       ringer-server - (read config from stdin)
       ringer-server -v or --version
       ringer-server -h or --help

Examples:
       ringer-server (run the server with default conf)
       echo 'maxclients 128' | ringer-server -
       ringer-server /etc/redis/6379.conf
       ringer-server --port 7777 --native-port 7778
       ringer-server --port 7777 --native-port 0
       ringer-server /etc/myredis.conf --loglevel verbose -

Options are the lines of redis.conf. Ringer's own are
       native-port (1234; 0 turns it off), native-tls-port (0: none), native-bind,
       native-max-frame,
       http-port (0: none; /metrics and /debug/pprof), http-bind (the loopback).
`

func main() {
	os.Exit(run(os.Args[1:]))
}

// run is main with the exit code as its result.
func run(args []string) int {
	if len(args) > 0 {
		switch args[0] {
		case "-v", "--version":
			fmt.Println(versionLine())
			return 0
		case "-h", "--help":
			fmt.Fprint(os.Stderr, usage)
			return 1
		}
	}
	table, err := keyspace.NewTable(command.Table())
	if err != nil {
		panic(err) // a test would have failed
	}
	background := isDaemon()
	folder, _ := os.Getwd() // "" is as good, if there is no such folder any more
	config, stdin, err := readConfig(keyspace.ParseCommandLine(args), table)
	if err != nil {
		reportConfig(err)
		return 1
	}
	log := newLogger(config)
	defer log.flush()
	s := &server{
		logger: log, config: config, table: table, supervisor: supervised(config, log),
		stop: make(chan struct{}, 1), failed: make(chan error, 2),
	}
	if config.Daemonize && !background && config.Supervisor == "" {
		if err := daemonize(folder, stdin); err != nil {
			log.warning("Going to the background: " + keyspace.SystemError(err))
			return 1
		}
		return 0
	}
	if background && config.PIDFile == "" {
		config.PIDFile = daemonPIDFile
	}
	return s.run()
}

// daemonPIDFile is where a server in the background leaves its process id, unless told otherwise.
// Redis: CONFIG_DEFAULT_PID_FILE.
const daemonPIDFile = "/var/run/redis.pid"

// versionLine has the form of redis-server's, as scripts parse it.
func versionLine() string {
	return "Redis server v=" + keyspace.RedisVersion + " sha=00000000:0 malloc=ringer-arena bits=" +
		strconv.Itoa(strconv.IntSize) + " build=ringer-" + keyspace.Version
}
