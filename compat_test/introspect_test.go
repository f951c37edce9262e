package compat_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// differsOnPurpose lists where ringer's COMMAND INFO and COMMAND DOCS part from redis-server
// 7.0.15, as the path of the field, and why. An entry that no longer differs fails the test.
var differsOnPurpose = map[string]string{
	"zrank.arity":     "WITHSCORE came with Redis 7.2",
	"zrank.arguments": "WITHSCORE came with Redis 7.2",
	"zrank.history":   "WITHSCORE came with Redis 7.2",

	"zrevrank.arity":     "WITHSCORE came with Redis 7.2",
	"zrevrank.arguments": "WITHSCORE came with Redis 7.2",
	"zrevrank.history":   "WITHSCORE came with Redis 7.2",
}

// onlyInRinger lists the commands, and subcommands, that redis-server 7.0.15 does not have.
var onlyInRinger = map[string]string{
	"zquery":          "ringer's own",
	"hexpire":         "since Redis 7.4",
	"hpexpire":        "since Redis 7.4",
	"hexpireat":       "since Redis 7.4",
	"hpexpireat":      "since Redis 7.4",
	"httl":            "since Redis 7.4",
	"hpttl":           "since Redis 7.4",
	"hexpiretime":     "since Redis 7.4",
	"hpexpiretime":    "since Redis 7.4",
	"hpersist":        "since Redis 7.4",
	"client|setinfo":  "since Redis 7.2; clients send it on connect",
	"client|no-touch": "since Redis 7.2",
	"waitaof":         "since Redis 7.2",
}

// TestCommandInfoAndDocs compares every field that ringer tells about its commands.
func TestCommandInfoAndDocs(t *testing.T) {
	redis, ringer := mustDial3(t, lab.shared.redis), mustDial3(t, lab.shared.ringer)
	used := map[string]bool{}
	for _, name := range commandNames(t, ringer) {
		if _, ok := onlyInRinger[name]; ok {
			continue
		}
		for _, what := range []string{"INFO", "DOCS"} {
			line := "COMMAND " + what + " " + name
			want, got := redis.must(t, line), ringer.must(t, line)
			diff := differ{used: used}
			if what == "INFO" {
				diff.info(name, elem(want, 0), elem(got, 0))
			} else {
				diff.docs(name, elem(want, 1), elem(got, 1))
			}
			for _, d := range diff.found {
				t.Errorf("COMMAND %s: %s", what, d)
			}
		}
	}
	for path := range differsOnPurpose {
		if !used[path] && !lab.subjectIsRedis {
			t.Errorf("%s no longer differs: take it off the list", path)
		}
	}
}

// TestCommandsOnlyInRinger makes sure that they describe themselves all the same.
func TestCommandsOnlyInRinger(t *testing.T) {
	onlyRinger(t)
	ringer := mustDial3(t, lab.shared.ringer)
	for name := range onlyInRinger {
		info := elem(ringer.must(t, "COMMAND INFO "+name), 0)
		if len(info.elems) != 10 || info.elems[0].text != name {
			t.Errorf("COMMAND INFO %s = %s", name, describe(info))
		}
		docs := elem(ringer.must(t, "COMMAND DOCS "+name), 1)
		fields := fieldsOf(docs)
		for _, field := range []string{"summary", "since", "group", "complexity", "arguments"} {
			if fields[field].text == "" && len(fields[field].elems) == 0 {
				t.Errorf("COMMAND DOCS %s has no %s", name, field)
			}
		}
	}
}

// TestCommandWithoutArguments makes sure that COMMAND, COMMAND LIST and COMMAND COUNT agree with
// each other and with COMMAND INFO.
func TestCommandWithoutArguments(t *testing.T) {
	ringer := mustDial3(t, lab.shared.ringer)
	names := slices.DeleteFunc(commandNames(t, ringer), isSubcommand)
	if got := ringer.must(t, "COMMAND COUNT").text; got != fmt.Sprint(len(names)) {
		t.Errorf("COMMAND COUNT = %s, COMMAND LIST has %d", got, len(names))
	}
	all := ringer.must(t, "COMMAND")
	if docs := ringer.must(t, "COMMAND DOCS"); len(docs.elems) != 2*len(names) {
		t.Errorf("COMMAND DOCS has %d commands, COMMAND LIST %d", len(docs.elems)/2, len(names))
	}
	if info := ringer.must(t, "COMMAND INFO"); !equalSorted(all, info, identical) {
		t.Error("COMMAND INFO without names differs from COMMAND")
	}
	for _, entry := range all.elems {
		name := entry.elems[0].text
		one := elem(ringer.must(t, "COMMAND INFO "+name), 0)
		d := differ{}
		if d.info(name, one, entry); !slices.Contains(names, name) || len(d.found) > 0 {
			t.Errorf("COMMAND's entry of %s: %v", name, d.found)
		}
	}
}

// mustDial3 connects and speaks RESP3, in which maps and sets show.
func mustDial3(t *testing.T, s *server) *conn {
	t.Helper()
	c := mustDial(t, s.addr)
	c.must(t, "HELLO 3")
	return c
}

func commandNames(t *testing.T, c *conn) []string {
	t.Helper()
	list := c.must(t, "COMMAND LIST")
	names := make([]string, len(list.elems))
	for i, name := range list.elems {
		names[i] = name.text
	}
	slices.Sort(names)
	if len(names) < 40 {
		t.Fatalf("COMMAND LIST has only %q", names)
	}
	return names
}

// isSubcommand says whether a name of COMMAND LIST is one like client|id.
func isSubcommand(name string) bool { return strings.Contains(name, "|") }

func elem(v value, i int) value {
	if i >= len(v.elems) {
		return value{}
	}
	return v.elems[i]
}

// differ collects the differences between two descriptions of a command, each with its path.
type differ struct {
	found []string
	used  map[string]bool // the paths of differsOnPurpose that were met
}

var infoFields = []string{"name", "arity", "flags", "first key", "last key", "step",
	"ACL categories", "tips", "key specs", "subcommands"}

func (d *differ) info(path string, want, got value) {
	if len(want.elems) != len(infoFields) || len(got.elems) != len(infoFields) {
		d.value(path, want, got)
		return
	}
	for i, field := range infoFields {
		under := path + "." + field
		switch field {
		case "flags", "ACL categories":
			if !equalSorted(want.elems[i], got.elems[i], identical) {
				d.add(under, describe(want.elems[i]), describe(got.elems[i]))
			}
		case "subcommands":
			d.each(under, byName(want.elems[i]), byName(got.elems[i]), d.info)
		default:
			d.value(under, want.elems[i], got.elems[i])
		}
	}
}

func (d *differ) docs(path string, want, got value) {
	w, g := fieldsOf(want), fieldsOf(got)
	for _, field := range unionOfKeys(w, g) {
		under := path + "." + field
		if field == "subcommands" {
			d.each(under, fieldsOf(w[field]), fieldsOf(g[field]), d.docs)
			continue
		}
		d.value(under, w[field], g[field])
	}
}

// each compares the subcommands that ringer has; redis may have more.
func (d *differ) each(path string, want, got map[string]value,
	compare func(path string, want, got value)) {
	for name, g := range got {
		if _, ok := onlyInRinger[name]; ok {
			continue
		}
		if w, ok := want[name]; ok {
			compare(name, w, g)
		} else {
			d.add(path, "", name)
		}
	}
}

// value goes down to the smallest parts that differ.
func (d *differ) value(path string, want, got value) {
	switch {
	case identical(want, got):
	case want.kind == '%' && got.kind == '%':
		w, g := fieldsOf(want), fieldsOf(got)
		for _, field := range unionOfKeys(w, g) {
			d.value(path+"."+field, w[field], g[field])
		}
	case want.kind == got.kind && len(want.elems) == len(got.elems) && len(want.elems) > 0:
		for i := range want.elems {
			d.value(fmt.Sprintf("%s[%d]", path, i), want.elems[i], got.elems[i])
		}
	default:
		d.add(path, describe(want), describe(got))
	}
}

func (d *differ) add(path, want, got string) {
	if _, ok := differsOnPurpose[path]; ok && d.used != nil {
		d.used[path] = true
		return
	}
	d.found = append(d.found, fmt.Sprintf("%s\n  redis:  %s\n  ringer: %s", path, want, got))
}

func fieldsOf(m value) map[string]value {
	fields := map[string]value{}
	for i := 0; i+1 < len(m.elems); i += 2 {
		fields[m.elems[i].text] = m.elems[i+1]
	}
	return fields
}

// byName indexes a list of COMMAND INFO entries.
func byName(list value) map[string]value {
	entries := map[string]value{}
	for _, entry := range list.elems {
		entries[elem(entry, 0).text] = entry
	}
	return entries
}

func unionOfKeys(a, b map[string]value) []string {
	var keys []string
	for _, m := range []map[string]value{a, b} {
		for key := range m {
			if !slices.Contains(keys, key) {
				keys = append(keys, key)
			}
		}
	}
	slices.Sort(keys)
	return keys
}

// infoFieldsThatToolsRead are the fields of INFO without which a tool that we know stops working:
// redis-cli --stat, redis_exporter, Sidekiq, ioredis, GUIs.
var infoFieldsThatToolsRead = strings.Fields(`
	redis_version redis_mode os arch_bits process_id run_id tcp_port hz
	uptime_in_seconds uptime_in_days
	connected_clients blocked_clients maxclients
	used_memory used_memory_human used_memory_rss used_memory_peak maxmemory maxmemory_policy
	mem_fragmentation_ratio mem_allocator
	loading rdb_bgsave_in_progress rdb_changes_since_last_save rdb_last_save_time aof_enabled
	aof_rewrite_in_progress
	total_connections_received total_commands_processed instantaneous_ops_per_sec
	total_net_input_bytes total_net_output_bytes rejected_connections expired_keys evicted_keys
	keyspace_hits keyspace_misses pubsub_channels pubsub_patterns
	role connected_slaves master_replid master_repl_offset
	used_cpu_sys used_cpu_user cluster_enabled`)

// TestInfo compares INFO section by section: the same sections in the same order, every field
// that tools read, and for each field of ringer's that Redis has too a value of the same shape.
func TestInfo(t *testing.T) {
	redis, ringer := mustDial(t, lab.shared.redis.addr), mustDial(t, lab.shared.ringer.addr)
	want, got := redis.must(t, "INFO").text, ringer.must(t, "INFO").text
	wantFields, gotFields := infoLines(want), infoLines(got)
	if w, g := sectionsOf(want), sectionsOf(got); !slices.Equal(w, g) {
		t.Errorf("sections\n  redis:  %q\n  ringer: %q", w, g)
	}
	for _, field := range infoFieldsThatToolsRead {
		if _, ok := gotFields[field]; !ok {
			t.Errorf("INFO lacks %s", field)
		}
	}
	for field, g := range gotFields {
		w, ok := wantFields[field]
		if ok && shapeOf(w) != shapeOf(g) {
			t.Errorf("%s: redis has %q, ringer %q", field, w, g)
		}
	}
	if gotFields["redis_version"] != wantFields["redis_version"] {
		t.Errorf("redis_version is %s, want %s", gotFields["redis_version"], wantFields["redis_version"])
	}
	for _, section := range strings.Fields("all everything default server CPU keyspace nosuch") {
		w, g := redis.must(t, "INFO "+section).text, ringer.must(t, "INFO "+section).text
		if !slices.Equal(sectionsOf(w), sectionsOf(g)) {
			t.Errorf("INFO %s\n  redis:  %q\n  ringer: %q", section, sectionsOf(w), sectionsOf(g))
		}
	}
}

func sectionsOf(info string) []string {
	return regexp.MustCompile(`(?m)^# [A-Z][A-Za-z]*\r$`).FindAllString(info, -1)
}

func infoLines(info string) map[string]string {
	fields := map[string]string{}
	for line := range strings.SplitSeq(info, "\r\n") {
		if name, text, ok := strings.Cut(line, ":"); ok {
			fields[name] = text
		}
	}
	return fields
}

// shapeOf names the kind of a field's value: what a parser would take it for.
func shapeOf(text string) string {
	for _, shape := range []struct{ name, pattern string }{
		{"integer", `^-?\d+$`},
		{"fraction", `^-?\d+\.\d+$`},
		{"percentage", `^\d+\.\d+%$`},
		{"human size", `^\d+(\.\d+)?[BKMGTPE]$`},
		{"hexadecimal id", `^[0-9a-f]{40}$`},
		{"empty", `^$`},
	} {
		if regexp.MustCompile(shape.pattern).MatchString(text) {
			return shape.name
		}
	}
	return "text"
}
