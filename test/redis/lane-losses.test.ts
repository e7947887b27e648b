import { afterEach, beforeEach, expect, it } from 'vitest';
import { MINUTE_MS } from '../../src/model/limits.ts';
import { describeRedis } from './support/describe-redis.ts';
import { specOf } from './support/lane-history.ts';
import { caller, LEASE_MS, ONE, requests, run, TestProcess } from './support/processes.ts';
import { VirtualServer } from './support/virtual-server.ts';

describeRedis('a lane that loses something', (server) => {
  let virtual: VirtualServer;
  beforeEach(async () => {
    virtual = await VirtualServer.of(server());
  });
  afterEach(() => virtual.close());

  const process = (pid: string, ...meters: Parameters<typeof requests>): TestProcess =>
    new TestProcess(virtual, pid, [requests(...meters)]);

  it('gives back what was let through and never heard of', async () => {
    const one = process('one', 60, 3);
    one.concurrency = 2;
    one.arrive('first');
    one.arrive('second');
    virtual.loseReplies(1);
    await expect(one.ask()).rejects.toThrow('lost');
    const { answer, started } = await one.ask();
    expect(started.map(({ name }) => name)).toEqual(['first', 'second']);
    expect(answer.levels).toEqual({ 'requests/60000': 1 });
  });

  it('does what was noted once, however often its answer is lost', async () => {
    const one = process('one', 60, 10);
    for (let i = 0; i < 4; i++) one.arrive(`call ${i}`);
    const { started } = await one.ask();
    for (const each of started.slice(0, 2)) {
      const { epoch, at, cost, key } = each;
      const costs = { taken: cost, actual: {}, keyTaken: cost, keyActual: {} };
      one.note({ kind: 'ended', epoch, at, key, wasAnswered: false, ...costs });
    }
    virtual.loseReplies(2);
    await expect(one.lane.flush()).rejects.toThrow('lost');
    await expect(one.lane.flush()).rejects.toThrow('lost');
    expect((await one.ask()).answer.levels).toEqual({ 'requests/60000': 8 });
  });

  it('answers a batch that arrives twice as it did at first', async () => {
    const seen: unknown[] = [];
    const twice = async (keys: readonly string[], input: string): Promise<unknown> => {
      seen.push(await virtual.lanes(keys, input), await virtual.lanes(keys, input));
      return seen.at(-1);
    };
    const one = new TestProcess(virtual, 'one', [requests(60, 3)], 'lane', twice);
    for (let i = 0; i < 4; i++) one.arrive(`call ${i}`);
    const { answer, started } = await one.ask();
    expect(seen[0]).toBe(seen[1]);
    expect(started).toHaveLength(3);
    expect(answer.levels).toEqual({ 'requests/60000': 0 });
  });

  it('keeps how calls have ended while nothing arrives', async () => {
    const one = process('one', 60, 3);
    for (let i = 0; i < 3; i++) one.arrive(`call ${i}`);
    const { started } = await one.ask();
    virtual.dropCommands(3);
    for (const each of started) {
      const { epoch, at, cost, key } = each;
      const costs = { taken: cost, actual: {}, keyTaken: cost, keyActual: {} };
      one.note({ kind: 'ended', epoch, at, key, wasAnswered: false, ...costs });
      await expect(one.lane.flush()).rejects.toThrow('Not sent');
    }
    one.arrive('next');
    expect((await one.ask()).answer.levels).toEqual({ 'requests/60000': 2 });
  });

  it.each(['bucket', 'window', 'slices'] as const)(
    'has no second burst after the server has forgotten everything (%s)',
    async (enforcement) => {
      const limit = { dimension: 'requests', max: 100, windowMs: MINUTE_MS } as const;
      const spec = specOf({ ...limit, enforcement, burstSeconds: 60, correction: 'never' }, 0);
      const group = ['one', 'two'].map((pid) => new TestProcess(virtual, pid, [spec]));
      for (const each of group) for (let i = 0; i < 90; i++) each.arrive(`${each.pid} ${i}`);
      const before = await run(virtual, group, () => {}, virtual.now + 1);
      const begun = virtual.now;
      await virtual.flush();
      for (const each of group) each.due = virtual.now;
      const after = await run(virtual, group, () => {}, begun + 30_000);
      // A bucket gives its burst and half a minute's inflow; windows no more than their maximum.
      const most = enforcement === 'bucket' ? 100 + 50 + 1 : 100;
      expect(before.length + after.length).toBeLessThanOrEqual(most);
      if (enforcement === 'bucket') expect(after.length).toBeGreaterThanOrEqual(45);
    },
  );

  it("has no second burst of a key's own limits either", async () => {
    const one = process('one', 6000, 100);
    const key = caller('k', { meters: [requests(60, 5)] });
    for (let i = 0; i < 10; i++) one.arrive(`call ${i}`, ONE, key);
    expect((await run(virtual, [one], () => {}, virtual.now)).length).toBe(5);
    await virtual.flush();
    one.due = virtual.now;
    expect((await run(virtual, [one], () => {}, virtual.now + 2000)).length).toBe(2);
  });

  it('is still paused after the server has forgotten that', async () => {
    const one = process('one', 600, 10);
    one.arrive('refused');
    const [refused] = (await one.ask()).started;
    one.note({ kind: 'refused', epoch: refused!.epoch, cause: 'rate', retryAfterMs: 5000 });
    one.arrive('waiting');
    await one.ask();
    await virtual.flush();
    virtual.advance(999);
    expect((await one.ask()).answer.wait).toEqual({ waitMs: 4000, reason: 'paused' });
    virtual.advance(4000);
    expect((await one.ask()).started).toHaveLength(1);
  });

  it('goes on where another server takes over whose clock is slow by an hour', async () => {
    const one = process('one', 60, 1);
    one.arrive('first');
    one.arrive('second');
    await one.ask();
    virtual.advance(-3_600_000);
    expect((await one.ask()).answer.wait?.waitMs).toBe(1000);
    virtual.advance(1000);
    expect((await one.ask()).started.map(({ name }) => name)).toEqual(['second']);
  });

  it('leaves nothing in the server that does not expire, all of it under one hash tag', async () => {
    const one = process('one', 60, 3);
    const key = caller('k', { concurrency: 2, meters: [requests(60, 5)] });
    one.arrive('with a key', ONE, key);
    for (let i = 0; i < 4; i++) one.arrive(`call ${i}`);
    await one.ask();
    await one.ledger.reserve({ id: 'team', limitBillionths: 10, windowMs: 86_400_000 }, 5);
    const keys = await virtual.keys();
    expect(keys.map((name) => name.replace(virtual.prefix, 'prefix'))).toEqual([
      '{prefix}:account:86400000:team',
      '{prefix}:answer:lane:one',
      '{prefix}:birth',
      '{prefix}:caller:k',
      '{prefix}:lane:lane',
      '{prefix}:turn:lane:',
      '{prefix}:turn:lane:k',
    ]);
    for (const name of keys) {
      expect(Number(await virtual.command('PTTL', name))).toBeGreaterThan(LEASE_MS);
    }
  });

  it('takes one command for a question, whatever was noted since', async () => {
    const one = process('one', 6000, 100);
    one.arrive('first');
    const { started } = await one.ask();
    const before = virtual.runs;
    one.end(started[0]!);
    one.note({ kind: 'answered', epoch: 0 });
    one.arrive('second');
    await one.ask();
    expect(virtual.runs - before).toBe(1);
  });

  it('keeps little, and no more of many calls than of a few', async () => {
    const limit = { dimension: 'requests', max: 1e6, windowMs: MINUTE_MS } as const;
    const spec = specOf(
      { ...limit, enforcement: 'window', burstSeconds: 60, correction: 'never' },
      0,
    );
    const one = new TestProcess(virtual, 'one', [spec]);
    const sizes: number[] = [];
    for (let i = 1; i <= 1000; i++) {
      one.arrive(`call ${i}`, { requests: 100 });
      await one.ask();
      virtual.advance(60);
      sizes.push(Number(await virtual.command('STRLEN', `{${virtual.prefix}}:lane:lane`)));
    }
    expect(Math.max(...sizes)).toBeLessThan(3000);
  });
});
