package reply

import "testing"

func TestCodeIsDerivedFromTheText(t *testing.T) {
	cases := []struct {
		err  Error
		want Code
	}{
		{UnknownCommand([][]byte{[]byte("nope"), []byte("a")}), CodeUnknownCommand},
		{UnknownSubcommand([]byte("nope"), "CONFIG"), CodeUnknownCommand},
		{ErrFrameTooBig, CodeTooBig},
		{ErrStringTooBig, CodeTooBig},
		{ErrTooManyStrings, CodeTooBig},
		{ErrReplyTooBig, CodeTooBig},
		{"ERR string exceeds maximum allowed size (proto-max-bulk-len)", CodeTooBig},
		{Protocol("too big inline request"), CodeTooBig},
		{ErrWrongType, CodeWrongType},
		{ErrFrameMalformed, CodeBadArgument},
		{ErrSyntax, CodeBadArgument},
		{ErrNotInteger, CodeBadArgument},
		{ErrNotFloat, CodeBadArgument},
		{ErrOutOfRange, CodeBadArgument},
		{ErrInvalidDBIndex, CodeBadArgument},
		{ErrDBIndexRange, CodeBadArgument},
		{ErrInvalidCursor, CodeBadArgument},
		{WrongArity("get"), CodeBadArgument},
		{InvalidExpire("set"), CodeBadArgument},
		{"ERR min or max is not a float", CodeBadArgument},
		{"ERR timeout is negative", CodeBadArgument},
		{"ERR increment or decrement would overflow", CodeBadArgument},
		{"ERR GT, LT, and/or NX options at the same time are not compatible", CodeBadArgument},
		{ErrNoSuchKey, CodeOther},
		{ErrOOM, CodeOther},
		{ErrNoAuth, CodeOther},
		{"ERR max number of clients reached", CodeOther},
		{"EXECABORT Transaction discarded because of previous errors.", CodeOther},
		{"BUSYKEY Target key name already exists.", CodeOther},
		{"", CodeOther},
	}
	for _, c := range cases {
		if got := c.err.Code(); got != c.want {
			t.Errorf("%q has code %d, want %d", c.err, got, c.want)
		}
	}
}
