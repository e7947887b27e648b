import { kindOf, shown } from './shown.ts';

/** The error for a setting that can't be used: it names the option, the expectation and the value. */
export function expected(option: string, what: string, given: unknown): TypeError {
  return new TypeError(
    `Expected \`${option}\` to be ${what}, got \`${shown(given)}\` (${kindOf(given)})`,
  );
}

/** @throws TypeError unless `value` is a number (NaN is none) for which `test` holds */
export function expectNumber(
  option: string,
  value: unknown,
  what: string,
  test: (value: number) => boolean,
): void {
  if (typeof value !== 'number' || Number.isNaN(value) || !test(value)) {
    throw expected(option, what, value);
  }
}

/** @throws TypeError unless `value` is one of `choices` */
export function expectOneOf(option: string, value: unknown, choices: readonly string[]): void {
  if (!choices.some((choice) => choice === value)) {
    throw expected(option, `one of ${choices.map((choice) => `'${choice}'`).join(', ')}`, value);
  }
}

/** @throws TypeError unless `value` is an object that is no array */
export function expectObject(option: string, value: unknown, what: string): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw expected(option, what, value);
  }
}

/** @throws TypeError unless `value` is a string that isn't empty */
export function expectText(option: string, value: unknown, what = 'a string'): void {
  if (typeof value !== 'string') throw expected(option, what, value);
  if (value === '') throw expected(option, `${what} that isn't empty`, value);
}

/**
 * Rejects options that nobody knows: a misspelt limit must not be no limit. `within`: what they are
 * options of, where that isn't plain.
 * @throws TypeError that names the first one
 */
export function expectKnown(options: object, known: readonly string[], within = ''): void {
  for (const name of Object.keys(options)) {
    if (!known.includes(name)) throw unknownOption(optionIn(within, name), known);
  }
}

export function unknownOption(option: string, known: readonly string[]): TypeError {
  return new TypeError(`Unknown option \`${option}\`; known are ${known.join(', ')}`);
}

function optionIn(within: string, name: string): string {
  return within === '' ? name : `${within}.${name}`;
}
