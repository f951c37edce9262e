package command

import (
	"strings"

	"github.com/ringer-kv/ringer/keyspace"
)

// replyHelp replies to the HELP sub-command of a container: lines is one sub-command per line and
// its description, indented, on the lines below. Redis: addReplyHelp.
func replyHelp(c *keyspace.Ctx, lines ...string) {
	name := strings.ToUpper(string(c.Args[0]))
	c.Reply.Array(len(lines) + 3)
	c.Reply.Status(name + " <subcommand> [<arg> [value] [opt] ...]. Subcommands are:")
	for _, line := range lines {
		c.Reply.Status(line)
	}
	c.Reply.Status("HELP")
	c.Reply.Status("    Prints this help.")
}
