import { describe, expect, it } from 'vitest';
import {
  type BatchOptions,
  type BatchResult,
  ENFORCEMENTS,
  MATCHING,
  runBatch,
  type Sdk,
} from '../../bench/batch.ts';
import type { SimulatorEnforcement } from '../../src/testing/index.ts';

type Way = Pick<BatchOptions, 'sdk' | 'enforcement' | 'through'> & { readonly share: number };

/** Hundreds of calls at once through one SDK, against every way to enforce a limit. */
export function testBatches(sdk: Sdk): void {
  describe.each(ENFORCEMENTS.map((enforcement) => optionsOf(sdk, enforcement)))(
    '$sdk, hundreds of calls at once, enforced as $enforcement',
    (options) => {
      const all = 700 * options.share;
      it('is hardly answered with 429 with the profile of an unknown host', async () => {
        const result = await runBatch({ ...options, limiter: {}, calls: all });
        const { failed, seconds, idealSeconds } = result;
        expectFewRefused(options.enforcement, result);
        expect(failed).toBe(0);
        expect(seconds / idealSeconds).toBeLessThanOrEqual(1.15);
      });

      it('is never answered with 429 with the matching profile, and takes no more than 1.10 of the ideal time', async () => {
        const limiter = MATCHING[options.enforcement];
        const result = await runBatch({ ...options, limiter, calls: all });
        expect(result).toMatchObject({ status429: 0, failed: 0 });
        expect(result.seconds / result.idealSeconds).toBeLessThanOrEqual(1.1);
      });

      it('is never answered with 429 where max_tokens is many times the reply', async () => {
        // Of a trailing window, some calls have left by then.
        const calls = options.enforcement === 'sliding' ? all : 200 * options.share;
        const common = { ...options, calls, maxTokens: 1000 };
        const matching = await runBatch({ ...common, limiter: MATCHING[options.enforcement] });
        expect(matching).toMatchObject({ status429: 0, failed: 0 });
        const unknown = await runBatch({ ...common, limiter: {} });
        expect(unknown.failed).toBe(0);
        expectFewRefused(options.enforcement, unknown);
      });

      it('is answered with 429 without a limiter', async () => {
        const result = await runBatch({ ...options, limiter: undefined, calls: all });
        expect(result.status429).toBeGreaterThan(0);
      });
    },
  );
}

/**
 * How a host enforces makes no difference to the way to it: one of them is reached over HTTP. Half of
 * the benchmark's calls meet half of its limits; of a second's slice, large calls would waste too much.
 */
function optionsOf(sdk: Sdk, enforcement: SimulatorEnforcement): Way {
  const through = enforcement === 'bucket' ? 'http' : 'memory';
  return { sdk, enforcement, through, share: enforcement === 'slices' ? 1 : 0.5 };
}

/** To find a finer limit out costs the calls that are under way when it first refuses, twice. */
function expectFewRefused(enforcement: SimulatorEnforcement, result: BatchResult): void {
  const isFiner = enforcement === 'slices' || enforcement === 'bucket-10s';
  expect(result.refusedTimes).toBeLessThanOrEqual(isFiner ? 2 : 0);
  expect(result.status429).toBeLessThanOrEqual(isFiner ? 8 : 0);
}
