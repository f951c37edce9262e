package compat_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"
)

// TestGoRedisUsers: go-redis logs in as a user, and sees what that user may do and what not.
func TestGoRedisUsers(t *testing.T) {
	p := newPair(t)
	for _, s := range p.each() {
		for _, protocol := range []int{2, 3} {
			t.Run(fmt.Sprintf("%s RESP%d", s.name, protocol), func(t *testing.T) {
				testGoRedisUsers(t, s, protocol)
			})
		}
	}
}

func testGoRedisUsers(t *testing.T, s *server, protocol int) {
	ctx := t.Context()
	admin := newClient(t, s, &redis.Options{Protocol: protocol})
	check := func(what string, got, want any) {
		t.Helper()
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s: %v, want %v", what, got, want)
		}
	}
	check("ACL SETUSER", returned(admin.Do(ctx, "ACL", "SETUSER", "app", "on", ">secret", "+@all",
		"-@dangerous", "~app:*", "&app.*").Result()), "OK")
	app := newClient(t, s, &redis.Options{
		Protocol: protocol, Username: "app", Password: "secret", ClientName: "app-1",
	})
	check("WHOAMI", returned(app.Do(ctx, "ACL", "WHOAMI").Result()), "app")
	check("SET", returned(app.Set(ctx, "app:k", "v", 0).Result()), "OK")
	const key = "error: NOPERM this user has no permissions to access one of the keys used as" +
		" arguments"
	check("SET elsewhere", returned(app.Set(ctx, "k", "v", 0).Result()), key)
	check("KEYS", returned(app.Keys(ctx, "*").Result()),
		"error: NOPERM this user has no permissions to run the 'keys' command")
	_, err := app.TxPipelined(ctx, func(pipe redis.Pipeliner) error {
		pipe.Set(ctx, "app:k", "w", 0)
		pipe.Set(ctx, "k", "w", 0)
		return nil
	})
	check("a transaction", err != nil, true)
	check("GET", returned(app.Get(ctx, "app:k").Result()), "v")
	check("DRYRUN", returned(admin.ACLDryRun(ctx, "app", "get", "q").Result()),
		"This user has no permissions to access the 'q' key")
	wrong := newClient(t, s, &redis.Options{
		Protocol: protocol, Username: "app", Password: "wrong", MaxRetries: -1,
	})
	err = wrong.Ping(ctx).Err()
	check("a wrong password", err != nil && strings.HasPrefix(err.Error(), "WRONGPASS"), true)
	entries, err := admin.ACLLog(ctx, 10).Result()
	if err != nil || len(entries) < 3 || entries[0].Username != "app" {
		t.Errorf("ACL LOG: %+v, %v", entries, err)
	}
	check("ACL LOG RESET", returned(admin.ACLLogReset(ctx).Result()), "OK")
	check("ACL DELUSER", returned(admin.Do(ctx, "ACL", "DELUSER", "app").Result()), 1)
	err = app.Ping(ctx).Err()
	check("a user that is gone", err != nil, true)
}
