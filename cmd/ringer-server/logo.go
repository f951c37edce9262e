package main

import (
	"fmt"
	"os"
	"strconv"

	"github.com/ringer-kv/ringer/keyspace"
)

// showsLogo reports whether the log begins with the logo: if it is asked for, or goes to a terminal
// and nowhere else. Redis: redisAsciiArt.
func (s *server) showsLogo() bool {
	if s.config.AlwaysShowLogo {
		return true
	}
	info, err := s.out.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0 && s.path == "" && s.sys == nil
}

// logo is a bell, and what is running.
func logo(port int) string {
	return fmt.Sprintf(`
          _
        _( )_
       /     \        Ringer %s (Redis %s) %d bit
      /       \
     |         |      Running in standalone mode
     |         |      Port: %d
    _|_________|_     PID: %d
   (_____________)
         (_)

`, keyspace.Version, keyspace.RedisVersion, strconv.IntSize, port, os.Getpid())
}
