package resptest_test

import (
	"context"
	"fmt"
	"log"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/ringer-kv/ringer/resp/resptest"
)

// In a test it is srv := resptest.Start(t), and nothing to close.
func ExampleStart() {
	test := func(t *testing.T) {
		srv := resptest.Start(t)
		rdb := redis.NewClient(&redis.Options{Addr: srv.Addr()})
		defer rdb.Close()
		rdb.Set(t.Context(), "greeting", "hello", 0)
		srv.RequireString(t, "greeting", "hello")
	}
	_ = test
}

func ExampleNew() {
	srv, err := resptest.New()
	if err != nil {
		log.Fatal(err)
	}
	defer srv.Close()
	rdb := redis.NewClient(&redis.Options{Addr: srv.Addr()})
	defer rdb.Close()
	ctx := context.Background()
	rdb.LPush(ctx, "queue", "job 1", "job 2")
	fmt.Println(rdb.RPop(ctx, "queue").Val())
	fmt.Println(srv.List("queue"))
	// Output:
	// job 1
	// [job 2] true
}

// mustNew starts a server for an example.
func mustNew(opts ...resptest.Option) *resptest.Server {
	srv, err := resptest.New(opts...)
	if err != nil {
		log.Fatal(err)
	}
	return srv
}

func ExampleClock_Advance() {
	srv := mustNew()
	defer srv.Close()
	rdb := redis.NewClient(&redis.Options{Addr: srv.Addr()})
	defer rdb.Close()
	ctx := context.Background()
	rdb.Set(ctx, "session:7", "alice", 30*time.Minute)
	srv.Clock().Advance(29 * time.Minute)
	fmt.Println(srv.Exists("session:7"))
	srv.Clock().Advance(time.Minute)
	fmt.Println(srv.Exists("session:7"))
	// Output:
	// true
	// false
}

func ExampleWithClock() {
	clock := resptest.NewClock(time.Date(2030, time.January, 1, 0, 0, 0, 0, time.UTC))
	srv := mustNew(resptest.WithClock(clock))
	defer srv.Close()
	srv.SetString("k", "v")
	srv.SetTTL("k", time.Hour)
	clock.Advance(20 * time.Minute)
	fmt.Println(srv.TTL("k"))
	// Output: 40m0s true
}

func ExampleServer_Dial() {
	srv := mustNew()
	defer srv.Close()
	conn, err := srv.Dial()
	if err != nil {
		log.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "PING\r\n")
	reply := make([]byte, 100)
	n, _ := conn.Read(reply)
	fmt.Printf("%q\n", reply[:n])
	// Output: "+PONG\r\n"
}

func ExampleServer_Inject() {
	srv := mustNew()
	defer srv.Close()
	rdb := redis.NewClient(&redis.Options{Addr: srv.Addr(), MaxRetries: -1})
	defer rdb.Close()
	ctx := context.Background()
	fault := srv.Inject(resptest.Fault{Command: "SET", Key: "cart:*", Error: resptest.Loading})
	fmt.Println(rdb.Set(ctx, "cart:7", "apple", 0).Err())
	fmt.Println(rdb.Set(ctx, "user:7", "alice", 0).Err())
	fault.Remove()
	fmt.Println(rdb.Set(ctx, "cart:7", "apple", 0).Err(), fault.Count())
	// Output:
	// LOADING Redis is loading the dataset in memory
	// <nil>
	// <nil> 1
}

func ExampleServer_Down() {
	srv := mustNew()
	defer srv.Close()
	rdb := redis.NewClient(&redis.Options{Addr: srv.Addr(), MaxRetries: -1, DialerRetries: 1})
	defer rdb.Close()
	ctx := context.Background()
	rdb.Set(ctx, "k", "v", 0)
	srv.Down()
	fmt.Println(rdb.Get(ctx, "k").Err() != nil)
	srv.Up()
	fmt.Println(rdb.Get(ctx, "k").Val())
	// Output:
	// true
	// v
}

func ExampleServer_Commands() {
	srv := mustNew()
	defer srv.Close()
	rdb := redis.NewClient(&redis.Options{Addr: srv.Addr()})
	defer rdb.Close()
	ctx := context.Background()
	rdb.Ping(ctx)
	srv.ResetCommands() // of the handshake
	rdb.Incr(ctx, "visits")
	rdb.Expire(ctx, "visits", time.Minute)
	for _, c := range srv.Commands() {
		fmt.Println(c)
	}
	// Output:
	// incr visits
	// expire visits 60
}

func ExampleDatabase_RequireHash() {
	test := func(t *testing.T) {
		srv := resptest.Start(t)
		// ... the code under test ...
		srv.RequireHash(t, "user:7", map[string]string{"name": "alice", "role": "admin"})
		srv.DB(1).RequireMissing(t, "user:7")
	}
	_ = test
}

func ExampleDatabase_Do() {
	srv := mustNew()
	defer srv.Close()
	fmt.Println(srv.Do("ZADD", "board", "3", "ann", "1", "bob"))
	fmt.Println(srv.Do("ZRANGE", "board", "0", "-1"))
	fmt.Println(srv.Do("INCR", "board"))
	// Output:
	// 2 <nil>
	// [bob ann] <nil>
	// <nil> WRONGTYPE Operation against a key holding the wrong kind of value
}

func ExampleNewCluster() {
	c, err := resptest.NewCluster(3)
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()
	rdb := redis.NewClusterClient(&redis.ClusterOptions{Addrs: c.Addrs()})
	defer rdb.Close()
	ctx := context.Background()
	for _, key := range []string{"foo", "bar", "hello"} {
		rdb.Set(ctx, key, "v", 0)
	}
	for i := range c.Len() {
		fmt.Println(i, c.Node(i).Keys("*"))
	}
	// Output:
	// 0 [bar hello]
	// 1 []
	// 2 [foo]
}

func ExampleServer_Snapshot() {
	test := func(t *testing.T) {
		srv := resptest.Start(t)
		// ... what is slow to set up, once ...
		snap := srv.Snapshot()
		for _, name := range []string{"buy", "sell"} {
			t.Run(name, func(t *testing.T) {
				srv.Restore(snap)
				// ... each begins with the same data ...
			})
		}
	}
	_ = test
}

func ExampleSentinel_Failover() {
	s, err := resptest.NewSentinel()
	if err != nil {
		log.Fatal(err)
	}
	defer s.Close()
	rdb := redis.NewFailoverClient(&redis.FailoverOptions{
		MasterName: resptest.MasterName, SentinelAddrs: []string{s.Addr()},
	})
	defer rdb.Close()
	ctx := context.Background()
	rdb.Set(ctx, "k", "v", 0)
	before := s.Master()
	s.Failover()
	fmt.Println(s.Master() != before)
	fmt.Println(s.Master().String("k"))
	// Output:
	// true
	// v true
}

func ExampleCluster_MoveSlot() {
	c, err := resptest.NewCluster(2)
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()
	rdb := redis.NewClusterClient(&redis.ClusterOptions{Addrs: c.Addrs()})
	defer rdb.Close()
	ctx := context.Background()
	rdb.Set(ctx, "foo", "bar", 0)
	fmt.Println(c.NodeOf("foo") == c.Node(1))
	c.MoveSlot(resptest.Slot("foo"), 0)
	fmt.Println(c.NodeOf("foo") == c.Node(0), rdb.Get(ctx, "foo").Val())
	// Output:
	// true
	// true bar
}
