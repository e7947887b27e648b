import { describe, expect, it } from 'vitest';
import { ENFORCEMENTS } from '../../bench/batch.ts';
import { type LearningOptions, OPENAI, runLearning } from '../../bench/learning.ts';

/** 1 − headroom, less 5 %. */
const NEARLY_ALL = 0.8 * 0.95;

/**
 * A large account makes many calls: a quarter of a minute will do. Until then a fixed window is a
 * sliding one, and a bucket of a minute refuses less than one of ten seconds.
 */
const LARGE = { tpm: 6_000_000, callsPerMinute: 12_000 };
const STRICT = ['bucket-10s', 'sliding', 'slices'] as const;
const CASES: readonly (LearningOptions & { seconds: number })[] = [
  ...ENFORCEMENTS.map((enforcement) => ({ tpm: 30_000, seconds: 60, enforcement })),
  ...STRICT.map((enforcement) => ({ ...LARGE, seconds: 15, enforcement })),
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
      const common = { baseURL, tpm: 60_000, callsPerMinute: 200, seconds: 130 };
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
});
