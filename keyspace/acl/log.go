package acl

// LogGroupingMs is how old an entry may be for the same to be counted with it.
// Redis: ACL_LOG_GROUPING_MAX_TIME_DELTA.
const LogGroupingMs = 60_000

// logScan is how many entries, from the newest on, are searched for the same.
const logScan = 10

// Entry is something that was denied, and how often.
//
// Owned by the keyspace goroutine.
type Entry struct {
	Reason   Reason
	Context  string // toplevel, multi, lua or module
	Object   string // the command, key or channel
	Username string
	Client   string // as CLIENT LIST shows it
	Count    int64
	TimeMs   int64 // of the last time
}

// Log is what was denied lately.
//
// Owned by the keyspace goroutine.
type Log struct{ entries []Entry } // the newest at the end

// Add notes an entry. If the same has been denied not long ago, that one counts and is the newest
// again. What is more than limit otherwise is forgotten. Redis: addACLLogEntry.
func (l *Log) Add(e Entry, limit int64) {
	e.Count = 1
	n := len(l.entries)
	for i := n - 1; i >= max(0, n-logScan); i-- {
		old := &l.entries[i]
		if !old.same(&e) {
			continue
		}
		e.Count += old.Count
		copy(l.entries[i:], l.entries[i+1:])
		l.entries[n-1] = e
		return
	}
	l.entries = append(l.entries, e)
	if over := int64(len(l.entries)) - limit; over > 0 {
		clear(l.entries[:over])
		l.entries = l.entries[over:]
	}
}

func (e *Entry) same(o *Entry) bool {
	return e.Reason == o.Reason && e.Context == o.Context && o.TimeMs-e.TimeMs <= LogGroupingMs &&
		e.Object == o.Object && e.Username == o.Username
}

// Newest are the newest n entries, the newest last. The slice is borrowed until the next Add or
// Reset.
func (l *Log) Newest(n int64) []Entry {
	return l.entries[len(l.entries)-int(max(0, min(n, int64(len(l.entries))))):]
}

// Reset forgets everything.
func (l *Log) Reset() { l.entries = nil }
