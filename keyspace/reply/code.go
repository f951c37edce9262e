package reply

import "strings"

// The texts of errors that only the native port has, and scripts that reply too much.
const (
	ErrFrameTooBig    Error = "ERR Protocol error: too big frame"
	ErrStringTooBig   Error = "ERR Protocol error: too big string"
	ErrTooManyStrings Error = "ERR Protocol error: too many strings"
	ErrFrameMalformed Error = "ERR Protocol error: malformed frame"
	ErrReplyTooBig    Error = "ERR too big reply"
)

// codesByPrefix gives the code of the errors that begin so; the first that matches holds.
var codesByPrefix = [...]struct {
	prefix string
	code   Code
}{
	{"WRONGTYPE ", CodeWrongType},
	{"ERR unknown command", CodeUnknownCommand},
	{"ERR unknown subcommand", CodeUnknownCommand},
	{"ERR Protocol error: too ", CodeTooBig},
	{"ERR Protocol error: unauthenticated ", CodeTooBig},
	{"ERR too big ", CodeTooBig},
	{"ERR string exceeds maximum allowed size", CodeTooBig},
	{"ERR Protocol error: ", CodeBadArgument},
	{"ERR syntax error", CodeBadArgument},
	{"ERR wrong number of arguments", CodeBadArgument},
	{"ERR value is ", CodeBadArgument},
	{"ERR invalid ", CodeBadArgument},
	{"ERR Invalid ", CodeBadArgument},
	{"ERR Unrecognized ", CodeBadArgument},
	{"ERR Unknown ", CodeBadArgument},
	{"ERR Unsupported ", CodeBadArgument},
}

// argumentPhrases are the words by which the other texts of Redis say that an argument is wrong.
var argumentPhrases = [...]string{
	" must be ", " should be ", " can't be ", " cannot be ", " is not a", " is not valid",
	" not a valid ", " out of range", " is negative", " not compatible", " is invalid",
	" would overflow",
}

// Code is the number by which the native protocol sorts the error. It is derived from the text,
// here and nowhere else, so that no command has to think of it. An error that complains of the
// state of the server or of the session, not of the request, is CodeOther.
func (e Error) Code() Code {
	text := string(e)
	for i := range codesByPrefix {
		if strings.HasPrefix(text, codesByPrefix[i].prefix) {
			return codesByPrefix[i].code
		}
	}
	if !strings.HasPrefix(text, "ERR ") {
		return CodeOther
	}
	for _, phrase := range argumentPhrases {
		if strings.Contains(text, phrase) {
			return CodeBadArgument
		}
	}
	return CodeOther
}
