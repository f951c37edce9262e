// Ringer-cli is the client of ringer's native protocol for a person and for scripts: it runs one
// command and exits, or reads commands at a prompt or from a pipe, and prints replies as
// redis-cli prints them.
//
//	ringer-cli [options] command [argument ...]   run it; exit code 1 on an error reply
//	ringer-cli [options]                          a prompt
//	ringer-cli [options] < commands               one command on each line
//
// # How replies look
//
// To a terminal a reply is shown with its type, to a file or a pipe as its bare bytes, and
// --no-raw and --raw choose either. The forms are redis-cli's, byte for byte, but for one thing:
// a native frame does not tell a status such as OK from a string. Ringer-cli knows which
// commands reply by a status and shows that of such a command without quotes; a status inside an
// array (COMMAND, EXEC) is shown as the string that it is on the wire.
//
// # Reading the source
//
// options.go reads the command line, main.go picks one of the three ways to run, session.go
// holds the connection and runs a command on it, format.go prints replies, prompt.go and
// history.go are the prompt.
package main
