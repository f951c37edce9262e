package command

import (
	"github.com/ringer-kv/ringer/keyspace"
	"github.com/ringer-kv/ringer/keyspace/reply"
)

var monitorSpec = keyspace.Spec{
	Name: "monitor", Group: keyspace.Server, Since: "1.0.0", Arity: 1, Flags: adminFlags,
	Summary: "Listen for all requests received by the server in real time",
	Run:     monitorCommand,
}

func monitorCommand(c *keyspace.Ctx) {
	switch {
	case !c.MayBlock():
		c.Error(reply.ErrMonitorDenied)
	case c.Engine.Monitor(c.Session):
		c.OK()
	} // Redis: no reply to one that is a monitor already
}
