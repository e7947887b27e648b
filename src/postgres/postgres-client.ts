import { Misconfigured } from '../shared/misconfigured.ts';
import { expected } from '../validate.ts';

/** As much of a pool of the package `pg` as is used. */
export interface PostgresPool {
  query(query: PostgresQuery): Promise<{ readonly rows: readonly unknown[] }>;
  connect(): Promise<PostgresConnection>;
  end(): Promise<unknown>;
  on(event: 'error', listener: (error: Error) => void): unknown;
  /** `max`: how many connections it has at most. */
  readonly options?: { readonly max?: unknown } | undefined;
}

export interface PostgresQuery {
  /** Prepared once for each connection. */
  readonly name?: string;
  readonly text: string;
  readonly values?: unknown[];
}

export interface PostgresNotification {
  readonly channel: string;
  readonly payload?: string | undefined;
}

/** One connection of a pool. */
export interface PostgresConnection {
  query(query: PostgresQuery): Promise<unknown>;
  release(destroy?: boolean): void;
  /** It keeps no process alive from now on. */
  unref?(): void;
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'end', listener: () => void): unknown;
  on(event: 'notification', listener: (message: PostgresNotification) => void): unknown;
}

/** A URL (`postgres://`), or a pool of the package `pg` that the caller has, and closes. */
export type PostgresTarget = string | URL | PostgresPool;

const CONNECT_TIMEOUT_MS = 2000;
const QUERY_TIMEOUT_MS = 2000;
const CONNECTIONS = 4;

/** The pool that `target` is, or a new one. */
export async function poolFor(
  target: PostgresTarget,
): Promise<{ readonly pool: PostgresPool; readonly isOurs: boolean }> {
  if (typeof target !== 'string' && !(target instanceof URL))
    return { pool: target, isOurs: false };
  const module: unknown = await load();
  const pool: unknown = Reflect.construct(poolIn(module), [
    {
      connectionString: String(target),
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      query_timeout: QUERY_TIMEOUT_MS,
      max: CONNECTIONS,
      allowExitOnIdle: true,
    },
  ]);
  if (!isOwnPool(pool))
    throw new Misconfigured('Expected the package `pg` to be version 8 or later');
  // An 'error' event that nobody hears would end the process; the failures themselves reject.
  pool.on('error', () => {});
  // The same for a connection that ends just as it is handed out, or twice.
  pool.on('connect', (client) => void client.on('error', () => {}));
  return { pool, isOurs: true };
}

/** @throws TypeError for what is neither a URL of PostgreSQL nor a pool */
export function expectTarget(target: unknown): void {
  const isUrl = typeof target === 'string' || target instanceof URL;
  if (isUrl ? /^postgres(ql)?:\/\//.test(String(target)) : isPool(target)) return;
  // A URL may have a password.
  const given = isUrl ? String(target).replace(/\/\/.*@/, '//…@') : target;
  throw expected('target', 'a URL (`postgres://`), or a pool of the package `pg`', given);
}

async function load(): Promise<unknown> {
  try {
    return await import(/* @vite-ignore */ packageName());
  } catch (cause) {
    const message =
      'A PostgreSQL URL needs the package `pg`, which could not be loaded: install it, or pass a pool';
    throw new Misconfigured(message, { cause });
  }
}

/** Left to the runtime: a bundler would fail where the package isn't installed. */
function packageName(): string {
  return 'pg';
}

function poolIn(module: unknown): (...args: never[]) => unknown {
  const place: unknown =
    typeof module === 'object' && module !== null && 'default' in module ? module.default : module;
  const value: unknown =
    typeof place === 'object' && place !== null ? Reflect.get(place, 'Pool') : undefined;
  if (isFunction(value)) return value;
  throw new Misconfigured('Expected the package `pg` to export `Pool`');
}

function isFunction(value: unknown): value is (...args: never[]) => unknown {
  return typeof value === 'function';
}

/** A pool that was made here tells of each connection that it opens. */
interface OwnPool extends Omit<PostgresPool, 'on'> {
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'connect', listener: (connection: PostgresConnection) => void): unknown;
}

function isOwnPool(value: unknown): value is OwnPool {
  return isPool(value);
}

function isPool(value: unknown): value is PostgresPool {
  if (typeof value !== 'object' || value === null) return false;
  return ['query', 'connect', 'end', 'on'].every((name) => isFunction(Reflect.get(value, name)));
}
