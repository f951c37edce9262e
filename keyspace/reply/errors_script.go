package reply

import "strings"

// The texts of EVAL, EVALSHA and SCRIPT.
const (
	ErrNoScript        Error = "NOSCRIPT No matching script. Please use EVAL."
	ErrNumKeysArgs     Error = "ERR Number of keys can't be greater than number of args"
	ErrNumKeysNegative Error = "ERR Number of keys can't be negative"
	ErrScriptFlush     Error = "ERR SCRIPT FLUSH only support SYNC|ASYNC option"
	ErrScriptDebug     Error = "ERR Use SCRIPT DEBUG YES/SYNC/NO"
	ErrScriptDebugPipe Error = "ERR SCRIPT DEBUG must be called outside a pipeline"
	ErrDebugEvalSHA    Error = "ERR Please use EVAL instead of EVALSHA for debugging"
	ErrNoDebugger      Error = "ERR Fork() failed: can't run EVAL in debugging mode: Function not" +
		" implemented"

	ErrShebang       Error = "ERR Invalid script shebang"
	ErrShebangEngine Error = "ERR Invalid engine in script shebang"
)

// The texts of scripts that may not run, or not any more.
const (
	ErrScriptNoCluster Error = "ERR Can not run script on cluster, 'no-cluster' flag is set."
	ErrScriptWrites    Error = "ERR Can not execute a script with write flag using *_ro command."
	ErrScriptOOM       Error = "OOM allow-oom flag is not set on the script, can not run it when" +
		" used memory > 'maxmemory'"
	ErrScriptStack Error = "ERR reached lua stack limit"

	ErrBusyScript Error = "BUSY Redis is busy running a script. You can only call SCRIPT KILL or" +
		" SHUTDOWN NOSAVE."
	ErrBusyFunction Error = "BUSY Redis is busy running a script. You can only call FUNCTION KILL or" +
		" SHUTDOWN NOSAVE."
	ErrNotBusy    Error = "NOTBUSY No scripts in execution right now."
	ErrUnkillable Error = "UNKILLABLE Sorry the script already executed write commands against the" +
		" dataset. You can either wait the script termination or kill the server in a hard way" +
		" using the SHUTDOWN NOSAVE command."
	ErrScriptKilled Error = "ERR Script killed by user with SCRIPT KILL..."
)

// The texts of redis.call and its like, which a script finds in the field err of a table.
const (
	ErrLuaOutside Error = "ERR redis.call/pcall can only be called inside a script invocation"
	ErrLuaNoArgs  Error = "ERR Please specify at least one argument for this redis lib call"
	ErrLuaArgs    Error = "ERR Lua redis lib command arguments must be strings or integers"
	ErrLuaUnknown Error = "ERR Unknown Redis command called from script"
	ErrLuaArity   Error = "ERR Wrong number of args calling Redis command from script"
	ErrLuaDenied  Error = "ERR This Redis command is not allowed from script"
	ErrLuaWrite   Error = "ERR Write commands are not allowed from read-only scripts."

	ErrLuaNoPermCommand Error = "ERR The user executing the script can't run this command or" +
		" subcommand"
	ErrLuaNoPermKey Error = "ERR The user executing the script can't access at least one of the" +
		" keys mentioned in the command arguments"
	ErrLuaNoPermChannel Error = "ERR The user executing the script can't publish to the channel" +
		" mentioned in the command"

	ErrLuaNotLocal  Error = "ERR Script attempted to access a non local key in a cluster node"
	ErrLuaCrossSlot Error = "ERR Script attempted to access keys that do not hash to the same slot"

	ErrLuaOneString   Error = "ERR wrong number or type of arguments"
	ErrLuaArgCount    Error = "ERR wrong number of arguments"
	ErrLuaLogArgs     Error = "ERR redis.log() requires two arguments or more."
	ErrLuaLogNumber   Error = "ERR First argument must be a number (log level)."
	ErrLuaLogLevel    Error = "ERR Invalid debug level."
	ErrLuaSetRespArgs Error = "ERR redis.setresp() requires one argument."
	ErrLuaSetResp     Error = "ERR RESP version must be 2 or 3."
	ErrLuaSetReplArgs Error = "ERR redis.set_repl() requires two arguments."
	ErrLuaSetRepl     Error = "ERR Invalid replication flags. Use REPL_AOF, REPL_REPLICA, REPL_ALL" +
		" or REPL_NONE."
	ErrLuaACLCommand Error = "ERR Invalid command passed to redis.acl_check_cmd()"

	ErrLuaUnknownError Error = "ERR unknown error"
)

// ShebangEngine is the reply to a script for an engine that there is none of.
func ShebangEngine(word []byte) Error {
	return errorf("ERR Unexpected engine in script shebang: %s", word)
}

// ShebangOption is the reply to an option of a shebang that there is none of.
func ShebangOption(option []byte) Error {
	return errorf("ERR Unknown lua shebang option: %s", option)
}

// ShebangFlag is the reply to a flag of a shebang that there is none of.
func ShebangFlag(flag string) Error {
	return errorf("ERR Unexpected flag in script shebang: %s", flag)
}

// ScriptCompile is the reply to a script that is no Lua.
func ScriptCompile(problem string) Error {
	return errorf("ERR Error compiling script (new function): %s", problem)
}

// ScriptFailed is the reply to a script that has ended otherwise than by an error of its own.
func ScriptFailed(name, problem string) Error {
	return errorf("ERR Error running script %s, %s", name, problem[:min(len(problem), 100)])
}

// ScriptError is an error of a script, with the place in the script.
func ScriptError(text, name, source string, line string) Error {
	return errorf("%s script: %s, on %s:%s.", text, name, source, line)
}

// BlockInScript is the reply to a command that a script has told to wait.
func BlockInScript(name []byte) Error {
	return errorf("ERR %s command is not allowed with BLOCK option from scripts", name)
}

// Coded is an error as scripts see it, from a text that begins with its code or, without one, gets
// ERR. Redis: luaPushErrorBuff.
func Coded(text string) Error {
	code, rest, found := strings.Cut(text, " ")
	if !found {
		code, rest = "ERR", text
	}
	return Error(code + " " + strings.Trim(rest, "\r\n"))
}
