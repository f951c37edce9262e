package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"strings"
	"testing"
	"time"
)

func TestParseSettings(t *testing.T) {
	for _, c := range []struct {
		args    string
		targets string
		rounds  int
	}{
		{"", "resp tcp 127.0.0.1:6379", 1},
		{"-protocol native", "native tcp 127.0.0.1:1234", 1},
		{"-h ::1 -p 7000", "resp tcp [::1]:7000", 1},
		{"-s /tmp/sock", "resp unix /tmp/sock", 1},
		{"-p 1 -compare 127.0.0.1:2,x=native@127.0.0.1:3",
			"resp tcp 127.0.0.1:1;resp tcp 127.0.0.1:2;native tcp 127.0.0.1:3", 5},
		{"-rounds 2 a=resp@host:1 b=/path", "resp tcp host:1;resp unix /path", 2},
	} {
		s, err := parseSettings(strings.Fields(c.args), io.Discard)
		if err != nil {
			t.Errorf("%q: %v", c.args, err)
			continue
		}
		var got []string
		for _, x := range s.targets {
			got = append(got, string(x.Proto)+" "+x.Net+" "+x.Addr)
		}
		if strings.Join(got, ";") != c.targets || s.rounds != c.rounds {
			t.Errorf("%q: %q in %d rounds", c.args, got, s.rounds)
		}
	}
	s, err := parseSettings(strings.Fields("-n 10 -mix set:2,get"), io.Discard)
	if err != nil || s.Duration != 0 || s.Count != 10 || len(s.runs) != 1 || len(s.runs[0].mix) != 2 {
		t.Errorf("%+v, %v", s, err)
	}
}

func TestParseSettingsRefuses(t *testing.T) {
	for _, args := range []string{
		"-c 0", "-c x", "-P 0", "-P 100001", "-d -1", "-r 0", "-r 1000000000001", "-p 65536",
		"-protocol http", "-t nothing", "-mix set:0", "-duration 0", "-rate -1", "-warmup -1s",
		"-threads 0", "nowhere", "x=http@host:1", "-compare host", "-nosuchflag",
	} {
		var explained bytes.Buffer
		_, err := parseSettings(strings.Fields(args), &explained)
		if !errors.Is(err, errUsage) || explained.Len() == 0 {
			t.Errorf("%q: %v, explained by %q", args, err, explained.String())
		}
	}
	var help bytes.Buffer
	if _, err := parseSettings([]string{"--help"}, &help); !errors.Is(err, flag.ErrHelp) ||
		!strings.Contains(help.String(), "zpopmin") {
		t.Errorf("--help: %v, %q", err, help.String())
	}
}

func TestExitCodes(t *testing.T) {
	for args, want := range map[string]int{
		"--help":                    exitOK,
		"suite --help":              exitOK,
		"-c 0":                      exitUsage,
		"suite -nosuchflag":         exitUsage,
		"suite -only nothing":       exitFailed,
		"suite -redis /no/such":     exitFailed,
		"-p 1 -t ping -duration 1s": exitFailed,
	} {
		if got := runMain(strings.Fields(args), io.Discard, io.Discard); got != want {
			t.Errorf("%q: exit %d, want %d", args, got, want)
		}
	}
}

func TestLoadPrintsTextAndJSON(t *testing.T) {
	s := serveNative(t, func(n uint64) string {
		if n%10 == 0 {
			return nativeError("ERR tenth")
		}
		return ok()
	})
	addr := "native@" + s.target.Addr
	args := strings.Fields("-t get -n 100 -warmup 0 -rounds 2 a=" + addr + " b=" + addr)
	var out, log bytes.Buffer
	if code := runMain(args, &out, &log); code != exitFailed {
		t.Errorf("exit %d though there were error replies", code)
	}
	if !strings.Contains(log.String(), "10 of 100 replies were errors, the first: ERR tenth") {
		t.Errorf("log: %s", log.String())
	}
	if got := out.String(); !strings.Contains(got, "b (native)") || !strings.Contains(got, "x (") {
		t.Errorf("text: %s", got)
	}
	out.Reset()
	runMain(append([]string{"--json"}, args...), &out, &log)
	var all []comparison
	if err := json.Unmarshal(out.Bytes(), &all); err != nil {
		t.Fatal(err)
	}
	if len(all) != 1 || len(all[0].Series) != 2 || len(all[0].Series[1].Rounds) != 2 ||
		all[0].Series[1].Rounds[1].Requests != 100 {
		t.Errorf("JSON: %s", out.String())
	}
}

func TestMedianAndRatio(t *testing.T) {
	for _, c := range []struct {
		values []float64
		want   float64
	}{
		{nil, 0}, {[]float64{3}, 3}, {[]float64{9, 1}, 5}, {[]float64{9, 1, 2}, 2},
	} {
		if got := median(c.values); got != c.want {
			t.Errorf("median(%v) = %v", c.values, got)
		}
	}
	got := newRatio([]float64{10, 0, 10, 20}, []float64{20, 5, 30, 20})
	if got != (ratio{Median: 2, Min: 1, Max: 3}) {
		t.Errorf("ratio %+v", got)
	}
	if got := newRatio([]float64{0}, []float64{1}); got != (ratio{}) {
		t.Errorf("ratio over zero is %+v", got)
	}
}

// TestProgressShowsOneLine fakes a terminal and wants the line wiped at the end.
func TestProgressShowsOneLine(t *testing.T) {
	seen := make(chan string, 100)
	p := &progress{w: chanWriter(seen), terminal: true, every: time.Millisecond}
	ctl := &control{}
	ctl.done.Store(5)
	stop := p.start("label", &ctl.done)
	if line := <-seen; !strings.Contains(line, "label: ") || !strings.Contains(line, ", 5 in") {
		t.Errorf("line %q", line)
	}
	stop()
	last := ""
	for len(seen) > 0 {
		last = <-seen
	}
	if last != "\r\x1b[K" {
		t.Errorf("the last thing written is %q", last)
	}
}

// chanWriter passes on what is written, as long as somebody reads.
type chanWriter chan string

func (c chanWriter) Write(b []byte) (int, error) {
	select {
	case c <- string(b):
	default:
	}
	return len(b), nil
}

func TestRaiseFileLimit(t *testing.T) {
	if !raiseFileLimit(1) {
		t.Error("there is no room for one file")
	}
	for _, c := range []struct {
		soft, hard uint64
		want       int
		then       uint64
		enough     bool
	}{
		{10, 100, 5, 10, true},
		{10, 100, 50, 50, true},
		{10, 100, 500, 100, false},
	} {
		soft, hard := c.soft, c.hard
		if enough := setSoft(&soft, &hard, c.want); enough != c.enough || soft != c.then {
			t.Errorf("%+v became %d, %v", c, soft, enough)
		}
		setBoth(&soft, &hard, c.want)
		if soft < uint64(c.want) || hard < c.hard {
			t.Errorf("%+v became %d of %d", c, soft, hard)
		}
	}
}
