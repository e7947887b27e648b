import { expectKnown, expectNumber, expectObject } from './expect.ts';
import { type Cost, DIMENSIONS } from './limits.ts';

const FORM = '{ requests, tokens, inputTokens, outputTokens }';

/**
 * A cost that a user gives; `requests` is 1 unless given.
 * @throws TypeError for one with unknown dimensions, or amounts that are none
 */
export function checkedCost(name: string, cost: Cost): Cost {
  expectAmounts(name, cost);
  return { requests: 1, ...cost };
}

/**
 * What a call has used, as a user says it; a dimension that is `undefined` is left out.
 * @throws TypeError like `checkedCost`
 */
export function checkedUsage(usage: Cost): Cost {
  expectObject('usage', usage, FORM);
  const said = Object.entries(usage).filter(([, value]) => value !== undefined);
  const checked: Cost = Object.fromEntries(said);
  expectAmounts('usage', checked);
  return checked;
}

function expectAmounts(name: string, cost: Cost): void {
  expectObject(name, cost, FORM);
  expectKnown(cost, DIMENSIONS, name);
  for (const [dimension, value] of Object.entries(cost)) {
    expectNumber(
      `${name}.${dimension}`,
      value,
      'a number, 0 or more',
      (n) => n >= 0 && n < Infinity,
    );
  }
}
