package resptest_test

import (
	"strings"
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
