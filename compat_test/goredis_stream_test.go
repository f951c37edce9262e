package compat_test

import (
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// entryOf is an entry as go-redis returns it.
func entryOf(id, field, value string) redis.XMessage {
	return redis.XMessage{ID: id, Values: map[string]any{field: value}}
}

func TestGoRedisStreams(t *testing.T) {
	runCalls(t, []call{
		{"XAdd", func(r client) any {
			for _, id := range []string{"1-1", "2-*", "3-0", "4-0"} {
				a := redis.XAddArgs{Stream: "s", ID: id, Values: []string{"f", id}}
				if err := r.XAdd(bg, &a).Err(); err != nil {
					return err
				}
			}
			return returned(r.XLen(bg, "s").Result())
		}, int64(4)},
		{"XAdd of a small id", func(r client) any {
			a := redis.XAddArgs{Stream: "s", ID: "1-1", Values: []string{"f", "v"}}
			return returned(r.XAdd(bg, &a).Result())
		}, "error: ERR The ID specified in XADD is equal or smaller than the target stream top item"},
		{"XAdd that trims", func(r client) any {
			a := redis.XAddArgs{Stream: "s", ID: "5-0", MaxLen: 4, Values: []string{"f", "5-0"}}
			return returned(r.XAdd(bg, &a).Result())
		}, "5-0"},
		{"XRange", func(r client) any {
			return returned(r.XRangeN(bg, "s", "-", "(4-0", 5).Result())
		}, []redis.XMessage{entryOf("2-0", "f", "2-*"), entryOf("3-0", "f", "3-0")}},
		{"XRevRange", func(r client) any {
			return returned(r.XRevRangeN(bg, "s", "+", "-", 1).Result())
		}, []redis.XMessage{entryOf("5-0", "f", "5-0")}},
		{"XRead", func(r client) any {
			return returned(r.XRead(bg, &redis.XReadArgs{Streams: []string{"s", "4-0"}, Block: -1}).Result())
		}, []redis.XStream{{Stream: "s", Messages: []redis.XMessage{entryOf("5-0", "f", "5-0")}}}},
		{"XRead of nothing, for a while", func(r client) any {
			a := redis.XReadArgs{Streams: []string{"s", "$"}, Block: 20 * time.Millisecond}
			return returned(r.XRead(bg, &a).Result())
		}, "redis.Nil"},
		{"XDel", func(r client) any { return returned(r.XDel(bg, "s", "3-0", "9").Result()) }, int64(1)},
		{"XTrimMinID", func(r client) any {
			return returned(r.XTrimMinID(bg, "s", "4").Result())
		}, int64(1)},
		{"XInfoStream", func(r client) any {
			info, err := r.XInfoStream(bg, "s").Result()
			if err != nil {
				return err
			}
			return []any{info.Length, info.LastGeneratedID, info.MaxDeletedEntryID,
				info.EntriesAdded, info.RecordedFirstEntryID, info.FirstEntry.ID, info.LastEntry.ID}
		}, []any{int64(2), "5-0", "3-0", int64(5), "4-0", "4-0", "5-0"}},
	})
}

// readAs reads one entry of a group.
func readAs(r client, consumer, id string) any {
	return returned(r.XReadGroup(bg, &redis.XReadGroupArgs{
		Group: "g", Consumer: consumer, Streams: []string{"s", id}, Count: 1, Block: -1,
	}).Result())
}

// served is what a reader gets of an entry.
func served(id string) []redis.XStream {
	return []redis.XStream{{Stream: "s", Messages: []redis.XMessage{entryOf(id, "f", "v")}}}
}

func TestGoRedisStreamGroups(t *testing.T) {
	runCalls(t, append(groupReads, groupClaims...))
}

// groupReads and groupClaims are the life of a group.
var (
	groupReads = []call{
		{"XGroupCreateMkStream", func(r client) any {
			return returned(r.XGroupCreateMkStream(bg, "s", "g", "0").Result())
		}, "OK"},
		{"XGroupCreate once more", func(r client) any {
			return returned(r.XGroupCreate(bg, "s", "g", "0").Result())
		}, "error: BUSYGROUP Consumer Group name already exists"},
		{"XReadGroup of an empty stream", func(r client) any {
			return readAs(r, "alice", ">")
		}, "redis.Nil"},
		{"XReadGroup", func(r client) any {
			for _, id := range []string{"1-1", "2-2", "3-3"} {
				a := redis.XAddArgs{Stream: "s", ID: id, Values: []string{"f", "v"}}
				if err := r.XAdd(bg, &a).Err(); err != nil {
					return err
				}
			}
			return readAs(r, "alice", ">")
		}, served("1-1")},
		{"XReadGroup by another consumer", func(r client) any { return readAs(r, "bob", ">") },
			served("2-2")},
		{"XReadGroup of the history", func(r client) any { return readAs(r, "alice", "0") },
			served("1-1")},
	}
	groupClaims = []call{
		{"XPending", func(r client) any {
			p, err := r.XPending(bg, "s", "g").Result()
			if err != nil {
				return err
			}
			return *p
		}, redis.XPending{Count: 2, Lower: "1-1", Higher: "2-2",
			Consumers: map[string]int64{"alice": 1, "bob": 1}}},
		{"XPendingExt", func(r client) any {
			p, err := r.XPendingExt(bg, &redis.XPendingExtArgs{
				Stream: "s", Group: "g", Start: "-", End: "+", Count: 10, Consumer: "alice",
			}).Result()
			if err != nil || len(p) != 1 {
				return err
			}
			return []any{p[0].ID, p[0].Consumer, p[0].RetryCount, p[0].Idle < time.Minute}
		}, []any{"1-1", "alice", int64(2), true}},
		{"XClaim", func(r client) any {
			return returned(r.XClaim(bg, &redis.XClaimArgs{
				Stream: "s", Group: "g", Consumer: "bob", Messages: []string{"1-1"},
			}).Result())
		}, []redis.XMessage{entryOf("1-1", "f", "v")}},
		{"XAutoClaimJustID", func(r client) any {
			ids, next, err := r.XAutoClaimJustID(bg, &redis.XAutoClaimArgs{
				Stream: "s", Group: "g", Consumer: "carol", Start: "0", Count: 1,
			}).Result()
			return []any{ids, next, err}
		}, []any{[]string{"1-1"}, "2-2", error(nil)}},
		{"XAck", func(r client) any {
			return returned(r.XAck(bg, "s", "g", "1-1", "3-3").Result())
		}, int64(1)},
		{"XInfoGroups", func(r client) any {
			return returned(r.XInfoGroups(bg, "s").Result())
		}, []redis.XInfoGroup{{Name: "g", Consumers: 3, Pending: 1, LastDeliveredID: "2-2",
			EntriesRead: 2, Lag: 1}}},
		{"XInfoStreamFull", func(r client) any {
			info, err := r.XInfoStreamFull(bg, "s", 10).Result()
			if err != nil || len(info.Groups) != 1 {
				return err
			}
			return []any{info.Length, len(info.Entries), info.Groups[0].PelCount,
				len(info.Groups[0].Consumers)}
		}, []any{int64(3), 3, int64(1), 3}},
		{"XGroupDelConsumer", func(r client) any {
			return returned(r.XGroupDelConsumer(bg, "s", "g", "bob").Result())
		}, int64(1)},
		{"XGroupDestroy", func(r client) any {
			return returned(r.XGroupDestroy(bg, "s", "g").Result())
		}, int64(1)},
	}
)
