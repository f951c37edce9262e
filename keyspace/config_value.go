package keyspace

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"github.com/ringer-kv/ringer/keyspace/reply"
	"github.com/ringer-kv/ringer/types/num"
)

// set changes a parameter to what the words say, or says why not; then nothing has changed.
// O(length of the value).
func (c *Config) set(p *parameter, words []string) reply.Reason {
	before := c.get(p)
	reason := c.assign(p, words)
	if reason == "" && p.flags&paramUnsupported != 0 && c.get(p) != p.initial {
		c.store(p, before)
		if p.name == "activedefrag" { // Redis: likewise without its own jemalloc, as in Debian
			return reply.ReasonDefrag
		}
		return reply.ReasonUnsupported
	}
	return reason
}

// cStrings cuts words at their first zero byte. Redis: values are C strings, but for numbers
// (string2ll) and passwords.
func (p *parameter) cStrings(words []string) []string {
	if p.kind == kindInt || p.flags&paramSensitive != 0 {
		return words
	}
	cut := make([]string, len(words))
	for i, w := range words {
		cut[i], _, _ = strings.Cut(w, "\x00")
	}
	return cut
}

func (c *Config) assign(p *parameter, words []string) reply.Reason {
	words = p.cStrings(words)
	switch p.kind {
	case kindList:
		if len(words) == 1 && words[0] == "" {
			words = nil
		}
		c.store(p, slices.Clone(words))
		return ""
	case kindEnums:
		return c.setEnums(p, words)
	case kindSave:
		return c.setSave(p, words)
	case kindOutputLimits:
		return c.setOutputLimits(words)
	case kindScores:
		return c.setScores(p, words)
	case kindPercentiles:
		return c.setPercentiles(p, words)
	case kindReplicaOf:
		return c.setReplicaOf(p, words)
	}
	if len(words) != 1 {
		return reply.ReasonArguments
	}
	return c.setOne(p, words[0])
}

// setOne is set for the kinds that take one word.
func (c *Config) setOne(p *parameter, word string) reply.Reason {
	switch p.kind {
	case kindBool:
		return c.setBool(p, word)
	case kindInt:
		n, ok := num.ParseInt([]byte(word))
		if !ok {
			return reply.ReasonNotInteger
		}
		return c.setNumber(p, n)
	case kindMemory, kindPercent:
		return c.setMemory(p, word)
	case kindOctal:
		n, err := strconv.ParseInt(word, 8, 64)
		if err != nil && word != "" { // Redis: strtoll of nothing is 0
			return reply.ReasonNotOctal
		}
		if n < 0 || n > maxPermissions {
			return reply.ReasonOctalRange(0, maxPermissions)
		}
		c.store(p, n)
	case kindEnum:
		i := p.word(word)
		if i < 0 {
			return reply.ReasonEnum(p.words)
		}
		c.store(p, p.words[i])
	case kindEvents:
		return c.setEvents(p, word)
	case kindDir:
		return c.setDir(p, word)
	case kindHostname:
		return c.setHostname(p, word)
	default:
		if p.check != nil {
			if reason := p.check(word); reason != "" {
				return reason
			}
		}
		c.store(p, word)
	}
	return ""
}

// maxPermissions is the largest mode of a Unix socket.
const maxPermissions = 0o777

// word is the index of a word of an enum, whatever its case; -1 if it is none.
func (p *parameter) word(s string) int {
	return slices.IndexFunc(p.words, func(w string) bool { return strings.EqualFold(w, s) })
}

// store puts a value that has been checked into the field of the parameter, or keeps its text.
func (c *Config) store(p *parameter, value any) {
	if p.field == nil {
		c.kept[p.index()] = formatValue(value, p)
		return
	}
	switch f := p.field(c).(type) {
	case *bool:
		*f = value.(bool)
	case *int:
		*f = clampInt(value)
	case *int64:
		*f = clampInt64(value)
	case *uint64:
		*f = value.(uint64)
	case *string:
		*f = formatValue(value, p)
	case *[]string:
		*f = value.([]string)
	case *NotifyClass:
		*f = value.(NotifyClass)
	case *LogLevel:
		*f = LogLevel(p.word(value.(string)))
	default:
		panic("keyspace: field of " + p.name)
	}
}

// clampInt64 is an int64 or uint64 as an int64; what does not fit is as good as no limit.
func clampInt64(value any) int64 {
	if u, ok := value.(uint64); ok {
		return int64(min(u, maxInt64))
	}
	return value.(int64)
}

func clampInt(value any) int { return int(clampInt64(value)) }

// index is the place of the parameter in the table.
func (p *parameter) index() int {
	return slices.IndexFunc(parameters[:], func(q parameter) bool { return q.name == p.name })
}

// get is the value as CONFIG GET shows it.
func (c *Config) get(p *parameter) string {
	if p.field == nil {
		return c.kept[p.index()]
	}
	switch f := p.field(c).(type) {
	case *bool:
		return formatValue(*f, p)
	case *int:
		return formatValue(int64(*f), p)
	case *int64:
		return formatValue(*f, p)
	case *uint64:
		return formatValue(*f, p)
	case *string:
		return *f
	case *[]string:
		return formatValue(*f, p)
	case *NotifyClass:
		return f.String()
	case *LogLevel:
		return p.words[*f]
	case *[outputClasses]OutputLimit:
		return formatOutputLimits(f)
	}
	panic("keyspace: field of " + p.name)
}

func formatValue(value any, p *parameter) string {
	switch v := value.(type) {
	case bool:
		if v {
			return "yes"
		}
		return "no"
	case int64:
		if p.kind == kindOctal {
			return strconv.FormatInt(v, 8)
		}
		return strconv.FormatInt(v, 10)
	case uint64:
		return strconv.FormatUint(v, 10)
	case []string:
		return strings.Join(v, " ")
	}
	return value.(string)
}

func (c *Config) setBool(p *parameter, word string) reply.Reason {
	switch {
	case strings.EqualFold(word, "yes"):
		c.store(p, true)
	case strings.EqualFold(word, "no"):
		c.store(p, false)
	default:
		return reply.ReasonBool
	}
	return ""
}

func (c *Config) setNumber(p *parameter, n int64) reply.Reason {
	if n < p.min || n > p.max {
		return reply.ReasonRange(p.min, p.max)
	}
	if p.name == "hz" {
		n = min(max(n, minHZ), maxHZ)
	}
	if p.name == "watchdog-period" && n > 0 { // Redis: applyWatchdogPeriod
		n = max(n, int64(1000/c.HZ*2))
	}
	if p.name == "maxclients" && c.FDLimit > 0 && n > int64(c.FDLimit-ReservedFDs) {
		return reply.ReasonMaxClients(c.FDLimit - ReservedFDs)
	}
	c.store(p, n)
	return ""
}

// Redis silently brings hz into this range. Redis: CONFIG_MIN_HZ, CONFIG_MAX_HZ.
const (
	minHZ = 1
	maxHZ = 500
)

// ReservedFDs is how many descriptors are not for clients. Redis: CONFIG_MIN_RESERVED_FDS.
const ReservedFDs = 32

func (c *Config) setMemory(p *parameter, word string) reply.Reason {
	if p.kind == kindPercent {
		if digits, found := strings.CutSuffix(word, "%"); found {
			percent, ok := num.ParseInt([]byte(digits))
			if !ok || percent < 0 {
				return reply.ReasonNotMemoryOrPercent
			}
			return c.setPercent(p, uint64(percent))
		}
	}
	n, ok := ParseMemory(word)
	switch {
	case !ok && p.kind == kindPercent:
		return reply.ReasonNotMemoryOrPercent
	case !ok:
		return reply.ReasonNotMemory
	case p.max < p.min || p.kind == kindPercent:
	case n > maxInt64 || int64(n) < p.min || int64(n) > p.max:
		return reply.ReasonRange(p.min, p.max)
	}
	switch {
	case p.kind == kindPercent && n > maxInt64: // Redis: a negative number is a percentage
		return c.setPercent(p, -n)
	case p.name == "repl-backlog-size":
		n = max(n, minBacklogBytes)
	}
	c.store(p, n)
	return ""
}

// minBacklogBytes is the least replication backlog. Redis: CONFIG_REPL_BACKLOG_MIN_SIZE.
const minBacklogBytes = 16 << 10

func (c *Config) setPercent(p *parameter, n uint64) reply.Reason {
	switch {
	case n > 100:
		return reply.ReasonPercent
	case n == 0:
		c.store(p, "0")
	default:
		c.store(p, strconv.FormatUint(n, 10)+"%")
	}
	return ""
}

// ParseMemory reads an amount of memory as redis.conf writes it: digits and one of b, k, kb, m,
// mb, g, gb in any case, where k is 1000 and kb is 1024. What does not fit is the largest amount.
// Redis: memtoull.
func ParseMemory(s string) (bytes uint64, ok bool) {
	end := 0
	for end < len(s) && s[end] >= '0' && s[end] <= '9' {
		end++
	}
	unit := uint64(1)
	switch strings.ToLower(s[end:]) {
	case "", "b":
	case "k":
		unit = 1000
	case "kb":
		unit = 1 << 10
	case "m":
		unit = 1000 * 1000
	case "mb":
		unit = 1 << 20
	case "g":
		unit = 1000 * 1000 * 1000
	case "gb":
		unit = 1 << 30
	default:
		return 0, false
	}
	if end == 0 { // Redis: strtoull of nothing is 0
		return 0, true
	}
	n, err := strconv.ParseUint(s[:end], 10, 64)
	if err != nil && !errors.Is(err, strconv.ErrRange) {
		return 0, false
	}
	return n * unit, true // Redis: it overflows silently as well
}

// The places of words in those of shutdown-on-sigint and shutdown-on-sigterm, the only parameters
// of several words.
const (
	shutdownSave   = 1
	shutdownNoSave = 2
)

func (c *Config) setEnums(p *parameter, words []string) reply.Reason {
	seen := make([]bool, len(p.words))
	for _, w := range words {
		i := p.word(w)
		if i < 0 {
			return reply.ReasonEnum(p.words)
		}
		seen[i] = true
	}
	if seen[shutdownSave] && seen[shutdownNoSave] {
		return reply.ReasonSaveNoSave
	}
	var set []string
	for i, w := range p.words {
		if seen[i] && (i > 0 || len(words) == 1) { // the first word stands for none of them
			set = append(set, w)
		}
	}
	c.store(p, strings.Join(set, " "))
	return ""
}

// setSave reads save points. In a file the first line replaces the default, each further one adds
// to it, and an empty one removes all.
func (c *Config) setSave(p *parameter, words []string) reply.Reason {
	if len(words) == 1 && words[0] == "" {
		c.saveSeen = true
		c.store(p, "")
		return ""
	}
	if len(words)%2 != 0 {
		return reply.ReasonSave
	}
	for i, w := range words {
		n, ok := num.ParseInt([]byte(w))
		if !ok || n < int64((i+1)%2) || n > maxInt32 { // a period of at least a second
			return reply.ReasonSave
		}
	}
	points := strings.Join(words, " ")
	if before := c.kept[p.index()]; c.saveSeen && before != "" {
		points = before + " " + points
	}
	c.saveSeen = true
	c.store(p, points)
	return ""
}

// setOutputLimits reads "class hard soft seconds" for any number of classes.
func (c *Config) setOutputLimits(words []string) reply.Reason {
	if len(words) == 1 && words[0] == "" { // no class is changed
		return ""
	}
	if len(words)%4 != 0 {
		return reply.ReasonOutputLimitCount
	}
	limits := c.OutputLimits
	for ; len(words) > 0; words = words[4:] {
		class := outputClass(words[0])
		if class < 0 {
			return reply.ReasonOutputLimitClass
		}
		hard, ok1 := ParseMemory(words[1])
		soft, ok2 := ParseMemory(words[2])
		seconds, err := strconv.ParseInt(words[3], 10, 64)
		if !ok1 || !ok2 || err != nil || seconds < 0 {
			return reply.ReasonOutputLimitValue
		}
		limits[class] = OutputLimit{HardBytes: hard, SoftBytes: soft, SoftSeconds: seconds}
	}
	c.OutputLimits = limits
	return ""
}

// outputClassNames are the classes as CONFIG GET shows them.
var outputClassNames = [outputClasses]string{"normal", "slave", "pubsub"}

func outputClass(name string) int {
	if strings.EqualFold(name, "replica") {
		return OutputReplica
	}
	return slices.IndexFunc(outputClassNames[:], func(s string) bool {
		return strings.EqualFold(s, name)
	})
}

func formatOutputLimits(limits *[outputClasses]OutputLimit) string {
	var b []byte
	for i, l := range limits {
		if i > 0 {
			b = append(b, ' ')
		}
		b = append(append(b, outputClassNames[i]...), ' ')
		b = append(strconv.AppendUint(b, l.HardBytes, 10), ' ')
		b = append(strconv.AppendUint(b, l.SoftBytes, 10), ' ')
		b = strconv.AppendInt(b, l.SoftSeconds, 10)
	}
	return string(b)
}

// eventLetters are the letters of notify-keyspace-events in the order of CONFIG GET. A stands for
// those before its own place, alone.
const eventLetters = "g$lshzxetdnKEm"

// allEventLetters is how many of them A stands for. Redis: NOTIFY_ALL, without n and m.
const allEventLetters = len("g$lshzxetd")

func (c *Config) setEvents(p *parameter, word string) reply.Reason {
	set := NotifyClass(0)
	for _, r := range []byte(word) {
		if r == 'A' {
			set |= notifyAll
			continue
		}
		i := strings.IndexByte(eventLetters, r)
		if i < 0 {
			return reply.ReasonEvents
		}
		set |= 1 << i
	}
	c.store(p, set)
	return ""
}

// notifyAll are the classes that A stands for. Redis: NOTIFY_ALL, without n and m.
const notifyAll NotifyClass = 1<<allEventLetters - 1

// String is the set as CONFIG GET shows it. Redis: keyspaceEventsFlagsToString, by which n is not
// shown beside A.
func (n NotifyClass) String() string {
	var b []byte
	if n&notifyAll == notifyAll {
		b = append(b, 'A')
		n &^= notifyAll | NotifyNew
	}
	for i := range len(eventLetters) {
		if n>>i&1 != 0 {
			b = append(b, eventLetters[i])
		}
	}
	return string(b)
}

func (c *Config) setScores(p *parameter, words []string) reply.Reason {
	const classes, limit = 3, 2000
	if len(words) != classes {
		return reply.ReasonArguments
	}
	scores := make([]string, classes)
	for i, w := range words {
		n, err := strconv.ParseInt(w, 10, 64)
		if err != nil && w != "" || n < -limit || n > limit { // Redis: strtoll of nothing is 0
			return reply.ReasonScores
		}
		scores[i] = strconv.FormatInt(n, 10)
	}
	c.store(p, strings.Join(scores, " "))
	return ""
}

func (c *Config) setPercentiles(p *parameter, words []string) reply.Reason {
	var b []byte
	for i, w := range words {
		if len(words) == 1 && w == "" {
			break
		}
		f, ok := num.ParseFloat([]byte(w))
		if !ok {
			return reply.ReasonPercentiles
		}
		if f < 0 || f > 100 {
			return reply.ReasonPercentileRange
		}
		if i > 0 {
			b = append(b, ' ')
		}
		b = append(b, shortFixed(f)...)
	}
	c.store(p, string(b))
	return ""
}

// shortFixed is a number with six digits behind the point, without zeros at the end. Redis: %f and
// trimDoubleString.
func shortFixed(f float64) string {
	return strings.TrimRight(strings.TrimRight(strconv.FormatFloat(f, 'f', 6, 64), "0"), ".")
}

func (c *Config) setReplicaOf(p *parameter, words []string) reply.Reason {
	if len(words) == 1 && words[0] == "" {
		c.store(p, "")
		return ""
	}
	if len(words) != 2 {
		return reply.ReasonArguments
	}
	if strings.EqualFold(words[0], "no") && strings.EqualFold(words[1], "one") {
		c.store(p, "")
		return ""
	}
	n, ok := num.ParseInt([]byte(words[1]))
	if !ok || n < 0 || n > maxPort {
		return reply.ReasonMasterPort
	}
	c.store(p, strings.Join(words, " "))
	return ""
}

// maxHostname is one more than the longest name of a host. Redis: NET_HOST_STR_LEN.
const maxHostname = 256

func (c *Config) setHostname(p *parameter, word string) reply.Reason {
	if len(word) >= maxHostname {
		return reply.ReasonHostnameLength(maxHostname)
	}
	for _, b := range []byte(word) {
		letter := b|0x20 >= 'a' && b|0x20 <= 'z'
		if !letter && (b < '0' || b > '9') && b != '-' && b != '.' {
			return reply.ReasonHostname
		}
	}
	c.store(p, word)
	return ""
}

// setDir takes a working directory that exists. The process itself stays where it is, as servers
// in one process share it: relative names are resolved against the setting.
func (c *Config) setDir(p *parameter, word string) reply.Reason {
	if word == "" && c.Dir == "" { // the folder that the process is in
		return ""
	}
	if word != "" && filepath.IsAbs(c.Dir) && !filepath.IsAbs(word) {
		word = filepath.Join(c.Dir, word)
	}
	info, err := os.Stat(word)
	if err == nil && !info.IsDir() {
		err = syscall.ENOTDIR
	}
	if err != nil {
		return reply.Reason(SystemError(err))
	}
	c.store(p, word)
	return ""
}

// SystemError is the text of an error of the operating system as C prints it: "No such file or
// directory". Other errors are printed as they are.
func SystemError(err error) string {
	var errno syscall.Errno
	if !errors.As(err, &errno) {
		return err.Error()
	}
	text := errno.Error()
	return strings.ToUpper(text[:1]) + text[1:]
}
