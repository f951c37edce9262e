package binproto_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/ringer-kv/ringer/binproto"
	"github.com/ringer-kv/ringer/keyspace"
)

// requests are commands, one a line, as frames.
func requests(text string) string {
	all := ""
	for line := range strings.SplitSeq(text, "|") {
		all += request(strings.Fields(line)...)
	}
	return all
}

// TestClientReply: what CLIENT REPLY mutes makes no frame at all, and every frame is whole: an EXEC
// is replied to as a whole or not at all, and in it a command without a reply replies nil.
func TestClientReply(t *testing.T) {
	inBothModes(t, func(t *testing.T, address string) {
		for _, c := range []struct {
			commands string
			want     []string
		}{
			{"CLIENT REPLY OFF|SET k 1|NOSUCH|CLIENT REPLY ON|GET k", []string{"OK", "1"}},
			{"CLIENT REPLY SKIP|SET k 2|GET k", []string{"2"}},
			{"CLIENT REPLY SKIP|CLIENT REPLY OFF|GET k|CLIENT REPLY ON|GET k", []string{"OK", "2"}},
			{"CLIENT REPLY OFF|MULTI|GET k|EXEC|CLIENT REPLY ON|GET k", []string{"OK", "2"}},
			{"MULTI|CLIENT REPLY SKIP|GET k|EXEC|GET k|GET k",
				[]string{"OK", "QUEUED", "QUEUED", "[nil 2]", "2"}},
			{"MULTI|GET k|CLIENT REPLY OFF|GET k|EXEC|GET k|CLIENT REPLY ON",
				[]string{"OK", "QUEUED", "QUEUED", "QUEUED", "[2 nil 2]", "OK"}},
			{"CLIENT REPLY OFF|MULTI|GET k|CLIENT REPLY ON|GET k|EXEC|GET k",
				[]string{"[2 OK 2]", "2"}},
			{"CLIENT REPLY OFF|SUBSCRIBE c|PUBLISH c x|UNSUBSCRIBE c|CLIENT REPLY ON",
				[]string{"[subscribe c 1]", "[unsubscribe c 0]", "OK"}},
			{"CLIENT REPLY MAYBE|PING", []string{"4 ERR syntax error", "PONG"}},
			{"MULTI|SET k 3|CLIENT KILL TYPE normal SKIPME no|GET k|EXEC|GET k",
				[]string{"OK", "QUEUED", "QUEUED", "QUEUED", "[OK 1 3]"}},
		} {
			got := unquoted(exchange(t, dial(t, address), requests(c.commands), false))
			if !slices.Equal(got, c.want) {
				t.Errorf("%s:\ngot  %q\nwant %q", c.commands, got, c.want)
			}
		}
	})
}

// TestEvictionsToOneself: what a client is told of the keys that its own command evicts comes
// outside of the frame of the reply.
func TestEvictionsToOneself(t *testing.T) {
	config := keyspace.NewConfig()
	config.NotifyEvents = 1<<14 - 1
	config.MaxMemoryPolicy = "allkeys-random"
	address := serve(t, true, config, binproto.Options{MaxFrame: 8 << 20})
	got := unquoted(exchange(t, dial(t, address), requests("SET k 1|SET l 1|MULTI|"+
		"SUBSCRIBE __keyevent@0__:evicted|CONFIG SET maxmemory 1|EXEC|PING x"), false))
	events := 0
	for _, reply := range got {
		if strings.HasPrefix(reply, "[message __keyevent@0__:evicted ") {
			events++
		}
	}
	if events != 2 || !slices.Contains(got, "[pong x]") {
		t.Errorf("%d events among %q", events, got)
	}
}

// unquoted are replies without the quotes of strings.
func unquoted(replies []string) []string {
	for i := range replies {
		replies[i] = strings.ReplaceAll(replies[i], `"`, "")
	}
	return replies
}
