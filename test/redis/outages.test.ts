import { setTimeout as sleep } from 'node:timers/promises';
import { FaultyWay } from '../support/senders/faulty-way.ts';
import {
  describeOutages,
  ON_THE_WAY,
  type Outage,
  type OutagePlace,
  repeated,
} from '../support/senders/outages.ts';
import type { Kept } from '../support/senders/senders.ts';
import { skipAloud } from './support/describe-redis.ts';
import { PROGRAM } from './support/redis-process.ts';
import { RedisServer } from './support/redis-server.ts';

/** A server, and the way by which processes reach it. */
class Place implements OutagePlace {
  readonly server: RedisServer;
  readonly way: FaultyWay;
  readonly store: Kept;

  private constructor(server: RedisServer, way: FaultyWay, port: number) {
    this.server = server;
    this.way = way;
    this.store = { kind: 'redis', url: `redis://127.0.0.1:${port}` };
  }

  static async start(): Promise<Place> {
    const server = await RedisServer.private(['--enable-debug-command', 'yes']);
    const way = new FaultyWay(server.port);
    return new Place(server, way, await way.listen());
  }

  async dispose(): Promise<void> {
    this.way.close();
    await this.server.dispose();
  }
}

/** The server refuses, by a setting, for two seconds. */
function refusing(
  ...settings: readonly (readonly [during: string[], after: string[]])[]
): Outage<Place> {
  return async ({ server }) => {
    for (const [during] of settings) await server.command(...during);
    await sleep(2000);
    for (const [, after] of settings) await server.command(...after);
  };
}

const AMID: Readonly<Record<string, Outage<Place>>> = {
  ...ON_THE_WAY,
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
  'it becomes the replica of a server that is gone': refusing([
    ['REPLICAOF', '127.0.0.1', '1'],
    ['REPLICAOF', 'NO', 'ONE'],
  ]),
  'it has no memory left': refusing([
    ['CONFIG', 'SET', 'maxmemory', '1'],
    ['CONFIG', 'SET', 'maxmemory', '0'],
  ]),
  'it has too few replicas to write': refusing([
    ['CONFIG', 'SET', 'min-replicas-to-write', '1'],
    ['CONFIG', 'SET', 'min-replicas-to-write', '0'],
  ]),
  // Nobody gets in: who alone did would use the whole limits, and the others their shares.
  'it takes no more connections': ({ server, way }) =>
    server.connected(async (command) => {
      await command('CONFIG', 'SET', 'maxclients', '1');
      way.reset();
      await sleep(2000);
      await command('CONFIG', 'SET', 'maxclients', '1000');
    }),
  'it loads its data': async ({ server }) => {
    const fill = "for i = 1, 2000 do redis.call('SET', 'key' .. i, i) end";
    await server.command('EVAL', fill, '0');
    // In microseconds for each key.
    await server.command('CONFIG', 'SET', 'key-load-delay', '1000');
    await server.command('DEBUG', 'RELOAD');
    await server.command('CONFIG', 'SET', 'key-load-delay', '0');
  },
};

const BEFORE: Readonly<Record<string, Outage<Place>>> = {
  'nothing listens': ({ server }) => server.stop(),
  'something else answers': async ({ way }) => {
    way.garbage = 'HTTP/1.1 400 Bad Request\r\n\r\n';
  },
  'it is a replica from the start': async ({ server }) => {
    await server.command('REPLICAOF', '127.0.0.1', '1');
  },
};

if (PROGRAM === undefined) skipAloud('outages', 'no redis-server or valkey-server on the PATH');
else {
  const outages = { amid: AMID, before: BEFORE };
  describeOutages('processes whose Redis fails', () => Place.start(), outages);
}
