// Package keyspace is the engine of ringer: it owns the data of one server and executes commands.
// A front end (package resp, package binproto, or a third one) gives it batches of arguments and
// gets bytes back; a command (package command) finds its arguments, its database and its reply
// writer in a Ctx. Neither sees the other.
//
// # The picture
//
//	 connections                    Engine
//	+-----------+   Submit    +-------------+
//	| goroutine |------------>|  queue      |   many producers, lock-free
//	| or loop   |   Batch     +------+------+
//	|           |                    | take: all at once
//	|           |             +------v-----------------------------------------------+
//	|           |             | the owner goroutine: run                             |
//	|           |             |  handle -> runBatch -> lookAhead -> execute          |
//	|           |<------------|            flush  (Conn.Flush)                       |
//	+-----------+  bytes,     |  background: active expiry, idle rehashing           |
//	               BatchDone  +----+------------------------------+------------------+
//	                               | owns                         | detached objects
//	               +---------------v-------------+        +-------v------+
//	               | DBs: dict + expiry heap     |        | worker: free |
//	               | sessions, config, counters  |<-------| (arena.Chain)|
//	               +-----------------------------+ splice +--------------+
//
// # Terminology
//
//   - owner: the goroutine that New starts. It alone touches what is marked "Owned by the keyspace
//     goroutine". Everything else talks to it through the queue.
//   - session: the state of one client. conn: the front end's half of it.
//   - batch: the whole commands that a front end found in its buffer, handed over at once. It
//     belongs to the owner from Submit to BatchDone.
//   - round: what the owner does between two looks at the queue: all events that were there.
//   - entry: a key with its value, one block in the arena. See entryHead.
//   - space: the arena that all databases share, replaced as a whole by FLUSHALL.
//   - deadline: when a key expires, absolute; ttl: how long until then.
//
// # Invariants
//
//	I1  an entry is in the table of exactly one database, under the hash of its key
//	I2  an entry has a deadline exactly if its Expire is the index of its item in the heap of its
//	    database
//	I3  the blocks of the arena are the entries, their values and the tables, and nothing else
//	    but shadows: used is their sum (but for what is on the worker)
//	I4  no object but a stream is empty: the last element takes the key with it
//	I5  a session has at most one batch, and gets BatchDone once for each
//	I6  replies and pushes of a session leave in the order in which they were made; at most one
//	    buffer of a session is with its connection
//	I7  the owner never waits for anything but its queue, unless a transaction contains a
//	    command that reads or writes files: see Await
//	I8  a session that waits for keys stands once in the queue of each, has its batch, and, if it
//	    has a deadline, is in the heap of timeouts
//	I9  a hash of which a field has a deadline is in the heap of its database by the earliest
//	    one, under the Index that the hash keeps
//	I10 a watch is in the list of its key and among those of its session, or nowhere; what sessions
//	    have queued is counted to the byte
//	I11 a subscription is in the list of its topic and in that of its session, or nowhere; there is
//	    no topic without one
//	I12 a session tracks, is found by its id among those that do, and is with its prefixes, or none
//	    of these; the tracked keys, their ids and the prefixes are counted
//	I13 a session's user is one that there is; its commands are checked, unless it has logged in as
//	    a user who may do everything
//	I14 a script is found by its SHA1 and by its text, and what scripts take up is their sum; while
//	    none runs, their session has neither a database nor a user
//	I15 a library is found by its name and has functions; a function is found by its name in small
//	    letters, and its library is there
//
// (*Engine).Check tests all that concern data, and I8, I10 to I15.
//
// # How the hard parts work
//
// Waiting. The owner sleeps on a channel that a producer sends to only if asleep says so; the flag
// is set before a last look at the queue, so a push is seen either by that look or by the flag.
// Before it sleeps the owner yields a few times: the goroutines that are ready then fill the queue,
// and one round serves them all.
//
// Output. A session's writer appends to a buffer that goes from session to session as long as
// Conn.Flush writes everything at once. If the connection keeps a buffer, its socket is full; the
// session then collects at most outputHighWater bytes of a batch, and the rest of the batch waits
// until the connection says that it has drained. A kept buffer comes back with the next batch.
//
// Memory latency. See window: the keys of a batch are hashed and their buckets and entries read
// before the first command runs, so that the cache misses overlap.
//
// Expiry. A lookup deletes a key whose deadline has passed; and as the heap knows the next
// deadline, the owner sleeps no longer than until then. No sampling is needed, and no expired key
// stays in memory for long. Fields of hashes are treated the same way. An active slice is bounded,
// and ends when there is work in the queue.
//
// Idle work. On one processor, which is the default, an owner that only yields would keep the
// scheduler from asking the system for requests: that happens when nothing else is ready, or every
// ten milliseconds. So what can wait is done for a fraction of a millisecond, and then the owner
// sleeps for a moment.
//
// Blocking. A command that waits for a key leaves its batch where it is. Every entry that comes
// into a table looks whether somebody waits for its key, and if so the queue is served when the
// command has ended; the sessions that were answered go on at the end of the round. See waiter.
//
// Scripts. A script runs within its command, and calls commands in a session of its own; its
// interpreter is package lua. Every so many steps the owner looks up from it: at the time, at the
// heap, and, if it has run for too long, at the queue, where everybody is told so: see
// script_busy.go. What the script has made ready, and whoever has hung up, waits until it ends.
//
// Freeing. What is large is cut off its table, which is O(1), and walked by the worker, which
// builds chains of free blocks; splicing them is O(size classes). FLUSHALL does not walk at
// all, unless many arenas wait to be unmapped already: it puts a new arena in place of the old one,
// which the worker unmaps.
//
// # Limits
//
// Data is limited to 32 GiB (arena.MaxBytes); a command that might not fit is refused with Redis's
// OOM error. Keys and strings are limited to 512 MiB by the protocol.
//
// # Sources
//
// The order of checks and the texts are those of Redis 7.0.15. Different from Redis: one thread of
// execution, but many connections' goroutines; exact expiry in place of sampling; a FLUSH and a DEL
// that never block, whatever the lazyfree settings say; no fork.
package keyspace
