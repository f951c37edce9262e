package resptest

import (
	"errors"
	"fmt"
	"net"
	"strconv"

	"github.com/ringer-kv/ringer/keyspace"
)

// Option changes how a server starts.
type Option func(o *options) error

// options are what the Options say.
type options struct {
	config *keyspace.Config
	clock  *Clock
	seed   uint64
	record []keyspace.Recorder
	host   string
	port   int
	listen bool // from the start
	node   bool // of a cluster
	log    func(level keyspace.LogLevel, text string)
}

// WithClock makes the server go by a clock of the test's. Several servers may share one.
func WithClock(c *Clock) Option {
	return func(o *options) error {
		o.clock = c
		return nil
	}
}

// WithConfig sets a parameter of redis.conf, as "maxmemory" to "1mb".
func WithConfig(name, value string) Option {
	return func(o *options) error {
		line := keyspace.ParseCommandLine([]string{"--" + name, value}).Lines
		err := o.config.Load(line)
		var bad *keyspace.ConfigError
		if errors.As(err, &bad) { // without the line of a file that nobody has written
			return fmt.Errorf("WithConfig(%q, %q): %s", name, value, bad.Reason)
		}
		return err
	}
}

// WithPassword makes clients authenticate, as user default.
func WithPassword(password string) Option { return WithConfig("requirepass", password) }

// WithSeed makes everything that the server leaves to chance, as the member that SRANDMEMBER picks
// and the order of SMEMBERS, come out the same in every run. 0 is no seed.
func WithSeed(seed uint64) Option {
	return func(o *options) error {
		o.seed = seed
		return nil
	}
}

// WithAddr makes the server listen on an address of the test's choice, "127.0.0.1:6379", in place
// of a free port of the loopback interface. It does so from the start on: a port that is taken is
// an error of New.
func WithAddr(addr string) Option {
	return func(o *options) error {
		host, port, err := net.SplitHostPort(addr)
		if err != nil {
			return fmt.Errorf("WithAddr(%q): %w", addr, err)
		}
		o.host, o.listen = host, true
		if o.port, err = strconv.Atoi(port); err != nil || o.port < 0 || o.port > 65535 {
			return fmt.Errorf("WithAddr(%q): port %q is no number from 0 to 65535", addr, port)
		}
		return nil
	}
}

// asNode has the server say that it is a node of a cluster.
func asNode(o *options) error {
	o.node = true
	return nil
}

// withRecorder has somebody told of every write.
func withRecorder(r keyspace.Recorder) Option {
	return func(o *options) error {
		o.record = append(o.record, r)
		return nil
	}
}

// WithLog passes the lines of the server's log on, as to tb.Log.
func WithLog(log func(line string)) Option {
	return func(o *options) error {
		o.log = func(_ keyspace.LogLevel, text string) { log(text) }
		return nil
	}
}
