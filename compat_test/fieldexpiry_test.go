package compat_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// This file asserts directly what Redis 7.4 documents of the deadlines of a hash's fields, which
// redis-server 7.0.15 does not have.

// fieldExpiryCases is a script.
var fieldExpiryCases = []struct{ line, want string }{
	{"HSET h a 1 b 2 c 3", `:"3"`},
	{"OBJECT ENCODING h", `$"listpack"`},
	{"HTTL h FIELDS 2 a none", `[:"-1" :"-2"]`},
	{"HPTTL none FIELDS 2 a b", `[:"-2" :"-2"]`},
	{"HPERSIST h FIELDS 2 a none", `[:"-1" :"-2"]`},
	{"HPERSIST none FIELDS 1 a", `[:"-2"]`},
	{"HEXPIRE none 10 FIELDS 2 a b", `[:"-2" :"-2"]`},
	{"OBJECT ENCODING h", `$"listpack"`},
	{"HEXPIRE h 100 FIELDS 2 a none", `[:"1" :"-2"]`},
	{"OBJECT ENCODING h", `$"listpackex"`},
	{"HTTL h FIELDS 3 a b none", `[:"100" :"-1" :"-2"]`},
	{"hexpire h 200 nx fields 2 a b", `[:"0" :"1"]`},
	{"HEXPIRE h 300 XX FIELDS 3 a b c", `[:"1" :"1" :"0"]`},
	{"HEXPIRE h 200 GT FIELDS 3 a b c", `[:"0" :"0" :"0"]`},
	{"HEXPIRE h 400 GT FIELDS 2 a c", `[:"1" :"0"]`},
	{"HEXPIRE h 350 LT FIELDS 3 a b c", `[:"1" :"0" :"1"]`},
	{"HTTL h FIELDS 3 a b c", `[:"350" :"300" :"350"]`},
	{"HPERSIST h FIELDS 3 a b none", `[:"1" :"1" :"-2"]`},
	{"HTTL h FIELDS 2 a b", `[:"-1" :"-1"]`},
	{"OBJECT ENCODING h", `$"listpackex"`},

	// What clears a deadline, and what does not.
	{"HEXPIRE h 100 FIELDS 3 a b c", `[:"1" :"1" :"1"]`},
	{"HINCRBY h a 1", `:"2"`},
	{"HINCRBYFLOAT h b 0.5", `$"2.5"`},
	{"HSETNX h c 5", `:"0"`},
	{"HTTL h FIELDS 3 a b c", `[:"100" :"100" :"100"]`},
	{"HSET h a 7", `:"0"`},
	{"HMSET h b 7", `$"OK"`},
	{"HTTL h FIELDS 3 a b c", `[:"-1" :"-1" :"100"]`},
	{"COPY h h2", `:"1"`},
	{"HTTL h2 FIELDS 3 a b c", `[:"-1" :"-1" :"100"]`},
	{"OBJECT ENCODING h2", `$"listpackex"`},
	{"RENAME h2 h3", `$"OK"`},
	{"HTTL h3 FIELDS 1 c", `[:"100"]`},
	{"MOVE h3 1", `:"1"`},
	{"SELECT 1", `$"OK"`},
	{"HTTL h3 FIELDS 1 c", `[:"100"]`},
	{"DEL h3", `:"1"`},
	{"SELECT 0", `$"OK"`},
	{"HDEL h c", `:"1"`},
	{"HSET h c 1", `:"1"`},
	{"HTTL h FIELDS 1 c", `[:"-1"]`},

	// Absolute deadlines, and those that have passed.
	{"HEXPIREAT h 33177117420 FIELDS 1 a", `[:"1"]`},
	{"HEXPIRETIME h FIELDS 2 a b", `[:"33177117420" :"-1"]`},
	{"HPEXPIRETIME h FIELDS 2 a none", `[:"33177117420000" :"-2"]`},
	{"HPEXPIREAT h 33177117420001 FIELDS 1 a", `[:"1"]`},
	{"HPEXPIRETIME h FIELDS 1 a", `[:"33177117420001"]`},
	{"HEXPIRETIME h FIELDS 1 a", `[:"33177117421"]`},
	{"HEXPIRETIME none FIELDS 1 a", `[:"-2"]`},
	{"HEXPIREAT h 1 FIELDS 3 a none a", `[:"2" :"-2" :"-2"]`},
	{"HGETALL h", `[$"b" $"7" $"c" $"1"]`},
	{"HEXPIRE h 0 FIELDS 1 b", `[:"2"]`},
	{"HPEXPIRE h 0 GT FIELDS 1 c", `[:"0"]`},
	{"HPEXPIREAT h 0 LT FIELDS 1 c", `[:"2"]`},
	{"EXISTS h", `:"0"`},

	// The limits of a deadline.
	{"HSET h a 1", `:"1"`},
	{"HPEXPIREAT h 70368744177663 FIELDS 1 a", `[:"1"]`},
	{"HPEXPIREAT h 70368744177664 FIELDS 1 a", invalidExpire("hpexpireat")},
	{"HEXPIREAT h 70368744177 FIELDS 1 a", `[:"1"]`},
	{"HEXPIREAT h 70368744178 FIELDS 1 a", invalidExpire("hexpireat")},
	{"HEXPIRE h 9223372036854775807 FIELDS 1 a", invalidExpire("hexpire")},
	{"HPEXPIRE h 9223372036854775807 FIELDS 1 a", invalidExpire("hpexpire")},
	{"HPEXPIRE h 70368744177663 FIELDS 1 a", invalidExpire("hpexpire")},
	{"HPEXPIRE none 70368744177663 FIELDS 1 a", invalidExpire("hpexpire")},

	// Bad arguments, in the order in which they are noticed.
	{"SET s v", `$"OK"`},
	{"HEXPIRE s x BAD 0 a", wrongType},
	{"HTTL s BAD 0 a", wrongType},
	{"HPERSIST s BAD 0 a", wrongType},
	{"HEXPIRE h x BAD 0 a", notInt},
	{"HEXPIRE h 1.5 BAD 0 a", notInt},
	{"HEXPIRE h -1 BAD 0 a", `-"ERR invalid expire time, must be >= 0"`},
	{"HEXPIRE h 10 BAD 0 a", noFieldsWord},
	{"HEXPIRE h 10 NX 1 a", noFieldsWord},
	{"HEXPIRE h 10 NX XX FIELDS 1 a", noFieldsWord},
	{"HEXPIRE h 10 FIELDS 1 a NX", `-"ERR The ` + "`numfields`" +
		` parameter must match the number of arguments"`},
	{"HEXPIRE h 10 FIELDS 0 a", `-"ERR Parameter ` + "`numFields`" + ` should be greater than 0"`},
	{"HEXPIRE h 10 FIELDS x a", `-"ERR Parameter ` + "`numFields`" + ` should be greater than 0"`},
	{"HEXPIRE h 10 FIELDS 2 a", `-"ERR The ` + "`numfields`" +
		` parameter must match the number of arguments"`},
	{"HEXPIRE h 10 FIELDS a", `-"ERR wrong number of arguments for 'hexpire' command"`},
	{"HTTL h BAD 0 a", noFieldsWord},
	{"HTTL h FIELDS 0 a", `-"ERR Number of fields must be a positive integer"`},
	{"HPERSIST h FIELDS 9223372036854775808 a",
		`-"ERR Number of fields must be a positive integer"`},
	{"HPEXPIRETIME h FIELDS 1 a b", `-"ERR The ` + "`numfields`" +
		` parameter must match the number of arguments"`},
	{"HTTL none FIELDS 0 a", `-"ERR Number of fields must be a positive integer"`},
	{"HPERSIST h FIELDS 1", `-"ERR wrong number of arguments for 'hpersist' command"`},
	{"DEL h s", `:"2"`},
}

const noFieldsWord = `-"ERR Mandatory argument FIELDS is missing or not at the right position"`

func invalidExpire(command string) string {
	return fmt.Sprintf(`-"ERR invalid expire time in '%s' command"`, command)
}

// TestFieldExpiryScript runs the script under RESP2, RESP3 and natively, small and as a hashtable.
func TestFieldExpiryScript(t *testing.T) {
	onlyRinger(t)
	s := newPair(t).ringer
	resp2, resp3 := mustDial(t, s.addr), mustDial3(t, s)
	native, err := dialNative(s.nativeAddr)
	if err != nil {
		t.Fatal(err)
	}
	defer native.close()
	ports := map[string]func(line string) string{
		"RESP2": func(line string) string { return describeAs2(resp2.must(t, line)) },
		"RESP3": func(line string) string {
			v := resp3.must(t, line)
			if v.kind == '%' { // HGETALL
				v.kind = '*'
			}
			return describeAs2(v)
		},
		"native": func(line string) string {
			args, _ := split(line)
			v, err := native.do(args...)
			if err != nil {
				t.Fatalf("native %s: %v", line, err)
			}
			return describeAs2(v.value)
		},
	}
	for name, do := range ports {
		for _, entries := range []string{"512", "0"} {
			do("CONFIG SET hash-max-listpack-entries " + entries)
			runFieldExpiryScript(t, name+", "+entries+" entries", do, entries == "0")
		}
	}
}

func runFieldExpiryScript(t *testing.T, name string, do func(line string) string, large bool) {
	t.Helper()
	for _, c := range fieldExpiryCases {
		if got := do(c.line); !fieldReplyIs(c.line, got, c.want, large) {
			t.Errorf("%s: %s = %s, want %s", name, c.line, got, c.want)
		}
	}
}

// fieldReplyIs compares a reply with that of a small hash; large ones have another encoding, and
// their fields in another order.
func fieldReplyIs(line, got, want string, large bool) bool {
	switch {
	case large && strings.HasPrefix(line, "OBJECT ENCODING"):
		return got == `$"hashtable"`
	case large && strings.HasPrefix(line, "HGETALL"):
		return len(got) == len(want)
	}
	return got == want
}

// TestDumpOfTimedHashes: DUMP and RESTORE keep the deadlines of fields, those that have passed
// meanwhile count.
func TestDumpOfTimedHashes(t *testing.T) {
	onlyRinger(t)
	rdb := newClient(t, lab.shared.ringer, &redis.Options{})
	ctx := t.Context()
	for _, entries := range []string{"512", "2"} {
		rdb.FlushAll(ctx)
		rdb.ConfigSet(ctx, "hash-max-listpack-entries", entries)
		rdb.HSet(ctx, "h", "a", 1, "b", 2, "c", 3)
		rdb.HPExpireAt(ctx, "h", time.UnixMilli(33177117420123), "a")
		rdb.HPExpire(ctx, "h", 20*time.Millisecond, "b")
		payload := rdb.Dump(ctx, "h").Val()
		time.Sleep(30 * time.Millisecond)
		if err := rdb.Restore(ctx, "copy", 0, payload).Err(); err != nil {
			t.Fatal(err)
		}
		got, want := rdb.HPExpireTime(ctx, "copy", "a", "b", "c").Val(), []int64{33177117420123, -2, -1}
		if n := rdb.HLen(ctx, "copy").Val(); n != 2 || !slices.Equal(got, want) {
			t.Errorf("%s entries: %d fields with deadlines %v", entries, n, got)
		}
		if err := rdb.Do(ctx, "DEBUG", "RELOAD").Err(); err != nil {
			t.Fatal(err)
		}
		got = rdb.HPExpireTime(ctx, "copy", "a", "c").Val()
		if !slices.Equal(got, []int64{want[0], -1}) {
			t.Errorf("%s entries: after a reload the deadlines are %v", entries, got)
		}
		rdb.HPersist(ctx, "copy", "a")
		if plain := rdb.Dump(ctx, "copy").Val(); plain[len(plain)-10] != 10 {
			t.Errorf("without deadlines the version is %d", plain[len(plain)-10])
		}
	}
	rdb.ConfigSet(ctx, "hash-max-listpack-entries", "512")
}

// TestFieldsExpire waits for true deadlines: what expires is not seen by any command.
func TestFieldsExpire(t *testing.T) {
	onlyRinger(t)
	for _, entries := range []string{"512", "0"} {
		rdb := newClient(t, lab.shared.ringer, &redis.Options{})
		ctx := t.Context()
		rdb.FlushAll(ctx)
		rdb.ConfigSet(ctx, "hash-max-listpack-entries", entries)
		rdb.HSet(ctx, "h", "a", 1, "b", 2, "c", 3)
		rdb.HSet(ctx, "gone", "a", 1, "b", 2)
		got := rdb.HPExpire(ctx, "h", 30*time.Millisecond, "a", "b").Val()
		got = append(got, rdb.HPExpire(ctx, "gone", 30*time.Millisecond, "a", "b").Val()...)
		if !slices.Equal(got, []int64{1, 1, 1, 1}) {
			t.Fatalf("HPExpire = %v", got)
		}
		if ms := rdb.HPTTL(ctx, "h", "a").Val(); len(ms) != 1 || ms[0] > 30 {
			t.Errorf("HPTTL = %v", ms)
		}
		time.Sleep(40 * time.Millisecond)
		if got := rdb.HGetAll(ctx, "h").Val(); len(got) != 1 || got["c"] != "3" {
			t.Errorf("HGetAll = %v", got)
		}
		if n := rdb.HLen(ctx, "h").Val(); n != 1 {
			t.Errorf("HLen = %d", n)
		}
		if n := rdb.Exists(ctx, "gone").Val() + rdb.DBSize(ctx).Val(); n != 1 {
			t.Errorf("Exists and DBSize are %d together", n)
		}
		if got := rdb.HTTL(ctx, "h", "a", "c").Val(); !slices.Equal(got, []int64{-2, -1}) {
			t.Errorf("HTTL = %v", got)
		}
	}
	newClient(t, lab.shared.ringer, &redis.Options{}).
		ConfigSet(t.Context(), "hash-max-listpack-entries", "512")
}

// TestGoRedisFieldExpiry calls every method that go-redis has for it.
func TestGoRedisFieldExpiry(t *testing.T) {
	onlyRinger(t)
	for _, protocol := range []int{2, 3} {
		rdb := newClient(t, lab.shared.ringer, &redis.Options{Protocol: protocol})
		ctx := t.Context()
		rdb.FlushAll(ctx)
		rdb.HSet(ctx, "h", "a", 1, "b", 2, "c", 3, "d", 4)
		at := time.UnixMilli(33177117420123)
		for name, test := range map[string]struct {
			got  *redis.IntSliceCmd
			want []int64
		}{
			"1 HExpire":         {rdb.HExpire(ctx, "h", time.Hour, "a", "x"), []int64{1, -2}},
			"2 HExpireWithArgs": {rdb.HExpireWithArgs(ctx, "h", time.Hour, nxArgs, "a", "b"), nil},
			"3 HPExpireAt":      {rdb.HPExpireAt(ctx, "h", at, "c"), []int64{1}},
			"4 HPExpireTime":    {rdb.HPExpireTime(ctx, "h", "c"), []int64{at.UnixMilli()}},
			"5 HExpireTime":     {rdb.HExpireTime(ctx, "h", "c"), []int64{at.Unix() + 1}},
			"6 HExpireAt":       {rdb.HExpireAt(ctx, "h", time.Unix(1, 0), "d"), []int64{2}},
			"7 HPersist":        {rdb.HPersist(ctx, "h", "c", "d"), []int64{1, -2}},
			"8 HTTL":            {rdb.HTTL(ctx, "h", "c"), []int64{-1}},
		} {
			got, err := test.got.Result()
			if err != nil || test.want != nil && !slices.Equal(got, test.want) {
				t.Errorf("%s = %v, %v; want %v", name, got, err, test.want)
			}
		}
	}
}

var nxArgs = redis.HExpireArgs{NX: true}
