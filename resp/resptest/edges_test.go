package resptest_test

import (
	"errors"
	"fmt"
	"net"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/ringer-kv/ringer/resp/resptest"
)

func TestAddressOfAServerThatIsDown(t *testing.T) {
	srv := resptest.Start(t)
	srv.Down()
	addr := srv.Addr()
	if _, err := net.Dial("tcp", addr); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("down, and connecting: %v", err)
	}
	srv.Up()
	if srv.Addr() != addr {
		t.Errorf("up at %s, not at %s", srv.Addr(), addr)
	}
	if err := client(t, srv).Ping(t.Context()).Err(); err != nil {
		t.Error(err)
	}
}

func TestAfterClose(t *testing.T) {
	before := leftovers(t)
	srv, err := resptest.New()
	if err != nil {
		t.Fatal(err)
	}
	srv.SetString("k", "v")
	srv.Close()
	if srv.Port() != "0" || srv.Exists("k") || srv.Type("k") != "" || srv.Keys("*") != nil {
		t.Errorf("port %s, type %q, keys %q", srv.Port(), srv.Type("k"), srv.Keys("*"))
	}
	if _, err := srv.Do("PING"); err == nil || err.Error() != "resptest: the server is closed" {
		t.Errorf("Do: %v", err)
	}
	srv.Down()
	srv.Up()
	srv.Restart()
	srv.Clock().Advance(time.Hour)
	if after := leftovers(t); after.descriptors > before.descriptors {
		t.Errorf("before %+v, after %+v", before, after)
	}
}

func TestWithAddrFailsAtOnce(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, err = resptest.New(resptest.WithAddr(l.Addr().String()))
	if !errors.Is(err, syscall.EADDRINUSE) {
		t.Errorf("a port that is taken: %v", err)
	}
	srv := resptest.Start(t, resptest.WithAddr("127.0.0.1:0"))
	if srv.Port() == "0" {
		t.Error("no port")
	}
}

func TestOptionsSayWhatIsWrong(t *testing.T) {
	for _, c := range []struct {
		opt  resptest.Option
		want string
	}{
		{
			resptest.WithConfig("nonsense", "1"),
			`WithConfig("nonsense", "1"): Bad directive or wrong number of arguments`,
		},
		{
			resptest.WithConfig("maxmemory", "x"),
			`WithConfig("maxmemory", "x"): argument must be a memory value`,
		},
		{
			resptest.WithAddr("127.0.0.1"),
			`WithAddr("127.0.0.1"): address 127.0.0.1: missing port in address`,
		},
		{
			resptest.WithAddr("[::1]:http"),
			`WithAddr("[::1]:http"): port "http" is no number from 0 to 65535`,
		},
	} {
		if _, err := resptest.New(c.opt); err == nil || err.Error() != "resptest: "+c.want {
			t.Errorf("%v, want %s", err, c.want)
		}
	}
}

func TestDoWithoutAReply(t *testing.T) {
	srv := resptest.Start(t)
	if v, err := srv.Do("CLIENT", "REPLY", "OFF"); v != nil || err != nil {
		t.Errorf("%v, %v", v, err)
	}
}

func TestARunningClockGoesFar(t *testing.T) {
	clock := new(resptest.Clock)
	srv := resptest.Start(t, resptest.WithClock(clock))
	srv.SetString("k", "v")
	srv.SetTTL("k", time.Hour)
	for _, at := range []time.Time{
		time.Date(2400, 1, 2, 3, 4, 5, 0, time.UTC), time.Date(1970, 1, 2, 0, 0, 0, 0, time.UTC),
		time.Date(2900, 1, 2, 0, 0, 0, 0, time.UTC),
	} {
		clock.Set(at)
		if d := client(t, srv).Time(t.Context()).Val().Sub(at); d < 0 || d > time.Minute {
			t.Errorf("set to %v, TIME is %v later", at, d)
		}
	}
	srv.RequireMissing(t, "k")
}

func TestCommandsAreBoundedInBytes(t *testing.T) {
	srv := resptest.Start(t)
	rdb := client(t, srv)
	args := []any{"mset"}
	for i := range 100 {
		args = append(args, fmt.Sprint("k", i), strings.Repeat("v", 5000))
	}
	for range 100 {
		if err := rdb.Do(t.Context(), args...).Err(); err != nil {
			t.Fatal(err)
		}
	}
	total := 0
	all := srv.Commands()
	for _, c := range all {
		for _, a := range c.Args {
			total += len(a)
		}
	}
	if total > 16<<20 || total < 15<<20 || all[len(all)-1].Args[0] != "mset" {
		t.Errorf("%d commands of %d bytes are remembered", len(all), total)
	}
}

func TestLongStringsDifferReadably(t *testing.T) {
	srv := resptest.Start(t)
	srv.SetString("big", strings.Repeat("x", 100_000)+"1"+strings.Repeat("y", 100_000))
	srv.SetList("list", strings.Repeat("x", 100_000), "b")
	got := failure(t, func(tb testing.TB) {
		srv.RequireString(tb, "big", strings.Repeat("x", 100_000)+"2"+strings.Repeat("y", 100_000))
	})
	want := `string "big" differs from byte 100000 on (- want, of 200001 bytes, + got, of 200001):` +
		"\n\t- ...\"" + strings.Repeat("x", 20) + "2" + strings.Repeat("y", 59) + "\"..." +
		"\n\t+ ...\"" + strings.Repeat("x", 20) + "1" + strings.Repeat("y", 59) + "\"..."
	if got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
	got = failure(t, func(tb testing.TB) { srv.RequireList(tb, "list", "a", "b") })
	if len(got) > 400 || !strings.Contains(got, "xxx ...") {
		t.Errorf("%d bytes: %.500s", len(got), got)
	}
}
