import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  expectRefusals,
  hasPattern,
  newStrays,
  noteAnswered,
  type Strays,
} from '../../../src/rules/learning/strays.ts';
import type { GrantedCall } from '../../../src/rules/ticket.ts';
import type { SimulatorEnforcement } from '../../../src/testing/index.ts';
import { NOBODY, type RefusingHost, RefusingWorld } from '../../support/refusing-host.ts';

const MINUTE = 60_000;
const OPENAI = 'https://api.openai.com/v1';
/** What of a limit is used. */
const USED = 0.8;
/** Chance has bad days: these are the same in each run. */
const SAME = { numRuns: 6, seed: 2026 };
const SHARES = [0.003, 0.01, 0.02, 0.05, 0.1];

/** A lane that knows its limit, and enough calls for half a minute or more of it. */
interface Known {
  readonly perMinute: number;
  readonly calls: number;
  readonly host: Omit<RefusingHost, 'calls'>;
}

const knownLimit = fc
  .record({
    perMinute: fc.constantFrom(60, 600, 6000),
    baseURL: fc.constantFrom(NOBODY, OPENAI),
    isShown: fc.boolean(),
    processes: fc.constantFrom(1, 6),
    keys: fc.constantFrom(1, 4),
    retryAfterMs: fc.constantFrom(undefined, 50, 1000, 5000),
    seed: fc.integer({ min: 1, max: 1_000_000 }),
  })
  .map(({ perMinute, isShown, processes, ...host }): Known => {
    const options = isShown ? {} : { limits: { rpm: perMinute } };
    const newsMs = processes === 1 ? 0 : 20;
    const shows = isShown ? perMinute : undefined;
    const calls = Math.max(300, Math.min(2500, perMinute));
    return { perMinute, calls, host: { ...host, options, processes, newsMs, shows } };
  });

/** Nine minutes of a fast one are 40,000 calls. */
const slowLimit = knownLimit.filter(({ perMinute }) => perMinute < 6000);

/** A host that enforces a limit, of which the lane was told something else. */
const wrongLimit = fc.record({
  told: fc.constantFrom(60, 600, 1200),
  share: fc.constantFrom(1, 0.5, 0.1),
  as: fc.constantFrom<SimulatorEnforcement>('bucket', 'bucket-10s', 'sliding', 'fixed', 'slices'),
  retryAfterMs: fc.constantFrom<(number | 'true' | undefined)[]>(undefined, 1000, 'true'),
  processes: fc.constantFrom(1, 6),
  seed: fc.integer({ min: 1, max: 1_000_000 }),
});

describe('a lane that does not know why it is refused', () => {
  it('takes at most twice as long where refusals come by chance', () => {
    fc.assert(
      fc.property(knownLimit, fc.constantFrom(...SHARES), ({ host, calls }, share) => {
        const without = new RefusingWorld({ ...host, calls }).run();
        const world = new RefusingWorld({ ...host, calls, chance: () => share });
        const withThem = world.run();
        // A batch that needs no time waits for the call that is refused most often.
        const bound = (2 * without) / (1 - share) + world.longestRefusedMs;
        expect(withThem).toBeLessThanOrEqual(bound);
      }),
      SAME,
    );
  }, 300_000);

  it('obeys a limit where there is one', () => {
    fc.assert(
      fc.property(wrongLimit, ({ told, share, as, ...host }) => {
        const enforced = { rpm: told * share, as };
        // Nothing is counted over less than a second, so that a call a second passes any slice.
        fc.pre(as !== 'slices' || enforced.rpm >= 60);
        const minutes = told === 60 ? 40 : 10;
        const untilMs = minutes * MINUTE;
        const options = { limits: { rpm: told } };
        const calls = { calls: 1_000_000, workers: 60, untilMs };
        const world = new RefusingWorld({ ...host, ...calls, options, enforced });
        world.run();
        const { passed, refused } = world.between(0, untilMs);
        // To find a finer limit out costs two refused calls.
        const isFiner = as === 'slices' || as === 'bucket-10s';
        const most = isFiner ? 0.005 : 0;
        expect(refused).toBeLessThanOrEqual(share === 1 ? most : 0.12);
        expect(world.between(untilMs / 2, untilMs).refused).toBeLessThanOrEqual(0.08);
        expect(passed).toBeGreaterThanOrEqual((share === 1 ? 0.79 : 0.5) * enforced.rpm * minutes);
      }),
      SAME,
    );
  }, 300_000);

  // One in four is refused at twice the rate, and what follows a refused one mostly passes.
  it('obeys a bucket that refills half as fast as was given', () => {
    const host = { calls: 1_000_000, workers: 60, untilMs: 10 * MINUTE };
    const enforced = { rpm: 300, as: 'bucket' } as const;
    const world = new RefusingWorld({ ...host, options: { limits: { rpm: 600 } }, enforced });
    world.run();
    expect(world.between(5 * MINUTE, 10 * MINUTE).refused).toBeLessThanOrEqual(0.03);
  });

  it('uses its whole limit three minutes after refusals by chance have ended', () => {
    fc.assert(
      fc.property(slowLimit, fc.constantFrom(...SHARES), ({ host, perMinute }, share) => {
        const endsAt = 4 * MINUTE;
        const untilMs = endsAt + 5 * MINUTE;
        const chance = (now: number): number => (now < endsAt ? share : 0);
        const workers = 100;
        const world = new RefusingWorld({ ...host, calls: 1_000_000, workers, untilMs, chance });
        world.run();
        const { passed, refused } = world.between(endsAt + 3 * MINUTE, untilMs);
        expect(refused).toBe(0);
        expect(passed).toBeGreaterThanOrEqual(0.95 * USED * perMinute * 2);
      }),
      SAME,
    );
  }, 300_000);
});

describe('refusals by chance', () => {
  it.each([
    ['half a minute of a given limit', { calls: 2500, options: { limits: { rpm: 6000 } } }],
    ['a bucket', { calls: 1500, options: { limits: { rpm: 600 }, enforcement: 'bucket' } }],
    ['eight at a time where nothing is known', { calls: 2500, workers: 8 }],
    [
      'eight at a time at DeepSeek',
      { calls: 2500, workers: 8, baseURL: 'https://api.deepseek.com' },
    ],
  ] as const)('of one call in twenty don’t double the time of %s', (_, host) => {
    for (const retryAfterMs of [undefined, 50, 1000]) {
      const without = new RefusingWorld({ ...host, retryAfterMs }).run();
      const withThem = new RefusingWorld({ ...host, retryAfterMs, chance: () => 0.05 }).run();
      expect(withThem).toBeLessThanOrEqual(2 * without);
    }
  });

  it.each([
    'https://api.mistral.ai/v1',
    'https://api.x.ai/v1',
    'https://api.moonshot.ai/v1',
    NOBODY,
  ])('leave a limit that is a guess about where it was, at %s', (baseURL) => {
    for (const share of [0.01, 0.05]) {
      const seeds = [1, 2, 3, 4, 5, 6];
      const ratios = seeds.map((seed) => {
        const common = { baseURL, latencyMs: 1000, retryAfterMs: 50, seed };
        const host = { ...common, calls: 1500, workers: 10 };
        const without = new RefusingWorld(host).run() / (1 - share);
        return new RefusingWorld({ ...host, chance: () => share }).run() / without;
      });
      // Of a few calls, chance looks like a limit: some runs take longer.
      const mean = ratios.reduce((sum, each) => sum + each, 0) / seeds.length;
      expect(mean).toBeLessThanOrEqual(2.5);
    }
  });

  it('all of an unknown limit’s calls at once: no minutes are lost', () => {
    for (let seed = 1; seed <= 10; seed++) {
      const world = new RefusingWorld({ calls: 1500, seed, chance: () => 0.05 });
      expect(world.run()).toBeLessThanOrEqual(60_000);
    }
  });

  it.each([
    [0.2, 600],
    [0.25, 700],
    [0.3, 1000],
    [0.4, 1200],
  ])('of %d of all calls cost minutes, not hours: at most %i seconds', (share, seconds) => {
    const hosts = [
      { options: { limits: { rpm: 600 } } },
      { options: { limits: { rpm: 6000 } } },
      { workers: 8 },
      { baseURL: OPENAI },
      { shows: 600, processes: 6, newsMs: 20 },
    ];
    for (const host of hosts) {
      for (const retryAfterMs of [undefined, 1000]) {
        const world = new RefusingWorld({ ...host, retryAfterMs, calls: 600, chance: () => share });
        expect(world.run() / 1000).toBeLessThanOrEqual(seconds);
      }
    }
  });

  it('that end within a hundred calls are made up for within minutes', () => {
    const options = { limits: { rpm: 6000 } };
    let world: RefusingWorld;
    const chance = (): number => (world.arrivals.length < 100 ? 0.3 : 0);
    const host = { calls: 1_000_000, workers: 60, untilMs: 6 * MINUTE, retryAfterMs: 50 };
    world = new RefusingWorld({ ...host, options, chance });
    world.run();
    expect(world.between(5 * MINUTE, 6 * MINUTE).passed).toBeGreaterThanOrEqual(0.95 * USED * 6000);
  });
});

describe('what is known to be refused by chance', () => {
  const call = (order: number): GrantedCall => {
    const cost = { requests: 1 };
    return { id: order, cost, at: order, epoch: 0, taken: { requests: order } };
  };
  /** One call a second, of which so many in ten are refused. Returns whether they have a pattern. */
  const answer = (strays: Strays, tenths: number, from = 0): boolean => {
    for (let i = 1; i <= 100; i++) {
      // Evenly: no long run.
      noteAnswered(strays, call(i), (i * tenths) % 10 < tenths, from + 1000 * i);
    }
    return hasPattern(strays);
  };
  const expecting = (share: number): Strays => {
    const strays = newStrays(0);
    expectRefusals(strays, share, 0);
    return strays;
  };

  it('is no pattern, but more than that is', () => {
    expect(answer(newStrays(0), 5)).toBe(true);
    expect(answer(expecting(0.5), 5)).toBe(false);
    expect(answer(expecting(0.5), 7)).toBe(false);
    expect(answer(expecting(0.5), 9)).toBe(true);
  });

  it('is forgotten as fewer are refused, and after ten quiet minutes', () => {
    const fewer = expecting(0.5);
    answer(fewer, 1);
    expect(answer(fewer, 7, 100_000)).toBe(true);
    expect(answer(expecting(0.5), 5, 11 * MINUTE)).toBe(true);
  });
});
