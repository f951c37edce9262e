package compat_test

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// accessCommands are commands of all kinds: K stands for a key, of which L is a list, and so on.
var accessCommands = strings.Fields(`
GET_K SET_K_v SETNX_K_v GETSET_K_w APPEND_K_x STRLEN_K EXISTS_K TYPE_K TTL_K PTTL_K EXPIRE_K_1000
PERSIST_K OBJECT_ENCODING_K OBJECT_FREQ_K TOUCH_K TOUCH_K_K MGET_K_N MSET_K_v_N_1 INCR_N
INCRBYFLOAT_N_1
GETRANGE_K_0_1 SETRANGE_K_1_z GETEX_K GETDEL_G SET_G_v COPY_K_C_REPLACE RENAME_C_D DUMP_K
LPUSH_L_a RPOP_L LLEN_L LRANGE_L_0_-1 LSET_L_0_b LINDEX_L_0 LMOVE_L_M_LEFT_RIGHT LPOS_L_a
SADD_S_a SREM_S_a SCARD_S SMEMBERS_S SISMEMBER_S_a SUNION_S_T SUNIONSTORE_T_S SMOVE_S_T_a
HSET_H_f_v HGET_H_f HDEL_H_f HLEN_H HGETALL_H HINCRBY_H_n_1 HMGET_H_f_n HEXISTS_H_f HSTRLEN_H_f
ZADD_Z_1_a ZRANGE_Z_0_-1 ZCARD_Z ZSCORE_Z_a ZINCRBY_Z_1_a ZUNIONSTORE_Y_1_Z ZREM_Z_a ZRANK_Z_a
SETBIT_B_9_1 GETBIT_B_9 BITCOUNT_B BITOP_NOT_A_B SORT_L SORT_L_BY_K_STORE_M DEL_G UNLINK_C
XADD_X_1-1_f_v XLEN_X XRANGE_X_-_+ PFADD_P_a PFCOUNT_P GEOADD_Q_1_1_a GEOPOS_Q_a SCAN_0 KEYS_*
RANDOMKEY MEMORY_USAGE_K DEBUG_OBJECT_K`)

// accessKeys are the keys of these commands.
const accessKeys = "K N G C D L M S T H Z Y B A X P Q"

// TestAccessesAreNoted: with a factor of 0 each access counts one, so OBJECT FREQ tells which
// commands note one, and which values keep the counter of those that they replace.
func TestAccessesAreNoted(t *testing.T) {
	p := newPair(t, "--maxmemory-policy", "allkeys-lfu", "--lfu-log-factor", "0",
		"--lfu-decay-time", "0")
	redis, ringer := mustDial(t, p.redis.addr), mustDial(t, p.ringer.addr)
	rnd := rand.New(rand.NewPCG(1, 1))
	var history []string
	for i := range 3 * len(accessCommands) {
		word := accessCommands[i%len(accessCommands)]
		if i >= len(accessCommands) {
			word = accessCommands[rnd.IntN(len(accessCommands))]
		}
		line := strings.ReplaceAll(word, "_", " ")
		history = append(history, line)
		_, errRedis := redis.do(strings.Fields(line)...)
		_, errRinger := ringer.do(strings.Fields(line)...)
		if errRedis != nil || errRinger != nil {
			t.Fatal(errRedis, errRinger)
		}
		for _, key := range strings.Fields(accessKeys) {
			ask := "OBJECT FREQ " + key
			want, got := describe(redis.must(t, ask)), describe(ringer.must(t, ask))
			if want != got {
				t.Fatalf("after %q: %s = %s, want %s; the last commands: %q", line, ask, got, want,
					history[max(0, len(history)-8):])
			}
		}
	}
}

// TestClientNoTouch: the reads of such a client leave no trace, but for TOUCH.
func TestClientNoTouch(t *testing.T) {
	onlyRinger(t)
	p := newPair(t, "--maxmemory-policy", "allkeys-lfu", "--lfu-log-factor", "0",
		"--lfu-decay-time", "0")
	c := mustDial(t, p.ringer.addr)
	for _, x := range []struct{ line, freq string }{
		{"SET k v", ":5"}, {"GET k", ":6"}, {"CLIENT NO-TOUCH ON", ":6"}, {"GET k", ":6"},
		{"APPEND k x", ":6"}, {"TOUCH k", ":7"}, {"SET new v", ":7"}, {"CLIENT NO-TOUCH OFF", ":7"},
		{"GET k", ":8"}, {"CLIENT NO-TOUCH ON", ":8"}, {"RESET", ":8"}, {"GET k", ":9"},
	} {
		c.must(t, x.line)
		if got := ":" + c.must(t, "OBJECT FREQ k").text; got != x.freq {
			t.Errorf("after %s: OBJECT FREQ is %s, want %s", x.line, got, x.freq)
		}
	}
}
