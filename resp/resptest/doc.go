// Package resptest is the Redis that a Go test starts in a fraction of a millisecond: a whole
// ringer in the test's process, as net/http/httptest is a web server there. It replaces the
// container, and it replaces the mock: what it answers is what redis-server 7.0.15 answers, byte by
// byte, since it is the server of cmd/ringer-server and no imitation.
//
//	func TestCart(t *testing.T) {
//		srv := resptest.Start(t) // closed by t.Cleanup
//		rdb := redis.NewClient(&redis.Options{Addr: srv.Addr()})
//		...
//		srv.Clock().Advance(30 * time.Minute) // keys expire, blocked clients time out
//		srv.RequireMissing(t, "cart:7")
//	}
//
// # Start and stop
//
// Start is for tests, New for everything else. Any number of servers run side by side; they share
// nothing but the table of commands. Close leaves no goroutine, descriptor or memory behind, and
// does not wait for clients, not even for those that are blocked. Options set the clock, the
// password, parameters of redis.conf, a seed for everything that is left to chance.
//
// A server listens on a free port of the loopback interface from the first call of Addr, URL, Host
// or Port on. Dial connects without any network.
//
// Down and Up, or Restart, take a server away from its clients and give it back, with its data and
// at the same address.
//
// # Time
//
// Time is real unless a test moves it on: Clock().Advance(d) and Set(t). WithClock(NewClock(t))
// makes it stand still between these calls. Everything goes by the one clock: TTLs of keys and of
// fields, TIME, ids of streams, timeouts of blocking commands, idle times. Advance returns when
// every effect is visible. A deadline has passed when the clock shows it; in Redis, where nobody
// could tell, that is a millisecond later.
//
// In a bubble of testing/synctest, a server started there goes by the bubble's time, as long as
// clients connect by Dial or DialContext:
//
//	synctest.Test(t, func(t *testing.T) {
//		srv := resptest.Start(t)
//		rdb := redis.NewClient(&redis.Options{Addr: "127.0.0.1:6379", Dialer: srv.DialContext})
//		defer rdb.Close()
//		rdb.Set(ctx, "k", "v", time.Hour)
//		time.Sleep(time.Hour)
//		srv.RequireMissing(t, "k")
//	})
//
// Give the client an address in digits, though it goes nowhere: go-redis looks up a name, and what
// package net then sets up must not be made within a bubble. Close client and server within it.
//
// # Faults
//
// Inject makes single commands fail: by their name, a pattern of their keys, the name of the
// client, the nth of them, or with a probability that a seed makes repeatable. They fail with an
// error reply, late, or by a connection that is closed before or after they were executed, or in
// the middle of the reply. What is injected can be removed, and counts what it hits.
//
//	srv.Inject(resptest.Fault{Command: "SET", Nth: 3, Error: resptest.Loading})
//	srv.Inject(resptest.Fault{Key: "lock:*", Delay: time.Second})
//	srv.Inject(resptest.Fault{Client: "worker", Drop: resptest.DropAfter})
//
// # Seeing
//
// Commands are what the code under test has sent; if the test fails, the last of them are logged.
// String, List, Set, Hash, SortedSet, Stream and TTL read data as Go values, RequireString and its
// kin fail the test with a difference that can be read; SetString and its kin write. Do executes
// any command. None of these is counted among Commands, or hit by a Fault. Snapshot and Restore
// bring all data back to where it was, between sub-tests.
//
// # Cluster and Sentinel
//
// StartCluster starts n servers that answer as the nodes of a Redis Cluster, so that
// redis.NewClusterClient works, and a test can move slots from one to another and see MOVED and
// ASK handled. StartSentinel starts a master with a replica and the Sentinel that
// redis.NewFailoverClient asks, and fails over when it is told to. Neither loses a write that was
// replied to, however many clients write meanwhile. All servers of one go by one clock.
//
// # Coming from miniredis
//
//	miniredis                              resptest
//	m := miniredis.RunT(t)                 srv := resptest.Start(t)
//	m, err := miniredis.Run()              srv, err := resptest.New()
//	m.StartAddr(addr)                      resptest.Start(t, resptest.WithAddr(addr))
//	m.RequireAuth(pw)                      resptest.Start(t, resptest.WithPassword(pw))
//	m.RequireUserAuth(user, pw)            srv.Do("ACL", "SETUSER", user, "on", ">"+pw, "+@all", ...)
//	m.Addr(), Host(), Port()               srv.Addr(), Host(), Port()
//	m.Close(), Restart()                   srv.Close(), Down() and Up(), Restart()
//	m.FastForward(d)                       srv.Clock().Advance(d)
//	m.SetTime(t)                           srv.Clock().Set(t); resptest.WithClock(NewClock(t))
//	m.Seed(n)                              resptest.WithSeed(n)
//	m.SetError(text)                       srv.Inject(resptest.Fault{Error: text})
//	m.Server().SetPreHook(f)               srv.Inject(resptest.Fault{Command: ...})
//	m.CommandCount()                       len(srv.Commands())
//	m.CurrentConnectionCount()             srv.Do("INFO", "clients")
//	m.Get(k), Set(k, v)                    srv.String(k), SetString(k, v)
//	m.List(k), Push, Lpush                 srv.List(k), SetList(k, ...)
//	m.Members(k), SIsMember, SetAdd        srv.Set(k), SetSet(k, ...)
//	m.HGet, HKeys, HSet                    srv.Hash(k), SetHash(k, ...)
//	m.SortedSet(k), ZMembers, ZAdd         srv.SortedSet(k), SetSortedSet(k, ...)
//	m.Stream(k), XAdd                      srv.Stream(k), AddEntry(k, id, ...)
//	m.TTL(k), SetTTL                       srv.TTL(k), SetTTL(k, d)
//	m.Exists, Type, Keys, Del              srv.Exists, Type, Keys, Del
//	m.FlushAll(), FlushDB()                srv.FlushAll(), FlushDB()
//	m.DB(n)                                srv.DB(n)
//	m.CheckGet(t, k, v)                    srv.RequireString(t, k, v)
//	m.CheckList(t, k, ...)                 srv.RequireList(t, k, ...)
//	m.CheckSet(t, k, ...)                  srv.RequireSet(t, k, ...)
//	m.NewSubscriber()                      Subscribe of any client
//	m.Publish, PfAdd, Incr, everything else     srv.Do("PUBLISH", ...)
//
// What is different then: keys expire by themselves, also when nobody calls Advance; every command
// of the server is there, with the errors of Redis; inline commands, and so redis-cli and
// redis-benchmark, work.
//
// # Scripts
//
// EVAL, FUNCTION and FCALL are there with all libraries, cjson, cmsgpack, struct and bit among
// them, and with Redis's error texts, lines included. A script that does not end lets others be
// answered with BUSY, can be killed, and does not keep Close from returning. What a script calls is
// neither among Commands nor hit by a Fault; the script itself is.
//
// # Limits
//
// The data of one server is limited to 4 GiB of memory, which nobody pays for unless it is used.
// Persistence is not there, nor is TLS: parameters about files and the network, which WithConfig
// and CONFIG SET take, have no effect. A replica of StartSentinel says by ROLE what it
// is; its INFO and HELLO call it a master. In a bubble of testing/synctest a cluster or a Sentinel
// can't be used, as their clients need addresses.
package resptest
