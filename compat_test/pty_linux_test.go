package compat_test

import (
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// terminal is a program that believes it talks to a person.
type terminal struct {
	cmd    *exec.Cmd
	screen *os.File // our end: what is typed goes in, what is printed comes out
	seen   string   // what has been printed since the last text that was expected
}

// openTerminal runs the program on a new pseudo-terminal of 80 columns.
func openTerminal(t *testing.T, name string, args ...string) *terminal {
	t.Helper()
	screen, keyboard, err := openPty()
	if err != nil {
		t.Fatal(err)
	}
	defer keyboard.Close()
	term := &terminal{cmd: exec.Command(name, args...), screen: screen}
	term.cmd.Stdin, term.cmd.Stdout, term.cmd.Stderr = keyboard, keyboard, keyboard
	term.cmd.Env = append(os.Environ(), "TERM=xterm", "HOME="+t.TempDir())
	term.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := term.cmd.Start(); err != nil {
		screen.Close()
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = term.cmd.Process.Kill()
		_ = term.cmd.Wait()
		screen.Close()
	})
	return term
}

func openPty() (screen, keyboard *os.File, err error) {
	fd, err := unix.Open("/dev/ptmx", unix.O_RDWR|unix.O_NOCTTY|unix.O_CLOEXEC|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, nil, err
	}
	screen = os.NewFile(uintptr(fd), "/dev/ptmx")
	number, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err == nil {
		err = unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0)
	}
	if err == nil {
		err = unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, &unix.Winsize{Row: 24, Col: 80})
	}
	if err == nil {
		keyboard, err = os.OpenFile("/dev/pts/"+strconv.Itoa(number), os.O_RDWR|unix.O_NOCTTY, 0)
	}
	if err != nil {
		screen.Close()
		return nil, nil, err
	}
	return screen, keyboard, nil
}

// enter types a line.
func (term *terminal) enter(t *testing.T, line string) {
	t.Helper()
	if _, err := term.screen.WriteString(line + "\r"); err != nil {
		t.Fatal(err)
	}
}

// expect reads until the text is on the screen, after what was expected last: the line editor
// prints its prompt anew with every key.
func (term *terminal) expect(t *testing.T, text string) {
	t.Helper()
	buf := make([]byte, 4096)
	if err := term.screen.SetReadDeadline(time.Now().Add(ioTimeout)); err != nil {
		t.Fatal(err)
	}
	for {
		if _, rest, ok := strings.Cut(term.seen, text); ok {
			term.seen = rest
			return
		}
		n, err := term.screen.Read(buf)
		term.seen += string(buf[:n])
		if err != nil {
			t.Fatalf("waiting for %q: %v; on the screen:\n%q", text, err, term.seen)
		}
	}
}
