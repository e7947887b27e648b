import { expect, test } from 'vitest';
import type { PriceTable } from '../../src/model/price.ts';
import { expectPrices } from '../../src/providers/expect-prices.ts';
import { PRICES } from '../../src/providers/price-of.ts';

test('the table itself is one that could be given', () => {
  expect(() => expectPrices('prices', PRICES)).not.toThrow();
  expect(() => expectPrices('prices', {})).not.toThrow();
});

test.each([
  ['[]', 'Expected `prices` to be a record of'],
  ['{"m":3}', "Expected `prices['m']` to be { input, output,"],
  ['{"m":{"input":1}}', "Expected `prices['m'].output` to be a number from 0, got `undefined`"],
  ['{"m":{"input":-1,"output":1}}', "Expected `prices['m'].input` to be a number from 0, got `-1`"],
  [
    '{"m":{"input":1,"output":1,"cachedInput":"1"}}',
    "Expected `prices['m'].cachedInput` to be a number from 0, got `1` (string)",
  ],
  [
    '{"m":{"input":1,"output":1,"longContext":{"inputFactor":2,"outputFactor":2}}}',
    "Expected `prices['m'].longContext.aboveInputTokens` to be a number from 0",
  ],
  [
    '{"m":{"input":1,"output":1,"cached":1}}',
    "Unknown option `prices['m'].cached`; known are input, output, cachedInput",
  ],
  [
    '{"m":{"input":1,"output":1,"longContext":{"above":1}}}',
    "Unknown option `prices['m'].longContext.above`; known are aboveInputTokens",
  ],
])('%s', (json, message) => {
  const given: PriceTable = JSON.parse(json);
  expect(() => expectPrices('prices', given)).toThrow(message);
});
