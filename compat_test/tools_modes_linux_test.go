package compat_test

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// fillForTools makes keys of every type, one of which is the biggest of its type, on both servers.
func fillForTools(t *testing.T) {
	t.Helper()
	for _, s := range lab.shared.each() {
		c := mustDial(t, s.addr)
		for _, line := range []string{
			"FLUSHALL", "DEBUG POPULATE 50 str", "SET bigstr 0123456789abcdef", "RPUSH l 1 2 3",
			"RPUSH l2 1", "SADD s a b", "SADD s2 a", "HSET h f v g w", "HSET h2 f v", "ZADD z 1 a 2 b",
			"ZADD z2 1 a", "SET soon v EX 1000",
		} {
			c.must(t, line)
		}
	}
}

// TestRedisCliScansForKeys compares what redis-cli sums up of a keyspace. What it says on its way
// depends on the order of the keys.
func TestRedisCliScansForKeys(t *testing.T) {
	fillForTools(t)
	number := regexp.MustCompile(`\d+(\.\d+)?`)
	for _, c := range []struct {
		mode string
		mask bool // sizes are each server's own
	}{{"--bigkeys", false}, {"--memkeys", true}, {"--hotkeys", false}} {
		var said []string
		for _, s := range lab.shared.each() {
			out := s.runTool(t, tool{name: "redis-cli", args: []string{c.mode}})
			if _, summary, ok := strings.Cut(out, "-------- summary -------"); ok {
				out = summary
			}
			if c.mask {
				out = number.ReplaceAllString(out, "N")
				out = regexp.MustCompile(`'"\S+"'`).ReplaceAllString(out, "KEY")
			}
			lines := strings.Split(out, "\n")
			slices.Sort(lines)
			said = append(said, strings.Join(lines, "\n"))
		}
		if said[0] != said[1] {
			t.Errorf("redis-cli %s\nredis:\n%s\nringer:\n%s", c.mode, said[0], said[1])
		}
	}
}

// TestRedisCliHotkeys: under a policy that counts accesses, the key that was read most is found.
func TestRedisCliHotkeys(t *testing.T) {
	fillForTools(t)
	for _, s := range lab.shared.each() {
		c := mustDial(t, s.addr)
		c.must(t, "CONFIG SET maxmemory-policy allkeys-lfu")
		c.must(t, "SET hot v")
		for range 500 {
			c.must(t, "GET hot")
		}
		out := s.runTool(t, tool{name: "redis-cli", args: []string{"--hotkeys"}})
		c.must(t, "CONFIG SET maxmemory-policy noeviction")
		_, summary, _ := strings.Cut(out, "-------- summary -------")
		if first := regexp.MustCompile(`hot key found with counter: \d+\s+keyname: "?(\w+)`).
			FindStringSubmatch(summary); len(first) != 2 || first[1] != "hot" {
			t.Errorf("%s: redis-cli --hotkeys:\n%s", s.name, out)
		}
	}
}

// TestRedisCliWatches runs the modes of redis-cli that never end, until they have shown what they
// are to show.
func TestRedisCliWatches(t *testing.T) {
	fillForTools(t)
	for _, c := range []struct {
		args   string
		expect []string
	}{
		{"--stat -i 0.05", []string{"- data -", "keys", "mem", "clients", "60 ", "(+1)"}},
		{"--latency", []string{"min: 0, max: ", "avg: ", "samples"}},
		{"--latency-history -i 1", []string{"min: 0, max: ", "seconds range", "min: "}},
		{"--latency-dist -i 1", []string{"From 0 to 100%", "----------------------", "?"}},
		{"--lru-test 100", []string{"Gets/sec | Hits: ", "Misses: "}},
	} {
		for _, s := range lab.shared.each() {
			t.Run(strings.Fields(c.args)[0]+" "+s.name, func(t *testing.T) {
				args := append([]string{"-p", s.port()}, strings.Fields(c.args)...)
				term := openTerminal(t, "redis-cli", args...)
				for _, text := range c.expect {
					term.expect(t, text)
				}
			})
		}
	}
	for _, s := range lab.shared.each() {
		mustDial(t, s.addr).must(t, "FLUSHALL")
	}
}

// TestRedisCliMonitorAndPush uses redis-cli as a person does who looks what goes on.
func TestRedisCliMonitorAndPush(t *testing.T) {
	for _, s := range lab.shared.each() {
		t.Run(s.name, func(t *testing.T) {
			watch := mustDial(t, s.addr)
			monitor := openTerminal(t, "redis-cli", "-p", s.port(), "MONITOR")
			monitor.expect(t, "OK")
			watch.must(t, "SET seen 1")
			monitor.expect(t, `"SET" "seen" "1"`)
			subscriber := openTerminal(t, "redis-cli", "-p", s.port(), "SUBSCRIBE", "news")
			subscriber.expect(t, "(integer) 1")
			watch.must(t, "PUBLISH news hello")
			subscriber.expect(t, `"hello"`)

			prompt := s.addr + "> "
			term := openTerminal(t, "redis-cli", "-p", s.port())
			term.expect(t, prompt)
			for _, step := range []struct{ line, answer, prompt string }{
				{"MULTI", "OK", s.addr + "(TX)> "}, {"SET a 1", "QUEUED", s.addr + "(TX)> "},
				{"EXEC", "1) OK", prompt}, {"CLIENT SETNAME me", "OK", prompt},
				{"CLIENT INFO", "name=me", prompt}, {"SLOWLOG RESET", "OK", prompt},
				{"LATENCY LATEST", "(empty array)", prompt}, {"MEMORY USAGE a", "(integer) ", prompt},
				{"LOLWUT", "Redis ver. 7.0.15", prompt}, {"RESET", "RESET", prompt},
			} {
				term.enter(t, step.line)
				term.expect(t, step.answer)
				term.expect(t, step.prompt)
			}
		})
	}
}

// TestRedisBenchmarkDefaults runs every test that redis-benchmark has by default.
func TestRedisBenchmarkDefaults(t *testing.T) {
	name := regexp.MustCompile(`(?m)([A-Z]+[A-Za-z0-9_ ()-]*): \d+\.\d+ requests per second`)
	var ran []string
	for _, s := range lab.shared.each() {
		out := s.runTool(t, tool{name: "redis-benchmark", args: []string{"-n", "500", "-q"}})
		if !strings.HasSuffix(out, "exit status 0") ||
			regexp.MustCompile(`(?i)warning|error|err `).MatchString(out) {
			t.Errorf("%s: redis-benchmark prints:\n%s", s.name, out)
		}
		var names []string
		for _, m := range name.FindAllStringSubmatch(out, -1) {
			names = append(names, m[1])
		}
		ran = append(ran, strings.Join(names, ", "))
		mustDial(t, s.addr).must(t, "FLUSHALL")
	}
	if ran[0] != ran[1] || strings.Count(ran[0], ",") < 15 {
		t.Errorf("tests that ran\nredis:  %s\nringer: %s", ran[0], ran[1])
	}
}

// TestAsAnExporterAsks sends what redis_exporter sends, and reads the replies as it does.
func TestAsAnExporterAsks(t *testing.T) {
	for _, s := range lab.shared.each() {
		t.Run(s.name, func(t *testing.T) {
			c := mustDial(t, s.addr)
			for _, line := range []string{"SET a 1", "GET a", "CONFIG SET latency-monitor-threshold 1",
				"DEBUG SLEEP 0.003", "CONFIG SET latency-monitor-threshold 0", "CLIENT SETNAME exporter"} {
				c.must(t, line)
			}
			readStats(t, c.must(t, "INFO ALL").text)
			config := c.must(t, "CONFIG GET *")
			if len(config.elems) < 300 || len(config.elems)%2 != 0 {
				t.Errorf("CONFIG GET * has %d elements", len(config.elems))
			}
			for _, event := range c.must(t, "LATENCY LATEST").elems {
				if len(event.elems) != 4 || event.elems[0].text != "command" {
					t.Errorf("LATENCY LATEST: %v", describe(event))
				}
			}
			if h := c.must(t, "LATENCY HISTOGRAM get"); len(h.elems) != 2 {
				t.Errorf("LATENCY HISTOGRAM: %v", describe(h))
			}
			if _, err := strconv.Atoi(c.must(t, "SLOWLOG LEN").text); err != nil {
				t.Error(err)
			}
			for _, entry := range c.must(t, "SLOWLOG GET").elems {
				if len(entry.elems) != 6 {
					t.Errorf("SLOWLOG GET: %v", describe(entry))
				}
			}
			readClients(t, c.must(t, "CLIENT LIST").text)
			c.must(t, "LATENCY RESET")
		})
	}
}

// readStats reads the lines of INFO that are made of several values.
func readStats(t *testing.T, info string) {
	t.Helper()
	patterns := map[string]*regexp.Regexp{
		"cmdstat_": regexp.MustCompile(`^calls=\d+,usec=\d+,usec_per_call=\d+\.\d\d,` +
			`rejected_calls=\d+,failed_calls=\d+$`),
		"latency_percentiles_usec_": regexp.MustCompile(`^p50=\d+\.\d{3},p99=\d+\.\d{3},` +
			`p99\.9=\d+\.\d{3}$`),
		"errorstat_": regexp.MustCompile(`^count=\d+$`),
		"db":         regexp.MustCompile(`^keys=\d+,expires=\d+,avg_ttl=\d+$`),
	}
	met := map[string]int{}
	for field, text := range infoLines(info) {
		for prefix, pattern := range patterns {
			if !strings.HasPrefix(field, prefix) {
				continue
			}
			met[prefix]++
			if !pattern.MatchString(text) {
				t.Errorf("INFO ALL: %s:%s", field, text)
			}
		}
	}
	for _, prefix := range []string{"cmdstat_", "latency_percentiles_usec_", "db"} {
		if met[prefix] == 0 {
			t.Errorf("INFO ALL has no line %s...", prefix)
		}
	}
}

// readClients reads the lines of CLIENT LIST.
func readClients(t *testing.T, list string) {
	t.Helper()
	found := false
	for line := range strings.Lines(list) {
		fields := map[string]string{}
		for field := range strings.FieldsSeq(line) {
			name, text, ok := strings.Cut(field, "=")
			if !ok {
				t.Errorf("CLIENT LIST: %q in %q", field, line)
			}
			fields[name] = text
		}
		for _, name := range []string{"id", "age", "idle", "db", "omem", "tot-mem", "qbuf"} {
			if _, err := strconv.Atoi(fields[name]); err != nil {
				t.Errorf("CLIENT LIST: %s in %q: %v", name, line, err)
			}
		}
		found = found || fields["name"] == "exporter" && fields["cmd"] == "client|list"
	}
	if !found {
		t.Errorf("CLIENT LIST lacks the one who asks:\n%s", list)
	}
}

// TestInfoHasEveryField: what INFO of Redis has, INFO of ringer has too, but for what there is not.
func TestInfoHasEveryField(t *testing.T) {
	absent := []string{"used_cpu_sys_main_thread", "used_cpu_user_main_thread"}
	redis, ringer := mustDial(t, lab.shared.redis.addr), mustDial(t, lab.shared.ringer.addr)
	got := infoLines(ringer.must(t, "INFO").text)
	for field := range infoLines(redis.must(t, "INFO").text) {
		isPlain := !regexp.MustCompile(`^(db\d+|errorstat_.*)$`).MatchString(field)
		if _, ok := got[field]; isPlain && ok == slices.Contains(absent, field) {
			t.Errorf("INFO has %s: %v", field, ok)
		}
	}
}
