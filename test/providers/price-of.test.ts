import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { PriceTable } from '../../src/model/price.ts';
import { PRICES, priceOf } from '../../src/providers/price-of.ts';

/** [input, cached, written, written for an hour, output] in US dollars for a million tokens. */
function rates(model: string, overrides?: PriceTable): readonly number[] | undefined {
  const price = priceOf(model, overrides);
  return (
    price && [price.input, price.cachedInput, price.cacheWrite, price.cacheWriteHour, price.output]
  );
}

describe('list prices (2026-09 to 2026-11)', () => {
  test.each([
    ['gpt-4o', [2.5, 1.25, 2.5, 2.5, 10]],
    ['gpt-4o-mini-2024-07-18', [0.15, 0.075, 0.15, 0.15, 0.6]],
    ['gpt-4.1', [2, 0.5, 2, 2, 8]],
    ['o3', [2, 0.5, 2, 2, 8]],
    ['o1-pro', [150, 150, 150, 150, 600]],
    ['gpt-5.4', [2.5, 0.25, 2.5, 2.5, 15]],
    ['gpt-5.6-sol', [4, 0.4, 5, 5, 20]],
    ['gpt-6-astra', [10, 1, 12.5, 12.5, 50]],
    ['gpt-6.1-sol', [2, 0.1, 2.5, 2.5, 10]],
    ['text-embedding-3-small', [0.02, 0.02, 0.02, 0.02, 0]],
    ['text-embedding-3-large', [0.13, 0.13, 0.13, 0.13, 0]],
    ['claude-opus-4-20250514', [15, 1.5, 18.75, 30, 75]],
    ['claude-opus-4-1-20250805', [15, 1.5, 18.75, 30, 75]],
    ['claude-opus-4-5-20251101', [5, 0.5, 6.25, 10, 25]],
    ['claude-opus-5', [5, 0.5, 6.25, 10, 25]],
    ['claude-opus-5-5', [4, 0.2, 5, 8, 20]],
    ['claude-sonnet-4-5', [3, 0.3, 3.75, 6, 15]],
    ['claude-sonnet-5-5', [2, 0.1, 2.5, 4, 10]],
    ['claude-haiku-4-5', [1, 0.1, 1.25, 2, 5]],
    ['claude-haiku-5-5', [0.1, 0.01, 0.125, 0.2, 0.5]],
    ['claude-3-haiku-20240307', [0.25, 0.03, 0.3, 0.5, 1.25]],
    ['claude-fable-5', [10, 1, 12.5, 20, 50]],
    ['claude-fable-5-1', [10, 0.25, 12.5, 20, 50]],
    ['gemini-2.5-pro', [1.25, 0.125, 1.25, 1.25, 10]],
    ['models/gemini-2.5-flash', [0.3, 0.03, 0.3, 0.3, 2.5]],
    ['gemini-3.5-flash', [1.5, 0.15, 1.5, 1.5, 9]],
    ['grok-4.5', [2, 0.3, 2, 2, 6]],
    ['grok-4.6', [2, 0.5, 2, 2, 6]],
    ['grok-3-mini', [0.3, 0.075, 0.3, 0.3, 0.5]],
    ['mistral-large-2512', [0.5, 0.05, 0.5, 0.5, 1.5]],
    ['codestral-2508', [0.3, 0.03, 0.3, 0.3, 0.9]],
    ['mistral-medium-latest', [1.5, 0.15, 1.5, 1.5, 7.5]],
    ['deepseek-v4-pro', [1.32, 0.044, 1.32, 1.32, 3.96]],
    ['deepseek-v4-flash', [0.44, 0.014, 0.44, 0.44, 1.32]],
    ['deepseek-chat', [0.27, 0.07, 0.27, 0.27, 1.1]],
    ['llama-3.1-8b-instant', [0.05, 0.05, 0.05, 0.05, 0.08]],
    ['llama-3.3-70b-versatile', [0.59, 0.59, 0.59, 0.59, 0.79]],
    ['meta-llama/llama-4-scout-17b-16e-instruct', [0.11, 0.11, 0.11, 0.11, 0.34]],
  ])('%s', (model, expected) => {
    expect(rates(model)).toEqual(expected);
  });

  test.each([
    ['gpt-5.4', 272_000, 2, 1.5],
    ['gpt-5.6-luna', 272_000, 2, 1.5],
    ['gpt-6-sol', 272_000, 2, 1.5],
    ['claude-sonnet-4-5', 200_000, 2, 1.5],
    ['claude-haiku-5-5', 100_000, 5, 5],
    ['gemini-2.5-pro', 200_000, 2, 1.5],
    ['grok-4.5', 199_999, 2, 2],
  ])(
    '%s costs more above %d input tokens',
    (model, aboveInputTokens, inputFactor, outputFactor) => {
      expect(priceOf(model)?.longContext).toEqual({ aboveInputTokens, inputFactor, outputFactor });
    },
  );

  test.each(['gpt-4o', 'gpt-5.4-mini', 'claude-sonnet-4-6', 'claude-haiku-4-5'])(
    '%s costs the same in any context',
    (model) => {
      expect(priceOf(model)?.longContext).toBeUndefined();
    },
  );
});

describe('which price', () => {
  test.each([
    ['us.anthropic.claude-opus-5-v1:0', 'claude-opus-5'],
    ['anthropic/claude-opus-4.5', 'claude-opus-4-5'],
    ['claude-opus-5-5@20261001', 'claude-opus-5-5'],
    ['openai/gpt-4o', 'gpt-4o'],
    ['gpt-5-mini-2025-08-07', 'gpt-5-mini'],
    ['claude-fable-5-2', 'claude-fable-5'],
  ])('%s costs what %s does', (model, other) => {
    expect(priceOf(model)).toEqual(priceOf(other));
  });

  test.each(['gpt-5.9', 'gpt-50', 'gpt-6.1-terra', 'my-deployment', '', 'ft:gpt-4o-mini:org::id'])(
    '%j has none that is known',
    (model) => {
      expect(priceOf(model)).toBeUndefined();
    },
  );

  test('free models of OpenRouter cost nothing', () => {
    expect(rates('deepseek/deepseek-r1:free')).toEqual([0, 0, 0, 0, 0]);
  });

  test('the longest name of the table that fits', () => {
    const names = Object.keys(PRICES);
    const end = fc.constantFrom('', '-2026-01-01', '-preview', '-v1:0', '@1');
    fc.assert(
      fc.property(fc.constantFrom(...names), end, (name, rest) => {
        const model = name + rest;
        const fitting = names.filter((each) => model === each || model.startsWith(`${each}-`));
        const best = [name, ...fitting].reduce((a, b) => (b.length > a.length ? b : a));
        expect(priceOf(model)).toEqual(priceOf(best));
        expect(priceOf(model)).toBeDefined();
      }),
    );
  });

  test('any string is answered, with prices that are none below 0', () => {
    const model = fc.oneof(fc.string(), fc.constantFrom('__proto__', 'constructor', 'toString'));
    fc.assert(
      fc.property(model, (each) => {
        for (const rate of rates(each) ?? []) expect(rate).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});

describe('overrides', () => {
  const ONE = { input: 1, output: 4 };

  test.each([
    ['gpt-4o-2024-08-06', { 'gpt-4o': ONE }],
    ['gpt-4o-2024-08-06', { gpt: ONE }],
    ['gpt-4o', { 'gpt-*': ONE }],
    ['gpt-4o', { '*': ONE }],
    ['My-Deployment', { 'my-deployment': ONE }],
    ['anthropic/claude-opus-4.5', { 'anthropic/claude-opus-4.5': ONE }],
    ['anthropic/claude-opus-4.5', { 'claude-opus-4-5': ONE }],
    ['ft:gpt-4o-mini:org::id', { 'ft:gpt-4o-mini': ONE }],
    ['x/y:free', { 'x/y': ONE }],
  ])('%s by %j', (model, overrides) => {
    expect(rates(model, overrides)).toEqual([1, 1, 1, 1, 4]);
  });

  test('the longest that fits, in any order and with or without a star', () => {
    const TWO = { input: 2, output: 2 };
    expect(priceOf('gpt-4o', { 'gpt-4o': TWO, 'gpt-4*': ONE, '*': ONE })?.input).toBe(2);
    expect(priceOf('gpt-4o', { '*': ONE, 'gpt-4*': ONE, 'gpt-4o*': TWO })?.input).toBe(2);
  });

  test('what is left out costs as much as input, and an hour as much as minutes', () => {
    expect(rates('m', { m: { ...ONE, cacheWrite: 3 } })).toEqual([1, 1, 3, 3, 4]);
    expect(rates('m', { m: { ...ONE, cachedInput: 0 } })).toEqual([1, 0, 1, 1, 4]);
  });

  test('one that does not fit changes nothing', () => {
    fc.assert(
      fc.property(fc.constantFrom(...Object.keys(PRICES)), (model) => {
        expect(priceOf(model, { 'no such model': ONE })).toEqual(priceOf(model));
      }),
    );
  });

  test('one that fits wins over the table, always', () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(), fc.nat(), (model, input, output) => {
        expect(priceOf(model, { [model.trim()]: { input, output } })).toMatchObject({
          input,
          output,
        });
      }),
    );
  });
});
