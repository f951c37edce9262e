package command

import (
	"fmt"
	"strings"

	"github.com/ringer-kv/ringer/keyspace"
	"github.com/ringer-kv/ringer/keyspace/reply"
)

var latencySpec = keyspace.Spec{
	Name: "latency", Group: keyspace.Server, Since: "2.8.13", Arity: -2,
	Summary:    "A container for latency diagnostics commands",
	Complexity: "Depends on subcommand.",
	Sub: []*keyspace.Spec{
		{
			Name: "doctor", Group: keyspace.Server, Since: "2.8.13", Arity: 2,
			Flags: adminFlags,
			Tips: []string{
				"nondeterministic_output", "request_policy:all_nodes", "response_policy:special",
			},
			Summary: "Return a human readable latency analysis report.", Complexity: "O(1)",
			Run: latencyDoctorCommand,
		},
		{
			Name: "graph", Group: keyspace.Server, Since: "2.8.13", Arity: 3,
			Syntax: "event",
			Flags:  adminFlags,
			Tips: []string{
				"nondeterministic_output", "request_policy:all_nodes", "response_policy:special",
			},
			Summary: "Return a latency graph for the event.", Complexity: "O(1)",
			Run: latencyGraphCommand,
		},
		{
			Name: "help", Group: keyspace.Server, Since: "2.8.13", Arity: 2,
			Flags:   keyspace.Loading | keyspace.Stale,
			Summary: "Show helpful text about the different subcommands.", Complexity: "O(1)",
			Run: latencyHelpCommand,
		},
		{
			Name: "histogram", Group: keyspace.Server, Since: "7.0.0", Arity: -2,
			Syntax: "[command{*}]",
			Flags:  adminFlags,
			Tips: []string{
				"nondeterministic_output", "request_policy:all_nodes", "response_policy:special",
			},
			Summary: "Return the cumulative distribution of latencies of a subset of" +
				" commands or all.",
			Complexity: "O(N) where N is the number of commands with latency information" +
				" being retrieved.",
			Run: latencyHistogramCommand,
		},
		{
			Name: "history", Group: keyspace.Server, Since: "2.8.13", Arity: 3,
			Syntax: "event",
			Flags:  adminFlags,
			Tips: []string{
				"nondeterministic_output", "request_policy:all_nodes", "response_policy:special",
			},
			Summary: "Return timestamp-latency samples for the event.", Complexity: "O(1)",
			Run: latencyHistoryCommand,
		},
		{
			Name: "latest", Group: keyspace.Server, Since: "2.8.13", Arity: 2,
			Flags: adminFlags,
			Tips: []string{
				"nondeterministic_output", "request_policy:all_nodes", "response_policy:special",
			},
			Summary: "Return the latest latency samples for all events.", Complexity: "O(1)",
			Run: latencyLatestCommand,
		},
		{
			Name: "reset", Group: keyspace.Server, Since: "2.8.13", Arity: -2,
			Syntax:  "[event{*}]",
			Flags:   adminFlags,
			Tips:    []string{"request_policy:all_nodes", "response_policy:all_succeeded"},
			Summary: "Reset latency data for one or more events.", Complexity: "O(1)",
			Run: latencyResetCommand,
		},
	},
}

func latencyLatestCommand(c *keyspace.Ctx) {
	events := c.Engine.LatencyEvents()
	c.Reply.Array(len(events))
	for _, e := range events {
		last := e.Samples[len(e.Samples)-1]
		c.Reply.Array(4)
		c.Reply.BulkString(e.Name)
		c.Reply.Int(last.UnixSec)
		c.Reply.Int(last.Ms)
		c.Reply.Int(e.MaxMs)
	}
}

func latencyHistoryCommand(c *keyspace.Ctx) {
	e := c.Engine.LatencyEvent(string(c.Args[2]))
	if e == nil {
		c.Reply.Array(0)
		return
	}
	c.Reply.Array(len(e.Samples))
	for _, s := range e.Samples {
		c.Reply.Array(2)
		c.Reply.Int(s.UnixSec)
		c.Reply.Int(s.Ms)
	}
}

func latencyResetCommand(c *keyspace.Ctx) {
	c.Reply.Int(int64(c.Engine.ResetLatency(c.Args[2:])))
}

func latencyHistogramCommand(c *keyspace.Ctx) {
	mark, n := c.Reply.DeferMap(), 0
	show := func(s *keyspace.Spec) { n += replyCallTimes(c, s) }
	if len(c.Args) == 2 {
		for _, s := range c.Engine.Commands() {
			show(s)
			for _, sub := range s.Sub {
				show(sub)
			}
		}
	}
	for _, name := range c.Args[2:] {
		s := c.Engine.LookupFullName(name)
		if s == nil {
			continue // Redis: what does not exist is no error
		}
		show(s)
		for _, sub := range s.Sub {
			show(sub)
		}
	}
	c.Reply.Resolve(mark, n)
}

// replyCallTimes shows how long the calls of a command took, if there were any, and returns how
// many commands it has shown. Redis: fillCommandCDF.
func replyCallTimes(c *keyspace.Ctx, s *keyspace.Spec) int {
	calls, times := c.Engine.CallTimes(s)
	if calls == 0 {
		return 0
	}
	c.Reply.BulkString(s.FullName())
	c.Reply.Map(2)
	c.Reply.BulkString("calls")
	c.Reply.Int(calls)
	c.Reply.BulkString("histogram_usec")
	c.Reply.Map(len(times))
	for _, t := range times {
		c.Reply.Int(t.Usec)
		c.Reply.Int(t.Count)
	}
	return 1
}

func latencyGraphCommand(c *keyspace.Ctx) {
	e := c.Engine.LatencyEvent(string(c.Args[2]))
	if e == nil {
		c.Error(reply.NoLatencySamples(c.Args[2]))
		return
	}
	c.Reply.Verbatim("txt", latencyGraph(e, c.NowMs/1000))
}

// The size of the graph. Redis: LATENCY_GRAPH_COLS, and the arguments of sparklineRender.
const (
	graphColumns = 80
	graphRows    = 4
	graphSteps   = len(graphSigns) // heights that a row can show
	graphSigns   = "_o#"
)

// latencyGraph draws the samples of an event, each with its age under it, from top to bottom.
func latencyGraph(e *keyspace.LatencyEvent, nowSec int64) string {
	low, high := e.Samples[0].Ms, e.Samples[0].Ms
	for _, s := range e.Samples {
		low, high = min(low, s.Ms), max(high, s.Ms)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s - high %d ms, low %d ms (all time high %d ms)\n", e.Name, high, low, e.MaxMs)
	b.WriteString(strings.Repeat("-", graphColumns) + "\n")
	for from := 0; from < len(e.Samples); from += graphColumns {
		if from > 0 {
			b.WriteByte('\n')
		}
		part := e.Samples[from:min(from+graphColumns, len(e.Samples))]
		for row := range graphRows {
			drawRow(&b, part, func(ms int64) byte { return graphSign(ms-low, max(high-low, 1), row) })
		}
		drawRow(&b, part, func(int64) byte { return ' ' })
		drawAges(&b, part, nowSec)
	}
	return b.String()
}

func drawRow(b *strings.Builder, samples []keyspace.LatencySample, sign func(ms int64) byte) {
	for _, s := range samples {
		b.WriteByte(sign(s.Ms))
	}
	b.WriteByte('\n')
}

// graphSign is what a row shows of a value: nothing, its top, or what stands below the top.
func graphSign(value, most int64, row int) byte {
	steps := int64(graphRows * graphSteps)
	step := min(value*steps/most, steps-1)
	switch i := step - int64((graphRows-1-row)*graphSteps); {
	case i < 0:
		return ' '
	case i >= int64(graphSteps):
		return '|'
	default:
		return graphSigns[i]
	}
}

// drawAges writes how long ago each sample was taken, from top to bottom.
func drawAges(b *strings.Builder, samples []keyspace.LatencySample, nowSec int64) {
	labels, longest := make([]string, len(samples)), 0
	for i, s := range samples {
		labels[i] = ageLabel(nowSec - s.UnixSec)
		longest = max(longest, len(labels[i]))
	}
	for row := range longest {
		for _, label := range labels {
			if row < len(label) {
				b.WriteByte(label[row])
			} else {
				b.WriteByte(' ')
			}
		}
		b.WriteByte('\n')
	}
}

func ageLabel(seconds int64) string {
	switch {
	case seconds < 60:
		return fmt.Sprintf("%ds", seconds)
	case seconds < 3600:
		return fmt.Sprintf("%dm", seconds/60)
	case seconds < 24*3600:
		return fmt.Sprintf("%dh", seconds/3600)
	}
	return fmt.Sprintf("%dd", seconds/(24*3600))
}

func latencyHelpCommand(c *keyspace.Ctx) {
	replyHelp(c,
		"DOCTOR",
		"    Return a human readable latency analysis report.",
		"GRAPH <event>",
		"    Return an ASCII latency graph for the <event> class.",
		"HISTORY <event>",
		"    Return time-latency samples for the <event> class.",
		"LATEST",
		"    Return the latest latency samples for all events.",
		"RESET [<event> ...]",
		"    Reset latency data of one or more <event> classes.",
		"    (default: reset all data for all event classes)",
		"HISTOGRAM [COMMAND ...]",
		"    Return a cumulative distribution of latencies in the format of a histogram"+
			" for the specified command names.",
		"    If no commands are specified then all histograms are replied.",
	)
}
