package compat_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
)

const installHint = "compat_test compares every reply with a real redis-server, and finds none.\n" +
	"Install it (scripts/test does): apt-get install redis-server redis-tools\n"

// lab is what all tests of this package share: the binaries, and one pair of running servers.
// Set once by TestMain, then only read.
var lab laboratory

type laboratory struct {
	redisPath   string
	subjectPath string
	// subjectIsRedis says that the harness tests itself: real against real.
	subjectIsRedis bool
	seed           uint64
	commands       int
	long           bool
	shared         pair
}

func TestMain(m *testing.M) {
	os.Exit(runTests(m))
}

func runTests(m *testing.M) int {
	dir, err := os.MkdirTemp("", "ringer-compat-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	if err := lab.setUp(dir); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer lab.shared.stop()
	return m.Run()
}

// setUp finds or builds both servers and starts the shared pair.
func (l *laboratory) setUp(dir string) error {
	var err error
	if l.redisPath, err = exec.LookPath("redis-server"); err != nil {
		return fmt.Errorf("%s(%w)", installHint, err)
	}
	if l.seed, err = uintFromEnv("RINGER_COMPAT_SEED", rand.Uint64()>>32); err != nil {
		return err
	}
	commands, err := uintFromEnv("RINGER_COMPAT_COMMANDS", 5000)
	if err != nil {
		return err
	}
	l.commands = int(commands)
	l.long = os.Getenv("RINGER_COMPAT_LONG") == "1"
	l.subjectPath = os.Getenv("RINGER_COMPAT_SUBJECT")
	if l.subjectPath == "" {
		if err := lookAtSources(); err != nil {
			return err
		}
		l.subjectPath = filepath.Join(dir, "ringer-server")
		build := exec.Command("go", "build", "-o", l.subjectPath, "../cmd/ringer-server")
		if out, err := build.CombinedOutput(); err != nil {
			return fmt.Errorf("go build ./cmd/ringer-server: %w\n%s", err, out)
		}
	} else if l.subjectPath, err = exec.LookPath(l.subjectPath); err != nil {
		return err
	}
	l.subjectIsRedis = filepath.Base(l.subjectPath) == "redis-server"
	l.shared, err = startPair()
	return err
}

// lookAtSources reads the folders of the module. go test sees which ones a test looks at, and takes
// no result from its cache when a file there has changed: the server's sources are no imports of
// this package.
func lookAtSources() error {
	return filepath.WalkDir("..", func(path string, entry os.DirEntry, err error) error {
		if err == nil && entry.Name() == ".git" {
			return filepath.SkipDir
		}
		if err == nil && filepath.Ext(path) == ".go" {
			_, err = os.Stat(path)
		}
		return err
	})
}

func uintFromEnv(name string, otherwise uint64) (uint64, error) {
	text := os.Getenv(name)
	if text == "" {
		return otherwise, nil
	}
	n, err := strconv.ParseUint(text, 10, 63)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", name, err)
	}
	return n, nil
}

// onlyRinger skips a test of what redis-server 7.0.15 does not have, when real is held against
// real.
func onlyRinger(t *testing.T) {
	t.Helper()
	if lab.subjectIsRedis {
		t.Skip("RINGER_COMPAT_SUBJECT is a redis-server: it does not have this")
	}
}
