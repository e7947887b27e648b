import type { PriceTable } from '../model/price.ts';
import { expectKnown, expectNumber, expectObject } from '../validate.ts';

const FORM = '{ input, output, cachedInput, cacheWrite, cacheWriteHour, longContext }';
const RATES = ['input', 'output', 'cachedInput', 'cacheWrite', 'cacheWriteHour'];
const LONG_CONTEXT = ['aboveInputTokens', 'inputFactor', 'outputFactor'];
/** The rates that an entry can't do without. */
const NEEDED: readonly string[] = ['input', 'output'];

/**
 * Checks prices that a user gives.
 * @throws TypeError that names the entry, what was expected and what was given
 */
export function expectPrices(option: string, table: PriceTable): void {
  expectObject(option, table, `a record of ${FORM} by model`);
  for (const [model, entry] of Object.entries(table)) {
    const name = `${option}['${model}']`;
    expectObject(name, entry, FORM);
    expectAmounts(name, entry, RATES, NEEDED, [...RATES, 'longContext']);
    if (entry.longContext === undefined) continue;
    expectObject(`${name}.longContext`, entry.longContext, `{ ${LONG_CONTEXT.join(', ')} }`);
    expectAmounts(`${name}.longContext`, entry.longContext, LONG_CONTEXT, LONG_CONTEXT);
  }
}

function expectAmounts(
  option: string,
  given: object,
  keys: readonly string[],
  needed: readonly string[],
  known: readonly string[] = keys,
): void {
  expectKnown(given, known, option);
  const values = new Map<string, unknown>(Object.entries(given));
  for (const key of keys) {
    const value = values.get(key);
    if (value === undefined && !needed.includes(key)) continue;
    expectNumber(`${option}.${key}`, value, 'a number from 0', (n) => n >= 0 && n < Infinity);
  }
}
