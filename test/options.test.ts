import { describe, expect, it } from 'vitest';
import { limitTable } from '../src/limit-table.ts';
import { createRateLimiter } from '../src/limiter.ts';
import type { RateLimiterOptions } from '../src/options.ts';

/** What a JavaScript caller could pass. */
function make(options: unknown): () => unknown {
  return () => createRateLimiter(options as RateLimiterOptions);
}

describe('options that can’t be used', () => {
  it.each([
    [
      { headroom: 1 },
      "Expected `headroom` to be a number from 0 to less than 1, or 'auto', got `1` (number)",
    ],
    [
      { headroom: 'most' },
      "Expected `headroom` to be a number from 0 to less than 1, or 'auto', got `most` (string)",
    ],
    [{ headroom: Number.NaN }, 'got `NaN` (number)'],
    [
      { concurrency: 0 },
      'Expected `concurrency` to be a whole number from 1, or Infinity, got `0`',
    ],
    [{ concurrency: 1.5 }, 'got `1.5` (number)'],
    [
      { maxPauseMs: -1 },
      'Expected `maxPauseMs` to be a number of milliseconds, 0 or more, got `-1`',
    ],
    [
      { enforcement: 'leaky' },
      "Expected `enforcement` to be one of 'bucket', 'window', 'slices', got `leaky`",
    ],
    [
      { maxQueue: 1.5 },
      'Expected `maxQueue` to be a whole number from 0, or Infinity, got `1.5` (number)',
    ],
    [{ burstSeconds: 0 }, 'Expected `burstSeconds` to be a positive number, got `0` (number)'],
    [
      { clock: {} },
      'Expected `clock` to be an object with `now` and `setTimeout`, got `{}` (object)',
    ],
    [{ limit: { rpm: 1 } }, 'clock; did you mean `limits`?'],
    [{ rpm: 500 }, 'did you mean `limits.rpm`?'],
    [{ maxConcurrency: 2 }, 'did you mean `concurrency`?'],
    [{ enforcement: 'Slices' }, "got `Slices` (string); did you mean 'slices'?"],
    [{ limits: { rmp: 5 } }, 'itpm, otpm, concurrency; did you mean `rpm`?'],
    [{ limit: { rpm: 1 } }, 'Unknown option `limit`; known are limits, headroom'],
    [
      { limits: 500 },
      'Expected `limits` to be { rpm, rpd, tpm, tpd, itpm, otpm, concurrency }, a record',
    ],
    [{ limits: { rpm: -1 } }, 'Expected `limits.rpm` to be a positive number, got `-1` (number)'],
    [
      { limits: { rpm: '500' } },
      'Expected `limits.rpm` to be a positive number, got `500` (string)',
    ],
    [{ limits: { rpn: 5 } }, 'Unknown limit `limits.rpn`; known are rpm, rpd, tpm'],
    [{ limits: { usdPerDay: 5 } }, 'concurrency; did you mean `budget: { usdPerDay }`?'],
    [
      { tiers: { free: { stratgy: 'window' } } },
      'Unknown limit `tiers.free.stratgy`; known are rpm, rpd, tpm, tpd, itpm, otpm, concurrency, usdPerDay, weight, strategy; did you mean `strategy`?',
    ],
    [{ limits: { 'gpt-4o': 5 } }, "those of one model are `{ 'gpt-4o': { rpm, … } }`"],
    [{ limits: { rpm: null } }, 'Expected `limits.rpm` to be a positive number, got `null`'],
    [
      { limits: { rpm: 5, 'gpt-4o': { rpm: 1 } } },
      "got both: `rpm` for every model goes under '*'",
    ],
    [
      { limits: { 'gpt-4o': { rpm: 1 }, o3: 5 } },
      "Expected `limits['o3']` to be { rpm, rpd, tpm, tpd, itpm, otpm, concurrency }, got `5`",
    ],
    [{ limits: { '': { rpm: 1 } } }, 'Expected `a key of limits` to be a model'],
    [{ limits: { toString: 5 } }, 'Unknown limit `limits.toString`'],
    [{ limits: { concurrency: 2.5 } }, 'Expected `limits.concurrency` to be a whole number from 1'],
    [
      { limits: { 'gpt-4o': { tpm: 0 } } },
      "Expected `limits['gpt-4o'].tpm` to be a positive number, got `0`",
    ],
    [
      { limits: [{ dimension: 'calls', max: 1, windowMs: 1 }] },
      "Expected `limits[0].dimension` to be one of 'requests'",
    ],
    [
      { limits: [{ dimension: 'requests', max: 1, windowMs: 0 }] },
      'Expected `limits[0].windowMs` to be a positive number',
    ],
    [
      { limits: [{ dimension: 'requests', max: 1, windowMs: 1, modle: 'gpt-4o' }] },
      'Unknown option `limits[0].modle`; known are dimension, max, windowMs, model',
    ],
    [
      { limits: [{ dimension: 'requests', max: 1, windowMs: 1, model: '' }] },
      "Expected `limits[0].model` to be a model's id or prefix that isn't empty",
    ],
    [
      { limits: [null] },
      'Expected `limits[0]` to be { dimension, max, windowMs, model }, got `null`',
    ],
  ])('are named with what was expected and what was given: %j', (options, message) => {
    expect(make(options)).toThrow(TypeError);
    expect(make(options)).toThrow(message);
  });

  it('may be undefined, as if they were not there', () => {
    expect(make({ limits: undefined, headroom: undefined, clock: undefined })).not.toThrow();
  });
});

describe('limits', () => {
  it('in short hold for every model', () => {
    const table = limitTable({
      rpm: 500,
      tpd: 1e6,
      otpm: Number.POSITIVE_INFINITY,
      concurrency: 3,
    });
    expect(table('any')).toEqual({
      limits: [
        { dimension: 'requests', max: 500, windowMs: 60_000 },
        { dimension: 'tokens', max: 1e6, windowMs: 86_400_000 },
      ],
      concurrency: 3,
    });
  });

  it('by model: the most specific entry counts', () => {
    const table = limitTable({ 'gpt-4o': { rpm: 1 }, 'gpt-4o-mini*': { rpm: 2 }, '*': { rpm: 3 } });
    const rpm = (model: string): number | undefined => table(model).limits[0]?.max;
    expect([rpm('gpt-4o'), rpm('gpt-4o-2024-08-06'), rpm('gpt-4o-mini'), rpm('o3')]).toEqual([
      1, 1, 2, 3,
    ]);
    expect(limitTable({ 'gpt-4o': { rpm: 1 } })('o3').limits).toEqual([]);
  });

  it('in full: all entries that match count', () => {
    const table = limitTable([
      { dimension: 'requests', max: 10, windowMs: 1000 },
      { dimension: 'tokens', max: 99, windowMs: 60_000, model: 'gpt-4o*' },
    ]);
    expect(table('gpt-4o').limits).toHaveLength(2);
    expect(table('o3').limits).toEqual([{ dimension: 'requests', max: 10, windowMs: 1000 }]);
  });
});
