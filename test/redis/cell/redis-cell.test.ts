import { Redis } from 'ioredis';
import { createClient } from 'redis';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { redisCells } from '../../../src/redis/cell/create-cells.ts';
import type { RedisTarget } from '../../../src/redis/target.ts';
import { type CellStore, cellContract } from '../../../src/testing/index.ts';
import { describeSharedValue } from '../../support/shared-value-contract.ts';
import { skipAloud } from '../support/describe-redis.ts';
import { PROGRAM } from '../support/redis-process.ts';
import { RedisServer } from '../support/redis-server.ts';

interface Opened {
  readonly target: RedisTarget;
  close(): void;
}

/** The ways to a server. */
const WAYS: Readonly<Record<string, (url: string) => Promise<Opened>>> = {
  'a URL': async (url) => ({ target: url, close: () => {} }),
  'a client of redis': async (url) => {
    const client = createClient({ url, RESP: 2 });
    client.on('error', () => {});
    await client.connect();
    return { target: client, close: () => client.destroy() };
  },
  'a client of ioredis': async (url) => {
    const client = new Redis(url);
    client.on('error', () => {});
    return { target: client, close: () => client.disconnect() };
  },
};

async function storeVia(
  open: (url: string) => Promise<Opened>,
  server: RedisServer,
): Promise<CellStore> {
  await server.flush();
  const opened: Opened[] = [];
  return {
    join: async () => {
      const way = await open(server.url);
      opened.push(way);
      const cells = redisCells(way.target);
      await cells.listening();
      return cells;
    },
    clear: () => server.flush(),
    restart: () => server.restart(),
    close: async () => {
      for (const each of opened) each.close();
    },
  };
}

if (PROGRAM === undefined) skipAloud('cells in Redis', 'no redis-server on the PATH');
else {
  for (const [name, open] of Object.entries(WAYS)) {
    describe(`by ${name}`, () => {
      let server: RedisServer;
      beforeAll(async () => {
        server = await RedisServer.private();
      });
      afterAll(() => server.dispose());
      const join = () => storeVia(open, server);
      cellContract({ describe, it }, 'cells in Redis', join, { takes: true });
      describeSharedValue('a value in Redis', () => storeVia(open, server));
    });
  }
  describe('cells in Redis', () => {
    test('expire, and have the prefix as their hash tag', async () => {
      const server = await RedisServer.private();
      const client = new Redis(server.url);
      const cells = redisCells(client, { prefix: 'mine' });
      await cells.listening();
      const cell = cells.open('a b');
      const { now } = await cell.read();
      const write = { expected: '', version: '1', text: 't', at: now, taken: [], messages: [] };
      await cell.write(write);
      await cell.ask!({ member: cells.member, order: 1, text: 'x' });
      const keys = (await client.keys('*')).sort();
      expect(keys).toEqual(['{mine}:cell:a%20b', '{mine}:inbox:a%20b']);
      for (const key of keys) expect(await client.pttl(key)).toBeGreaterThan(0);
      await cells.close();
      client.disconnect();
      await server.dispose();
    });
  });
}
