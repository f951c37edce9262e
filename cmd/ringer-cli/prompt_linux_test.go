package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// TestMain lets the test binary be ringer-cli itself, for the tests that need a process.
func TestMain(m *testing.M) {
	if os.Getenv("RINGERCLI_TEST_MAIN") != "" {
		main()
	}
	os.Exit(m.Run())
}

// terminal is a pseudo-terminal with ringer-cli on it.
type terminal struct {
	t    *testing.T
	pty  *os.File
	cmd  *exec.Cmd
	seen []byte
}

// open runs ringer-cli on a new pseudo-terminal, with a home directory of its own.
func open(t *testing.T, home string, args ...string) *terminal {
	t.Helper()
	fd, err := unix.Open("/dev/ptmx", unix.O_RDWR|unix.O_CLOEXEC|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal("no pseudo-terminals here: ", err)
	}
	if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	n, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.SetNonblock(fd, true); err != nil { // gives the file deadlines
		t.Fatal(err)
	}
	near := os.NewFile(uintptr(fd), "ptmx")
	t.Cleanup(func() { near.Close() })
	far, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer far.Close()
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(os.Environ(), "RINGERCLI_TEST_MAIN=1", "HOME="+home, "RINGERCLI_HISTFILE=")
	cmd.Stdin, cmd.Stdout, cmd.Stderr = far, far, far
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill() })
	if err := near.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	return &terminal{t: t, pty: near, cmd: cmd}
}

// expect reads until the text has come.
func (p *terminal) expect(text string) {
	p.t.Helper()
	b := make([]byte, 4096)
	for !bytes.Contains(p.seen, []byte(text)) {
		n, err := p.pty.Read(b)
		if err != nil {
			p.t.Fatalf("waiting for %q: %v; there is %q", text, err, p.seen)
		}
		p.seen = append(p.seen, b[:n]...)
	}
	p.seen = p.seen[bytes.Index(p.seen, []byte(text))+len(text):]
}

func (p *terminal) typeIn(text string) {
	p.t.Helper()
	if _, err := io.WriteString(p.pty, text); err != nil {
		p.t.Fatal(err)
	}
}

// wantExit waits for the process to end well.
func (p *terminal) wantExit() {
	p.t.Helper()
	if err := p.cmd.Wait(); err != nil {
		p.t.Error(err)
	}
}

func TestPrompt(t *testing.T) {
	port := startRinger(t)
	home := t.TempDir()
	prompt := "127.0.0.1:" + port + "> "

	p := open(t, home, "-p", port)
	p.expect(prompt)
	p.typeIn("SET k \"hello world\"\r")
	p.expect("OK\r\n")
	p.expect(prompt)
	p.typeIn("GET k\r")
	p.expect("\"hello world\"\r\n")
	p.expect(prompt)
	p.typeIn("AUTH secret\r")
	p.expect("(error)")
	p.expect(prompt)
	p.typeIn("\x1b[A\r") // arrow up: what held a password is not there
	p.expect("\"hello world\"\r\n")
	p.expect(prompt)
	p.typeIn("\x04") // Ctrl-D
	p.wantExit()

	data, err := os.ReadFile(home + "/.ringercli_history")
	lines := string(data)
	if err != nil || strings.Contains(lines, "secret") || !strings.Contains(lines, "GET k") {
		t.Errorf("the history is %q, %v", lines, err)
	}

	p = open(t, home, "-p", port) // remembers
	p.expect(prompt)
	p.typeIn("\x1b[A\r")
	p.expect("\"hello world\"\r\n")
	p.expect(prompt)
	p.typeIn("\x03") // Ctrl-C
	p.wantExit()

	p = open(t, home, "-p", port)
	p.expect(prompt)
	p.typeIn("quit\r")
	p.wantExit()

	p = open(t, home, "-p", freePort(t))
	p.expect("Could not connect to ringer at 127.0.0.1:")
	p.expect("not connected> ")
	p.typeIn("exit\r")
	p.wantExit()
}
