import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Caller } from '../../src/callers/caller.ts';
import { Callers } from '../../src/callers/callers.ts';
import { IdleCallers } from '../../src/callers/idle-callers.ts';
import { type TierLimits, termsFrom } from '../../src/callers/terms.ts';
import { tiersFrom } from '../../src/callers/tiers.ts';
import { createRateLimiter } from '../../src/limiter.ts';
import type { Cost } from '../../src/model/limits.ts';
import { ownWait } from '../../src/rules/pick-next.ts';
import { FastClock } from '../support/fast-clock.ts';
import { collectGarbage } from '../support/garbage.ts';
import { runs } from '../support/runs.ts';
import { take } from './own-use.ts';

const limits = fc.record(
  {
    rpm: fc.integer({ min: 1, max: 5 }),
    tpm: fc.integer({ min: 10, max: 100 }),
    rpd: fc.integer({ min: 3, max: 30 }),
    tpd: fc.integer({ min: 100, max: 1000 }),
    strategy: fc.constantFrom('token-bucket', 'sliding-window', 'fixed-window'),
  },
  { requiredKeys: ['strategy'] },
) satisfies fc.Arbitrary<TierLimits>;

const terms = limits.map((tier) => termsFrom('tier', tier));
const cost = fc.record({ requests: fc.constant(1), tokens: fc.integer({ min: 1, max: 60 }) });
const call = fc.record({
  key: fc.constantFrom('a', 'b', 'c'),
  cost,
  actual: cost,
  lastsMs: fc.constantFrom(0, 500, 70_000),
});
const NO_NEWS = { tier: undefined, freshUntil: undefined };
const pauseMs = fc.constantFrom(0, 1, 900, 20_000, 61_000, 3_600_000, 90_000_000);

/** Uses what there is room for, and returns what can be seen of that, and how to end the call. */
function use(caller: Caller, { cost, actual }: { cost: Cost; actual: Cost }, at: number) {
  const { waitMs, reason } = ownWait(caller.own, cost, at);
  if (waitMs === 0) take(caller, cost, at);
  const end = (now: number): void => {
    if (waitMs === 0) caller.ended(cost, actual, at, now);
  };
  return { seen: { waitMs, reason, allowance: caller.allowance(at) }, end };
}

/** The same but for rounding: a bucket that is filled in two steps may miss by a trillionth. */
function but({ reason, waitMs, allowance }: ReturnType<typeof use>['seen']): unknown {
  const about = (value: number) => expect.closeTo(value, -0.4);
  return {
    reason,
    waitMs: expect.closeTo(waitMs, 3),
    allowance: allowance.map((each) => ({
      ...each,
      remaining: about(each.remaining),
      resetAt: about(each.resetAt),
    })),
  };
}

describe('a caller that is packed while it has nothing to do', () => {
  it('goes on as one that never does, for any history and tiers', () => {
    const step = fc.record({ call, terms: fc.option(terms, { freq: 5 }), pauseMs });
    let rests = 0;
    fc.assert(
      fc.property(terms, fc.array(step, { maxLength: 30 }), (first, steps) => {
        let now = 0;
        const awake = new Caller('alice');
        let sleeper = new Caller('alice');
        let ending: { at: number; end: (now: number) => void }[] = [];
        for (const each of [awake, sleeper]) each.adopt(first, now);
        for (const step of steps) {
          const idle = new IdleCallers();
          const isKept = idle.keep('alice', sleeper, NO_NEWS, now);
          now += step.pauseMs;
          if (isKept) {
            rests++;
            sleeper = idle.wake('alice')?.caller ?? new Caller('alice');
          }
          for (const { at, end } of ending) if (at <= now) end(now);
          ending = ending.filter(({ at }) => at > now);
          const told = [awake, sleeper].map((caller) => {
            if (step.terms !== null) caller.adopt(step.terms, now);
            const { seen, end } = use(caller, step.call, now);
            ending.push({ at: now + step.call.lastsMs, end });
            return seen;
          });
          expect(told[0]).toEqual(but(told[1]!));
        }
      }),
      { numRuns: runs(1000) },
    );
    expect(rests).toBeGreaterThan(300);
  });

  it('makes no difference among others, where they all rest as soon as they can', () => {
    const tiers = fc.record({ a: limits, b: limits, c: limits });
    const history = fc.array(fc.record({ call, pauseMs }), { maxLength: 30 });
    fc.assert(
      fc.property(tiers, history, (tiers, steps) => {
        let time = 0;
        const clock = { now: () => time, setTimeout: () => () => {} };
        const { table } = tiersFrom(tiers);
        const all = [new Callers(table, clock, 0), new Callers(table, clock, 1000)];
        let ending: { at: number; end: (now: number) => void }[] = [];
        for (const { call, pauseMs } of steps) {
          time += pauseMs;
          for (const { at, end } of ending) if (at <= time) end(time);
          ending = ending.filter(({ at }) => at > time);
          const told = all.map((callers) => {
            const used = callers.use({ key: call.key, tier: call.key }, (caller) => {
              return use(caller, call, time);
            });
            if (used instanceof Promise) throw new Error('Later');
            ending.push({ at: time + call.lastsMs, end: used.end });
            return used.seen;
          });
          expect(told[0]).toEqual(but(told[1]!));
        }
      }),
      { numRuns: runs(500) },
    );
  });

  it('rests, and wakes with what it has used', async () => {
    const clock = new FastClock();
    const { table } = tiersFrom({ free: { rpd: 10 } });
    const callers = new Callers(table, clock, 0);
    const find = (key: string) => callers.use({ key, tier: 'free' }, (caller) => caller);
    const alice = find('alice');
    if (alice instanceof Promise) throw new Error('Later');
    take(alice, { requests: 4 }, clock.now());
    for (let i = 0; i < 4; i++) find(`in flight ${i}`);
    expect(find('alice')).toBe(alice);
    alice.ended({ requests: 4 }, { requests: 4 }, clock.now(), clock.now());
    for (let i = 0; i < 4; i++) find(`at rest ${i}`);
    const again = find('alice');
    expect(again).not.toBe(alice);
    if (again instanceof Promise) throw new Error('Later');
    expect(again.allowance(clock.now())).toMatchObject([{ max: 10, remaining: 6 }]);
  });

  it('is kept in a small part of the memory that it takes awake', async () => {
    const limiter = createRateLimiter({
      clock: new FastClock(),
      tiers: { free: { rpd: 1000, tpd: 100_000 } },
    });
    const call = async (key: string): Promise<void> => {
      const reservation = await limiter.acquire({ tokens: 10 }, { key, tier: 'free' });
      reservation.settle();
    };
    const bytesOf = async (from: number, to: number): Promise<number> => {
      const before = heapUsed();
      for (let key = from; key < to; key++) await call(`key ${key}`);
      return (heapUsed() - before) / (to - from);
    };
    await call('first');
    const awake = await bytesOf(0, 3900);
    await bytesOf(3900, 5000);
    const resting = await bytesOf(5000, 9000);
    expect(resting).toBeLessThan(awake / 4);
  });
});

function heapUsed(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}
