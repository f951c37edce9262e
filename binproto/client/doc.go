// Package client talks to a ringer server over its native protocol.
//
//	c, err := client.Dial(ctx, "127.0.0.1:1234")
//	if err != nil {
//		return err
//	}
//	defer c.Close()
//	v, err := c.Do("ZQUERY", "board", 100, "", 0, 10)
//
// Do sends one command and waits for its reply. Send, Flush and Receive are the parts of it, for
// pipelines: any number of commands may be sent before the first reply is received, and replies
// come in the order of the commands.
//
// # Errors
//
// A reply that is an error is an *Error, with the code of the native protocol and Redis's text;
// the connection goes on. Any other error means that the connection is of no use any more: it has
// been closed, and each further call returns ErrClosed.
//
// # Deadlines
//
// Options.Timeout bounds each call, a context's deadline or its end bounds a DoContext. As the
// reply may come later all the same, a call that was broken off closes the connection.
//
// # Pushes
//
// A connection that has subscribed receives messages at any time, as frames of their own. It
// should use Receive alone, and Push to tell what has come. A frame does not say whether it is a
// push; Push goes by what the array looks like.
//
// # Memory
//
// A reply is read into a buffer of its own, of which the strings of the Value are views, so that a
// Value stays valid for ever and keeps the whole reply. A large reply's buffer grows as it arrives.
package client
