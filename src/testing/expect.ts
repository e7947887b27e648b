import { didYouMean } from '../model/did-you-mean.ts';
import { expected, expectFunction, expectObject } from '../validate.ts';

/** What a number has to be, beyond finite. */
interface NumberRules {
  readonly min?: number;
  readonly max?: number;
  /** The number has to be greater than this. */
  readonly above?: number;
  readonly integer?: boolean;
}

/** Returns `value` where it is a number within the rules; throws a `TypeError` that names it else. */
export function expectFinite(name: string, value: unknown, rules: NumberRules = {}): number {
  if (typeof value === 'number' && Number.isFinite(value) && within(value, rules)) return value;
  throw expected(name, describe(rules), value);
}

/** Returns `value` where it is one of `choices`; throws a `TypeError` that lists them else. */
export function expectChoice<T extends string | number>(
  name: string,
  value: unknown,
  choices: readonly T[],
): T {
  const found = choices.find((choice) => choice === value);
  if (found !== undefined) return found;
  const what = `one of ${choices.map((choice) => `\`${choice}\``).join(', ')}`;
  const meant = didYouMean(value, choices.map(String), '`');
  throw new TypeError(`${expected(name, what, value).message}${meant}`);
}

/**
 * Throws a `TypeError` where `value` isn't an object, or has a key that isn't among `keys`: it names
 * the key, and what it is an option of (`owner`).
 */
export function expectKeys(
  name: string,
  value: unknown,
  keys: readonly string[],
  owner: string = name,
): void {
  expectObject(name, value, 'an object');
  if (value instanceof Promise) throw expected(name, 'an object', value);
  for (const key of Object.keys(Object(value))) {
    if (keys.includes(key)) continue;
    const meant = didYouMean(key, keys, '`');
    throw new TypeError(
      `Unknown option \`${key}\` of \`${owner}\`; known are ${keys.join(', ')}${meant}`,
    );
  }
}

/** Returns `value` where it is a boolean; throws a `TypeError` else. */
export function expectBoolean(name: string, value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  throw expected(name, '`true` or `false`', value);
}

/** Returns `value` where it is a list of texts; throws a `TypeError` else. */
export function expectTexts(name: string, value: unknown): readonly string[] {
  if (!Array.isArray(value)) throw expected(name, 'an array of strings', value);
  return value.map((each, index) => {
    if (typeof each === 'string' && each !== '') return each;
    throw expected(`${name}[${index}]`, "a string that isn't empty", each);
  });
}

/** A function of the user's whose results are checked: a wrong one would change what is simulated. */
export function checkedFunction<Args extends unknown[], Result>(
  name: string,
  given: (...args: Args) => unknown,
  check: (result: unknown) => Result,
): (...args: Args) => Result {
  expectFunction(name, given);
  return (...args) => check(given(...args));
}

function within(value: number, { min, max, above, integer }: NumberRules): boolean {
  if (min !== undefined && value < min) return false;
  if (max !== undefined && value > max) return false;
  if (above !== undefined && value <= above) return false;
  return integer !== true || Number.isInteger(value);
}

function describe({ min, max, above, integer }: NumberRules): string {
  const noun = integer === true ? 'an integer' : 'a finite number';
  const bounds = [
    above === undefined ? '' : `above ${above}`,
    min === undefined ? '' : `of at least ${min}`,
    max === undefined ? '' : `of at most ${max}`,
  ].filter((bound) => bound !== '');
  return [noun, bounds.join(' and ')].join(' ').trim();
}
