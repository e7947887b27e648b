import { describe, expect, it } from 'vitest';
import { ENFORCEMENTS } from '../../bench/batch.ts';
import { type LearningOptions, OPENAI, runLearning } from '../../bench/learning.ts';

/** 1 − headroom, less 5 %. */
const NEARLY_ALL = 0.8 * 0.95;
const BUCKET = {
  ...{ baseURL: OPENAI, tpm: 300_000, callsPerMinute: 300 },
  enforcement: 'bucket',
} as const;

/**
 * A large account makes many calls: a quarter of a minute will do. Until then a fixed window is a
 * sliding one, and a bucket of a minute refuses less than one of ten seconds.
 */
const STRICT = ['bucket-10s', 'sliding', 'slices'] as const;
const CASES: readonly (LearningOptions & { seconds: number })[] = [
  ...ENFORCEMENTS.map((enforcement) => ({ tpm: 30_000, seconds: 60, enforcement })),
  ...STRICT.map((enforcement) => ({ tpm: 30_000_000, seconds: 15, enforcement })),
];

describe('without any options', () => {
  it.each(ENFORCEMENTS)(
    'trips nothing at OpenAI, though its limit of 30,000 be enforced as %s',
    async (enforcement) => {
      const options = { baseURL: OPENAI, tpm: 30_000, enforcement };
      const { calls, status429, late429, share } = await runLearning(options);
      expect(status429 / calls).toBeLessThanOrEqual(0.005);
      expect(late429).toBe(0);
      expect(share(10, 60)).toBeGreaterThanOrEqual(NEARLY_ALL);
    },
  );

  it.each([OPENAI, undefined])(
    'tells of others where a window is counted, and only of them (%s)',
    async (baseURL) => {
      const common = { baseURL, tpm: 300_000, callsPerMinute: 200, seconds: 130 };
      for (const enforcement of ['fixed', 'sliding'] as const) {
        const alone = await runLearning({ ...common, enforcement });
        expect(alone.othersShare).toBeLessThan(0.05);
        const together = await runLearning({ ...common, enforcement, neighbor: 0.4 });
        expect(together.othersShare).toBeGreaterThan(0.2);
        expect(together.othersShare).toBeLessThan(0.5);
      }
    },
  );

  it.each(CASES)(
    'finds the limit of $tpm tokens a minute, enforced as $enforcement',
    async (options) => {
      const { calls, status429, late429, share } = await runLearning(options);
      expect(status429 / calls).toBeLessThanOrEqual(0.005);
      expect(late429).toBe(0);
      expect(share(10, options.seconds)).toBeGreaterThanOrEqual(NEARLY_ALL);
    },
  );

  it.each(ENFORCEMENTS)(
    'lets large calls out of the guard of a second, where a limit is not enforced as that: %s',
    async (enforcement) => {
      const large = { tpm: 30_000, callsPerMinute: 120, workers: 60, seconds: 70 };
      const { status429, late429, share } = await runLearning({ ...large, enforcement });
      // By the second, calls of up to half a second's share hardly fit: so the guard comes back.
      const isSliced = enforcement === 'slices';
      expect(status429).toBeLessThanOrEqual(isSliced ? 1 : 0);
      expect(late429).toBe(0);
      if (!isSliced) expect(share(10, 60)).toBeGreaterThanOrEqual(NEARLY_ALL);
    },
  );

  it('follows a limit that rises or falls within a minute, without a burst of 429s', async () => {
    const atSeconds = 30;
    const rise = await runLearning({ ...BUCKET, seconds: 120, later: { atSeconds, tpm: 900_000 } });
    const fall = await runLearning({ ...BUCKET, seconds: 120, later: { atSeconds, tpm: 100_000 } });
    expect(rise.status429).toBe(0);
    // The one that shows it.
    expect(fall.status429).toBeLessThanOrEqual(1);
    expect(rise.share(90, 120)).toBeGreaterThanOrEqual(3 * NEARLY_ALL);
    expect(fall.share(90, 120)).toBeGreaterThanOrEqual(NEARLY_ALL / 3);
    expect(fall.share(90, 120)).toBeLessThanOrEqual(0.9 / 3);
  });

  it('leaves a neighbor on the same key what it takes, and uses the rest', async () => {
    const { calls, status429, share, othersShare } = await runLearning({
      ...BUCKET,
      neighbor: 0.4,
      seconds: 360,
    });
    expect(status429 / calls).toBeLessThanOrEqual(0.01);
    expect(share(240, 360)).toBeGreaterThanOrEqual(0.9 * 0.6);
    expect(othersShare).toBeGreaterThan(0.2);
  });

  it('does not burst against a bucket that an earlier run has emptied', async () => {
    const { calls, status429, share } = await runLearning({ ...BUCKET, fill: 0, seconds: 60 });
    expect(status429 / calls).toBeLessThanOrEqual(0.01);
    expect(share(20, 60)).toBeGreaterThanOrEqual(NEARLY_ALL);
  });

  it.each([OPENAI, undefined])(
    'comes as near as it can with headroom auto (%s)',
    async (baseURL) => {
      for (const enforcement of ['bucket', 'bucket-10s'] as const) {
        const options = {
          baseURL,
          tpm: 300_000,
          callsPerMinute: 300,
          enforcement,
          seconds: 240,
          limiter: { headroom: 'auto' },
        } as const;
        const { calls, status429, share } = await runLearning(options);
        expect(status429 / calls).toBeLessThanOrEqual(0.001);
        expect(share(120, 240)).toBeGreaterThanOrEqual(0.97);
      }
    },
  );

  it('trips nothing with a max_tokens four times the input, whether or not the server gives it back', async () => {
    const declared = { ...BUCKET, declared: 4, seconds: 180 };
    for (const refund of [false, true]) {
      const { status429, share } = await runLearning({ ...declared, refund });
      expect(status429).toBe(0);
      // A server that gives back is not known to: it is used for less than it would take.
      if (!refund) expect(share(120, 180)).toBeGreaterThanOrEqual(NEARLY_ALL);
    }
  });
});
