import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mostWithin, Senders } from '../support/senders/senders.ts';
import { StrictUpstream } from '../support/senders/upstream.ts';
import { skipAloud } from './support/describe-redis.ts';
import { FaultyWay } from './support/faulty-way.ts';
import { PROGRAM } from './support/redis-process.ts';
import { RedisServer } from './support/redis-server.ts';

/** A fifth of it is headroom. */
const LIMIT = { max: 100, windowMs: 2000 };
const PROCESSES = 4;
const CALLS = 80;
/** Calls have begun to wait for room. */
const BEFORE_MS = 700;

/** A server, and the way by which processes reach it. */
interface Place {
  readonly server: RedisServer;
  readonly way: FaultyWay;
}

/** What happens, and what ends it. */
type Outage = (place: Place) => Promise<void>;

/** The server refuses, by a setting, for two seconds. */
function refusing(...settings: readonly (readonly [during: string[], after: string[]])[]): Outage {
  return async ({ server }) => {
    for (const [during] of settings) await server.command(...during);
    await sleep(2000);
    for (const [, after] of settings) await server.command(...after);
  };
}

async function repeated(times: number, everyMs: number, what: () => unknown): Promise<void> {
  for (let i = 0; i < times; i++) {
    await what();
    await sleep(everyMs);
  }
}

/** While calls wait. */
const OUTAGES: Readonly<Record<string, Outage>> = {
  'nothing happens': async () => {},
  'it is killed, and starts again at once': ({ server }) => server.restart(),
  'it is killed, and starts again two seconds later': async ({ server }) => {
    await server.stop();
    await sleep(2000);
    await server.start();
  },
  'it is killed for good': ({ server }) => server.stop(),
  'it is frozen for three seconds': async ({ server }) => {
    server.freeze();
    await sleep(3000);
    server.thaw();
  },
  'it is emptied again and again': ({ server }) => {
    return repeated(3, 400, () => server.command('FLUSHALL'));
  },
  'it forgets its scripts': ({ server }) => repeated(3, 400, () => server.forgetScripts()),
  'it cuts its connections again and again': ({ server }) => {
    return repeated(8, 200, () => server.cutConnections());
  },
  'it pauses its clients': ({ server }) => server.clientPause(2000),
  'it is busy with a script of somebody else': async ({ server }) => {
    const busy = "local t = redis.call('TIME')[1] while redis.call('TIME')[1] - t < 3 do end";
    await server.command('CONFIG', 'SET', 'lua-time-limit', '100');
    await server.command('EVAL', busy, '0');
  },
  'each answer takes 200 ms': async ({ way }) => {
    way.delayMs = 100;
  },
  'each answer takes longer than may be waited for': async ({ way }) => {
    way.delayMs = 700;
    await sleep(2500);
    way.delayMs = 0;
  },
  'what is sent gets lost, and connections stay': async ({ way }) => {
    way.isBlackHole = true;
    await sleep(2500);
    way.isBlackHole = false;
  },
  'connections break on the way': ({ way }) => repeated(8, 200, () => way.reset()),
  'it becomes the replica of a server that is gone': refusing([
    ['REPLICAOF', '127.0.0.1', '1'],
    ['REPLICAOF', 'NO', 'ONE'],
  ]),
  'it has no memory left': refusing([
    ['CONFIG', 'SET', 'maxmemory', '1'],
    ['CONFIG', 'SET', 'maxmemory', '0'],
  ]),
  'its user may not run scripts any more': refusing([
    ['ACL', 'SETUSER', 'default', '-eval', '-evalsha'],
    ['ACL', 'SETUSER', 'default', '+eval', '+evalsha'],
  ]),
  'it has too few replicas to write': refusing([
    ['CONFIG', 'SET', 'min-replicas-to-write', '1'],
    ['CONFIG', 'SET', 'min-replicas-to-write', '0'],
  ]),
  'it takes no more connections': async ({ server, way }) => {
    await server.command('CONFIG', 'SET', 'maxclients', '1');
    way.reset();
    await sleep(2000);
    // By the one connection that there may be.
    for (let isDone = false; !isDone; await sleep(20)) {
      isDone = await server.command('CONFIG', 'SET', 'maxclients', '1000').then(
        () => true,
        () => false,
      );
    }
  },
  'it loads its data': async ({ server }) => {
    const fill = "for i = 1, 2000 do redis.call('SET', 'key' .. i, i) end";
    await server.command('EVAL', fill, '0');
    // In microseconds for each key.
    await server.command('CONFIG', 'SET', 'key-load-delay', '1000');
    await server.command('DEBUG', 'RELOAD');
    await server.command('CONFIG', 'SET', 'key-load-delay', '0');
  },
};

/** There is nothing to reach, from the first call on. */
const NEVER_THERE: Readonly<Record<string, Outage>> = {
  'nothing listens': ({ server }) => server.stop(),
  'something else answers': async ({ way }) => {
    way.garbage = 'HTTP/1.1 400 Bad Request\r\n\r\n';
  },
  'it is a replica from the start': async ({ server }) => {
    await server.command('REPLICAOF', '127.0.0.1', '1');
  },
};

if (PROGRAM === undefined) skipAloud('outages', 'no redis-server or valkey-server on the PATH');
else describe('processes whose Redis fails: no call is lost, and no limit is exceeded', outages);

function outages(): void {
  const upstream = new StrictUpstream(LIMIT);
  let senders: Senders;
  beforeAll(async () => {
    senders = new Senders(PROCESSES);
    await upstream.listen();
  });
  afterAll(() => {
    senders.dispose();
    upstream.close();
  });

  const sending = async (name: string, begin: Outage, happen: Outage): Promise<void> => {
    const server = await RedisServer.private(['--enable-debug-command', 'yes']);
    const way = new FaultyWay(server.port);
    const url = `redis://127.0.0.1:${await way.listen()}`;
    const id = crypto.randomUUID();
    try {
      await begin({ server, way });
      const patience = { commandTimeoutMs: 500, connectTimeoutMs: 500, leaseMs: 3000 };
      const reporting = senders.run({
        ...{ id, calls: CALLS, upstream: upstream.urlOf(id) },
        limits: [{ dimension: 'requests', ...LIMIT }],
        store: { kind: 'redis', url, instances: PROCESSES, ...patience },
      });
      await sleep(BEFORE_MS);
      await happen({ server, way });
      const reports = await reporting;
      const most = mostWithin(LIMIT.windowMs, reports);
      if (process.env.VERBOSE) {
        const lost = reports.map((report) => report.lost).join(' ');
        console.log(name, '| most', most, '|', upstream.statsOf(id), '| lost', lost);
      }
      expect(reports.flatMap(({ failed }) => failed)).toEqual([]);
      expect(upstream.statsOf(id)).toEqual({ answered: PROCESSES * CALLS, refused: 0 });
      expect(most).toBeLessThanOrEqual(LIMIT.max);
    } finally {
      server.thaw();
      way.close();
      await server.dispose();
    }
  };

  const nothing: Outage = async () => {};
  it.concurrent.each(Object.keys(OUTAGES))('%s', (name) => {
    return sending(name, nothing, OUTAGES[name] ?? nothing);
  });
  it.concurrent.each(Object.keys(NEVER_THERE))('from the start, %s', (name) => {
    return sending(name, NEVER_THERE[name] ?? nothing, nothing);
  });
}
