import { describe, expect, it } from 'vitest';
import { createRateLimiter } from '../../src/limiter.ts';
import type { RateLimiterOptions } from '../../src/options.ts';

/** What a JavaScript caller could pass. */
function make(options: unknown): () => unknown {
  return () => createRateLimiter(options as RateLimiterOptions);
}

const FORM =
  'Expected `budget` to be { usdPerDay, perKey } or { usd, windowMs, perKey }, got `%s` (%s)';
const form = (given: string, kind: string): string => FORM.replace('%s', given).replace('%s', kind);

describe('a budget that can’t be used', () => {
  it.each([
    [{ budget: 5 }, form('5', 'number')],
    [
      { budget: null },
      'Expected `budget` to be { usdPerDay, perKey } or { usd, windowMs, perKey }, got `null`',
    ],
    [{ budget: {} }, form('{}', 'object')],
    [{ budget: { windowMs: 1 } }, form('{"windowMs":1}', 'object')],
    [
      { budget: { usdPerDay: 1, windowMs: 1000 } },
      form('{"usdPerDay":1,"windowMs":1000}', 'object'),
    ],
    [{ budget: { usdPerDay: 1, usd: 1 } }, form('{"usdPerDay":1,"usd":1}', 'object')],
    [
      { budget: { usdPerDay: 0 } },
      'Expected `budget.usdPerDay` to be a positive number of US dollars, got `0` (number)',
    ],
    [
      { budget: { usdPerDay: '5' } },
      'Expected `budget.usdPerDay` to be a positive number of US dollars, got `5` (string)',
    ],
    [
      { budget: { usd: Number.POSITIVE_INFINITY, windowMs: 1 } },
      'Expected `budget.usd` to be a positive number of US dollars, got `Infinity` (number)',
    ],
    [
      { budget: { usd: 1 } },
      'Expected `budget.windowMs` to be a whole number of milliseconds from 1 to 8.64e15, got `undefined`',
    ],
    [
      { budget: { usd: 1, windowMs: 0.5 } },
      'Expected `budget.windowMs` to be a whole number of milliseconds from 1 to 8.64e15, got `0.5` (number)',
    ],
    [{ budget: { usd: 1, windowMs: 8.65e15 } }, 'got `8650000000000000` (number)'],
    [
      { budget: { usdPerDay: 1, perKey: 'yes' } },
      'Expected `budget.perKey` to be a boolean, got `yes` (string)',
    ],
    [
      { budget: { usdPerMonth: 1 } },
      'Unknown option `budget.usdPerMonth`; known are usdPerDay, usd, windowMs, perKey',
    ],
    [{ prices: 5 }, 'Expected `prices` to be a record of { input, output, cachedInput, cacheWrite'],
    [
      { prices: { m: { input: 1 } } },
      "Expected `prices['m'].output` to be a number from 0, got `undefined`",
    ],
  ])('is named with what was expected and what was given: %j', (options, message) => {
    expect(make(options)).toThrow(TypeError);
    expect(make(options)).toThrow(message);
  });

  it('may be undefined, as if it were not there', () => {
    expect(make({ budget: undefined, prices: undefined })).not.toThrow();
    expect(make({ budget: { usdPerDay: 1, usd: undefined, perKey: undefined } })).not.toThrow();
  });
});
