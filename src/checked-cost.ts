import { amount, type Cost, DIMENSIONS } from './model/limits.ts';
import { expectKnown, expectNumber, expectObject } from './validate.ts';

const FORM = '{ requests, tokens, inputTokens, outputTokens, usd }';

/**
 * A cost that a user gives. `requests` is 1 unless given, and `tokens` the sum of `inputTokens` and
 * `outputTokens`, where one of them is given; a dimension that is `undefined` is left out.
 * @throws TypeError for one with unknown dimensions, or amounts that are none
 */
export function checkedCost(name: string, cost: Cost): Cost {
  return { requests: 1, ...withTokens(checkedAmounts(name, cost)) };
}

/**
 * What a call has used, as a user says it; a dimension that is `undefined` is left out.
 * @throws TypeError like `checkedCost`
 */
export function checkedUsage(usage: Cost): Cost {
  return checkedAmounts('usage', usage);
}

function checkedAmounts(name: string, amounts: Cost): Cost {
  expectObject(name, amounts, FORM);
  const cost: Cost = Object.fromEntries(
    Object.entries(amounts).filter(([, value]) => value !== undefined),
  );
  expectKnown(cost, DIMENSIONS, name);
  for (const [dimension, value] of Object.entries(cost)) {
    expectNumber(
      `${name}.${dimension}`,
      value,
      'a number, 0 or more',
      (n) => n >= 0 && n < Infinity,
    );
  }
  return cost;
}

/** With `tokens`, the sum, where only their two kinds are named. */
function withTokens(cost: Cost): Cost {
  const { tokens, inputTokens, outputTokens } = cost;
  if (tokens !== undefined || (inputTokens ?? outputTokens) === undefined) return cost;
  return { ...cost, tokens: amount(cost, 'inputTokens') + amount(cost, 'outputTokens') };
}
