package command

import (
	"github.com/ringer-kv/ringer/keyspace"
	"github.com/ringer-kv/ringer/keyspace/reply"
)

var configSpec = keyspace.Spec{
	Name: "config", Group: keyspace.Server, Since: "2.0.0", Arity: -2,
	Summary: "A container for server configuration commands", Complexity: "Depends on subcommand.",
	Sub: []*keyspace.Spec{
		{
			Name: "get", Group: keyspace.Server, Since: "2.0.0", Arity: -3,
			Syntax: "(parameter){*}", Flags: adminFlags,
			Summary:    "Get the values of configuration parameters",
			Complexity: "O(N) when N is the number of configuration parameters provided",
			History: []keyspace.Change{{
				Version: "7.0.0",
				Text:    "Added the ability to pass multiple pattern parameters in one call",
			}},
			Run: configGetCommand,
		},
		{
			Name: "help", Group: keyspace.Server, Since: "5.0.0", Arity: 2,
			Flags:   keyspace.Loading | keyspace.Stale,
			Summary: "Show helpful text about the different subcommands", Complexity: "O(1)",
			Run: configHelpCommand,
		},
		{
			Name: "resetstat", Group: keyspace.Server, Since: "2.0.0", Arity: 2,
			Flags: adminFlags, Summary: "Reset the stats returned by INFO", Complexity: "O(1)",
			Run: configResetstatCommand,
		},
		{
			Name: "rewrite", Group: keyspace.Server, Since: "2.8.0", Arity: 2,
			Flags:      adminFlags,
			Summary:    "Rewrite the configuration file with the in memory configuration",
			Complexity: "O(1)",
			Run:        configRewriteCommand,
		},
		{
			Name: "set", Group: keyspace.Server, Since: "2.0.0", Arity: -4,
			Syntax: "parameter value [parameter value ...]", Flags: adminFlags,
			Tips:       []string{"request_policy:all_nodes", "response_policy:all_succeeded"},
			Summary:    "Set configuration parameters to the given values",
			Complexity: "O(N) when N is the number of configuration parameters provided",
			History: []keyspace.Change{{
				Version: "7.0.0",
				Text:    "Added the ability to set multiple parameters in one call.",
			}},
			Secrets: configSecrets,
			Run:     configSetCommand,
		},
	},
}

// configSecrets are the values of parameters that hold passwords.
func configSecrets(args [][]byte) []int {
	var secret []int
	for i := 3; i < len(args); i += 2 {
		if keyspace.SensitiveParameter(string(args[i-1])) {
			secret = append(secret, i)
		}
	}
	return secret
}

func configGetCommand(c *keyspace.Ctx) {
	settings := c.Engine.ConfigGet(c.Args[2:])
	c.Reply.Map(len(settings))
	for _, s := range settings {
		c.Reply.BulkString(s.Name)
		c.Reply.BulkString(s.Value)
	}
}

func configSetCommand(c *keyspace.Ctx) {
	if len(c.Args)%2 != 0 {
		c.Error(reply.ErrSyntax)
		return
	}
	c.ConfigSet(c.Args[2:])
}

func configRewriteCommand(c *keyspace.Ctx) { c.ConfigRewrite() }

func configResetstatCommand(c *keyspace.Ctx) {
	c.Engine.ResetStats()
	c.OK()
}

func configHelpCommand(c *keyspace.Ctx) {
	replyHelp(c,
		"GET <pattern>",
		"    Return parameters matching the glob-like <pattern> and their values.",
		"SET <directive> <value>",
		"    Set the configuration <directive> to <value>.",
		"RESETSTAT",
		"    Reset statistics reported by the INFO command.",
		"REWRITE",
		"    Rewrite the configuration file.",
	)
}
