import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import { redisStore } from '../../src/redis/index.ts';
import type { Candidate, Store } from '../../src/stores/shared-lane.ts';
import { createVirtualClock } from '../../src/testing/index.ts';
import { describePrivate } from './support/describe-redis.ts';
import { eventually } from './support/eventually.ts';
import { NOBODY } from './support/lane-history.ts';
import { caller, ONE, requests } from './support/processes.ts';
import { RedisServer } from './support/redis-server.ts';

const call: Candidate = {
  cost: ONE,
  keyCost: {},
  key: NOBODY,
  waitedMs: 0,
  boostMs: 0,
  by: undefined,
};

it.each([
  [{ prefix: 'a{b}' }, 'Expected `prefix` to be a string without braces and spaces, got `a{b}`'],
  [{ leaseMs: 10 }, 'Expected `leaseMs` to be a number of milliseconds, 1000 or more, got `10`'],
  [{ onStoreLost: 'panic' }, "Expected `onStoreLost` to be one of 'local', 'open', 'closed'"],
  [{ commandTimeoutMs: 0 }, 'Expected `commandTimeoutMs` to be a positive number, got `0`'],
  [{ instances: 1.5 }, 'Expected `instances` to be a whole number, 1 or more, got `1.5`'],
  [{ lease: 1 }, 'Unknown option `lease`'],
])('names the option that cannot be used: %o', (options, message) => {
  const make = (given: object): Store => redisStore('redis://localhost', given);
  expect(() => make(options)).toThrow(message);
});

describePrivate(
  'a store in Redis',
  () => RedisServer.private(),
  (server) => {
    const stores: Store[] = [];
    const open = (leaseMs = 1000): Store => {
      const store = redisStore(server().url, { leaseMs, commandTimeoutMs: 300 });
      stores.push(store);
      return store;
    };
    afterEach(async () => {
      await Promise.all(stores.splice(0).map((store) => store.close()));
      await server().flush();
    });

    const ask = (
      store: Store,
      count: number,
      concurrency = Number.POSITIVE_INFINITY,
      key = NOBODY,
    ) =>
      store.lane('lane').ask({
        meters: [requests(6000, 100)],
        version: 0,
        concurrency,
        candidates: Array.from({ length: count }, () => ({ ...call, key })),
      });

    it('asks one question with one command, also of a server that has never seen the script', async () => {
      // A clock that stands still: nothing but questions is sent.
      const store = redisStore(server().url, { clock: createVirtualClock() });
      stores.push(store);
      await ask(store, 1);
      await server().command('CONFIG', 'RESETSTAT');
      for (let i = 0; i < 10; i++) await ask(store, 2);
      const stats = String(await server().command('INFO', 'commandstats'));
      expect(stats).toMatch(/cmdstat_evalsha:calls=10,/);
      expect(stats).not.toMatch(/cmdstat_eval:/);
      await server().forgetScripts();
      expect((await ask(store, 1)).granted).toHaveLength(1);
    });

    it('keeps calls counted for as long as the process lives, and no longer than its lease', async () => {
      const [one, two] = [open(), open()];
      const key = caller('k', { concurrency: 1 });
      expect((await ask(one, 1, 1, key)).granted).toHaveLength(1);
      await sleep(2500);
      const { granted, wait, instances } = await ask(two, 1, 1, key);
      expect(granted).toEqual([]);
      expect(wait ?? 'held').toBe('held');
      expect(instances).toBe(2);
      expect(two.instances).toBe(2);
      expect((await ask(two, 1, 1)).wait).toEqual({ waitMs: 50, reason: 'concurrency' });
      await one.close();
      await sleep(1100);
      expect((await ask(two, 1, 1, key)).granted).toHaveLength(1);
    });

    it('sends what was noted by itself', async () => {
      const store = open();
      const { granted } = await ask(store, 1, 1);
      const [{ epoch, at }] = [granted[0]!];
      const costs = { taken: ONE, actual: {}, keyTaken: {}, keyActual: {} };
      store
        .lane('lane')
        .note({ kind: 'ended', epoch, at, key: NOBODY, wasAnswered: true, ...costs });
      const other = open();
      await eventually(async () => (await ask(other, 1, 1)).granted.length === 1);
    });

    it('tells that the server is gone and back, and then sends what has ended meanwhile', async () => {
      const store = open();
      const changes: boolean[] = [];
      store.onChange((isUp) => changes.push(isUp));
      const team = { id: 'team', limitBillionths: 100, windowMs: 60_000 };
      const { granted } = await ask(store, 1, 1);
      await store.ledger.reserve(team, 60);
      server().freeze();
      await expect(ask(store, 1)).rejects.toThrow('Redis is unavailable');
      expect(store.isUp).toBe(false);
      expect(store.lostCause).toBeInstanceOf(Error);
      const { epoch, at } = granted[0]!;
      const costs = { taken: ONE, actual: ONE, keyTaken: {}, keyActual: {} };
      store
        .lane('lane')
        .note({ kind: 'ended', epoch, at, key: NOBODY, wasAnswered: true, ...costs });
      store.ledger.settle(team, 60, 55);
      server().thaw();
      await eventually(async () => store.isUp);
      const other = open();
      await eventually(async () => (await ask(other, 1, 1)).granted.length === 1);
      await eventually(async () => (await other.ledger.reserve(team, 0)).spent === 55);
      expect(changes).toEqual([false, true]);
    });
  },
);
