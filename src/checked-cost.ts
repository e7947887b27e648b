import { expectKnown, expectNumber, expectObject } from './expect.ts';
import { type Cost, DIMENSIONS } from './limits.ts';

/**
 * A cost that a user gives; `requests` is 1 unless given.
 * @throws TypeError for one with unknown dimensions, or amounts that are none
 */
export function checkedCost(name: string, cost: Cost): Cost {
  expectObject(name, cost, '{ requests, tokens, inputTokens, outputTokens }');
  expectKnown(cost, DIMENSIONS);
  for (const [dimension, value] of Object.entries(cost)) {
    expectNumber(
      `${name}.${dimension}`,
      value,
      'a number, 0 or more',
      (n) => n >= 0 && n < Infinity,
    );
  }
  return { requests: 1, ...cost };
}
