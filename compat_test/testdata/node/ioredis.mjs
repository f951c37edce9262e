// What an application does with ioredis, against the server at the port given. It prints a line for
// each step; the test compares the lines of a real redis-server with those of ringer.
import Redis from 'ioredis';

const port = Number(process.argv[2]);
const connect = (options = {}) =>
  new Redis({ host: '127.0.0.1', port, maxRetriesPerRequest: 0, ...options });

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

const r = connect();
await step('flushall', () => r.flushall());

// Commands of each kind of value, and their errors.
await step('set', () => r.set('k', 'v', 'EX', 100));
await step('get', () => r.get('k'));
await step('get buffer', async () => [...await r.getBuffer('k')]);
await step('ttl', () => r.ttl('k'));
await step('set nx', () => r.set('k', 'w', 'NX'));
await step('incrbyfloat', () => r.incrbyfloat('f', 1.5));
await step('mset', () => r.mset({ a: 1, b: 2 }));
await step('mget', () => r.mget('a', 'b', 'none'));
await step('hset', () => r.hset('h', { x: '1', y: '2' }));
await step('hgetall', () => r.hgetall('h'));
await step('rpush', () => r.rpush('l', 1, 2, 3));
await step('lrange', () => r.lrange('l', 0, -1));
await step('sadd', () => r.sadd('s', 'm'));
await step('smembers', () => r.smembers('s'));
await step('zadd', () => r.zadd('z', 1.5, 'one', 2, 'two'));
await step('zrange', () => r.zrange('z', 0, -1, 'WITHSCORES'));
await step('zscore', () => r.zscore('z', 'one'));
await step('wrong type', () => r.lpush('k', 'x'));
await step('wrong arity', () => r.call('GET'));
await step('unknown', () => r.call('NOSUCH', 'a'));
await step('unicode', async () => [await r.set('ключ', 'größe'), await r.get('ключ')]);
await step('large', async () => [await r.set('large', 'x'.repeat(1 << 20)), (await r.get('large')).length]);

// Pipelines.
await step('pipeline', () => r.pipeline().set('p', 1).incr('p').lpush('p', 1).get('p').exec());
await step('long pipeline', async () => {
  const p = r.pipeline();
  for (let i = 0; i < 5000; i++) p.rpush('many', i);
  const replies = await p.exec();
  return [replies.length, replies[4999]];
});

// Transactions.
await step('multi', () => r.multi().set('t', 1).incr('t').get('t').exec());
await step('multi with an error', () => r.multi().set('t', 'x').incr('t').exec());
await step('multi refused', () => r.multi().set('t').exec());
await step('watch', async () => {
  const other = connect();
  await r.watch('t');
  await other.set('t', 'changed');
  const replies = await r.multi().get('t').exec();
  other.disconnect();
  return replies;
});
await step('discard', async () => {
  await r.multi({ pipeline: false });
  await r.set('t', 'discarded');
  return [await r.discard(), await r.get('t')];
});

// Pub/sub.
await step('pub/sub', async () => {
  const sub = connect();
  const seen = [];
  const all = new Promise((done) => {
    const note = (...args) => {
      seen.push(args);
      if (seen.length === 4) done();
    };
    sub.on('message', (channel, message) => note('message', channel, message));
    sub.on('pmessage', (pattern, channel, message) => note('pmessage', pattern, channel, message));
  });
  const counts = [await sub.subscribe('news', 'sport'), await sub.psubscribe('n*')];
  const receivers = [
    await r.publish('news', 'one'), await r.publish('sport', 'two'),
    await r.publish('none', 'three'), await r.publish('other', 'four'),
  ];
  await all;
  const left = [await sub.unsubscribe('news'), await sub.punsubscribe('n*')];
  await sub.quit();
  return { counts, receivers, seen, left };
});

// Commands that wait.
await step('blpop', async () => {
  const waiting = connect();
  const popped = waiting.blpop('queue', 'queue2', 10);
  while (!(await r.info('clients')).includes('blocked_clients:1')) ;
  await r.rpush('queue2', 'job');
  const got = await popped;
  waiting.disconnect();
  return got;
});
await step('blpop timeout', () => r.blpop('nothing', 0.05));
await step('bzpopmin', async () => [await r.zadd('zq', 1, 'm'), await r.bzpopmin('zq', 1)]);

// Scans.
await step('scan stream', async () => {
  for (let i = 0; i < 300; i++) await r.set(`scan:${i}`, i);
  const found = new Set();
  for await (const keys of r.scanStream({ match: 'scan:*', count: 50 })) {
    for (const key of keys) found.add(key);
  }
  return found.size;
});
await step('hscan', async () => {
  const fields = [];
  for await (const part of r.hscanStream('h')) fields.push(...part);
  return fields.sort();
});

await step('select', async () => [await r.select(3), await r.get('k'), await r.select(0)]);
await step('client', async () => [await r.client('SETNAME', 'me'), await r.client('GETNAME')]);
await step('time', async () => (await r.time()).length);
await step('duplicate', async () => {
  const two = r.duplicate();
  const got = await two.get('k');
  two.disconnect();
  return got;
});
await step('quit', () => r.quit());
