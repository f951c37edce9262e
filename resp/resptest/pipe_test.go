package resptest

import (
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"testing"
	"testing/synctest"
	"time"
)

func TestPipeCarriesBothWays(t *testing.T) {
	a, b := newPipe()
	sent := bytes.Repeat([]byte("0123456789"), 100_000) // more than the buffers take
	for _, ends := range [][2]net.Conn{{a, b}, {b, a}} {
		go func() {
			ends[0].Write(sent)
			ends[0].(*pipeEnd).CloseWrite()
		}()
		got, err := io.ReadAll(ends[1])
		if err != nil || !bytes.Equal(got, sent) {
			t.Errorf("%d of %d bytes, %v", len(got), len(sent), err)
		}
	}
}

func TestPipeEnds(t *testing.T) {
	a, b := newPipe()
	a.Write([]byte("last"))
	a.Close()
	if got, err := io.ReadAll(b); string(got) != "last" || err != nil {
		t.Errorf("read %q, %v behind a Close", got, err)
	}
	if _, err := b.Write([]byte("x")); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("writing to an end that is closed: %v", err)
	}
	if _, err := a.Read(make([]byte, 1)); !errors.Is(err, net.ErrClosed) {
		t.Errorf("reading from it: %v", err)
	}
	if _, err := a.Write([]byte("x")); !errors.Is(err, net.ErrClosed) {
		t.Errorf("writing from it: %v", err)
	}
	if a.LocalAddr() != b.RemoteAddr() || a.RemoteAddr() != b.LocalAddr() {
		t.Error("the addresses do not fit")
	}
}

func TestPipeDeadlines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, _ := newPipe()
		full := make([]byte, 2*pipeBytes)
		a.SetDeadline(time.Now().Add(time.Second))
		begin := time.Now()
		if _, err := a.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("Read: %v", err)
		}
		a.SetWriteDeadline(time.Now().Add(time.Second))
		n, err := a.Write(full)
		if n != pipeBytes || !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("Write: %d, %v", n, err)
		}
		if d := time.Since(begin); d != 2*time.Second {
			t.Errorf("it took %v", d)
		}
		a.SetReadDeadline(time.Time{})
		go func() {
			time.Sleep(time.Minute)
			a.SetReadDeadline(time.Now().Add(-1))
		}()
		if _, err := a.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("a deadline set while Read waits: %v", err)
		}
		if d := time.Since(begin); d != time.Minute+2*time.Second {
			t.Errorf("it took %v", d)
		}
	})
}

func TestCloseEndsWhoWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := newPipe()
		errs := make(chan error, 2)
		go func() {
			_, err := a.Read(make([]byte, 1))
			errs <- err
		}()
		go func() {
			_, err := a.Write(make([]byte, 2*pipeBytes))
			errs <- err
		}()
		synctest.Wait()
		b.Close()
		for range 2 {
			if err := <-errs; !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrClosedPipe) {
				t.Errorf("ended with %v", err)
			}
		}
	})
}
