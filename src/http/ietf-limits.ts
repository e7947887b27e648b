import { type Dimension, SECOND_MS } from '../model/limits.ts';
import type { ObservedLimit } from '../model/observed-limit.ts';
import type { HeaderSource } from './header-source.ts';
import { parseCount, parseResetMs } from './reset-time.ts';

/** Longer headers, and more limits in one, are no limits. */
const LONGEST = 2000;
const MOST_ITEMS = 16;

/** One member of a list of structured fields: `"default";r=0;t=42`. */
interface Item {
  readonly name: string;
  readonly parameters: ReadonlyMap<string, string>;
}

/**
 * Limits in the headers of the IETF's httpapi group, all drafts: `RateLimit: "default";r=0;t=42`
 * with `RateLimit-Policy: "default";q=100;w=60` (since draft 8), `RateLimit: limit=100, remaining=0,
 * reset=42` (draft 7), and `RateLimit-Limit`, `-Remaining` and `-Reset` (up to draft 6). Limits that
 * count something else (`qu`), as bytes, are left out. Never throws.
 */
export function readIetfLimits(headers: HeaderSource, now: number): ObservedLimit[] {
  const policies = itemsOf(headers.get('ratelimit-policy'));
  const items = itemsOf(headers.get('ratelimit'));
  const stated = items.some(({ parameters }) => parameters.has('r') || parameters.has('t'))
    ? items.map((item) => limitOf(item, policyOf(item, policies), now))
    : [olderLimit(headers, items, policies, now)];
  return stated.filter((each) => each !== undefined);
}

function itemsOf(line: string | null): Item[] {
  if (line === null || line.length > LONGEST) return [];
  return line.split(',').slice(0, MOST_ITEMS).map(itemOf);
}

/** `limit=100` of draft 7 counts as a parameter. */
function itemOf(text: string): Item {
  const [, name = ''] = /^\s{0,9}"?([^";=]{0,80})/.exec(text) ?? [];
  const parameters = [...text.matchAll(/(?:^|;)\s{0,9}([a-z]{1,12})\s?=\s?"?([\w.-]{1,40})/gi)];
  return {
    name: name.trim().toLowerCase(),
    parameters: new Map(parameters.map(([, key = '', value = '']) => [key.toLowerCase(), value])),
  };
}

/** The policy with the same name; where there is only one, that. */
function policyOf({ name }: Item, policies: readonly Item[]): Item | undefined {
  return (
    policies.find((each) => each.name === name) ?? (policies.length === 1 ? policies[0] : undefined)
  );
}

function limitOf(item: Item, policy: Item | undefined, now: number): ObservedLimit | undefined {
  const read = (key: string): number | undefined =>
    parseCount(item.parameters.get(key) ?? policy?.parameters.get(key) ?? '');
  const dimension = dimensionOf(item, policy);
  const found = { limit: read('q'), remaining: read('r') };
  if (dimension === undefined || (found.limit === undefined && found.remaining === undefined)) {
    return undefined;
  }
  const resetMs = parseResetMs(item.parameters.get('t') ?? '', now);
  return { dimension, ...found, resetMs, windowMs: windowMs(read('w')) };
}

function olderLimit(
  headers: HeaderSource,
  items: readonly Item[],
  policies: readonly Item[],
  now: number,
): ObservedLimit | undefined {
  const read = (key: string): string => {
    const item = items.find(({ parameters }) => parameters.has(key));
    const line = item?.parameters.get(key) ?? headers.get(`ratelimit-${key}`) ?? '';
    return line.length > LONGEST ? '' : (line.split(/[,;]/)[0] ?? '').trim();
  };
  const [limit, remaining] = [parseCount(read('limit')), parseCount(read('remaining'))];
  if (limit === undefined && remaining === undefined) return undefined;
  // `100, 100;w=60` states the window beside the limit.
  const within = [...itemsOf(headers.get('ratelimit-limit')), ...policies];
  const window = within
    .map(({ parameters }) => parseCount(parameters.get('w') ?? ''))
    .find(Boolean);
  const resetMs = parseResetMs(read('reset'), now);
  return { dimension: 'requests', limit, remaining, resetMs, windowMs: windowMs(window) };
}

/** Requests, unless another unit is named. */
function dimensionOf(item: Item, policy: Item | undefined): Dimension | undefined {
  const unit = item.parameters.get('qu') ?? policy?.parameters.get('qu') ?? 'requests';
  if (/token/i.test(`${item.name} ${unit}`)) return 'tokens';
  return /^requests?$/i.test(unit) ? 'requests' : undefined;
}

function windowMs(seconds: number | undefined): number | undefined {
  return seconds === undefined || seconds === 0 ? undefined : seconds * SECOND_MS;
}
