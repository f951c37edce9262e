package main

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"time"
)

// Lists that a workload reads are filled with this many requests first: more than
// the longest range asks for.
const prepareRequests = 2000

// figures is one run as it is printed.
type figures struct {
	Throughput float64 `json:"requests_per_second"`
	Requests   uint64  `json:"requests"`
	P50Ms      float64 `json:"p50_ms"`
	P99Ms      float64 `json:"p99_ms"`
	P999Ms     float64 `json:"p999_ms"`
	MaxMs      float64 `json:"max_ms"`
	MeanMs     float64 `json:"mean_ms"`
	ClientBusy float64 `json:"client_busy"` // the client's CPU time per second and thread
	Errors     uint64  `json:"errors"`
	FirstError string  `json:"first_error,omitempty"`
	Unsent     uint64  `json:"unsent"` // due under the fixed rate and not sent in time
}

// newFigures sums an outcome up.
func newFigures(o *outcome) figures {
	return figures{
		Throughput: o.throughput(), Requests: o.replies,
		P50Ms: ms(o.latency.quantile(0.50)), P99Ms: ms(o.latency.quantile(0.99)),
		P999Ms: ms(o.latency.quantile(0.999)), MaxMs: ms(o.latency.maxNs),
		MeanMs: o.latency.meanNs() / 1e6, ClientBusy: o.clientBusy,
		Errors: o.errorCount, FirstError: o.firstError, Unsent: o.unsent,
	}
}

func ms(ns int64) float64 { return float64(ns) / float64(time.Millisecond) }

// series is the rounds of one target.
type series struct {
	Target target    `json:"target"`
	Rounds []figures `json:"rounds"`
}

// comparison is one workload on every target.
type comparison struct {
	Name    string      `json:"workload"`
	Options loadOptions `json:"options"`
	Series  []series    `json:"series"`
}

// compare runs one mix on every target, round by round. The order is reversed
// from one round to the next, so that no target always runs on a warmer machine.
func compare(s *settings, run namedMix, bar *progress) (*comparison, error) {
	c := &comparison{Name: run.name, Options: s.loadOptions}
	for _, t := range s.targets {
		if err := prepare(t, run.mix, s.loadOptions); err != nil {
			return nil, fmt.Errorf("prepare %s: %w", t.Name, err)
		}
		c.Series = append(c.Series, series{Target: t})
	}
	for round := range s.rounds {
		order := make([]int, len(s.targets))
		for i := range order {
			order[i] = i
		}
		if round%2 == 1 {
			slices.Reverse(order)
		}
		for _, i := range order {
			label := fmt.Sprintf("%s %s %d/%d", run.name, s.targets[i].Name, round+1, s.rounds)
			ctl := &control{}
			stop := bar.start(label, &ctl.done)
			out, err := runMix(s.targets[i], run.mix, s.loadOptions, ctl)
			stop()
			if err != nil {
				return nil, fmt.Errorf("%s: %w", s.targets[i].Name, err)
			}
			c.Series[i].Rounds = append(c.Series[i].Rounds, newFigures(out))
		}
	}
	return c, nil
}

// prepare runs what the workloads of mix need to find.
func prepare(t target, mix []share, o loadOptions) error {
	for _, sh := range mix {
		if sh.prepare == "" {
			continue
		}
		w, err := findWorkload(sh.prepare)
		if err != nil {
			return err
		}
		o.Conns, o.Threads, o.Rate, o.Duration, o.Warmup = 1, 1, 0, 0, 0
		o.Count = prepareRequests
		if _, err := runMix(t, []share{{w, 1}}, o, &control{}); err != nil {
			return err
		}
	}
	return nil
}

// column returns one figure of every round.
func (s *series) column(of func(figures) float64) []float64 {
	values := make([]float64, len(s.Rounds))
	for i, f := range s.Rounds {
		values[i] = of(f)
	}
	return values
}

// print writes the comparison as aligned text, a line per target.
func (c *comparison) print(w io.Writer) {
	fmt.Fprintf(w, "%s  c=%d P=%d r=%d d=%d%s\n", c.Name, c.Options.Conns, c.Options.Pipeline,
		c.Options.KeySpace, c.Options.ValueBytes, rateText(c.Options.Rate))
	fmt.Fprintf(w, "  %-28s %12s %9s %9s %9s %9s %7s\n",
		"target", "requests/s", "p50 ms", "p99 ms", "p99.9 ms", "max ms", "client")
	for i := range c.Series {
		s := &c.Series[i]
		fmt.Fprintf(w, "  %-28s %12.0f %9.3f %9.3f %9.3f %9.3f %6.0f%%%s\n",
			fmt.Sprintf("%s (%s)", s.Target.Name, s.Target.Proto),
			median(s.column(func(f figures) float64 { return f.Throughput })),
			median(s.column(func(f figures) float64 { return f.P50Ms })),
			median(s.column(func(f figures) float64 { return f.P99Ms })),
			median(s.column(func(f figures) float64 { return f.P999Ms })),
			slices.Max(s.column(func(f figures) float64 { return f.MaxMs })),
			100*median(s.column(func(f figures) float64 { return f.ClientBusy })),
			c.ratioText(i))
	}
}

// ratioText says how target i did in relation to the first, with its spread.
func (c *comparison) ratioText(i int) string {
	if i == 0 {
		return ""
	}
	rate := func(f figures) float64 { return f.Throughput }
	r := newRatio(c.Series[0].column(rate), c.Series[i].column(rate))
	return fmt.Sprintf("   %.2fx (%.2f..%.2f)", r.Median, r.Min, r.Max)
}

func rateText(rate float64) string {
	if rate == 0 {
		return ""
	}
	return fmt.Sprintf(" rate=%.0f/s", rate)
}

// reportErrors tells of error replies and of a rate that was not kept.
func (c *comparison) reportErrors(w io.Writer) bool {
	failed := false
	for _, s := range c.Series {
		for _, f := range s.Rounds {
			if f.Errors > 0 {
				failed = true
				fmt.Fprintf(w, "%s on %s: %d of %d replies were errors, the first: %s\n",
					c.Name, s.Target.Name, f.Errors, f.Requests, f.FirstError)
			}
			if f.Unsent > 0 {
				fmt.Fprintf(w, "%s on %s: the rate was not kept, %d requests were never sent\n",
					c.Name, s.Target.Name, f.Unsent)
			}
		}
	}
	return failed
}

// printJSON writes v with indentation.
func printJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(v)
}
