import { Misconfigured } from '../shared/misconfigured.ts';
import { expected } from '../validate.ts';
import { type RedisAddress, redisAddress } from './address.ts';
import { CONNECT_TIMEOUT_MS } from './connection.ts';
import { type IoRedisClient, isIoRedis } from './ioredis.ts';
import { isNodeRedis, type NodeRedisClient } from './node-redis.ts';

type Pem = string | Uint8Array | readonly (string | Uint8Array)[];

/** What Node's `tls.connect` takes, most of all these. */
export interface RedisTls {
  readonly ca?: Pem | undefined;
  readonly cert?: Pem | undefined;
  readonly key?: Pem | undefined;
  readonly passphrase?: string | undefined;
  readonly servername?: string | undefined;
  readonly rejectUnauthorized?: boolean | undefined;
  readonly [option: string]: unknown;
}

export interface OpenOptions {
  /** Certificates and more for `rediss://`. */
  readonly tls?: RedisTls | undefined;
  /**
   * Milliseconds for the network's part of connecting.
   * @default 2000
   */
  readonly connectTimeoutMs?: number | undefined;
  /** How a package is loaded, by its name. */
  readonly load?: ((name: string) => Promise<unknown>) | undefined;
}

interface ServerTarget extends RedisAddress {
  readonly tls: RedisTls;
  readonly connectTimeoutMs: number;
}

/** A client of either package. */
export type RedisClient = NodeRedisClient | IoRedisClient;

/**
 * What loads whichever of the packages `redis` and `ioredis` is installed, and returns what makes
 * clients of it: they connect when they are told to, never again by themselves, and keep no process
 * alive.
 *
 * @throws TypeError where `url` is no URL of a Redis server, or TLS options are given without TLS
 */
export function ownClients(
  url: string | URL,
  options: OpenOptions = {},
): () => Promise<() => RedisClient> {
  const { tls, connectTimeoutMs = CONNECT_TIMEOUT_MS, load = loadPackage } = options;
  const address = redisAddress(url);
  if (tls !== undefined && !address.isTls) {
    throw expected('tls', 'left out, except with rediss://', tls);
  }
  const target = { ...address, tls: tls ?? {}, connectTimeoutMs };
  return () => clientSource(target, load);
}

/** Left to the runtime: a bundler would fail on whichever package isn't installed. */
function loadPackage(name: string): Promise<unknown> {
  return import(/* @vite-ignore */ /* webpackIgnore: true */ name);
}

async function clientSource(
  target: ServerTarget,
  load: (name: string) => Promise<unknown>,
): Promise<() => RedisClient> {
  const failures: unknown[] = [];
  for (const [name, make] of [['redis', viaNodeRedis] as const, ['ioredis', viaIoRedis] as const]) {
    try {
      const module = await load(name);
      return () => make(module, target);
    } catch (error) {
      failures.push(error);
    }
  }
  throw new Misconfigured(
    'A Redis URL needs the package `redis` or `ioredis`, and neither could be loaded: install one, or pass a client',
    { cause: new AggregateError(failures) },
  );
}

function viaNodeRedis(module: unknown, target: ServerTarget): NodeRedisClient {
  const { host, port, path, isTls, tls, connectTimeoutMs, ...login } = target;
  const socket = {
    ...(path === undefined ? { host, port } : { path }),
    ...(isTls && { ...tls, tls: true }),
    connectTimeout: connectTimeoutMs,
    reconnectStrategy: false,
  };
  const options = { ...login, socket, RESP: 2, disableOfflineQueue: true };
  const client: unknown = Reflect.apply(exported(module, 'createClient'), undefined, [options]);
  if (!isNodeRedis(client))
    throw new Misconfigured('Expected the package `redis` to be version 5 or later');
  client.unref?.();
  return client;
}

function viaIoRedis(module: unknown, target: ServerTarget): IoRedisClient {
  const { host, port, path, isTls, tls, connectTimeoutMs, database, ...login } = target;
  const options = {
    ...login,
    ...(path === undefined ? { host, port } : { path }),
    ...(isTls && { tls }),
    ...(database !== undefined && { db: database }),
    connectTimeout: connectTimeoutMs,
    disconnectTimeout: 1,
    lazyConnect: true,
    protocol: 2,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    retryStrategy: null,
  };
  const client: unknown = Reflect.construct(exported(module, 'Redis'), [options]);
  if (!isIoRedis(client))
    throw new Misconfigured('Expected the package `ioredis` to be version 5 or later');
  client.on('connect', () => client.stream?.unref?.());
  return client;
}

/** A function that a package exports, be it an ES module or not. */
function exported(module: unknown, name: string): (...args: never[]) => unknown {
  if (typeof module === 'object' && module !== null) {
    const value: unknown = Reflect.get(module, name);
    if (isFunction(value)) return value;
    if ('default' in module && module.default !== module) return exported(module.default, name);
  }
  throw new Misconfigured(`Expected the Redis package to export \`${name}\``);
}

function isFunction(value: unknown): value is (...args: never[]) => unknown {
  return typeof value === 'function';
}
