package resptest_test

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/ringer-kv/ringer/resp/resptest"
)

func TestFailover(t *testing.T) {
	s := resptest.StartSentinel(t)
	rdb := redis.NewFailoverClient(&redis.FailoverOptions{
		MasterName: resptest.MasterName, SentinelAddrs: []string{s.Addr()},
	})
	defer rdb.Close()
	if err := rdb.Set(t.Context(), "k", "before", time.Hour).Err(); err != nil {
		t.Fatal(err)
	}
	s.Sync()
	s.Replica().RequireString(t, "k", "before")
	err := client(t, s.Replica()).Set(t.Context(), "k", "x", 0).Err()
	if err == nil || !strings.HasPrefix(err.Error(), "READONLY ") {
		t.Errorf("a write to the replica: %v", err)
	}
	old := s.Master()
	s.Failover()
	if s.Master() == old || s.Replica() != old {
		t.Error("the roles are as before")
	}
	for range 100 {
		if err = rdb.Set(t.Context(), "k", "after", 0).Err(); err == nil {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	if err != nil {
		t.Fatal(err)
	}
	s.Master().RequireString(t, "k", "after")
	s.Sync()
	old.RequireString(t, "k", "after")
}

func TestSentinelCommands(t *testing.T) {
	s := resptest.StartSentinel(t)
	rdb := redis.NewSentinelClient(&redis.Options{Addr: s.Addr()})
	defer rdb.Close()
	addr, err := rdb.GetMasterAddrByName(t.Context(), resptest.MasterName).Result()
	if err != nil || strings.Join(addr, ":") != s.Master().Addr() {
		t.Errorf("the master is at %v, %v", addr, err)
	}
	replicas, err := rdb.Replicas(t.Context(), resptest.MasterName).Result()
	if err != nil || len(replicas) != 1 || replicas[0]["name"] != s.Replica().Addr() {
		t.Errorf("replicas %v, %v", replicas, err)
	}
	master, err := rdb.Master(t.Context(), resptest.MasterName).Result()
	if err != nil || master["flags"] != "master" {
		t.Errorf("master %v, %v", master, err)
	}
	if _, err := rdb.GetMasterAddrByName(t.Context(), "nobody").Result(); err != redis.Nil {
		t.Errorf("an unknown master: %v", err)
	}
	if err := rdb.Master(t.Context(), "nobody").Err(); err == nil {
		t.Error("an unknown master has fields")
	}
}

func TestFailoverUnderLoad(t *testing.T) {
	s := resptest.StartSentinel(t)
	stop := make(chan struct{})
	var running sync.WaitGroup
	var replied sync.Map // keys
	for worker := range 6 {
		rdb := client(t, s.Master())
		if worker%2 == 1 {
			rdb = client(t, s.Replica())
		}
		running.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-stop:
					return
				default:
				}
				key := fmt.Sprint(worker, ":", i)
				_, err := rdb.TxPipelined(t.Context(), func(p redis.Pipeliner) error {
					p.Set(t.Context(), key, "v", 0)
					return p.RPush(t.Context(), "list", key).Err()
				})
				if err == nil {
					replied.Store(key, true)
				}
				rdb.BLPop(t.Context(), time.Millisecond, "none", "list")
			}
		})
	}
	for range 30 {
		time.Sleep(time.Millisecond)
		s.Failover()
	}
	close(stop)
	running.Wait()
	s.Sync()
	n := 0
	for key := range replied.Range {
		if n++; !s.Master().Exists(key.(string)) {
			t.Errorf("the write of %s is lost", key)
		}
	}
	master, replica := s.Master().Keys("*"), s.Replica().Keys("*")
	left, _ := s.Master().List("list")
	same, _ := s.Replica().List("list")
	if !slices.Equal(master, replica) || !slices.Equal(left, same) || n == 0 {
		t.Errorf("%d and %d keys, %d writes", len(master), len(replica), n)
	}
}

func TestReplicaRefusesTransactionsThatWrite(t *testing.T) {
	s := resptest.StartSentinel(t)
	if s.Replica().Clock() != s.Clock() {
		t.Error("the servers have clocks of their own")
	}
	master := client(t, s.Master())
	if err := master.Watch(t.Context(), func(tx *redis.Tx) error {
		tx.Get(t.Context(), "k")
		s.Failover()
		return tx.Get(t.Context(), "k").Err()
	}); err == nil || err == redis.Nil {
		t.Errorf("a connection to the old master: %v", err)
	}
	s.Failover()
	replica, err := s.Replica().Dial()
	if err != nil {
		t.Fatal(err)
	}
	defer replica.Close()
	lines := bufio.NewReader(replica)
	say := func(line string) string {
		io.WriteString(replica, line+"\r\n")
		text, _ := lines.ReadString('\n')
		return text
	}
	say("MULTI")
	if got := say("SET k v"); !strings.HasPrefix(got, "-READONLY ") {
		t.Errorf("queuing: %s", got)
	}
	say("DISCARD")
	say("MULTI")
	say("GET k")
	if got := say("EXEC"); !strings.HasPrefix(got, "*1") {
		t.Errorf("reading: %s", got)
	}
}
