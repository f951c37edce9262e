package main

import (
	"errors"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/ringer-kv/ringer/binproto"
)

const usage = `ringer-cli ` + version + `: a client of ringer's native protocol

Usage: ringer-cli [OPTIONS] [cmd [arg [arg ...]]]
  -h <hostname>      Server hostname (default: 127.0.0.1).
  -p <port>          Server port (default: 1234).
  -u <uri>           Server URI: ringer://user:password@host:port/db
                     ringers:// speaks TLS.
  -a <password>      Password to use when connecting to the server.
                     The environment variable RINGERCLI_AUTH passes it more
                     safely (if both are used, this argument takes precedence).
  --user <username>  Used to send ACL style 'AUTH username pass'. Needs -a.
  --pass <password>  Alias of -a.
  --no-auth-warning  Don't show the warning about a password in the command line.
  -n <db>            Database number.
  -r <repeat>        Execute specified command N times (-1: for ever).
  -i <interval>      When -r is used, waits <interval> seconds per command.
                     It is possible to specify sub-second times like -i 0.1.
  -x                 Read last argument from standard input.
  --tls              Establish a secure TLS connection.
  --sni <host>       Server name indication for TLS, and the name that the
                     server's certificate must bear (default: the hostname).
  --cacert <file>    CA Certificate file to verify with.
  --cacertdir <dir>  Directory where trusted CA certificates are stored.
                     If neither cacert nor cacertdir are specified, the
                     system-wide trusted certificates apply.
  --insecure         Allow insecure TLS connection by skipping cert validation.
  --cert <file>      Client certificate to authenticate with.
  --key <file>       Private key file to authenticate with.
  --raw              Use raw formatting for replies (default when standard
                     output is not a terminal).
  --no-raw           Force formatted output even when standard output is not
                     a terminal.
  --help             Output this help and exit.
  --version          Output version and exit.

Without a command ringer-cli reads commands from standard input, at a prompt if
that is a terminal. The exit code is 1 if a command of the command line is
answered by an error or the server cannot be reached.

Examples:
  ringer-cli SET mykey "hello world"
  cat /etc/passwd | ringer-cli -x SET mypasswd
  ringer-cli -r 100 INCR counter
  ringer-cli -p 1234 --raw KEYS
`

// What the command line asks for instead of a connection.
var (
	errHelp    = errors.New("help asked for")
	errVersion = errors.New("version asked for")
)

// complaint is an error in the words of redis-cli.
type complaint string

func (c complaint) Error() string { return string(c) }

// options are the settings of a run.
type options struct {
	host           string
	port           int
	user, password string
	noAuthWarning  bool
	passwordShown  bool // it stands in the command line
	tls            secureOptions
	db             int
	repeat         int // negative: for ever
	interval       time.Duration
	lastFromInput  bool
	raw            bool
	command        []string
	// stopUnconnected makes a pipe end when the server cannot be reached.
	stopUnconnected bool
}

// parseOptions reads the command line. Options end where the command begins, as in redis-cli,
// which is why package flag does not serve: -h is the host there.
func parseOptions(args []string, env func(string) string, outTTY bool) (*options, error) {
	o := &options{
		host: "127.0.0.1", port: binproto.DefaultPort, repeat: 1, raw: !outTTY,
		password: env("RINGERCLI_AUTH"), stopUnconnected: true,
	}
	for i := 0; i < len(args); i++ {
		name := args[i]
		if !strings.HasPrefix(name, "-") || name == "-" {
			o.command = args[i:]
			break
		}
		if o.flag(name) {
			continue
		}
		switch name {
		case "--help":
			return nil, errHelp
		case "--version", "-v":
			return nil, errVersion
		}
		if i+1 == len(args) {
			return nil, badOption(name)
		}
		i++
		if err := o.set(name, args[i]); err != nil {
			return nil, err
		}
	}
	return o, nil
}

// badOption is what redis-cli says of an option that it does not know, or that lacks its value.
func badOption(name string) error {
	return complaint("Unrecognized option or bad number of args for: '" + name + "'")
}

// flag sets an option without a value, if name is one.
func (o *options) flag(name string) bool {
	switch name {
	case "-x":
		o.lastFromInput = true
	case "--raw":
		o.raw = true
	case "--no-raw":
		o.raw = false
	case "--no-auth-warning":
		o.noAuthWarning = true
	case "--tls":
		o.tls.on = true
	case "--insecure":
		o.tls.insecure = true
	default:
		return false
	}
	return true
}

// set sets an option with a value.
func (o *options) set(name, value string) (err error) {
	switch name {
	case "-h":
		o.host = value
	case "-p":
		if o.port, err = strconv.Atoi(value); err != nil || o.port < 0 || o.port > 65535 {
			return complaint("Invalid server port.")
		}
	case "-u":
		return o.setURI(value)
	case "-a", "--pass":
		o.password, o.passwordShown = value, true
	case "--user":
		o.user = value
	case "-n":
		o.db, err = number(name, value)
	case "-r":
		o.repeat, err = number(name, value)
	case "-i":
		seconds, err := strconv.ParseFloat(value, 64)
		if err != nil || seconds < 0 {
			return badOption(name)
		}
		o.interval = time.Duration(seconds * float64(time.Second))
	default:
		return o.tls.set(name, value)
	}
	return err
}

func number(name, value string) (int, error) {
	n, err := strconv.Atoi(value)
	if err != nil {
		return 0, badOption(name)
	}
	return n, nil
}

// setURI takes host, port, user, password and database from ringer://user:password@host:port/db.
func (o *options) setURI(uri string) error {
	u, err := url.Parse(uri)
	if err != nil {
		return complaint("Invalid URI scheme")
	}
	switch u.Scheme {
	case "ringer", "redis":
	case "ringers", "rediss":
		o.tls.on = true
	default:
		return complaint("Invalid URI scheme")
	}
	if host := u.Hostname(); host != "" {
		o.host = host
	}
	if port := u.Port(); port != "" {
		if o.port, err = strconv.Atoi(port); err != nil || o.port > 65535 {
			return complaint("Invalid server port.")
		}
	}
	if u.User != nil {
		o.user = u.User.Username()
		password, has := u.User.Password()
		if !has { // ringer://password@host, as redis-cli takes it
			o.user, password = "", o.user
		}
		o.password, o.passwordShown = password, true
	}
	if path := strings.TrimPrefix(u.Path, "/"); path != "" {
		if o.db, err = strconv.Atoi(path); err != nil {
			return complaint("Invalid database in URI: '" + path + "'")
		}
	}
	return nil
}
