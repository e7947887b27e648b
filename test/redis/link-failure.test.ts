import { spawn } from 'node:child_process';
import { Cluster, Redis } from 'ioredis';
import { createClient, createClientPool, createCluster, createSentinel } from 'redis';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { RedisLink, type RedisLinkOptions } from '../../src/redis/link.ts';
import { LuaScript } from '../../src/redis/lua-script.ts';
import { RedisUnavailable } from '../../src/redis/redis-unavailable.ts';
import { connectionTo, type RedisTarget } from '../../src/redis/target.ts';
import { describePrivate } from './support/describe-redis.ts';
import { eventually } from './support/eventually.ts';
import { RedisCluster } from './support/redis-cluster.ts';
import { RedisSentinel } from './support/redis-sentinel.ts';
import { RedisServer } from './support/redis-server.ts';

const ECHO = new LuaScript('return ARGV[1]');
const COUNT = new LuaScript("return redis.call('INCR', KEYS[1])");
const ADD = new LuaScript("return redis.call('INCRBY', KEYS[1], ARGV[1])");
const KEY = '{llm-headroom-test}';
const QUICK: RedisLinkOptions = { commandTimeoutMs: 200, connectTimeoutMs: 500 };

const cleanUp: (() => unknown)[] = [];
const unhandled: unknown[] = [];
const onUnhandled = (error: unknown) => unhandled.push(error);

beforeEach(() => {
  process.on('unhandledRejection', onUnhandled);
});
afterEach(async () => {
  for (const clean of cleanUp.splice(0).reverse()) await clean();
  process.off('unhandledRejection', onUnhandled);
  expect(unhandled.splice(0)).toEqual([]);
});

const load = (wanted: string) => (name: string) =>
  name === wanted ? import(name) : Promise.reject(new Error(`No ${name} here`));

/** A link with the phases that it has gone through. */
function linkTo(target: RedisTarget, name = 'redis') {
  const link = new RedisLink(connectionTo(target, { load: load(name) }), QUICK);
  const phases: string[] = [];
  link.onChange(({ phase }) => phases.push(phase));
  cleanUp.push(() => link.close());
  const ask = (text = 'hello') => link.run(ECHO, [KEY], [text]);
  /** Asks on until the link is lost; every question comes to an end. */
  const untilLost = () =>
    eventually(async () => {
      await ask().catch((error) => expect(error).toBeInstanceOf(RedisUnavailable));
      return link.state.phase === 'lost';
    });
  /** Asks until there is an answer: on a busy machine the first may come too late. */
  const untilAnswered = <T>(question: () => Promise<T>): Promise<T> => {
    return question().catch(async (error: unknown) => {
      expect(error).toBeInstanceOf(RedisUnavailable);
      await eventually(() => link.state.phase === 'up');
      return untilAnswered(question);
    });
  };
  const untilUp = async () => {
    expect(await untilAnswered(ask)).toBe('hello');
    phases.length = 0;
  };
  const untilBack = async () => {
    await eventually(() => link.state.phase === 'up');
    expect(await untilAnswered(() => ask('again'))).toBe('again');
  };
  return { link, phases, ask, untilAnswered, untilUp, untilLost, untilBack };
}

/** It may have been lost more often where the machine is busy, but was back each time. */
function expectBack(phases: readonly string[], times = 1): void {
  expect(phases.length).toBeGreaterThanOrEqual(2 * times);
  expect(phases).toEqual(
    Array(phases.length / 2)
      .fill(['lost', 'up'])
      .flat(),
  );
}

const WAYS: Record<string, (server: RedisServer) => ReturnType<typeof linkTo>> = {
  'a URL through redis': ({ url }) => linkTo(url),
  'a URL through ioredis': ({ url }) => linkTo(url, 'ioredis'),
  'a client of redis': ({ url }) => {
    const client = createClient({ url });
    cleanUp.push(() => client.destroy());
    return linkTo(client);
  },
  'a pool of redis': ({ url }) => {
    const pool = createClientPool({ url }, { maximum: 4 });
    cleanUp.push(() => pool.destroy());
    return linkTo(pool);
  },
  'a client of ioredis': ({ url }) => {
    const client = new Redis(url);
    cleanUp.push(() => client.disconnect());
    return linkTo(client);
  },
};

describePrivate('a server that fails', RedisServer.private, (server) => {
  beforeEach(async () => {
    if (!(await server().isUp())) await server().start();
  });

  for (const [name, open] of Object.entries(WAYS)) {
    describe(`over ${name}`, () => {
      test('is killed, and restarted: the link is lost, and back by itself', async () => {
        const { phases, ask, untilUp, untilLost, untilBack } = open(server());
        await untilUp();
        await server().stop();
        await untilLost();
        await expect(ask()).rejects.toMatchObject({ mayHaveRun: false });
        await server().start();
        await untilBack();
        expectBack(phases);
      });

      test('is frozen: no question hangs, and none is asked twice', async () => {
        const { link, phases, untilAnswered, untilUp, untilLost, untilBack } = open(server());
        await untilUp();
        server().freeze();
        cleanUp.push(() => server().thaw());
        const count = () => link.run(COUNT, [`${KEY}:${name}`], []);
        const ends = await Promise.allSettled(Array.from({ length: 20 }, count));
        expect(ends.map(({ status }) => status)).toEqual(Array(20).fill('rejected'));
        await untilLost();
        server().thaw();
        await untilBack();
        expect(await untilAnswered(count)).toBeLessThanOrEqual(21);
        expectBack(phases);
      });

      test('pauses its clients, all of them or those that write', async () => {
        const { phases, untilUp, untilLost, untilBack } = open(server());
        for (const mode of ['ALL', 'WRITE'] as const) {
          await untilUp();
          await server().clientPause(1000, mode);
          await untilLost();
          await untilBack();
          expectBack(phases);
        }
      });

      test('cuts connections in mid-run: whoever gets no answer hears that, the rest goes on', async () => {
        const { ask, untilUp } = open(server());
        await untilUp();
        let asked = 0;
        const outcomes = new Set<string>();
        const asking = Array.from({ length: 8 }, async () => {
          for (let i = 0; i < 200; i++) {
            await ask().then(
              () => outcomes.add('answered'),
              (error) => outcomes.add(error instanceof RedisUnavailable ? 'cut' : String(error)),
            );
            asked += 1;
          }
        });
        for (const at of [200, 600, 1000]) {
          await eventually(() => asked >= at);
          await server().cutConnections();
        }
        await Promise.all(asking);
        // The last cut may meet one question more.
        await eventually(() =>
          ask().then(
            () => true,
            () => false,
          ),
        );
        outcomes.delete('cut');
        expect([...outcomes]).toEqual(['answered']);
      });

      test('restarts empty: scripts are sent again', async () => {
        const { link, untilUp, untilAnswered } = open(server());
        await untilUp();
        const add = (much: string) => link.run(ADD, [`${KEY}:restart:${name}`], [much]);
        expect(await untilAnswered(() => add('1000'))).toBeGreaterThanOrEqual(1000);
        await server().restart();
        // One that had no answer in time may have run all the same.
        await eventually(() =>
          add('1').then(
            (sum) => Number(sum) < 1000,
            () => false,
          ),
        );
      });
    });
  }

  test('is away from the start: the link is lost, and there once the server is', async () => {
    const { url } = server();
    await server().stop();
    const { untilLost, untilBack } = linkTo(url);
    await untilLost();
    await server().start();
    await untilBack();
  });

  test('becomes a replica: writes are refused until it is a master again', async () => {
    const { link, phases, untilUp, untilAnswered } = linkTo(server().url);
    const count = () => link.run(COUNT, [KEY], []);
    await untilUp();
    await server().command('REPLICAOF', '127.0.0.1', '1');
    await eventually(async () => {
      await count().catch((error) => expect(error).toBeInstanceOf(RedisUnavailable));
      return link.state.phase === 'lost';
    });
    expect(String(link.state.phase === 'lost' && link.state.cause)).toContain('READONLY');
    await server().command('REPLICAOF', 'NO', 'ONE');
    await eventually(() => link.state.phase === 'up');
    expect(await untilAnswered(count)).toBeTypeOf('number');
    expectBack(phases);
  });

  for (const name of ['redis', 'ioredis']) {
    test(`lets a process end that has closed nothing, through ${name}`, async () => {
      expect(await output(server().url, name)).toEqual(['hello', 'end']);
    });

    test(`lets a process end whose server is gone, through ${name}`, async () => {
      const { url } = server();
      await server().stop();
      expect(await output(url, name)).toEqual(['RedisUnavailable', 'end']);
    });

    test(`lets a process end whose server is frozen, through ${name}`, async () => {
      server().freeze();
      cleanUp.push(() => server().thaw());
      expect(await output(server().url, name)).toEqual(['RedisUnavailable', 'end']);
    });
  }
});

describePrivate('a sentinel whose master fails', RedisSentinel.start, (sentinel) => {
  test('makes its replica the master, and the links follow', async () => {
    const nodes = [{ host: '127.0.0.1', port: sentinel().sentinel.port }];
    const viaRedis = createSentinel({ name: sentinel().name, sentinelRootNodes: nodes });
    const viaIoRedis = new Redis({ name: sentinel().name, sentinels: nodes });
    cleanUp.push(
      () => viaRedis.destroy(),
      () => viaIoRedis.disconnect(),
    );
    const links = [linkTo(viaRedis), linkTo(viaIoRedis)];
    await Promise.all(links.map(({ untilUp }) => untilUp()));
    await sentinel().master.stop();
    await Promise.all(links.map(({ untilLost }) => untilLost()));
    await Promise.all(links.map(({ untilBack }) => untilBack()));
    for (const { link, untilAnswered } of links) {
      expect(await untilAnswered(() => link.run(COUNT, [KEY], []))).toBeTypeOf('number');
    }
  });
});

describePrivate('a cluster of which a node fails', RedisCluster.start, (cluster) => {
  test('is lost until the node that keeps the key is back', async () => {
    const nodes = cluster().nodes.map(({ port }) => ({ host: '127.0.0.1', port }));
    const viaRedis = createCluster({ rootNodes: cluster().nodes.map(({ url }) => ({ url })) });
    const viaIoRedis = new Cluster(nodes);
    cleanUp.push(
      () => viaRedis.destroy(),
      () => viaIoRedis.disconnect(),
    );
    const links = [linkTo(viaRedis), linkTo(viaIoRedis)];
    await Promise.all(links.map(({ untilUp }) => untilUp()));
    const keeper = await cluster().keeperOf(KEY);
    await keeper.stop();
    await Promise.all(links.map(({ untilLost }) => untilLost()));
    await keeper.start();
    await Promise.all(links.map(({ untilBack }) => untilBack()));
    for (const { phases } of links) expectBack(phases);
  });
});

/** What a process prints that asks once and has nothing else to do, up to its end. */
async function output(url: string, name: string): Promise<string[]> {
  const source = (path: string) =>
    JSON.stringify(new URL(`../../src/redis/${path}`, import.meta.url));
  const program = `
    import { RedisLink } from ${source('link.ts')};
    import { LuaScript } from ${source('lua-script.ts')};
    import { connectionTo } from ${source('target.ts')};
    const load = (name) => name === '${name}' ? import(name) : Promise.reject(new Error('none'));
    const link = new RedisLink(connectionTo('${url}', { load }));
    process.on('exit', (code) => console.log(code === 0 ? 'end' : code));
    console.log(await link.run(new LuaScript('return ARGV[1]'), ['${KEY}'], ['hello']).catch((e) => e.name));
  `;
  const args = ['--input-type=module', '--no-warnings', '--eval', program];
  const cwd = new URL('../..', import.meta.url);
  const child = spawn(process.execPath, args, { cwd, stdio: ['ignore', 'pipe', 'inherit'] });
  const printed: string[] = [];
  for await (const chunk of child.stdout) printed.push(String(chunk));
  return printed.join('').trim().split('\n');
}
