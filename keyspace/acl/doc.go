// Package acl is users and what they may do: it reads the rules of ACL SETUSER and of ACL files,
// judges requests by them, describes users in Redis's canonical form, and keeps the log of what was
// denied. It knows neither sessions nor commands: who asks, and what a request uses, the keyspace
// finds out.
//
//	ACL SETUSER app on >secret +@read -keys ~app:* (+set %W~app:log:*)
//
//	User app ----> passwords    SHA-256, never the text
//	   |
//	   +--> selector  rules outside of parentheses
//	   |       commands   a bit for each command of the Table     +@read -keys
//	   |       firstArgs  command -> first arguments              +select|0
//	   |       keys       globs, each with Read, Write or both    ~app:*
//	   |       channels   globs                                   &app.*
//	   +--> selector  (+set %W~app:log:*)
//	                    one of them must allow a request as a whole
//
//	Check(Request{command, keys, channels}) --> Allowed, or why not and which argument
//
// # Terminology
//
//   - rule: one word of ACL SETUSER. It changes a user, or a selector.
//   - selector: a set of permissions: commands, keys and channels. The first one of a user, the
//     root, is that of the rules outside of parentheses.
//   - Table: the commands that rules can name, each with its number, its id.
//   - category: a set of commands with a name. A rule about one reaches the sub-commands of its
//     containers, too, whatever their own categories.
//   - canonical form: the rules that make a user what it is, as ACL LIST shows them.
//
// # Invariants
//
//	I1  a user has a selector at least, the root
//	I2  a selector that allows all keys or channels lists none; no pattern stands in a list twice
//	I3  a selector that allows all commands has every bit
//	I4  a user without a password that must be given has none stored
//	I5  the rules of the canonical form make a user with the same canonical form, who may do the
//	    same
//	I6  rules that are refused change nothing
//
// check, in the tests, tests I1 to I6.
//
// # How the hard parts work
//
// Commands. There are some 400, so a set of them is seven words; a category is such a set, and a
// rule about it one OR. That a bit is set does not tell +@all from the sum of all commands, which
// matters for commands to come and for the canonical form: selector.future says it.
//
// The canonical form. Rules are not kept: a thousand of them may have made what three say. Instead
// the bits are summed up, as Redis 7.0 does it: start from all or nothing, take the category with
// the fewest wrong bits again and again, and mend the rest by single commands. Counting is
// AND and popcount. The form is kept until the user changes, so that ACL LIST of many users is
// cheap. Commands that Redis does not have are not counted: they would tip the balance, and the
// description of a user would not be the one that redis-server gives.
//
// Users stay. Sessions point to their User; rules change it in place, after all of them have been
// tried on a copy. An ACL file makes users of its own, which then replace those that there are;
// default stays the User that it was.
//
// # Complexity
//
// Check is O(1) for a user that may do everything, otherwise O(selectors * (keys * patterns)), each
// match at most the product of the lengths. Setting a user is linear in the rules, describing it in
// the commands.
//
// # Limits
//
// None but memory: whoever may change users may do everything. As in Redis, a first argument with
// blanks in it, and a glob with quotes or parentheses in a selector, can't be read back from the
// canonical form.
//
// # Sources
//
// The documentation of Redis 7.0 (ACL), and the behaviour of redis-server 7.0.15, which the tests
// ask. Different: single commands in the canonical form stand in order, where Redis has them in
// that of a hash table with a random seed.
package acl
