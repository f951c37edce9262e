package main

import (
	"fmt"
	"strconv"
	"strings"
)

// workload is one kind of request. In args, {n} stands for a random number below
// the key space, always twelve digits wide, and {v} for the value.
type workload struct {
	name    string
	args    string
	inline  bool   // sent as an inline command where the protocol has them
	prepare string // the workload whose requests must have run first
}

// workloads is every request that ringer-bench can send. The names and the
// arguments of the first group are those of redis-benchmark 7.0, so that figures
// can be set beside each other; a new workload is one line here.
//
//tidy:table the list of request kinds, read only
var workloads = []workload{
	{name: "ping_inline", args: "PING", inline: true},
	{name: "ping_mbulk", args: "PING"},
	{name: "set", args: "SET key:{n} {v}"},
	{name: "get", args: "GET key:{n}"},
	{name: "incr", args: "INCR counter:{n}"},
	{name: "lpush", args: "LPUSH mylist {v}"},
	{name: "rpush", args: "RPUSH mylist {v}"},
	{name: "lpop", args: "LPOP mylist"},
	{name: "rpop", args: "RPOP mylist"},
	{name: "sadd", args: "SADD myset element:{n}"},
	{name: "hset", args: "HSET myhash element:{n} {v}"},
	{name: "spop", args: "SPOP myset"},
	{name: "zadd", args: "ZADD myzset {n} element:{n}"},
	{name: "zpopmin", args: "ZPOPMIN myzset"},
	{name: "lrange_100", args: "LRANGE mylist 0 99", prepare: "lpush"},
	{name: "lrange_300", args: "LRANGE mylist 0 299", prepare: "lpush"},
	{name: "lrange_500", args: "LRANGE mylist 0 499", prepare: "lpush"},
	{name: "lrange_600", args: "LRANGE mylist 0 599", prepare: "lpush"},
	{name: "mset", args: "MSET" + strings.Repeat(" key:{n} {v}", 10)},

	{name: "ping", args: "PING"},
	{name: "del", args: "DEL key:{n}"},
	{name: "exists", args: "EXISTS key:{n}"},
	{name: "expire", args: "EXPIRE key:{n} 3600"},
	{name: "ttl", args: "TTL key:{n}"},
	{name: "zrem", args: "ZREM myzset element:{n}"},
	{name: "zscore", args: "ZSCORE myzset element:{n}"},
	{name: "zrank", args: "ZRANK myzset element:{n}"},
	{name: "zrange", args: "ZRANGE myzset 0 9", prepare: "zadd"},
}

// findWorkload looks a workload up by its name, in either case.
func findWorkload(name string) (workload, error) {
	for _, w := range workloads {
		if strings.EqualFold(w.name, name) {
			return w, nil
		}
	}
	return workload{}, fmt.Errorf("unknown workload %q; there are: %s", name, workloadNames())
}

// workloadNames lists the table in its order.
func workloadNames() string {
	names := make([]string, len(workloads))
	for i, w := range workloads {
		names[i] = w.name
	}
	return strings.Join(names, " ")
}

// share is a workload and its weight in a mix.
type share struct {
	workload
	weight int
}

// maxWeight bounds one weight of a mix, so that their sum stays a small table.
const maxWeight = 1000

// parseMix reads "set:1,get:4"; a weight left out is 1.
func parseMix(text string) ([]share, error) {
	var mix []share
	for item := range strings.SplitSeq(text, ",") {
		name, weightText, weighted := strings.Cut(strings.TrimSpace(item), ":")
		weight := 1
		if weighted {
			n, err := strconv.Atoi(weightText)
			if err != nil || n < 1 || n > maxWeight {
				return nil, fmt.Errorf("mix: weight of %q must be 1 to %d", name, maxWeight)
			}
			weight = n
		}
		w, err := findWorkload(name)
		if err != nil {
			return nil, fmt.Errorf("mix: %w", err)
		}
		mix = append(mix, share{w, weight})
	}
	return mix, nil
}
