import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Callers } from '../../src/callers/callers.ts';
import type { TierLimits } from '../../src/callers/terms.ts';
import { type TiersOption, tiersFrom } from '../../src/callers/tiers.ts';
import { HeadroomError } from '../../src/errors.ts';
import { createRateLimiter } from '../../src/limiter.ts';
import { FastClock } from '../support/fast-clock.ts';
import { take } from './own-use.ts';

const STRATEGIES = ['token-bucket', 'sliding-window', 'fixed-window'] as const;

function callersOf(tiers: TiersOption | undefined) {
  const clock = new FastClock();
  return { clock, callers: new Callers(tiersFrom(tiers).table, clock) };
}

function pass(clock: FastClock, ms: number): Promise<void> {
  clock.setTimeout(() => {}, ms);
  return clock.run();
}

describe('idle keys are forgotten', () => {
  const tiersOf: readonly [string, TiersOption | undefined][] = [
    ['without tiers', undefined],
    ['with limits that come back', { free: { rpm: 600, tpm: 10_000 } }],
    ['with tiers that are asked for', async () => ({ rpm: 600 })],
  ];
  it.each(tiersOf)('30,000 keys seen once leave a bounded number, %s', async (_, tiers) => {
    const { clock, callers } = callersOf(tiers);
    const tier = tiers === undefined ? undefined : 'free';
    let most = 0;
    for (let key = 0; key < 30_000; key++) {
      await callers.use({ key: String(key), tier }, (caller) => {
        take(caller, { requests: 1 }, clock.now());
        caller.ended({ requests: 1 }, { requests: 1 }, clock.now(), clock.now());
      });
      if (key % 100 === 0) await pass(clock, 1000);
      most = Math.max(most, callers.size);
    }
    expect(most).toBeLessThanOrEqual(10_500);
    await pass(clock, 60_000);
    for (let i = 0; i < 6000; i++) callers.find({ key: 'last', tier });
    expect(callers.size).toBe(1);
  });

  it('but none that waits, is in flight, or has not got back what it has used', async () => {
    const { clock, callers } = callersOf({ free: { rpm: 1 } });
    const alice = callers.find({ key: 'alice', tier: 'free' });
    if (alice instanceof Promise) throw new Error('Later');
    const is = (same: boolean) => {
      for (let key = 0; key < 5; key++) callers.find({ key: String(key) });
      expect(callers.find({ key: 'alice', tier: 'free' }) === alice).toBe(same);
    };
    const line = {};
    alice.listen(line, () => {});
    await pass(clock, 60_000);
    is(true);
    alice.unlisten(line);
    take(alice, { requests: 1 }, clock.now());
    await pass(clock, 60_000);
    is(true);
    alice.ended({ requests: 1 }, { requests: 1 }, clock.now() - 30_000, clock.now());
    take(alice, { requests: 1 }, clock.now());
    alice.ended({ requests: 1 }, { requests: 1 }, clock.now(), clock.now());
    is(true);
    await pass(clock, 60_000);
    is(false);
  });

  it('a limiter is left with no key after any calls, however they end', async () => {
    const end = fc.constantFrom('settle', 'cancel', 'abort', 'aborted before', 'maxWaitMs');
    const call = fc.record({ key: fc.constantFrom('a', 'b'), end, after: fc.nat(3000) });
    await fc.assert(
      fc.asyncProperty(fc.array(call, { maxLength: 25 }), async (calls) => {
        const clock = new FastClock();
        const tiers = { free: { rpm: 30, concurrency: 2 } };
        const limiter = createRateLimiter({ clock, limits: { rpm: 60 }, tiers });
        for (const { key, end, after } of calls) {
          const controller = new AbortController();
          if (end === 'aborted before') controller.abort(new Error('Before'));
          const { signal } = controller;
          const maxWaitMs = end === 'maxWaitMs' ? after : undefined;
          void limiter.acquire({}, { key, tier: 'free', signal, maxWaitMs }).then(
            (reservation) => {
              const over = () => (end === 'cancel' ? reservation.cancel() : reservation.settle());
              clock.setTimeout(over, after);
            },
            () => {},
          );
          if (end === 'abort') clock.setTimeout(() => controller.abort(), after);
        }
        await clock.run();
        expect(clock.pending).toBe(0);
        await pass(clock, 120_000);
        // A key that has been forgotten is asked for as if it had never been there.
        await pass(clock, 31_000);
        const [a, b] = ['a', 'b'].map((key) =>
          limiter.core.as({ key, tier: 'free' }, (each) => each),
        );
        await pass(clock, 31_000);
        for (let i = 0; i < 9; i++) limiter.core.as({ key: `other ${i}` }, (each) => each);
        expect(limiter.core.as({ key: 'a', tier: 'free' }, (each) => each) === a).toBe(false);
        expect(limiter.core.as({ key: 'b', tier: 'free' }, (each) => each) === b).toBe(false);
      }),
      { numRuns: 200 },
    );
  });
});

/** A source of tiers that answers when it is told to. */
function source() {
  const asked: {
    tier: string | undefined;
    answer: (limits: TierLimits) => void;
    fail: () => void;
  }[] = [];
  const tiers: TiersOption = ({ tier }) =>
    new Promise((resolve, reject) => {
      asked.push({ tier, answer: resolve, fail: () => reject(new Error('No database')) });
    });
  const clock = new FastClock();
  const limiter = createRateLimiter({ clock, tiers });
  return { asked, clock, limiter };
}

const ALICE = { key: 'alice', tier: 'free' } as const;

describe('tiers that are asked for', () => {
  it('hold calls back until the first answer, and are asked for once', async () => {
    const { asked, clock, limiter } = source();
    const going: number[] = [];
    for (let i = 0; i < 5; i++)
      void limiter.acquire({}, ALICE).then(
        () => going.push(i),
        () => {},
      );
    await clock.settle();
    expect(going).toEqual([]);
    expect(() => limiter.tryAcquire({}, ALICE)).toThrow('are still being loaded');
    expect(asked).toHaveLength(1);
    asked[0]!.answer({ rpm: 2 });
    await clock.settle();
    expect(going).toEqual([0, 1]);
    limiter.close();
  });

  it('serve for half a minute, then while they are asked for again, then as long as that fails', async () => {
    const { asked, clock, limiter } = source();
    const take = () => limiter.tryAcquire({}, ALICE).granted;
    expect(take).toThrow();
    asked[0]!.answer({ rpm: 1, strategy: 'fixed-window' });
    await clock.settle();
    expect(take()).toBe(true);
    await pass(clock, 29_999);
    expect(take()).toBe(false);
    expect(asked).toHaveLength(1);
    await pass(clock, 1);
    expect(take()).toBe(false);
    expect(asked).toHaveLength(2);
    asked[1]!.fail();
    await clock.settle();
    expect(take()).toBe(false);
    expect(asked).toHaveLength(2);
    await pass(clock, 1000);
    expect(take()).toBe(false);
    expect(asked).toHaveLength(3);
    asked[2]!.answer({ rpm: 2, strategy: 'fixed-window' });
    await clock.settle();
    expect([take(), take()]).toEqual([true, false]);
  });

  it('tell why they are not known, where they never were', async () => {
    const { asked, limiter } = source();
    const failed = limiter.acquire({}, ALICE);
    asked[0]!.fail();
    const error = await failed.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(HeadroomError);
    expect(error).toMatchObject({ code: 'tier_unknown', cause: { message: 'No database' } });
    const failing: readonly TiersOption[] = [
      () => {
        throw new Error('No database');
      },
      () => ({ rpm: -1 }),
      async () => ({ rpm: -1 }),
    ];
    for (const tiers of failing) {
      const other = createRateLimiter({ tiers });
      await expect(other.acquire({}, ALICE)).rejects.toMatchObject({ code: 'tier_unknown' });
    }
  });

  it('never serve one tier’s limits for another', async () => {
    const { asked, clock, limiter } = source();
    let granted = 0;
    const count = (): void => void granted++;
    void limiter.acquire({}, { key: 'alice', tier: 'pro' }).then(count, () => {});
    void limiter.acquire({}, { key: 'alice', tier: 'free' }).then(count, () => {});
    expect(asked.map(({ tier }) => tier)).toEqual(['pro', 'free']);
    asked[0]!.answer({ rpm: 100 });
    await clock.settle();
    expect(granted).toBe(0);
    asked[1]!.answer({ rpm: 1 });
    await clock.settle();
    expect(granted).toBe(1);
    limiter.close();
  });

  it('may know nothing of a tier: then it has no limits', async () => {
    const limiter = createRateLimiter({ tiers: () => undefined });
    for (let i = 0; i < 50; i++) expect(limiter.tryAcquire({}, ALICE).granted).toBe(true);
  });

  it('count calls together that come before the first answer, whatever else is asked for meanwhile', async () => {
    const { asked, clock, limiter } = source();
    let granted = 0;
    for (let i = 0; i < 20; i++) {
      void limiter.acquire({}, ALICE).then(
        (reservation) => {
          granted++;
          reservation.settle();
        },
        () => {},
      );
      void limiter.acquire({}, { key: `other ${i}` }).catch(() => {});
    }
    for (const each of asked) each.answer({ rpm: 3 });
    await clock.settle();
    await clock.settle();
    expect(granted).toBe(3);
    limiter.close();
  });
});

describe('a key whose tier changes', () => {
  const flap = (
    tiers: Readonly<Record<string, TierLimits>>,
    names: readonly (string | undefined)[],
  ) => {
    const limiter = createRateLimiter({ clock: new FastClock(), tiers });
    const granted = names.map(() => 0);
    for (let i = 0; i < 50; i++) {
      const at = i % names.length;
      const answer = limiter.tryAcquire({ tokens: 1 }, { key: 'alice', tier: names[at] });
      if (!answer.granted) continue;
      granted[at]!++;
      answer.settle();
    }
    return granted;
  };

  it('has used what it has used, in any strategy', () => {
    for (const one of STRATEGIES) {
      for (const two of STRATEGIES) {
        const tiers = { a: { rpm: 10, strategy: one }, b: { rpm: 10, strategy: two } };
        const [a = 0, b = 0] = flap(tiers, ['a', 'b']);
        expect(a + b).toBe(10);
      }
    }
  });

  it('gets nothing back by calls without a tier, or of one with other limits', () => {
    expect(flap({ a: { rpm: 3 } }, ['a', undefined])).toEqual([3, 25]);
    expect(flap({ a: { rpm: 3 }, b: { tpm: 4 } }, ['a', 'b'])).toEqual([3, 4]);
  });

  it('gets no refund for what its new limits have not been charged', async () => {
    const clock = new FastClock();
    const limiter = createRateLimiter({
      clock,
      tiers: { free: { tpm: 100, strategy: 'sliding-window' } },
    });
    const before = limiter.tryAcquire({ tokens: 90 }, { key: 'alice' });
    await pass(clock, 1);
    const free = { key: 'alice', tier: 'free' };
    const take = (tokens: number) => limiter.tryAcquire({ tokens }, free);
    expect(take(90).granted).toBe(true);
    if (before.granted) before.settle({ tokens: 0 });
    expect(take(11).granted).toBe(false);
    expect(take(10).granted).toBe(true);
  });

  it('goes on at the rate of the new tier', async () => {
    const clock = new FastClock();
    const tiers = { free: { rpm: 1 }, pro: { rpm: 100 } };
    const limiter = createRateLimiter({ clock, tiers });
    const started: string[] = [];
    const send = (tier: string) =>
      void limiter.acquire({}, { key: 'alice', tier }).then(() => {
        started.push(`${clock.now()} ${tier}`);
      });
    for (let i = 0; i < 3; i++) send('free');
    await clock.settle();
    expect(started).toEqual(['0 free']);
    clock.setTimeout(() => send('pro'), 1000);
    await clock.run();
    expect(started).toEqual(['0 free', '1590 free', '2190 free', '2790 pro']);
  });
});

it('a tier that nobody knows is a TypeError', async () => {
  const limiter = createRateLimiter({ tiers: { free: { rpm: 1 } } });
  await expect(limiter.acquire({}, { tier: 'fre' })).rejects.toThrow(
    new TypeError(
      "Expected `tier` to be one of `tiers` (free), got `fre` (string); did you mean 'free'?",
    ),
  );
  expect(() => limiter.tryAcquire({}, { tier: 'fre' })).toThrow(TypeError);
  await expect(createRateLimiter().acquire({}, { tier: 'free' })).rejects.toThrow(
    'of which there are none',
  );
});

it.each([
  [{ free: { rpm: 0 } }, 'Expected `tiers.free.rpm` to be a positive number'],
  [{ free: { rmp: 1 } }, 'Unknown limit `tiers.free.rmp`'],
  [{ free: { weight: 0 } }, 'Expected `tiers.free.weight` to be a positive number'],
  [{ free: { strategy: 'leaky' } }, 'Expected `tiers.free.strategy` to be one of'],
  [{ free: { usdPerDay: -1 } }, 'Expected `tiers.free.usdPerDay`'],
  [{ free: { concurrency: 0.5 } }, 'Expected `tiers.free.concurrency`'],
  ['free', 'Expected `tiers`'],
])('%j is no tier', (tiers, message) => {
  expect(() => createRateLimiter(JSON.parse(JSON.stringify({ tiers })))).toThrow(message);
});
