// What an application does with node-redis, against the server at the port given, in RESP2 or, with
// the second argument 3, in RESP3. It prints a line for each step; the test compares the lines of a
// real redis-server with those of ringer.
import { createClient } from 'redis';

const [port, resp] = process.argv.slice(2).map(Number);
const connect = async (options = {}) => {
  const client = createClient({
    url: `redis://127.0.0.1:${port}`, RESP: resp,
    socket: { reconnectStrategy: false }, ...options,
  });
  client.on('error', (err) => console.log(`client error: ${err.message}`));
  return client.connect();
};

async function step(name, run) {
  let value;
  try {
    value = await run();
  } catch (err) {
    value = `error: ${err.message}`;
  }
  const text = JSON.stringify(value, (_, v) => (v instanceof Error ? v.message : v));
  console.log(`${name}: ${text}`);
}

const r = await connect();
await step('flushAll', () => r.flushAll());

// Commands of each kind of value, and their errors.
await step('set', () => r.set('k', 'v', { EX: 100 }));
await step('get', () => r.get('k'));
await step('ttl', () => r.ttl('k'));
await step('mGet', async () => [await r.mSet({ a: '1', b: '2' }), await r.mGet(['a', 'b', 'none'])]);
await step('hGetAll', async () => [await r.hSet('h', { x: '1', y: '2' }), await r.hGetAll('h')]);
await step('lRange', async () => [await r.rPush('l', ['1', '2']), await r.lRange('l', 0, -1)]);
await step('sMembers', async () => [await r.sAdd('s', 'm'), await r.sMembers('s')]);
await step('zRangeWithScores', async () => [
  await r.zAdd('z', [{ score: 1.5, value: 'one' }, { score: 2, value: 'two' }]),
  await r.zRangeWithScores('z', 0, -1), await r.zScore('z', 'one'), await r.zScore('z', 'none'),
]);
await step('wrong type', () => r.lPush('k', 'x'));
await step('wrong arity', () => r.sendCommand(['GET']));
await step('unknown', () => r.sendCommand(['NOSUCH', 'a']));
await step('large', async () => [await r.set('large', 'x'.repeat(1 << 20)), (await r.get('large')).length]);
await step('configGet', () => r.configGet('maxmemory'));

// Pipelines: what is sent in one tick of the event loop.
await step('pipeline', () => Promise.all([r.set('p', '1'), r.incr('p'), r.get('p')]));
await step('long pipeline', async () => {
  const replies = await Promise.all(Array.from({ length: 5000 }, (_, i) => r.rPush('many', `${i}`)));
  return [replies.length, replies[4999]];
});

// Transactions.
await step('multi', () => r.multi().set('t', '1').incr('t').get('t').exec());
await step('multi with an error', () => r.multi().set('t', 'x').incr('t').exec());
await step('watch', async () => {
  const other = await connect();
  await r.watch('t');
  await other.set('t', 'changed');
  other.destroy();
  return r.multi().get('t').exec();
});

// Pub/sub.
await step('pub/sub', async () => {
  const sub = await connect();
  const seen = [];
  let done;
  const all = new Promise((resolve) => { done = resolve; });
  const note = (kind) => (message, channel) => {
    seen.push([kind, channel, message]);
    if (seen.length === 4) done();
  };
  await sub.subscribe('news', note('one'));
  await sub.subscribe('sport', note('two'));
  await sub.pSubscribe('n*', note('pattern'));
  const receivers = [
    await r.publish('news', '1'), await r.publish('sport', '2'),
    await r.publish('none', '3'), await r.publish('other', '4'),
  ];
  await all;
  await sub.unsubscribe('news');
  await sub.pUnsubscribe();
  const left = [await r.publish('news', '5'), await r.pubSubNumSub(['news', 'sport'])];
  sub.destroy();
  return { receivers, seen, left };
});
await step('sharded pub/sub', async () => {
  const sub = await connect();
  const got = new Promise((resolve) => {
    sub.sSubscribe('shard', (message) => resolve(message)).then(() => r.sPublish('shard', 'x'));
  });
  const message = await got;
  sub.destroy();
  return message;
});

// Commands that wait.
await step('blPop', async () => {
  const waiting = await connect();
  const popped = waiting.blPop(['queue', 'queue2'], 10);
  while (!(await r.info('clients')).includes('blocked_clients:1')) ;
  await r.rPush('queue2', 'job');
  const got = await popped;
  waiting.destroy();
  return got;
});
await step('blPop timeout', () => r.blPop('nothing', 0.05));

// Scans.
await step('scanIterator', async () => {
  for (let i = 0; i < 300; i++) await r.set(`scan:${i}`, `${i}`);
  const found = new Set();
  for await (const keys of r.scanIterator({ MATCH: 'scan:*', COUNT: 50 })) {
    for (const key of keys) found.add(key);
  }
  return found.size;
});

await step('client', async () => [await r.clientSetName('me'), await r.clientGetName()]);
await step('select', async () => [await r.select(3), await r.get('k'), await r.select(0)]);
await step('close', () => r.close());
