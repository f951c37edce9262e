package main

import (
	"net"
	"os"

	"github.com/ringer-kv/ringer/keyspace"
)

// supervisor is what has started the server and wants to hear how it is: systemd, over a socket,
// or nobody. The zero value is nobody.
//
// Owned by the main goroutine.
type supervisor struct{ socket string }

// supervised finds out who supervises, says so, and notes it for INFO. Redis: redisIsSupervised.
func supervised(config *keyspace.Config, log *logger) supervisor {
	mode, socket := config.Supervised, os.Getenv("NOTIFY_SOCKET")
	job := os.Getenv("UPSTART_JOB")
	if mode == "auto" {
		switch {
		case job != "":
			mode = "upstart"
		case socket != "":
			mode = "systemd"
		}
	}
	switch {
	case mode == "upstart" && job == "":
		log.warning("upstart supervision requested, but UPSTART_JOB not found!")
	case mode == "upstart":
		log.notice("supervised by upstart, will stop to signal readiness.")
		log.flush()
		config.Supervisor = mode
		_ = os.Unsetenv("UPSTART_JOB")
		if err := stopSelf(); err != nil {
			log.warning("Stopping: " + err.Error())
		}
	case mode == "systemd" && socket == "":
		log.warning("systemd supervision error: NOTIFY_SOCKET not found!")
	case mode == "systemd":
		log.notice("Supervised by systemd. Please make sure you set appropriate values for" +
			" TimeoutStartSec and TimeoutStopSec in your service unit.")
		config.Supervisor = mode
		s := supervisor{socket}
		s.tell(log, "STATUS=Ringer is loading...\n")
		return s
	}
	return supervisor{}
}

// tell sends a line, by systemd's sd_notify protocol: a datagram to the socket, whose name begins
// with @ if it stands in no folder.
func (s supervisor) tell(log *logger, line string) {
	if s.socket == "" {
		return
	}
	c, err := net.Dial("unixgram", s.socket)
	if err == nil {
		_, err = c.Write([]byte(line))
		_ = c.Close()
	}
	if err != nil {
		log.warning("Telling systemd: " + err.Error())
	}
}
