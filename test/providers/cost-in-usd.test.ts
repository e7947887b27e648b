import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Price, priceIn } from '../../src/model/price.ts';
import { costInUsd, type PricedUsage } from '../../src/providers/cost-in-usd.ts';
import { PRICES, priceOf } from '../../src/providers/price-of.ts';

const NONE: PricedUsage = {
  inputTokens: 0,
  cachedInputTokens: 0,
  cacheWriteTokens: 0,
  outputTokens: 0,
};

function cost(model: string, usage: Partial<PricedUsage>): number {
  const price = priceOf(model);
  if (price === undefined) throw new Error(`No price of ${model}`);
  return costInUsd({ ...NONE, ...usage }, price);
}

/** By hand, in millionths of a dollar: tokens times dollars for a million tokens. */
describe('examples', () => {
  test.each<[string, Partial<PricedUsage>, number]>([
    // 1,000 · 2.5 + 500 · 10
    ['gpt-4o', { inputTokens: 1_000, outputTokens: 500 }, 7_500],
    // 600 · 2.5 + 400 · 1.25 + 500 · 10
    ['gpt-4o', { inputTokens: 1_000, cachedInputTokens: 400, outputTokens: 500 }, 7_000],
    // 8,000 · 0.02
    ['text-embedding-3-small', { inputTokens: 8_000 }, 160],
    // 272,000 · 2.5 + 1,000 · 15
    ['gpt-5.4', { inputTokens: 272_000, outputTokens: 1_000 }, 695_000],
    // all of it: 300,000 · 5 + 1,000 · 22.5
    ['gpt-5.4', { inputTokens: 300_000, outputTokens: 1_000 }, 1_522_500],
    // 200,000 · 5 + 100,000 · 0.5
    ['gpt-5.4', { inputTokens: 300_000, cachedInputTokens: 100_000 }, 1_050_000],
    // 1,000 · 4 + 1,000 · 5
    ['gpt-5.6-sol', { inputTokens: 2_000, cacheWriteTokens: 1_000 }, 9_000],
    // 50 · 5 + 10,000 · 0.5 + 2,000 · 6.25 + 100 · 25
    [
      'claude-opus-5',
      {
        inputTokens: 12_050,
        cachedInputTokens: 10_000,
        cacheWriteTokens: 2_000,
        outputTokens: 100,
      },
      20_250,
    ],
    // 1,000 · 3.75 + 1,000 · 6
    [
      'claude-sonnet-4-6',
      { inputTokens: 2_000, cacheWriteTokens: 2_000, hourCacheWriteTokens: 1_000 },
      9_750,
    ],
    // 200,000 · 3 + 1,000 · 15
    ['claude-sonnet-4-5', { inputTokens: 200_000, outputTokens: 1_000 }, 615_000],
    // 250,000 · 6 + 1,000 · 22.5
    ['claude-sonnet-4-5', { inputTokens: 250_000, outputTokens: 1_000 }, 1_522_500],
    // 150,000 · 0.5 + 1,000 · 2.5
    ['claude-haiku-5-5', { inputTokens: 150_000, outputTokens: 1_000 }, 77_500],
    // 120,000 · 0.625: written, and above 100,000
    ['claude-haiku-5-5', { inputTokens: 120_000, cacheWriteTokens: 120_000 }, 75_000],
    // 250,000 · 4 + 2,000 · 12
    ['grok-4.5', { inputTokens: 250_000, outputTokens: 2_000 }, 1_024_000],
  ])('%s: %j', (model, usage, millionths) => {
    expect(cost(model, usage)).toBeCloseTo(millionths / 1e6, 12);
  });

  test('nothing costs nothing', () => {
    expect(cost('gpt-4o', {})).toBe(0);
  });
});

describe('any usage', () => {
  const tokens = fc.oneof(fc.nat(2_000_000), fc.constantFrom(272_000, 272_001, 100_000, 200_001));
  const usage = fc
    .record({ inputTokens: tokens, cachedInputTokens: tokens, cacheWriteTokens: tokens })
    .chain((each) => tokens.map((outputTokens) => ({ ...each, outputTokens })));
  const listed = fc.constantFrom(...Object.values(PRICES).map(priceIn));
  const rate = fc.double({ min: 0, max: 1e4, noNaN: true });
  const factor = fc.double({ min: 0, max: 100, noNaN: true });
  const invented: fc.Arbitrary<Price> = fc.record({
    input: rate,
    cachedInput: rate,
    cacheWrite: rate,
    cacheWriteHour: rate,
    output: rate,
    longContext: fc.option(
      fc.record({ aboveInputTokens: tokens, inputFactor: factor, outputFactor: factor }),
      { nil: undefined },
    ),
  });

  test('never negative, never NaN, whatever the response says', () => {
    const any = fc.oneof(fc.double(), fc.integer(), fc.constant(Number.NEGATIVE_INFINITY));
    const odd = fc.record({
      inputTokens: any,
      cachedInputTokens: any,
      cacheWriteTokens: any,
      hourCacheWriteTokens: fc.option(any, { nil: undefined }),
      outputTokens: any,
    });
    fc.assert(
      fc.property(odd, fc.oneof(listed, invented), (each, price) => {
        expect(costInUsd(each, price)).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  /** To within what a float can hold. */
  const atLeast = (more: number, less: number) => {
    expect(more).toBeGreaterThanOrEqual(less - 1e-9 * less);
  };

  test('more input or output costs more, and more of it cached less', () => {
    fc.assert(
      fc.property(usage, listed, fc.nat(500_000), (each, price, more) => {
        const before = costInUsd(each, price);
        const { inputTokens, cachedInputTokens, outputTokens } = each;
        atLeast(costInUsd({ ...each, inputTokens: inputTokens + more }, price), before);
        atLeast(costInUsd({ ...each, outputTokens: outputTokens + more }, price), before);
        atLeast(before, costInUsd({ ...each, cachedInputTokens: cachedInputTokens + more }, price));
      }),
    );
  });

  test('writing to the cache costs at least as much as not', () => {
    fc.assert(
      fc.property(usage, listed, fc.nat(500_000), (each, price, more) => {
        const { cacheWriteTokens } = each;
        const after = costInUsd({ ...each, cacheWriteTokens: cacheWriteTokens + more }, price);
        atLeast(after, costInUsd(each, price));
      }),
    );
  });
});
