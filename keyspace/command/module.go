package command

import (
	"fmt"

	"github.com/ringer-kv/ringer/keyspace"
	"github.com/ringer-kv/ringer/keyspace/reply"
)

var moduleSpec = keyspace.Spec{
	Name: "module", Group: keyspace.Server, Since: "4.0.0", Arity: -2,
	Summary:    "A container for module commands",
	Complexity: "Depends on subcommand.",
	Sub: []*keyspace.Spec{
		{
			Name: "help", Group: keyspace.Server, Since: "5.0.0", Arity: 2,
			Flags:   keyspace.Loading | keyspace.Stale,
			Summary: "Show helpful text about the different subcommands", Complexity: "O(1)",
			Run: moduleHelpCommand,
		},
		{
			Name: "list", Group: keyspace.Server, Since: "4.0.0", Arity: 2,
			Flags:      keyspace.Admin | keyspace.NoScript,
			Tips:       []string{"nondeterministic_output_order"},
			Summary:    "List all modules loaded by the server",
			Complexity: "O(N) where N is the number of loaded modules.",
			Run:        moduleListCommand,
		},
		{
			Name: "load", Group: keyspace.Server, Since: "4.0.0", Arity: -3,
			Syntax: "path [arg{*}]",
			Flags: keyspace.Admin | keyspace.NoScript | keyspace.NoAsyncLoading |
				keyspace.Protected,
			Summary: "Load a module", Complexity: "O(1)",
			Run: moduleLoadCommand,
		},
		{
			Name: "loadex", Group: keyspace.Server, Since: "7.0.0", Arity: -3,
			Syntax: "path [CONFIG (name value){configs **}] [ARGS (arg){args *}]",
			Flags: keyspace.Admin | keyspace.NoScript | keyspace.NoAsyncLoading |
				keyspace.Protected,
			Summary: "Load a module with extended parameters", Complexity: "O(1)",
			Run: moduleLoadCommand,
		},
		{
			Name: "unload", Group: keyspace.Server, Since: "4.0.0", Arity: 3,
			Syntax: "name",
			Flags: keyspace.Admin | keyspace.NoScript | keyspace.NoAsyncLoading |
				keyspace.Protected,
			Summary: "Unload a module", Complexity: "O(1)",
			Run: moduleUnloadCommand,
		},
	},
}

func moduleListCommand(c *keyspace.Ctx) { c.Reply.Array(0) }

// moduleLoadCommand is MODULE LOAD and LOADEX. Modules are machine code for the insides of Redis:
// none can be loaded here.
func moduleLoadCommand(c *keyspace.Ctx) {
	c.Engine.Log(keyspace.LogWarning, fmt.Sprintf("Module %.256q failed to load: none can be",
		c.Args[2]))
	c.Error(reply.ErrModuleLoad)
}

func moduleUnloadCommand(c *keyspace.Ctx) { c.Error(reply.ErrModuleUnload) }

func moduleHelpCommand(c *keyspace.Ctx) {
	replyHelp(c,
		"LIST",
		"    Return a list of loaded modules.",
		"LOAD <path> [<arg> ...]",
		"    Load a module library from <path>, passing to it any optional arguments.",
		"LOADEX <path> [[CONFIG NAME VALUE] [CONFIG NAME VALUE]] [ARGS ...]",
		"    Load a module library from <path>, while passing it module configurations"+
			" and optional arguments.",
		"UNLOAD <name>",
		"    Unload a module.",
	)
}
