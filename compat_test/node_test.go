package compat_test

import (
	"context"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// nodeTimeout bounds what npm and each script may take.
const nodeTimeout = 2 * time.Minute

// TestNodeClients runs small applications of ioredis, node-redis and BullMQ, of testdata/node,
// against both servers. What they print must be the same.
func TestNodeClients(t *testing.T) {
	dir := installNodeClients(t)
	p := newPair(t)
	for _, args := range [][]string{
		{"ioredis.mjs"}, {"node-redis.mjs", "2"}, {"node-redis.mjs", "3"}, {"bullmq.mjs"},
	} {
		t.Run(strings.Join(args, " "), func(t *testing.T) {
			want := runNode(t, dir, p.redis, args)
			got := runNode(t, dir, p.ringer, args)
			if len(want) < 20 {
				t.Fatalf("redis: only %q", want)
			}
			for i := range want {
				if i >= len(got) || want[i] != got[i] {
					t.Fatalf("step %d\n  redis:  %s\n  ringer: %s", i, want[i],
						strings.Join(got[min(i, len(got)):], "\n"))
				}
			}
			if len(got) != len(want) {
				t.Errorf("ringer goes on: %q", got[len(want):])
			}
		})
	}
}

// runNode returns the lines that a script prints.
func runNode(t *testing.T, dir string, s *server, args []string) []string {
	t.Helper()
	_, port, err := net.SplitHostPort(s.addr)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), nodeTimeout)
	defer cancel()
	args = append([]string{args[0], port}, args[1:]...)
	cmd := exec.CommandContext(ctx, "node", args...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: node %q: %v\n%s", s.name, args, err, out)
	}
	return strings.Split(strings.TrimSpace(string(out)), "\n")
}

// installNodeClients has npm install the clients, in the versions of package-lock.json, in a folder
// of its own. Where that can't be done the test is skipped, but not under scripts/test.
func installNodeClients(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(filepath.Join("testdata", "node"))); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), nodeTimeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err == nil {
		_, err = exec.LookPath("node")
	}
	if err != nil && os.Getenv("RINGER_REQUIRE_NODE") == "" {
		t.Skipf("NOT TESTED: the clients for node can't be installed: %v\n%s", err, out)
	}
	if err != nil {
		t.Fatalf("installing the clients for node: %v\n%s", err, out)
	}
	return dir
}
