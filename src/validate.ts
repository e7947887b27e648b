import { didYouMean } from './model/did-you-mean.ts';
import { meantProvider } from './model/provider-name.ts';

/** The error for an unusable option. It names the option, what was expected, and the value. */
export function expected(option: string, what: string, given: unknown): TypeError {
  const kind = given === undefined || given === null ? '' : ` (${kindOf(given)})`;
  return new TypeError(`Expected \`${option}\` to be ${what}, got \`${shown(given)}\`${kind}`);
}

/** @throws TypeError unless `value` is a number other than NaN for which `test` holds */
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
  choiceOf(option, value, choices);
}

/**
 * The one of `choices` that `value` is, or that it is another name of.
 * @throws TypeError for a value that is none
 */
export function choiceOf<Choice extends string>(
  option: string,
  value: unknown,
  choices: readonly Choice[],
  name: unknown = value,
): Choice {
  const choice = choices.find((each) => each === name);
  if (choice !== undefined) return choice;
  const what = `one of ${choices.map((each) => `'${each}'`).join(', ')}`;
  throw new TypeError(`${expected(option, what, value).message}${didYouMean(value, choices)}`);
}

/** @throws TypeError unless `value` is an object and not an array */
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

/** @throws TypeError unless `value` is a function */
export function expectFunction(option: string, value: unknown): void {
  if (typeof value !== 'function') throw expected(option, 'a function', value);
}

/** @throws TypeError unless `signal` is one, of any realm, or a polyfill's */
export function expectSignal(signal: unknown): void {
  if (typeof signal === 'object' && signal !== null && 'aborted' in signal) return;
  throw expected('signal', 'an AbortSignal', signal);
}

/**
 * Rejects unknown options, so that a misspelled limit isn't silently ignored. `within` names the
 * object that they are options of.
 * @throws TypeError that names the first one, and what takes it
 */
export function expectKnown(options: object, known: readonly string[], within = ''): void {
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue;
    if (classOf(options) !== undefined) throw expected(within || 'options', PLAIN, options);
    const elsewhere = within === '' ? PLACES : [];
    const meant = didYouMean(name, [...known, ...elsewhere], '`');
    const option = optionIn(within, name);
    throw new TypeError(`Unknown option \`${option}\`; known are ${known.join(', ')}${meant}`);
  }
}

const PLAIN = 'a plain object, such as `{ limiter }`';
/** Options where they are given: `withRateLimit(client, { key })`. */
const PLACES: string[] = [];

/**
 * The names of options. Whoever gives one of them to something else is told its place.
 *
 * @param place - how they are given, with `_` for the name: `limits._`
 */
export function optionsOf<Name extends string>(
  place: string,
  names: readonly Name[],
): readonly Name[] {
  PLACES.push(...names.map((name) => place.replaceAll('_', name)));
  return names;
}

/** @throws TypeError unless it is a name, and none of a known provider that is written otherwise */
export function expectProvider(option: string, name: unknown): void {
  expectText(option, name);
  const meant = meantProvider(String(name));
  if (meant === undefined) return;
  const { message } = expected(option, 'the exact name of a provider', name);
  throw new TypeError(`${message}; did you mean '${meant}'?`);
}

function optionIn(within: string, name: string): string {
  return within === '' ? name : `${within}.${name}`;
}

/** The longest text of a value in a message, in characters. */
const LONGEST = 80;
/** A URL's user and password. */
const CREDENTIALS = /\/\/[^/\s"]*@/g;
/** Of an object with more members than this, a message shows the first ones. */
const MOST_MEMBERS = 100;

/**
 * A value as text for an error message, in about 80 characters. Never throws. An instance is shown
 * by its class alone: its members may be long, or secret (a client's API key). So may be what a URL
 * has before its host.
 *
 * @example
 * shown(class OpenAI {}) // 'class OpenAI'
 * shown({ rpm: 500 }) // '{"rpm":500}'
 */
export function shown(value: unknown): string {
  try {
    const text = textOf(value).replace(CREDENTIALS, '//…@');
    return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
  } catch {
    return '…';
  }
}

/** What kind of value it is. */
export function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

function textOf(value: unknown): string {
  if (typeof value === 'function') return nameOfFunction(value);
  if (typeof value !== 'object' || value === null) return String(value);
  return classOf(value) ?? JSON.stringify(value, readable()) ?? '';
}

function nameOfFunction(value: { readonly name: string; toString(): string }): string {
  const isClass = /^class\b/.test(value.toString());
  return `${isClass ? 'class' : 'function'} ${value.name}`.trim();
}

/** The name of an instance's class; `undefined` for arrays and plain objects. */
function classOf(value: object): string | undefined {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === null || prototype === Object.prototype || Array.isArray(value))
    return undefined;
  const { name } = value.constructor;
  return name === 'Object' || name === '' ? undefined : name;
}

/** A replacer for `JSON.stringify` that also shows cycles, functions, instances and bigints. */
function readable(): (this: unknown, key: string, value: unknown) => unknown {
  const around: unknown[] = [];
  let members = 0;
  return function (_key, value) {
    if (++members > MOST_MEMBERS) return undefined;
    while (around.length > 0 && around.at(-1) !== this) around.pop();
    if (typeof value === 'bigint' || typeof value === 'function') return textOf(value);
    if (typeof value !== 'object' || value === null) return value;
    if (around.includes(value)) return '(itself)';
    around.push(value);
    return classOf(value) ?? value;
  };
}
