// Package command holds the commands: one Spec above one function each, one file for each of
// Redis's command groups or a part of it, one line in Table. It is the only package to change for
// a new command.
//
// A command function has four parts: it reads all its arguments, with a cursor for the options; it
// looks its keys up and checks their types; it changes them through the methods of the DB and
// tells so with Ctx.Changed; it replies, once. Nothing is changed before the last argument has
// been found valid, and the checks stand in the order of Redis, which clients can see.
//
// Functions bear the names that they have in Redis (zaddCommand, expireGenericCommand).
package command
