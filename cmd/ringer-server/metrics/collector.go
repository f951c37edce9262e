package metrics

import (
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/ringer-kv/ringer/keyspace"
)

// namespace begins every name.
const namespace = "redis"

// collector turns what INFO says into metrics.
//
// Safe for concurrent use.
type collector struct {
	engine *keyspace.Engine
	mu     sync.Mutex // one scrape at a time
}

// Describe says nothing: which metrics there are depends on what INFO shows.
func (c *collector) Describe(chan<- *prometheus.Desc) {}

// Collect makes the metrics of one scrape.
func (c *collector) Collect(out chan<- prometheus.Metric) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var text string
	var now time.Time
	databases := 0
	up := 1.0
	if err := c.engine.DoAmidst(func() {
		text = c.engine.Info([][]byte{[]byte("everything")})
		now, databases = c.engine.Now(), c.engine.Databases()
	}); err != nil {
		up = 0
	}
	s := &scrape{out: out, info: parseInfo(text)}
	s.add(metric{"up", "Whether the server answers.", gauge}, up)
	if up == 0 {
		return
	}
	for _, f := range fields {
		if v, ok := s.value(f.info); ok {
			s.add(metric{f.metric, f.info + " of INFO.", f.kind}, v)
		}
	}
	if up, ok := s.value("uptime_in_seconds"); ok {
		s.add(metric{"start_time_seconds", "When the server started, in seconds since 1970.", gauge},
			float64(now.Unix())-up)
	}
	s.instance()
	s.databases(databases)
	s.commands()
	s.latencies()
	s.errors()
}

// scrape is the metrics of one INFO.
type scrape struct {
	out  chan<- prometheus.Metric
	info map[string]string
}

// parseInfo takes INFO apart.
func parseInfo(text string) map[string]string {
	info := make(map[string]string)
	for line := range strings.Lines(text) {
		if name, value, found := strings.Cut(strings.TrimRight(line, "\r\n"), ":"); found {
			info[name] = value
		}
	}
	return info
}

// value is a field as a number; that something is ok is 1.
func (s *scrape) value(name string) (float64, bool) {
	text, found := s.info[name]
	switch {
	case !found:
		return 0, false
	case text == "ok":
		return 1, true
	case text == "err":
		return 0, true
	}
	v, err := strconv.ParseFloat(text, 64)
	return v, err == nil
}

// metric is what there is to say of a metric but its value.
type metric struct {
	name, help string
	kind       prometheus.ValueType
}

// add adds a metric; labels are names and values in turn.
func (s *scrape) add(m metric, v float64, labels ...string) {
	desc, values := describe(m.name, m.help, labels)
	s.out <- prometheus.MustNewConstMetric(desc, m.kind, v, values...)
}

func describe(name, help string, labels []string) (*prometheus.Desc, []string) {
	var names, values []string
	for i := 0; i < len(labels); i += 2 {
		names = append(names, labels[i])
		values = append(values, strings.ToValidUTF8(labels[i+1], "?"))
	}
	full := prometheus.BuildFQName(namespace, "", name)
	return prometheus.NewDesc(full, help, names, nil), values
}

// instance adds the metric whose labels say what kind of server this is.
func (s *scrape) instance() {
	var labels []string
	for _, name := range infoLabels {
		labels = append(labels, name, s.info[name])
	}
	s.add(metric{"instance_info", "What the server is.", gauge}, 1, labels...)
}

// subfields takes a value like "calls=1,usec=2" apart.
func subfields(value string) map[string]float64 {
	fields := make(map[string]float64)
	for part := range strings.SplitSeq(value, ",") {
		name, text, _ := strings.Cut(part, "=")
		if v, err := strconv.ParseFloat(text, 64); err == nil {
			fields[name] = v
		}
	}
	return fields
}

// databases adds those of each database, the empty ones included.
func (s *scrape) databases(n int) {
	for i := range n {
		db := "db" + strconv.Itoa(i)
		f := subfields(s.info[db])
		s.add(metric{"db_keys", "Keys in the database.", gauge}, f["keys"], "db", db)
		s.add(metric{"db_keys_expiring", "Keys that expire.", gauge}, f["expires"], "db", db)
		if f["keys"] > 0 {
			s.add(metric{"db_avg_ttl_seconds", "Average time to live of keys that expire.", gauge},
				f["avg_ttl"]/1000, "db", db)
		}
	}
}

// commands adds those of Commandstats.
func (s *scrape) commands() {
	for name, value := range s.info {
		cmd, found := strings.CutPrefix(name, "cmdstat_")
		if !found {
			continue
		}
		f := subfields(value)
		s.add(metric{"commands_total", "Calls of the command.", counter}, f["calls"], "cmd", cmd)
		s.add(metric{"commands_duration_seconds_total", "Time spent in the command.", counter},
			f["usec"]/1e6, "cmd", cmd)
		s.add(metric{"commands_rejected_calls_total", "Calls refused before the command ran.", counter},
			f["rejected_calls"], "cmd", cmd)
		s.add(metric{"commands_failed_calls_total", "Calls that replied with an error.", counter},
			f["failed_calls"], "cmd", cmd)
	}
}

// latencies adds the percentiles of Latencystats, as quantiles of a summary.
func (s *scrape) latencies() {
	for name, value := range s.info {
		cmd, found := strings.CutPrefix(name, "latency_percentiles_usec_")
		if !found {
			continue
		}
		quantiles := make(map[float64]float64)
		for percentile, usec := range subfields(value) {
			p, err := strconv.ParseFloat(strings.TrimPrefix(percentile, "p"), 64)
			if err == nil {
				quantiles[p/100] = usec
			}
		}
		f := subfields(s.info["cmdstat_"+cmd])
		desc, labels := describe("latency_percentiles_usec", "How long calls of the command take.",
			[]string{"cmd", cmd})
		s.out <- prometheus.MustNewConstSummary(desc, uint64(f["calls"]), f["usec"], quantiles,
			labels...)
	}
}

// errors adds those of Errorstats.
func (s *scrape) errors() {
	for name, value := range s.info {
		if kind, found := strings.CutPrefix(name, "errorstat_"); found {
			s.add(metric{"errors_total", "Error replies by their first word.", counter},
				subfields(value)["count"], "err", kind)
		}
	}
}
