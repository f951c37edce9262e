package command

import (
	"fmt"
	"strings"

	"github.com/ringer-kv/ringer/keyspace"
)

func latencyDoctorCommand(c *keyspace.Ctx) { c.Reply.Verbatim("txt", latencyReport(c)) }

// What the doctor says of itself. The texts are Redis's, after the films.
const (
	doctorDisabled = "I'm sorry, Dave, I can't do that. Latency monitoring is disabled in this Redis" +
		" instance. You may use \"CONFIG SET latency-monitor-threshold <milliseconds>.\" in order to" +
		" enable it. If we weren't in a deep space mission I'd suggest to take a look at" +
		" https://redis.io/topics/latency-monitor.\n"
	doctorNoSpike = "Dave, no latency spike was observed during the lifetime of this Redis instance," +
		" not in the slightest bit. I honestly think you ought to sit down calmly, take a stress" +
		" pill, and think things over.\n"
	doctorSpikes = "Dave, I have observed latency spikes in this Redis instance. You don't mind" +
		" talking about it, do you Dave?\n\n"
	doctorNoAdvice = "\nWhile there are latency events logged, I'm not able to suggest any easy fix." +
		" Please use the Redis community to get some help, providing this report in your help" +
		" request.\n"
	doctorAdvices = "\nI have a few advices for you:\n\n"

	adviceSlowlogOff = "- There are latency issues with potentially slow commands you are using. Try" +
		" to enable the Slow Log Redis feature using the command 'CONFIG SET" +
		" slowlog-log-slower-than %d'. If the Slow log is disabled Redis is not able to log slow" +
		" commands execution for you.\n"
	adviceSlowlogLow = "- Your current Slow Log configuration only logs events that are slower than" +
		" your configured latency monitor threshold. Please use 'CONFIG SET" +
		" slowlog-log-slower-than %d'.\n"
	adviceSlowlog = "- Check your Slow Log to understand what are the commands you are running which" +
		" are too slow to execute. Please check https://redis.io/commands/slowlog for more" +
		" information.\n"
	adviceScheduler = "- The system is slow to execute Redis code paths not containing system calls." +
		" This usually means the system does not provide Redis CPU time to run for long periods." +
		" You should try to:\n" +
		"  1) Lower the system load.\n" +
		"  2) Use a computer / VM just for Redis if you are running other software in the same" +
		" system.\n" +
		"  3) Check if you have a \"noisy neighbour\" problem.\n" +
		"  4) Check with 'redis-cli --intrinsic-latency 100' what is the intrinsic latency in your" +
		" system.\n"
	adviceEviction = "- Sudden changes to the 'maxmemory' setting via 'CONFIG SET', or allocation of" +
		" large objects via sets or sorted sets intersections, STORE option of SORT, Redis Cluster" +
		" large keys migrations (RESTORE command), may create sudden memory pressure forcing the" +
		" server to block trying to evict keys. \n"
)

// latencyReport analyses the events. Redis: createLatencyReport. Advice that is about what we do
// not have is left out: fsync, fork, huge pages, blocking deletions, the frequency of cycles.
func latencyReport(c *keyspace.Ctx) string {
	events, threshold := c.Engine.LatencyEvents(), c.Engine.LatencyThreshold()
	switch {
	case len(events) == 0 && threshold == 0:
		return doctorDisabled
	case len(events) == 0:
		return doctorNoSpike
	}
	var b strings.Builder
	b.WriteString(doctorSpikes)
	var advice []string
	for i, e := range events {
		describeEvent(&b, i+1, e, c.NowMs/1000)
		advice = append(advice, adviceFor(c, e.Name, threshold)...)
	}
	if len(advice) == 0 {
		return b.String() + doctorNoAdvice
	}
	return b.String() + doctorAdvices + strings.Join(advice, "")
}

// describeEvent sums an event up. Redis: analyzeLatencyForEvent.
func describeEvent(b *strings.Builder, number int, e *keyspace.LatencyEvent, nowSec int64) {
	n, sum, deviation := int64(len(e.Samples)), int64(0), int64(0)
	for _, s := range e.Samples {
		sum += s.Ms
	}
	average := sum / n
	for _, s := range e.Samples {
		deviation += max(average-s.Ms, s.Ms-average)
	}
	period := max(nowSec-e.Samples[0].UnixSec, 1)
	fmt.Fprintf(b, "%d. %s: %d latency spikes (average %dms, mean deviation %dms, period %.2f sec)."+
		" Worst all time event %dms.\n", number, e.Name, n, average, deviation/n,
		float64(period)/float64(n), e.MaxMs)
}

// adviceFor is what to do about an event.
func adviceFor(c *keyspace.Ctx, event string, thresholdMs int64) []string {
	switch event {
	case "command":
		slower := c.Engine.SlowlogThreshold()
		switch {
		case slower < 0:
			return []string{fmt.Sprintf(adviceSlowlogOff, thresholdMs*1000), adviceSlowlog}
		case slower/1000 > thresholdMs:
			return []string{fmt.Sprintf(adviceSlowlogLow, thresholdMs*1000), adviceSlowlog}
		}
		return []string{adviceSlowlog}
	case "fast-command":
		return []string{adviceScheduler}
	case "eviction-cycle":
		return []string{adviceEviction}
	}
	return nil
}
