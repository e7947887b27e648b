import { Misconfigured } from '../shared/misconfigured.ts';
import { expected } from '../validate.ts';

/** The part of a pool of the package `pg` that this library uses. */
export interface PostgresPool {
  /** Runs one query on any connection. */
  query(query: PostgresQuery): Promise<PostgresRows>;
  /** Takes a connection out of the pool. */
  connect(): Promise<PostgresConnection>;
  /** Closes all connections. */
  end(): Promise<unknown>;
  /** Calls `listener` when an idle connection fails. */
  on(event: 'error', listener: (error: Error) => void): unknown;
  /** The options that the pool was made with. */
  readonly options?: PostgresPoolOptions | undefined;
}

/** The part of a pool's options that this library reads. */
export interface PostgresPoolOptions {
  /** The most connections of the pool. */
  readonly max?: unknown;
}

/** The result of a query. */
export interface PostgresRows {
  /** One object for each row, by column. */
  readonly rows: readonly unknown[];
}

/** A query, as the package `pg` takes it. */
export interface PostgresQuery {
  /** If given, each connection prepares the query once under this name. */
  readonly name?: string;
  /** The SQL, with `$1`, `$2`, … for the values. */
  readonly text: string;
  /** The values of `$1`, `$2`, …. */
  readonly values?: unknown[];
}

/** A notification of `LISTEN`. */
export interface PostgresNotification {
  /** The channel that it was sent to. */
  readonly channel: string;
  /** Its text. */
  readonly payload?: string | undefined;
}

/** One connection of a pool. */
export interface PostgresConnection {
  /** Runs one query on this connection. */
  query(query: PostgresQuery): Promise<unknown>;
  /** Gives the connection back to the pool, or closes it. */
  release(destroy?: boolean): void;
  /** From now on, the connection alone doesn't keep the process alive. */
  unref?(): void;
  /** Calls `listener` when the connection fails. */
  on(event: 'error', listener: (error: Error) => void): unknown;
  /** Calls `listener` when the connection has ended. */
  on(event: 'end', listener: () => void): unknown;
  /** Calls `listener` for each notification of a `LISTEN`. */
  on(event: 'notification', listener: (message: PostgresNotification) => void): unknown;
}

/** A URL (`postgres://`), or a pool of the package `pg`, which you close yourself. */
export type PostgresTarget = string | URL | PostgresPool;

const CONNECT_TIMEOUT_MS = 2000;
const QUERY_TIMEOUT_MS = 2000;
const CONNECTIONS = 4;
/** A connection that was silent for so long is looked after: its other end may be gone. */
const KEEP_ALIVE_MS = 10_000;

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
      keepAlive: true,
      keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
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
