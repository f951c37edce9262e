package compat_test

import (
	"fmt"
	"io"
	"strings"
	"testing"
	"time"
)

// TestSubscriberThatStopsReading has one subscriber of two stop reading: it is cut off when it has
// passed the limit of its class, on both ports, and the other one gets every message.
func TestSubscriberThatStopsReading(t *testing.T) {
	for _, s := range lab.shared.each() {
		t.Run(s.name, func(t *testing.T) {
			slow := mustDial(t, s.addr)
			slow.must(t, "SUBSCRIBE c")
			floodSubscribers(t, s)
		})
	}
	t.Run("native port", func(t *testing.T) {
		slow := mustDialNative(t)
		if err := slow.write(appendFrame(nil, []string{"SUBSCRIBE", "c"})); err != nil {
			t.Fatal(err)
		}
		if _, err := slow.read(); err != nil {
			t.Fatal(err)
		}
		floodSubscribers(t, lab.shared.ringer)
	})
}

// floodSubscribers publishes to a channel that one client has subscribed to who does not read, and
// another one who does, until the first one is gone.
func floodSubscribers(t *testing.T, s *server) {
	t.Helper()
	publisher, reads := mustDial(t, s.addr), mustDial(t, s.addr)
	const limits = "CONFIG SET client-output-buffer-limit "
	publisher.must(t, limits+`"pubsub 1mb 0 0"`)
	defer publisher.must(t, limits+`"pubsub 33554432 8388608 60"`)
	reads.must(t, "SUBSCRIBE c")
	payload := strings.Repeat("x", 64<<10)
	message := fmt.Sprintf("*3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$%d\r\n%s\r\n", len(payload), payload)
	buffer := make([]byte, len(message))
	receivers := "2"
	for i := 0; receivers == "2"; i++ {
		if i == 2000 {
			t.Fatal("125 MiB were published to a client that does not read")
		}
		receivers = publisher.must(t, "PUBLISH c "+payload).text
		if _, err := io.ReadFull(reads.in, buffer); err != nil || string(buffer) != message {
			t.Fatalf("the subscriber that reads, message %d: %v", i, err)
		}
	}
	if receivers != "1" {
		t.Errorf("PUBLISH reaches %s", receivers)
	}
}

// TestClientsThatLeaveNothingBehind hang up at every point of an exchange over real sockets, with
// and without reading the reply, and at the end nothing is left of any of them.
func TestClientsThatLeaveNothingBehind(t *testing.T) {
	exchanges := [][]string{
		{"WATCH k", "MULTI", "SET k 1", "BLPOP l 0", "EXEC", "WATCH k"},
		{"HELLO 3", "SUBSCRIBE x y", "PSUBSCRIBE x*", "SSUBSCRIBE s", "PUBLISH x 1", "MULTI",
			"SUBSCRIBE z", "EXEC", "UNSUBSCRIBE"},
		{"HELLO 3", "CLIENT TRACKING ON BCAST PREFIX a", "SET ab 1", "CLIENT TRACKING OFF",
			"CLIENT TRACKING ON OPTIN", "CLIENT CACHING YES", "GET k", "MULTI", "GET k"},
		{"SUBSCRIBE x", "BLPOP l 0"}, {"HELLO 3", "SUBSCRIBE x", "BLPOP l 0"}, {"BLPOP l 0"},
	}
	for _, s := range lab.shared.each() {
		t.Run(s.name, func(t *testing.T) {
			for _, exchange := range exchanges {
				for n := range 2 * len(exchange) {
					leaveAfter(t, s, exchange[:n/2+1], n%2 == 0)
				}
			}
			expectNothingLeft(t, s)
		})
	}
}

// leaveAfter sends commands and hangs up, perhaps without waiting for a reply.
func leaveAfter(t *testing.T, s *server, commands []string, wait bool) {
	t.Helper()
	c := mustDial(t, s.addr)
	defer c.close()
	for _, line := range commands {
		if err := c.write(appendCommand(nil, strings.Fields(line))); err != nil {
			return // the server has closed it
		}
		if wait && !strings.HasPrefix(line, "BLPOP") {
			if _, err := c.read(); err != nil {
				t.Fatalf("%s: %q: %v", s.name, line, err)
			}
		}
	}
}

// expectNothingLeft waits until the server knows of no client but those that were there before.
func expectNothingLeft(t *testing.T, s *server) {
	t.Helper()
	watch := mustDial(t, s.addr)
	left := func() string {
		var rest []string
		info := watch.must(t, "INFO everything").text
		for _, field := range []string{"blocked_clients", "tracking_clients", "pubsub_channels",
			"pubsub_patterns", "pubsubshard_channels", "tracking_total_prefixes"} {
			if !strings.Contains(info, field+":0\r\n") {
				rest = append(rest, field)
			}
		}
		for line := range strings.Lines(watch.must(t, "CLIENT LIST").text) {
			if strings.Contains(line, " multi=-1 ") || strings.Contains(line, "cmd=client|list") {
				continue
			}
			rest = append(rest, line)
		}
		return strings.Join(rest, " ")
	}
	for limit := time.Now().Add(ioTimeout); left() != ""; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(limit) {
			t.Fatalf("%s: left are %s", s.name, left())
		}
	}
}
