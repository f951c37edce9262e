// Tidycheck is the lint of this repository: what the design and the style of
// ringer demand and the usual tools do not know. scripts/tidy runs it; it is also
// a test, so that go test ./... fails on whatever it finds.
//
// It parses every Go file with go/parser and resolves names within a package with
// go/types. Imports are not loaded: a stand-in importer is enough to tell a
// package name from a local variable, and keeps the whole run under a second.
//
// The rules, by the name in brackets that a finding carries:
//
//	layout     the top level holds the fixed entries only, and no Go file;
//	           no folder or package is called util, common, helpers, misc, manager
//	arrow      imports run one way: cmd -> resp, binproto -> keyspace/command ->
//	           keyspace -> types -> leaves -> standard library; resp and binproto
//	           never import each other and see no data structure; the modules of
//	           others are imported only where the design names them
//	unsafe     unsafe stands in types/arena only
//	long       a function has at most 70 lines; one with a flat switch may carry
//	           //tidy:long <reason> in its comment. There is no list of exemptions
//	nesting    control statements nest at most 3 deep; a function literal begins anew
//	params     a function has at most 4 parameters; the receiver does not count
//	columns    a line has at most 100 columns
//	calls      in types and keyspace/{acl,command,expiry,reply,inline}: no sync, no go
//	           statement, no channel, no clock, no global random numbers, no net, no log
//	state      no init function, and no package-level variable that can change: it
//	           is an error sentinel or a value that nothing in the package writes to.
//	           What the rule can't see through carries //tidy:table <reason>
//	wire       the text of an error reply stands in keyspace/reply/errors.go, and the
//	           table by which the native protocol sorts them in code.go beside it
//	todo       no comment postpones work
//	doc        every exported name outside package main has a comment that begins
//	           with it
//	owner      every exported struct of keyspace, resp and binproto says in a fixed
//	           sentence who may touch it
//
// Tests are held to long, nesting, params, columns, unsafe, todo and layout. What
// they import, call and keep is their own affair.
package main
