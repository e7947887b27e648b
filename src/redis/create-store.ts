import { clockOption, type GivenClock } from '../clock.ts';
import { CellStore } from '../shared/cell-store.ts';
import type { Store, StorePolicy } from '../shared/store.ts';
import { storeTerms } from '../shared/store-terms.ts';
import { expected, expectKnown, expectObject } from '../validate.ts';
import { redisCells } from './cell/create-cells.ts';
import type { RedisTls } from './own-client.ts';
import { remedyFor } from './remedy.ts';
import type { RedisTarget } from './target.ts';

/** How a store in Redis is reached and kept. */
export interface RedisStoreOptions {
  /**
   * What all its keys begin with, and their hash tag in a cluster. Processes that share limits have
   * the same one.
   * @default 'llm-headroom'
   */
  readonly prefix?: string | undefined;
  /** Milliseconds for one attempt to connect. @default 2000 */
  readonly connectTimeoutMs?: number | undefined;
  /** Milliseconds for an answer. @default 1000 */
  readonly commandTimeoutMs?: number | undefined;
  /**
   * Milliseconds after which a process that was killed frees what it held: its place, its calls in
   * flight, what it had reserved of a budget.
   * @default 15_000
   */
  readonly leaseMs?: number | undefined;
  /**
   * What happens while Redis is gone: each process goes on with its share of the limits (`local`),
   * with all of them (`open`), or lets nothing through (`closed`).
   * @default 'local'
   */
  readonly onStoreLost?: StorePolicy | undefined;
  /**
   * How many processes share the limits, as far as one that has seen fewer should reckon: what it
   * takes for its share (`local`) of a Redis that is gone when it starts.
   * @default 1
   */
  readonly instances?: number | undefined;
  /** Certificates and more for `rediss://`, as Node's `tls.connect` takes them. */
  readonly tls?: RedisTls | undefined;
  /** For tests. @default the system's */
  readonly clock?: GivenClock | undefined;
}

const OPTIONS = [
  'prefix',
  'connectTimeoutMs',
  'commandTimeoutMs',
  'leaseMs',
  'onStoreLost',
  'instances',
  'tls',
  'clock',
] as const;

/**
 * Limits that several processes share, kept in Redis 5 or later, or Valkey.
 *
 * `target` is a URL (`redis://`, `rediss://`, `unix:`), opened with whichever of the packages `redis`
 * and `ioredis` is installed, or a client of either, which stays the caller's to close.
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
  return new CellStore(cells, terms, remedyFor);
}

function expectPrefix(prefix: unknown): void {
  if (typeof prefix === 'string' && /^[^{}\s]+$/.test(prefix)) return;
  throw expected('prefix', 'a string without braces and spaces', prefix);
}
