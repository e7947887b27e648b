import { clockOption, type GivenClock } from '../clock.ts';
import { ServerStore } from '../shared/server-store.ts';
import type { Store, StorePolicy } from '../shared/store.ts';
import { storeTerms, TERM_OPTIONS } from '../shared/store-terms.ts';
import { expected, expectKnown, expectObject, optionsOf } from '../validate.ts';
import { redisCells } from './cell/create-cells.ts';
import type { RedisTls } from './own-client.ts';
import { redisRemedy } from './remedy.ts';
import type { RedisTarget } from './target.ts';

/** Options of `redisStore`. */
export interface RedisStoreOptions {
  /**
   * The beginning of all keys, and their hash tag in a cluster. Processes that share limits use the
   * same prefix.
   * @default 'llm-headroom'
   */
  readonly prefix?: string | undefined;
  /** The longest time of one attempt to connect, in milliseconds. @default 2000 */
  readonly connectTimeoutMs?: number | undefined;
  /** The longest wait for a reply, in milliseconds. @default 1000 */
  readonly commandTimeoutMs?: number | undefined;
  /**
   * Milliseconds until everything that a killed process held is freed: its place among the processes,
   * its calls in flight, and its reservations of a budget.
   * @default 15_000
   */
  readonly leaseMs?: number | undefined;
  /**
   * What happens to calls while Redis can't be reached: each process goes on with its share of the limits
   * (`'local'`), or with the whole limits (`'open'`), or rejects all calls (`'closed'`).
   * @default 'local'
   */
  readonly onStoreLost?: StorePolicy | undefined;
  /**
   * The number of processes to assume until more have been seen. While the store can't be reached, each
   * process goes on with its share of the limits (`onStoreLost: 'local'`).
   * @default 1
   */
  readonly instances?: number | undefined;
  /** Certificates and more for `rediss://`, as Node's `tls.connect` takes them. */
  readonly tls?: RedisTls | undefined;
  /** The source of time, for tests. @default the system's clock */
  readonly clock?: GivenClock | undefined;
}

const OPTIONS = [
  ...optionsOf('redisStore(url, { _ })', ['prefix', 'connectTimeoutMs', 'tls']),
  ...TERM_OPTIONS,
  'clock',
];

/**
 * Limits that several processes share, kept in Redis 5 or later, or Valkey.
 *
 * `target` is a URL (`redis://`, `rediss://`, `unix:`), opened with whichever of the packages `redis`
 * and `ioredis` is installed, or a client of either, which you close yourself.
 *
 * @throws TypeError that names the option, what was expected and what was given
 *
 * @example
 * const store = redisStore('redis://localhost:6379');
 * const limiter = createRateLimiter({ store });
 */
export function redisStore(target: RedisTarget, options: RedisStoreOptions = {}): Store {
  expectObject('options', options, 'an object');
  expectKnown(options, OPTIONS);
  const { prefix = 'llm-headroom', connectTimeoutMs, commandTimeoutMs, tls } = options;
  const clock = clockOption(options.clock);
  expectPrefix(prefix);
  const terms = storeTerms(options);
  const reached = { prefix, connectTimeoutMs, commandTimeoutMs, tls, clock };
  const cells = redisCells(target, reached);
  return new ServerStore(cells, terms, redisRemedy);
}

function expectPrefix(prefix: unknown): void {
  if (typeof prefix === 'string' && /^[^{}\s]+$/.test(prefix)) return;
  throw expected('prefix', 'a string without braces and spaces', prefix);
}
