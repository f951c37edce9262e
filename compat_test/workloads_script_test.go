package compat_test

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
)

// Scripts in the style of the queues that people run: of asynq (one hash for each task, lists and
// sorted sets for its states, MessagePack for its payload) and of BullMQ (options in MessagePack,
// results in JSON, events in a stream). A random run of them goes to both servers, with a clock of
// its own; each reply is compared, and all data in the end.

const (
	taskEnqueue = `if redis.call("EXISTS", KEYS[1]) == 1 then return 0 end
redis.call("HSET", KEYS[1], "msg", ARGV[1], "state", "pending", "pending_since", ARGV[3])
redis.call("LPUSH", KEYS[2], ARGV[2])
return 1`

	taskPack = `return cmsgpack.pack({id=ARGV[1],queue='q',payload={1,2,{x=ARGV[1]}},n=#ARGV[1]})`

	taskDequeue = `if redis.call("EXISTS", KEYS[2]) == 0 then
	local id = redis.call("RPOPLPUSH", KEYS[1], KEYS[3])
	if id then
		local key = ARGV[2] .. id
		redis.call("HSET", key, "state", "active")
		redis.call("HDEL", key, "pending_since")
		redis.call("ZADD", KEYS[4], ARGV[1], id)
		return redis.call("HGET", key, "msg")
	end
end
return nil`

	taskDone = `if redis.call("LREM", KEYS[1], 0, ARGV[1]) == 0 then
	return redis.error_reply("NOT FOUND")
end
if redis.call("ZREM", KEYS[2], ARGV[1]) == 0 then return redis.error_reply("NOT FOUND") end
if redis.call("DEL", KEYS[3]) == 0 then return redis.error_reply("NOT FOUND") end
local n = redis.call("INCR", KEYS[4])
if tonumber(n) == 1 then redis.call("EXPIREAT", KEYS[4], ARGV[2]) end
local total = redis.call("GET", KEYS[5])
if tonumber(total) == tonumber(ARGV[3]) then redis.call("SET", KEYS[5], 1)
else redis.call("INCR", KEYS[5]) end
return redis.status_reply("OK")`

	taskRetry = `if redis.call("LREM", KEYS[1], 0, ARGV[1]) == 0 then
	return redis.error_reply("NOT FOUND")
end
redis.call("ZREM", KEYS[2], ARGV[1])
local msg = cmsgpack.unpack(redis.call("HGET", KEYS[4], "msg"))
msg.retried = (msg.retried or 0) + 1
msg.errors = msg.errors or {}
msg.errors[#msg.errors + 1] = {at = tonumber(ARGV[2]), text = ARGV[3]}
redis.call("HSET", KEYS[4], "msg", cmsgpack.pack(msg), "state", "retry")
redis.call("ZADD", KEYS[3], ARGV[2] + 2 ^ msg.retried, ARGV[1])
return msg.retried`

	taskForward = `local ids = redis.call("ZRANGEBYSCORE", KEYS[1], "-inf", ARGV[1], "LIMIT", 0, 100)
for _, id in ipairs(ids) do
	local key = ARGV[2] .. id
	redis.call("LPUSH", KEYS[2], id)
	redis.call("ZREM", KEYS[1], id)
	redis.call("HSET", key, "state", "pending", "pending_since", ARGV[3])
end
return table.getn(ids)`

	taskStats = `local res = {}
for _, key in ipairs(KEYS) do
	local kind = redis.call("TYPE", key).ok
	local n = 0
	if kind == "list" then n = redis.call("LLEN", key)
	elseif kind == "zset" then n = redis.call("ZCARD", key)
	elseif kind == "string" then n = tonumber(redis.call("GET", key)) end
	table.insert(res, key)
	table.insert(res, n)
end
return res`

	jobAdd = `local opts = cmsgpack.unpack(ARGV[1])
local counter = redis.call("INCR", KEYS[3])
local id = opts["id"] or tostring(counter)
local key = KEYS[4] .. id
if redis.call("EXISTS", key) == 1 then return id end
local data = cjson.decode(ARGV[2])
data["_n"] = counter
redis.call("HMSET", key, "data", cjson.encode(data), "opts", cjson.encode(opts), "priority",
	opts["priority"] or 0)
if opts["delay"] and opts["delay"] > 0 then
	local score = (tonumber(ARGV[3]) + opts["delay"]) * 0x1000 + bit.band(counter, 0xfff)
	redis.call("ZADD", KEYS[2], score, id)
	redis.call("XADD", KEYS[5], "MAXLEN", "50", counter .. "-1", "event", "delayed", "id", id)
elseif opts["priority"] then
	redis.call("ZADD", KEYS[6], opts["priority"] * 0x100000000 + counter, id)
elseif opts["lifo"] then redis.call("RPUSH", KEYS[1], id)
else redis.call("LPUSH", KEYS[1], id) end
return id`

	jobFinish = `local job = redis.call("HMGET", KEYS[1], "data", "opts", "attempts")
if not job[1] then return -1 end
local opts, done = cjson.decode(job[2]), {}
local attempts = (tonumber(job[3]) or 0) + 1
redis.call("HSET", KEYS[1], "attempts", attempts)
if ARGV[1] == "failed" and attempts < (opts.attempts or 1) then
	redis.call("LPUSH", KEYS[3], ARGV[2])
	return {"again", attempts}
end
redis.call("HSET", KEYS[1], "result", cjson.encode({value = ARGV[3],
	by = opts.priority or cjson.null, list = {attempts, ARGV[1]}}))
redis.call("ZADD", KEYS[2], ARGV[4], ARGV[2])
local old = redis.call("ZRANGE", KEYS[2], 0, -11)
for i, id in ipairs(old) do
	done[i] = id
	redis.call("DEL", ARGV[5] .. id)
end
if #old > 0 then redis.call("ZREM", KEYS[2], unpack(old)) end
return {ARGV[1], attempts, done}`

	jobNext = `local id = redis.call("RPOP", KEYS[1])
if not id then
	local first = redis.call("ZPOPMIN", KEYS[2])
	id = first[1]
end
if not id then return false end
local job, flat = redis.call("HGETALL", ARGV[1] .. id), {}
for i = 1, #job, 2 do flat[job[i]] = job[i + 1] end
return {id, cjson.encode(cjson.decode(flat["data"] or "{}")), flat["priority"] or "none"}`
)

// workload draws the calls of one run. It keeps the ids that it has made up, and a clock.
type workload struct {
	*gen
	now int
	ids []string
}

// eval is a call of a script with its keys and arguments.
func eval(code string, keys []string, args ...string) []string {
	command := append(words("EVAL", code, strconv.Itoa(len(keys))), keys...)
	return append(command, args...)
}

func (w *workload) id() string { return w.ids[w.IntN(len(w.ids))] }

func (w *workload) next() []string {
	w.now += 1 + w.IntN(20)
	now, id := strconv.Itoa(w.now), "t"+strconv.Itoa(w.IntN(60))
	w.ids = append(w.ids, id)
	task := "task:" + w.id()
	switch w.IntN(12) {
	case 0, 1:
		return eval(taskPack, nil, id)
	case 2:
		message := "\x82\xa2id\xa3" + (id + "  ")[:3] + "\xa1n\x07"
		return eval(taskEnqueue, words("task:"+id, "q:pending"), message, id, now)
	case 3:
		return eval(taskDequeue, words("q:pending", "q:paused", "q:active", "q:lease"), now, "task:")
	case 4:
		return eval(taskDone, words("q:active", "q:lease", task, "q:done:day", "q:done"),
			strings.TrimPrefix(task, "task:"), "4102444800", "9007199254740991")
	case 5:
		return eval(taskRetry, words("q:active", "q:lease", "q:retry", task),
			strings.TrimPrefix(task, "task:"), now, w.of("timeout", "panic: x", "größe"))
	case 6:
		return eval(taskForward, words("q:retry", "q:pending"), now, "task:", now)
	case 7:
		return eval(taskStats, words("q:pending", "q:active", "q:retry", "q:lease", "q:done", "none"))
	case 8, 9:
		opts := w.of("\x80", "\x81\xa8priority"+w.of("\x01", "\x05", "\x7f"), "\x81\xa5delay\xcd\x03\xe8",
			"\x81\xa4lifo\xc3", "\x82\xa2id\xa3own\xa8attempts\x03", "\x81\xa8attempts\x02")
		return eval(jobAdd, words("j:wait", "j:delayed", "j:id", "j:", "j:events", "j:prio"), opts,
			w.of(`{"a":[1,2,{"b":null}]}`, `{"x":1.5,"y":"\u00e9"}`, `{}`,
				`{"deep":{"er":[[],{}]}}`, `[`), now)
	case 10:
		return eval(jobNext, words("j:wait", "j:prio"), "j:")
	}
	job := strconv.Itoa(1 + w.IntN(40))
	return eval(jobFinish, words("j:"+job, "j:completed", "j:wait"), w.of("completed", "failed"), job,
		w.of("ok", "42", "\x00"), now, "j:")
}

// TestQueueScripts runs queues on both servers.
func TestQueueScripts(t *testing.T) {
	for run := range 4 {
		w := &workload{gen: &gen{Rand: rand.New(rand.NewPCG(lab.seed, uint64(run)))}, ids: words("t0"),
			now: 1_700_000_000}
		s := script{name: fmt.Sprintf("queues %d", lab.seed), pipeline: w.pipeline()}
		for range max(100, lab.commands/10) {
			s.steps = append(s.steps, step{args: w.next()})
		}
		s.steps = append(s.steps, step{args: words("DEBUG", "DIGEST")})
		if !lab.shared.agree(t, s, run%3) {
			t.Fatalf("RINGER_COMPAT_SEED=%d repeats it", lab.seed)
		}
	}
}
