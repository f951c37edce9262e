package command

import (
	"github.com/ringer-kv/ringer/keyspace"
	"github.com/ringer-kv/ringer/keyspace/reply"
	"github.com/ringer-kv/ringer/types/num"
)

var clientTrackingSpec = keyspace.Spec{
	Name: "tracking", Group: keyspace.Connection, Since: "6.0.0", Arity: -3,
	Syntax: "<ON | OFF>{status} [REDIRECT client-id] [PREFIX prefix]{**} [BCAST] [OPTIN] " +
		"[OPTOUT] [NOLOOP]",
	Flags:      clientFlags,
	Summary:    "Enable or disable server assisted client side caching support",
	Complexity: "O(1). Some options may introduce additional complexity.",
	Run:        clientTrackingCommand,
}

func clientTrackingCommand(c *keyspace.Ctx) {
	o, err := parseTracking(c)
	if err != "" {
		c.Error(err)
		return
	}
	switch {
	case equalFold(c.Args[2], "ON"):
		if err := c.StartTracking(o); err != "" {
			c.Error(err)
			return
		}
	case equalFold(c.Args[2], "OFF"):
		c.StopTracking()
	default:
		c.Error(reply.ErrSyntax)
		return
	}
	c.OK()
}

// parseTracking reads the options, before ON or OFF is looked at.
func parseTracking(c *keyspace.Ctx) (o keyspace.TrackingOptions, err reply.Error) {
	opts := newCursor(c.Args, 3)
	for opts.More() {
		switch {
		case opts.IsWith("REDIRECT", 1):
			if o.Redirect != 0 {
				return o, reply.ErrRedirectTwice
			}
			id, ok := num.ParseInt(opts.Arg())
			if !ok {
				return o, reply.ErrNotInteger
			}
			if c.Engine.SessionByID(id) == nil {
				return o, reply.ErrRedirectTo
			}
			o.Redirect = id
		case opts.Is("BCAST"):
			o.Broadcast = true
		case opts.Is("OPTIN"):
			o.OptIn = true
		case opts.Is("OPTOUT"):
			o.OptOut = true
		case opts.Is("NOLOOP"):
			o.NoLoop = true
		case opts.IsWith("PREFIX", 1):
			o.Prefixes = append(o.Prefixes, opts.Arg())
		default:
			return o, reply.ErrSyntax
		}
	}
	return o, ""
}

var clientCachingSpec = keyspace.Spec{
	Name: "caching", Group: keyspace.Connection, Since: "6.0.0", Arity: 3,
	Syntax: "<YES | NO>{mode}", Flags: clientFlags,
	Summary:    "Instruct the server about tracking or not keys in the next request",
	Complexity: "O(1)",
	Run:        clientCachingCommand,
}

func clientCachingCommand(c *keyspace.Ctx) {
	yes := equalFold(c.Args[2], "YES")
	switch {
	case !c.Session.Tracks():
		c.Error(reply.ErrCachingAlone)
		return
	case !yes && !equalFold(c.Args[2], "NO"):
		c.Error(reply.ErrSyntax)
		return
	}
	if err := c.Caching(yes); err != "" {
		c.Error(err)
		return
	}
	c.OK()
}

var clientGetredirSpec = keyspace.Spec{
	Name: "getredir", Group: keyspace.Connection, Since: "6.0.0", Arity: 2, Flags: clientFlags,
	Summary:    "Get tracking notifications redirection client ID if any",
	Complexity: "O(1)",
	Run:        clientGetredirCommand,
}

func clientGetredirCommand(c *keyspace.Ctx) { c.Reply.Int(c.Session.RedirectID()) }

var clientTrackinginfoSpec = keyspace.Spec{
	Name: "trackinginfo", Group: keyspace.Connection, Since: "6.2.0", Arity: 2,
	Flags: clientFlags,
	Summary: "Return information about server assisted client side caching for the current " +
		"connection",
	Complexity: "O(1)",
	Run:        clientTrackinginfoCommand,
}

func clientTrackinginfoCommand(c *keyspace.Ctx) {
	w := c.Reply
	w.Map(3)
	w.BulkString("flags")
	flags := c.Session.TrackingFlags()
	w.Set(len(flags))
	for _, word := range flags {
		w.BulkString(word)
	}
	w.BulkString("redirect")
	w.Int(c.Session.RedirectID())
	w.BulkString("prefixes")
	prefixes := c.Session.TrackedPrefixes()
	w.Array(len(prefixes))
	for _, name := range prefixes {
		w.BulkString(name)
	}
}
