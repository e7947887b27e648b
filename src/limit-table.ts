import { didYouMean } from './model/did-you-mean.ts';
import { DIMENSIONS, type Dimension, type Limit, type ModelTerms } from './model/limits.ts';
import { RATES } from './model/rates.ts';
import {
  expectKnown,
  expectNumber,
  expectObject,
  expectOneOf,
  expectText,
  optionsOf,
} from './validate.ts';

/**
 * Limits in the short form: per minute (`…m`) or per day (`…d`), and calls in flight. `Infinity` means
 * no limit.
 */
export interface ShortLimits {
  /** Requests per minute. @default no limit */
  readonly rpm?: number | undefined;
  /** Requests per day. @default no limit */
  readonly rpd?: number | undefined;
  /** Tokens per minute, input and output together. @default no limit */
  readonly tpm?: number | undefined;
  /** Tokens per day, input and output together. @default no limit */
  readonly tpd?: number | undefined;
  /** Input tokens per minute. @default no limit */
  readonly itpm?: number | undefined;
  /** Output tokens per minute. @default no limit */
  readonly otpm?: number | undefined;
  /** The most calls in flight at a time, from 1. @default Infinity */
  readonly concurrency?: number | undefined;
}

/** A limit in the full form, with any window. */
export interface FullLimit {
  /** The unit of `max`. `'usd'` is the cost of calls, by list prices or the option `prices`. */
  readonly dimension: Dimension;
  /** The most in any window, before headroom. */
  readonly max: number;
  /** The length of the window, in milliseconds: a minute is 60_000. */
  readonly windowMs: number;
  /** A model's id or a prefix of it, with or without a `*` at its end. @default every model, each with its own limit */
  readonly model?: string | undefined;
}

/**
 * Limits by model: `{ 'gpt-4o': { rpm: 500 }, '*': { rpm: 60 } }`. A key matches every model that begins
 * with it; `'*'` matches every other model.
 */
export type LimitsByModel = Readonly<Record<string, ShortLimits>>;

/**
 * By this, TypeScript tells the two forms apart: with `rpm: 5` an object can only be of the short form,
 * and `rpm` is no model. (Variables of `LimitsByModel` are taken for the short form: TypeScript doesn't
 * know their names.)
 */
type WithoutShort = { readonly [Name in keyof ShortLimits]?: undefined };

/** The option `limits`, in any of its forms. An object is either for all models, or by model. */
export type LimitsOption = ShortLimits | (LimitsByModel & WithoutShort) | readonly FullLimit[];

/** Finds the limits of a model. */
export type LimitTable = (model: string) => ModelTerms;

export const SHORT_KEYS: readonly (keyof ShortLimits)[] = [
  ...optionsOf('limits._', ['rpm', 'rpd', 'tpm', 'tpd', 'itpm', 'otpm']),
  'concurrency',
];

const UNLIMITED: ModelTerms = { limits: [], concurrency: Number.POSITIVE_INFINITY };
const SHORT_FORM = `{ ${SHORT_KEYS.join(', ')} }`;
const FORMS = `${SHORT_FORM}, a record of them by model, or an array of { dimension, max, windowMs, model }`;
const FULL_KEYS: readonly (keyof FullLimit)[] = ['dimension', 'max', 'windowMs', 'model'];
const MODEL = "a model's id or prefix";

/**
 * Reads the option `limits` in any of its forms. For a model, a record's most specific entry
 * counts (its own id, else the longest prefix, else `'*'`); of an array, all entries that match.
 * @throws TypeError that names what was expected and what was given
 */
export function limitTable(option: LimitsOption | undefined): LimitTable {
  if (option === undefined) return () => UNLIMITED;
  if (isList(option)) return tableOfList(option);
  expectObject('limits', option, FORMS);
  if (!isRecord(option)) return always(shortLimits('limits', option));
  expectUnmixed(option);
  return tableOfRecord(option);
}

function isList(option: LimitsOption): option is readonly FullLimit[] {
  return Array.isArray(option);
}

/** One object among the values makes a record; `null` is no object here, but a limit that is none. */
function isRecord(option: object): boolean {
  return Object.values(option).some((value) => typeof value === 'object' && value !== null);
}

/** @throws TypeError for limits of every model beside those of one */
function expectUnmixed(option: object): void {
  const short = Object.keys(option).find((name) => isShortKey(name));
  if (short === undefined) return;
  throw new TypeError(
    `Expected \`limits\` to be either ${SHORT_FORM}, or a record of them by model, got both: \`${short}\` for every model goes under '*'`,
  );
}

function always(limits: ModelTerms): LimitTable {
  return () => limits;
}

function tableOfRecord(option: object): LimitTable {
  const entries = Object.entries(option).map(([pattern, value]) => {
    expectText('a key of limits', pattern, MODEL);
    return { prefix: withoutStar(pattern), limits: shortLimits(`limits['${pattern}']`, value) };
  });
  entries.sort((one, other) => other.prefix.length - one.prefix.length);
  return (model) => entries.find(({ prefix }) => model.startsWith(prefix))?.limits ?? UNLIMITED;
}

function tableOfList(option: readonly FullLimit[]): LimitTable {
  option.forEach((limit, index) => void expectFullLimit(`limits[${index}]`, limit));
  return (model) => {
    const matching = option.filter((limit) => model.startsWith(withoutStar(limit.model ?? '*')));
    const limits = matching.map(({ dimension, max, windowMs }) => ({ dimension, max, windowMs }));
    return { ...UNLIMITED, limits };
  };
}

function withoutStar(pattern: string): string {
  return pattern.endsWith('*') ? pattern.slice(0, -1) : pattern;
}

/**
 * @param known - the names that a message lists: those of limits, and what else stands beside them
 * @throws TypeError for limits that are none, or that nobody knows
 */
export function shortLimits(
  name: string,
  given: unknown,
  known: readonly string[] = SHORT_KEYS,
): ModelTerms {
  expectObject(name, given, SHORT_FORM);
  const limits: Limit[] = [];
  let { concurrency } = UNLIMITED;
  for (const [key, value] of Object.entries(given ?? {})) {
    if (value === undefined) continue;
    if (!isShortKey(key)) throw unknownLimit(name, key, known);
    expectNumber(`${name}.${key}`, value, 'a positive number', (n) => n > 0);
    if (key === 'concurrency') concurrency = value;
    else if (value !== Number.POSITIVE_INFINITY) limits.push({ ...RATES[key], max: value });
  }
  if (concurrency !== Number.POSITIVE_INFINITY) {
    expectNumber(`${name}.concurrency`, concurrency, 'a whole number from 1', Number.isInteger);
  }
  return { limits, concurrency };
}

function isShortKey(name: string): name is keyof ShortLimits {
  return SHORT_KEYS.some((key) => key === name);
}

function unknownLimit(name: string, key: string, known: readonly string[]): TypeError {
  const meant = didYouMean(key, known, '`');
  const hint = meant === '' && name === 'limits' ? elsewhere(key) : meant;
  return new TypeError(`Unknown limit \`${name}.${key}\`; known are ${known.join(', ')}${hint}`);
}

/** Where a name belongs that is no limit: to a budget, or to a model. */
function elsewhere(key: string): string {
  if (key.startsWith('usd')) return `; did you mean \`budget: { ${key} }\`?`;
  return `; those of one model are \`{ '${key}': { rpm, … } }\``;
}

function expectFullLimit(name: string, limit: FullLimit): void {
  expectObject(name, limit, '{ dimension, max, windowMs, model }');
  expectKnown(limit, FULL_KEYS, name);
  expectOneOf(`${name}.dimension`, limit.dimension, DIMENSIONS);
  for (const key of ['max', 'windowMs'] as const) {
    expectNumber(`${name}.${key}`, limit[key], 'a positive number', (n) => n > 0 && n < Infinity);
  }
  if (limit.model !== undefined) expectText(`${name}.model`, limit.model, MODEL);
}
