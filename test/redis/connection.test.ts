import { randomUUID } from 'node:crypto';
import { Cluster, Redis } from 'ioredis';
import { createClient, createClientPool, createCluster, createSentinel, RESP_TYPES } from 'redis';
import { afterEach, expect, test } from 'vitest';
import type { Connection } from '../../src/redis/connection.ts';
import { LuaScript } from '../../src/redis/lua-script.ts';
import type { OpenOptions } from '../../src/redis/own-client.ts';
import { connectionTo, type RedisTarget } from '../../src/redis/target.ts';
import { describePrivate, describeRedis, skipAloud } from './support/describe-redis.ts';
import { RedisCluster } from './support/redis-cluster.ts';
import { PROGRAM } from './support/redis-process.ts';
import { RedisSentinel } from './support/redis-sentinel.ts';
import { RedisServer } from './support/redis-server.ts';
import { noTls, RedisTlsServer } from './support/redis-tls.ts';

const ECHO = new LuaScript('return ARGV');
const COUNT = new LuaScript("return redis.call('INCRBY', KEYS[1], ARGV[1])");

interface Case {
  readonly target: RedisTarget;
  readonly options?: OpenOptions;
  /** Closes a client of the test's own. */
  end?(): unknown;
  /** Whether the client is still open. */
  isOpen?(): boolean;
}

const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanUp.splice(0)) await clean();
});

function nodeRedis<T extends RedisTarget & { isOpen: boolean; destroy(): unknown }>(
  target: T,
): Case {
  return {
    target,
    end: () => target.isOpen && target.destroy(),
    isOpen: () => target.isOpen,
  };
}

function ioRedis(target: Redis | Cluster): Case {
  return { target, end: () => target.disconnect(), isOpen: () => target.status === 'ready' };
}

/** Another random name in the same slot of a cluster. */
function key(): string {
  return `{llm-headroom-test-${randomUUID()}}`;
}

/** What every way to a server does alike. */
function contract(given: () => Promise<Case> | Case, flushScripts: () => Promise<unknown>): void {
  async function connected(): Promise<Connection> {
    const { target, options, end } = await given();
    const connection = connectionTo(target, options);
    cleanUp.push(() => connection.close());
    if (end !== undefined) cleanUp.push(end);
    await connection.connect();
    return connection;
  }

  test('runs a script that the server has never seen, and again by its name', async () => {
    const connection = await connected();
    await flushScripts();
    const name = key();
    expect(await connection.run(COUNT, [name], ['2'])).toBe(2);
    expect(await connection.run(COUNT, [name], ['3'])).toBe(5);
  });

  test('runs a script that the server has forgotten', async () => {
    const connection = await connected();
    const name = key();
    await connection.run(COUNT, [name], ['1']);
    await flushScripts();
    expect(await connection.run(COUNT, [name], ['1'])).toBe(2);
  });

  test('passes strings on exactly, numbers among them', async () => {
    const connection = await connected();
    const exact = [
      String(Number.MAX_SAFE_INTEGER),
      String(0.1 + 0.2),
      '9007199254740993',
      '1e-324',
      '',
      'ünïcode \u{1f600}\0\r\n',
    ];
    expect(await connection.run(ECHO, [key()], exact)).toEqual(exact);
  });

  test('passes on what a script returns: integers, nothing, lists in lists', async () => {
    const connection = await connected();
    const script = new LuaScript("return {1, '2', false, {3, {}}}");
    expect(await connection.run(script, [key()], [])).toEqual([1, '2', null, [3, []]]);
  });

  test("a script's error comes through as the server said it", async () => {
    const connection = await connected();
    const script = new LuaScript("return redis.error_reply('MINE went wrong')");
    await expect(connection.run(script, [key()], [])).rejects.toThrow('MINE went wrong');
    const wrong = new LuaScript("return redis.call('INCR', 'a', KEYS[1])");
    await expect(connection.run(wrong, [key()], [])).rejects.toThrow('number of args');
  });

  test('looks for a key without leaving one', async () => {
    const connection = await connected();
    const name = key();
    await connection.ping(name);
    const exists = new LuaScript("return redis.call('EXISTS', KEYS[1], KEYS[2])");
    expect(await connection.run(exists, [name, `${name}:ping`], [])).toBe(0);
  });

  test('a hundred scripts at once come back in their order', async () => {
    const connection = await connected();
    const numbers = Array.from({ length: 100 }, (_, i) => String(i));
    const replies = numbers.map((each) => connection.run(ECHO, [key()], [each]));
    expect(await Promise.all(replies)).toEqual(numbers.map((each) => [each]));
  });

  test('connects once for all who ask at once', async () => {
    const { target, options, end } = await given();
    const connection = connectionTo(target, options);
    cleanUp.push(() => connection.close());
    if (end !== undefined) cleanUp.push(end);
    await Promise.all([connection.connect(), connection.connect(), connection.connect()]);
    expect(await connection.run(ECHO, [key()], ['1'])).toEqual(['1']);
  });

  test("closing ends what was opened, and leaves a caller's client open", async () => {
    const { target, options, end, isOpen } = await given();
    if (end !== undefined) cleanUp.push(end);
    const connection = connectionTo(target, options);
    await connection.connect();
    connection.close();
    if (isOpen === undefined) await expect(connection.connect()).rejects.toThrow('closed');
    else expect(isOpen()).toBe(true);
  });
}

const only = (name: string) => (wanted: string) =>
  wanted === name ? import(wanted) : Promise.reject(new Error(`No ${wanted} here`));

describeRedis('a URL, through redis', (server) => {
  contract(
    () => ({ target: server().url, options: { load: only('redis') } }),
    () => server().forgetScripts(),
  );
});

describeRedis('a URL, through ioredis where there is no redis', (server) => {
  contract(
    () => ({ target: new URL(server().url), options: { load: only('ioredis') } }),
    () => server().forgetScripts(),
  );
});

describeRedis('a client of redis, connected', (server) => {
  contract(
    async () =>
      nodeRedis(
        await createClient({ url: server().url })
          .on('error', () => {})
          .connect(),
      ),
    () => server().forgetScripts(),
  );
});

describeRedis('a client of redis, not connected yet', (server) => {
  contract(
    () => nodeRedis(createClient({ url: server().url })),
    () => server().forgetScripts(),
  );
});

describeRedis('a client of redis that is connecting, with RESP 2 and replies mapped', (server) => {
  contract(
    () => {
      const typeMapping = { [RESP_TYPES.BLOB_STRING]: Buffer };
      const client = createClient({ url: server().url, RESP: 2, commandOptions: { typeMapping } });
      client.connect();
      return nodeRedis(client);
    },
    () => server().forgetScripts(),
  );
});

describeRedis('a pool of redis', (server) => {
  contract(
    () => {
      const pool = createClientPool({ url: server().url });
      return { target: pool, end: () => pool.destroy(), isOpen: () => pool.isOpen };
    },
    () => server().forgetScripts(),
  );
});

describeRedis('a client of ioredis', (server) => {
  contract(
    () => ioRedis(new Redis(server().url)),
    () => server().forgetScripts(),
  );
});

describeRedis('a client of ioredis that connects lazily', (server) => {
  contract(
    () => ioRedis(new Redis(server().url, { lazyConnect: true, enableOfflineQueue: false })),
    () => server().forgetScripts(),
  );
});

describePrivate('a cluster', RedisCluster.start, (cluster) => {
  const forget = () => Promise.all(cluster().nodes.map((node) => node.forgetScripts()));

  for (const state of ['connected', 'connecting', 'not connected yet'] as const) {
    test.describe(`of redis, ${state}`, () => {
      contract(async () => {
        const rootNodes = cluster().nodes.map(({ url }) => ({ url }));
        const client = createCluster({ rootNodes });
        if (state !== 'not connected yet') {
          const connecting = client.connect();
          if (state === 'connected') await connecting;
        }
        return nodeRedis(client);
      }, forget);
    });
  }

  test.describe('of ioredis', () => {
    contract(
      () => ioRedis(new Cluster(cluster().nodes.map(({ port }) => ({ host: '127.0.0.1', port })))),
      forget,
    );
  });
});

describePrivate('a sentinel', RedisSentinel.start, (sentinel) => {
  const forget = () => sentinel().master.forgetScripts();

  test.describe('of redis', () => {
    contract(() => {
      const sentinelRootNodes = [{ host: '127.0.0.1', port: sentinel().sentinel.port }];
      return nodeRedis(createSentinel({ name: sentinel().name, sentinelRootNodes }));
    }, forget);
  });

  test.describe('of ioredis', () => {
    contract(() => {
      const sentinels = [{ host: '127.0.0.1', port: sentinel().sentinel.port }];
      return ioRedis(new Redis({ name: sentinel().name, sentinels }));
    }, forget);
  });
});

const withoutTls = PROGRAM === undefined ? 'no server on the PATH' : noTls();
if (withoutTls === undefined) {
  describePrivate('a rediss:// URL with certificates', RedisTlsServer.start, (server) => {
    for (const name of ['redis', 'ioredis']) {
      test(`through ${name}`, async () => {
        const { url, ca, cert, key } = server();
        const connection = connectionTo(url, { tls: { ca, cert, key }, load: only(name) });
        cleanUp.push(() => connection.close());
        await connection.connect();
        expect(await connection.run(ECHO, [], ['1'])).toEqual(['1']);
      });

      test(`a certificate that nobody vouches for is refused through ${name}`, async () => {
        const { url, cert, key } = server();
        const connection = connectionTo(url, { tls: { cert, key }, load: only(name) });
        cleanUp.push(() => connection.close());
        await expect(connection.connect()).rejects.toThrow('self-signed certificate');
      });
    }
  });
} else {
  skipAloud('a rediss:// URL with certificates', withoutTls);
}

describePrivate(
  'a URL with a Unix socket, a user and a database',
  () => RedisServer.private(['--unixsocket', 'socket']),
  (server) => {
    for (const name of ['redis', 'ioredis']) {
      test(`through ${name}`, async () => {
        await server().command('ACL', 'SETUSER', 'ann@', 'on', '>p:w', '~*', '+@all');
        const url = `unix://ann%40:p%3Aw@${server().dir}/socket?db=3`;
        const connection = connectionTo(url, { load: only(name) });
        cleanUp.push(() => connection.close());
        await connection.connect();
        await connection.ping('key');
        const clients = String(await server().command('CLIENT', 'LIST')).split('\n');
        expect(clients).toContainEqual(expect.stringMatching(/ db=3 .* user=ann@ /));
      });

      test(`a wrong password is told by ${name}`, async () => {
        const connection = connectionTo(`redis://ann:wrong@127.0.0.1:${server().port}`, {
          load: only(name),
        });
        cleanUp.push(() => connection.close());
        await expect(connection.connect()).rejects.toThrow('WRONGPASS');
      });
    }
  },
);
