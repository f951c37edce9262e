package main

import (
	"fmt"
	"io"
	"os"
	"sync/atomic"
	"time"

	"golang.org/x/term"
)

const (
	progressOnTerminal = 250 * time.Millisecond
	progressInLog      = 10 * time.Second
)

// progress shows how a run goes on: on a terminal in one line that is written
// over, elsewhere in a line now and then.
type progress struct {
	w        io.Writer
	terminal bool
	every    time.Duration
}

// newProgress looks whether w is a terminal.
func newProgress(w io.Writer) *progress {
	p := &progress{w: w, every: progressInLog}
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		p.terminal, p.every = true, progressOnTerminal
	}
	return p
}

// start shows label and the rate at which done grows until the returned function
// is called, which also wipes the line.
func (p *progress) start(label string, done *atomic.Uint64) (stop func()) {
	quit, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		p.run(label, done, quit)
	}()
	return func() {
		close(quit)
		<-stopped
	}
}

func (p *progress) run(label string, done *atomic.Uint64, quit <-chan struct{}) {
	began, last, lastAt := time.Now(), uint64(0), time.Now()
	tick := time.NewTicker(p.every)
	defer tick.Stop()
	for {
		select {
		case <-quit:
			p.wipe()
			return
		case now := <-tick.C:
			n := done.Load()
			rate := float64(n-last) / now.Sub(lastAt).Seconds()
			last, lastAt = n, now
			p.line(fmt.Sprintf("%s: %.0f requests/s, %d in %.0f s",
				label, rate, n, now.Sub(began).Seconds()))
		}
	}
}

// line shows text.
func (p *progress) line(text string) {
	if p.terminal {
		fmt.Fprintf(p.w, "\r\x1b[K%s", text)
		return
	}
	fmt.Fprintln(p.w, text)
}

// wipe clears the line, so that results don't mix with it.
func (p *progress) wipe() {
	if p.terminal {
		fmt.Fprint(p.w, "\r\x1b[K")
	}
}
