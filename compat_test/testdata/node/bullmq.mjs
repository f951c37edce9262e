// What an application does with BullMQ, whose every step is a Lua script, against the server at the
// port given. It prints a line for each step; the test compares the lines of a real redis-server
// with those of ringer.
import Redis from 'ioredis';
import { FlowProducer, Queue, QueueEvents, Worker } from 'bullmq';

const connection = { host: '127.0.0.1', port: Number(process.argv[2]), maxRetriesPerRequest: null };

async function step(name, run) {
  let value;
  try {
    value = await run();
  } catch (err) {
    value = `error: ${err.message}`;
  }
  console.log(`${name}: ${JSON.stringify(value)}`);
}

const redis = new Redis(connection);
const queue = new Queue('q', { connection });
const events = new QueueEvents('q', { connection });
await events.waitUntilReady();
await redis.flushall();

// Adding jobs of all kinds, before anybody works.
await step('add', async () => (await queue.add('first', { n: 1 })).id);
await step('add with an id', async () => (await queue.add('own', { n: 2 }, { jobId: 'own-id' })).id);
await step('add it again', async () => (await queue.add('own', { n: 3 }, { jobId: 'own-id' })).id);
await step('bulk', async () =>
  (await queue.addBulk(Array.from({ length: 30 }, (_, i) => ({ name: 'bulk', data: { i } })))).map((j) => j.id));
await step('priorities', async () => {
  const ids = [];
  for (const priority of [5, 1, 3, 1, 10]) ids.push((await queue.add('prio', { priority }, { priority })).id);
  return ids;
});
await step('lifo', async () => (await queue.add('lifo', {}, { lifo: true })).id);
await step('delayed', async () => (await queue.add('delayed', {}, { delay: 300 })).id);
await step('long delayed', async () => (await queue.add('late', {}, { delay: 3600e3, jobId: 'late' })).id);
await step('attempts', async () =>
  (await queue.add('flaky', {}, { attempts: 3, backoff: { type: 'fixed', delay: 20 } })).id);
await step('fails', async () => (await queue.add('fails', {}, { jobId: 'fails' })).id);
await step('counts', () => queue.getJobCounts());
await step('waiting', async () => (await queue.getWaiting(0, 5)).map((j) => j.id));
await step('prioritized', async () => (await queue.getJobs(['prioritized'])).map((j) => j.id));
await step('states', async () => [await queue.getJobState('1'), await queue.getJobState('late'), await queue.getJobState('none')]);
await step('remove', async () => [await queue.remove('2'), await queue.remove('none')]);
await step('update', async () => {
  const job = await queue.getJob('5');
  await job.updateData({ changed: true });
  await job.updateProgress(42);
  await job.log('line one');
  await job.log('line two');
  const again = await queue.getJob('5');
  return [again.data, again.progress, await queue.getJobLogs('5')];
});
await step('pause', async () => {
  await queue.pause();
  return [await queue.isPaused(), await queue.getJobCounts()];
});
await step('resume', async () => {
  await queue.resume();
  return [await queue.isPaused(), await queue.getJobCounts()];
});
await step('keys', async () => {
  return (await redis.keys('bull:q*')).filter((key) => !/^bull:q:\d+$/.test(key)).sort();
});

// A worker, one job at a time.
const order = [];
const processor = async (job) => {
  order.push(job.name === 'bulk' ? job.data.i ?? 'changed' : job.name);
  if (job.name === 'flaky' && job.attemptsMade < 2) throw new Error(`attempt ${job.attemptsMade}`);
  if (job.name === 'fails') throw new Error('as it must');
  await job.updateProgress({ half: true });
  return { name: job.name };
};
const late = await queue.getJob('late');
const first = await queue.getJob('1');
const fails = await queue.getJob('fails');
const worker = new Worker('q', processor, { connection, concurrency: 1, drainDelay: 1 });
worker.on('error', (err) => console.log('worker error', err.message));
await step('first is finished', () => first.waitUntilFinished(events, 10e3));
await step('fails', () => fails.waitUntilFinished(events, 10e3));
const until = async (condition) => {
  for (let i = 0; i < 1000; i++) {
    if (await condition()) return true;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return false;
};
await step('all but the late one', () => until(async () => {
  const c = await queue.getJobCounts();
  return c.waiting + c.active + c.prioritized === 0 && c.delayed === 1;
}));
await step('the order', () => order.filter((name) => !['flaky', 'delayed', 'fails'].includes(name)));
await step('how often', () => ['flaky', 'delayed', 'fails'].map((name) => order.filter((n) => n === name).length));
await step('counts', () => queue.getJobCounts());
await step('promote', async () => {
  await late.promote();
  return late.waitUntilFinished(events, 10e3);
});
await step('failed', async () => {
  const [job] = await queue.getFailed();
  return [job.id, job.failedReason, job.attemptsMade, await job.getState(), await job.isFailed()];
});
await step('retry', async () => {
  await fails.retry();
  await until(async () => (await queue.getFailedCount()) === 1 && order.filter((n) => n === 'fails').length === 2);
  return [(await queue.getJob('fails')).attemptsMade, await queue.getFailedCount()];
});
await step('completed', async () => (await queue.getCompleted()).length);
await step('a result', async () => (await queue.getJob('1')).returnvalue);

// Repeated jobs.
let ticks = 0;
const repeated = new Queue('r', { connection });
const ticker = new Worker('r', async (job) => { ticks++; return job.data.tick; }, { connection });
await step('scheduler', async () =>
  (await repeated.upsertJobScheduler('every', { every: 60, limit: 4 }, { name: 'tick', data: { tick: 1 } })).name);
await step('ticks', () => until(() => ticks >= 3));
await step('schedulers', async () => (await repeated.getJobSchedulers()).map((s) => [s.key, s.name, s.every, s.limit]));
await step('remove a scheduler', async () => [await repeated.removeJobScheduler('every'), await repeated.removeJobScheduler('every')]);
await ticker.close();

// Parents and children.
const flow = new FlowProducer({ connection });
const parts = new Worker('parts', async (job) => job.data.n * 2, { connection });
const sums = new Worker('sums', async (job) =>
  Object.values(await job.getChildrenValues()).sort((a, b) => a - b), { connection });
const sumEvents = new QueueEvents('sums', { connection });
await sumEvents.waitUntilReady();
await step('a flow', async () => {
  const { job } = await flow.add({
    name: 'sum', queueName: 'sums', data: {}, opts: { jobId: 'sum' },
    children: [1, 2, 3].map((n) => ({ name: 'part', queueName: 'parts', data: { n }, opts: { jobId: `p${n}` } })),
  });
  return [job.id, await job.waitUntilFinished(sumEvents, 10e3)];
});
await step('a flow with a child that fails', async () => {
  const bad = new Worker('bad', async () => { throw new Error('child'); }, { connection });
  const { job } = await flow.add({
    name: 'sum', queueName: 'sums', data: {}, opts: { jobId: 'sum2' },
    children: [{ name: 'part', queueName: 'bad', data: {}, opts: { jobId: 'b1', failParentOnFailure: true } }],
  });
  const result = await job.waitUntilFinished(sumEvents, 10e3).catch((err) => err.message);
  await bad.close();
  return result;
});

// A limited rate, and many jobs at once.
await step('a limited rate', async () => {
  const limited = new Queue('l', { connection });
  let done = 0;
  const slow = new Worker('l', async () => { done++; }, { connection, limiter: { max: 2, duration: 100 } });
  await limited.addBulk(Array.from({ length: 6 }, (_, i) => ({ name: 'x', data: { i } })));
  const finished = await until(() => done === 6);
  await slow.close();
  await limited.close();
  return finished;
});
await step('many', async () => {
  const many = new Queue('m', { connection });
  const seen = new Set();
  const workers = [1, 2, 3].map(() => new Worker('m', async (job) => { seen.add(job.id); }, { connection, concurrency: 20 }));
  for (let i = 0; i < 5; i++) {
    await many.addBulk(Array.from({ length: 100 }, (_, n) => ({ name: 'x', data: { n }, opts: { removeOnComplete: true } })));
  }
  const finished = await until(() => seen.size === 500);
  await until(async () => (await many.getJobCounts()).active === 0);
  const counts = await many.getJobCounts();
  await Promise.all(workers.map((w) => w.close()));
  await many.close();
  return [finished, counts];
});

// Cleaning up.
await step('clean', async () => (await queue.clean(0, 10, 'completed')).length);
await step('drain', async () => {
  await worker.close();
  await queue.add('x', {});
  await queue.add('y', {}, { delay: 1e6 });
  await queue.drain();
  const after = await queue.getJobCounts();
  await queue.drain(true);
  return [after, await queue.getJobCounts()];
});
await step('obliterate', async () => {
  await queue.obliterate({ force: true });
  return (await redis.keys('bull:q:*')).filter((key) => !key.endsWith(':events')).sort();
});
await step('trim events', async () => (await queue.trimEvents(0)) >= 0);
redis.disconnect();
for (const thing of [queue, events, repeated, flow, parts, sums, sumEvents]) await thing.close();
process.exit(0);
