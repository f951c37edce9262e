package reply

import (
	"fmt"
	"strings"
)

// Error is the whole text of an error reply, its prefix included, as it goes over the wire.
type Error string

// Error makes an Error usable where Go wants one.
func (e Error) Error() string { return string(e) }

// The texts of Redis 7.0.15. Each is named after what went wrong.
const (
	ErrWrongType      Error = "WRONGTYPE Operation against a key holding the wrong kind of value"
	ErrSyntax         Error = "ERR syntax error"
	ErrNotInteger     Error = "ERR value is not an integer or out of range"
	ErrNotFloat       Error = "ERR value is not a valid float"
	ErrNoSuchKey      Error = "ERR no such key"
	ErrOutOfRange     Error = "ERR value is out of range"
	ErrNotPositive    Error = "ERR value is out of range, must be positive"
	ErrInvalidDBIndex Error = "ERR invalid DB index"
	ErrDBIndexRange   Error = "ERR DB index is out of range"
	ErrOOM            Error = "OOM command not allowed when used memory > 'maxmemory'."
	ErrNoAuth         Error = "NOAUTH Authentication required."
	ErrInvalidCursor  Error = "ERR invalid cursor"
	ErrExpireNX       Error = "ERR NX and XX, GT or LT options at the same time are not compatible"
	ErrExpireGTLT     Error = "ERR GT and LT options at the same time are not compatible"
	ErrZAddNXXX       Error = "ERR XX and NX options at the same time are not compatible"
	ErrZAddGTLTNX     Error = "ERR GT, LT, and/or NX options at the same time are not compatible"
	ErrZAddIncrPairs  Error = "ERR INCR option supports a single increment-element pair"
	ErrScoreNaN       Error = "ERR resulting score is not a number (NaN)"
	ErrMinMaxNotFloat Error = "ERR min or max is not a float"
	ErrMinMaxNotLex   Error = "ERR min or max not valid string range item"
	ErrLexWithScores  Error = "ERR syntax error, WITHSCORES not supported in combination with BYLEX"
	ErrLimitAlone     Error = "ERR syntax error, LIMIT is only supported in combination with " +
		"either BYSCORE or BYLEX"
)

// WrongArity is the reply to a wrong number of arguments of a command ("get", "config|get").
func WrongArity(command string) Error {
	return Error(fmt.Sprintf("ERR wrong number of arguments for '%s' command", command))
}

// UnknownCommand quotes the command and the beginning of its arguments, as Redis cuts them.
func UnknownCommand(args [][]byte) Error {
	const quoted = 128 // bytes of the arguments that are shown
	var list []byte
	for i := 1; i < len(args) && len(list) < quoted; i++ {
		room := quoted - len(list)
		arg := args[i]
		if len(arg) > room {
			arg = arg[:room]
		}
		list = append(list, '\'')
		list = append(list, arg...)
		list = append(list, "' "...)
	}
	name := args[0]
	if len(name) > quoted {
		name = name[:quoted]
	}
	return Error(fmt.Sprintf("ERR unknown command '%s', with args beginning with: %s", name, list))
}

// UnknownSubcommand is the reply to "CONFIG NOPE".
func UnknownSubcommand(sub []byte, command string) Error {
	const quoted = 128
	if len(sub) > quoted {
		sub = sub[:quoted]
	}
	return Error(fmt.Sprintf("ERR unknown subcommand '%s'. Try %s HELP.", sub, command))
}

// InvalidExpire is the reply to a deadline that does not fit.
func InvalidExpire(command string) Error {
	return Error(fmt.Sprintf("ERR invalid expire time in '%s' command", command))
}

// UnsupportedOption is the reply to an option of EXPIRE that does not exist.
func UnsupportedOption(option []byte) Error {
	return Error(fmt.Sprintf("ERR Unsupported option %s", option))
}

// Failure is the reply when the server could not do what it was asked to, for a reason of its own.
func Failure(err error) Error { return Error("ERR " + err.Error()) }

// Protocol is the reply to bytes that are not the protocol, after which the connection closes.
func Protocol(what string) Error { return Error("ERR Protocol error: " + what) }

// Code is the number of an error in the native protocol.
type Code uint32

// The codes of the native protocol.
const (
	CodeUnknownCommand Code = 1
	CodeTooBig         Code = 2
	CodeWrongType      Code = 3
	CodeBadArgument    Code = 4
	CodeOther          Code = 5
)

// ProtectedCommand refuses a command that a setting switches off. Redis: rejectCommand in
// processCommand, for CMD_PROTECTED.
func ProtectedCommand(name string) Error {
	option := "enable-" + name + "-command"
	return Error("ERR " + strings.ToUpper(name) + " command not allowed. If the " + option +
		" option is set to \"local\", you can run it from a local connection, otherwise you need" +
		" to set this option in the configuration file, and then restart the server.")
}
