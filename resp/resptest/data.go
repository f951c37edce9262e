package resptest

import (
	"fmt"
	"slices"
	"strconv"
	"time"
)

// Database is one numbered database of a server, for tests to look into and to fill. What it does
// is not seen by Commands and not hit by Faults.
//
// The readers return what a key holds, and whether it exists and is of that type. The writers make
// the key hold what they are given, whatever it was; they fail the test if the server can't take
// it, as above maxmemory. (They panic in a server made by New.)
//
// Safe for concurrent use.
type Database struct {
	server *Server
	index  int
}

// DB is the database of the given index, from 0 to 15 unless "databases" says otherwise.
func (s *Server) DB(index int) *Database {
	if n := s.engine.Databases(); index < 0 || index >= n {
		panic(fmt.Sprintf("resptest: database %d of %d", index, n))
	}
	return &Database{server: s, index: index}
}

// Z is one member of a sorted set.
//
// Safe for concurrent use.
type Z struct {
	Member string
	Score  float64
}

// Entry is one entry of a stream. Fields are name, value, name, value ...
//
// Safe for concurrent use.
type Entry struct {
	ID     string
	Fields []string
}

// read is Do for a reader: nil if the command fails, as on a key of another type.
func (d *Database) read(args ...string) any {
	v, err := d.Do(args...)
	if err != nil {
		return nil
	}
	return v
}

// Type is the type of a key as TYPE names it: "string", "list", "set", "zset", "hash", "stream",
// or "none"; "" if the server has been closed.
func (d *Database) Type(key string) string {
	name, _ := d.read("TYPE", key).(string)
	return name
}

// Exists reports whether a key exists.
func (d *Database) Exists(key string) bool {
	kind := d.Type(key)
	return kind != "none" && kind != ""
}

// Keys are the keys that match a glob pattern, sorted.
func (d *Database) Keys(pattern string) []string {
	keys := texts(d.read("KEYS", pattern))
	slices.Sort(keys)
	return keys
}

// String is the value of a string.
func (d *Database) String(key string) (value string, ok bool) {
	value, ok = d.read("GET", key).(string)
	return value, ok
}

// List is the elements of a list, from left to right.
func (d *Database) List(key string) (elements []string, ok bool) {
	elements = texts(d.read("LRANGE", key, "0", "-1"))
	return elements, elements != nil
}

// Set is the members of a set, sorted.
func (d *Database) Set(key string) (members []string, ok bool) {
	members = texts(d.read("SMEMBERS", key))
	slices.Sort(members)
	return members, members != nil
}

// Hash is the fields of a hash with their values.
func (d *Database) Hash(key string) (fields map[string]string, ok bool) {
	m, _ := d.read("HGETALL", key).(map[any]any)
	if len(m) == 0 {
		return nil, false
	}
	fields = make(map[string]string, len(m))
	for field, value := range m {
		fields[field.(string)] = value.(string)
	}
	return fields, true
}

// SortedSet is the members of a sorted set with their scores, in order.
func (d *Database) SortedSet(key string) (members []Z, ok bool) {
	pairs, _ := d.read("ZRANGE", key, "0", "-1", "WITHSCORES").([]any)
	for _, p := range pairs {
		pair := p.([]any)
		members = append(members, Z{Member: pair[0].(string), Score: pair[1].(float64)})
	}
	return members, members != nil
}

// Stream is the entries of a stream, in order. A stream may exist and be empty.
func (d *Database) Stream(key string) (entries []Entry, ok bool) {
	list, isStream := d.read("XRANGE", key, "-", "+").([]any)
	if !isStream || d.Type(key) != "stream" {
		return nil, false
	}
	for _, e := range list {
		pair := e.([]any)
		entries = append(entries, Entry{ID: pair[0].(string), Fields: texts(pair[1])})
	}
	return entries, true
}

// TTL is how long a key has still to live; ok is false if there is no such key, or it has no
// deadline.
func (d *Database) TTL(key string) (ttl time.Duration, ok bool) {
	ms, isInt := d.read("PTTL", key).(int64)
	if !isInt || ms < 0 {
		return 0, false
	}
	return time.Duration(ms) * time.Millisecond, true
}

// texts are the elements of a reply that are strings; nil if there are none.
func texts(v any) []string {
	list, _ := v.([]any)
	var all []string
	for _, e := range list {
		all = append(all, e.(string))
	}
	return all
}

// write is Do for a writer.
func (d *Database) write(args ...string) any {
	tb := d.server.tb
	if tb != nil {
		tb.Helper()
	}
	return d.server.must(step{d.index, args})
}

// must executes steps that have to succeed. If one does not, the test fails.
func (s *Server) must(steps ...step) any {
	v, err := s.run(steps...)
	if err != nil {
		if s.tb != nil {
			s.tb.Helper()
		}
		s.fail(err)
	}
	return v
}

// fail ends the test, or panics if the server is none of a test.
func (s *Server) fail(err error) {
	if s.tb != nil {
		s.tb.Helper()
		s.tb.Fatal(err)
	}
	panic(err.Error())
}

// Del deletes keys and returns how many there were.
func (d *Database) Del(keys ...string) int {
	if len(keys) == 0 {
		return 0
	}
	n, _ := d.write(append([]string{"DEL"}, keys...)...).(int64)
	return int(n)
}

// FlushDB empties the database, FlushAll all of them.
func (d *Database) FlushDB() { d.write("FLUSHDB") }

// FlushAll empties all databases.
func (d *Database) FlushAll() { d.write("FLUSHALL") }

// SetString makes key hold a string.
func (d *Database) SetString(key, value string) { d.write("SET", key, value) }

// SetTTL makes key expire after ttl. It reports whether there is such a key.
func (d *Database) SetTTL(key string, ttl time.Duration) bool {
	ms := strconv.FormatInt(ttl.Milliseconds(), 10)
	return d.write("PEXPIRE", key, ms) == int64(1)
}

// fill makes key hold what a command that adds elements makes of them. No element, no key. Clients
// never see the key in between.
func (d *Database) fill(key, command string, elements []string) {
	steps := []step{{d.index, []string{"DEL", key}}}
	if len(elements) > 0 {
		steps = append(steps, step{d.index, append([]string{command, key}, elements...)})
	}
	d.server.must(steps...)
}

// SetList makes key hold a list, of no elements: makes it missing. The same goes for SetSet,
// SetHash and SetSortedSet.
func (d *Database) SetList(key string, elements ...string) { d.fill(key, "RPUSH", elements) }

// SetSet makes key hold a set.
func (d *Database) SetSet(key string, members ...string) { d.fill(key, "SADD", members) }

// SetHash makes key hold a hash.
func (d *Database) SetHash(key string, fields map[string]string) {
	words := make([]string, 0, 2*len(fields))
	for field, value := range fields {
		words = append(words, field, value)
	}
	d.fill(key, "HSET", words)
}

// SetSortedSet makes key hold a sorted set.
func (d *Database) SetSortedSet(key string, members ...Z) {
	words := make([]string, 0, 2*len(members))
	for _, m := range members {
		words = append(words, strconv.FormatFloat(m.Score, 'g', 17, 64), m.Member)
	}
	d.fill(key, "ZADD", words)
}

// AddEntry adds an entry to a stream and returns its id. An id of "*" is one that the server makes
// by its clock.
func (d *Database) AddEntry(key, id string, fields ...string) string {
	made, _ := d.write(append([]string{"XADD", key, id}, fields...)...).(string)
	return made
}
