import { expected } from '../validate.ts';

/** Where a server is, and as whom it is asked. */
export interface RedisAddress {
  readonly host?: string;
  readonly port?: number;
  /** Of a Unix socket, instead of host and port. */
  readonly path?: string;
  readonly isTls: boolean;
  readonly username?: string;
  readonly password?: string;
  readonly database?: number;
}

const SCHEMES = ['redis:', 'rediss:', 'unix:'];
const DEFAULT_PORT = 6379;

/**
 * Reads `redis://[user[:password]@]host[:port][/database]`, `rediss://…` for TLS, or
 * `unix:[//[user[:password]@]]/path[?db=database]`.
 *
 * @throws TypeError for anything else; its message has no part of the URL but the scheme, since a
 * URL may hold a password
 */
export function redisAddress(given: string | URL): RedisAddress {
  const url = URL.parse(toHostful(String(given)));
  const scheme = url?.protocol ?? '';
  const database = url === null ? undefined : databaseOf(url);
  if (url === null || !SCHEMES.includes(scheme) || Number.isNaN(database)) {
    throw expected('url', 'a URL that begins with redis://, rediss:// or unix:', `${scheme}…`);
  }
  const username = decodeURIComponent(url.username);
  const password = decodeURIComponent(url.password);
  return {
    ...(scheme === 'unix:' ? { path: decodeURIComponent(url.pathname) } : hostOf(url)),
    isTls: scheme === 'rediss:',
    ...(username !== '' && { username }),
    ...(password !== '' && { password }),
    ...(database !== undefined && { database }),
  };
}

/** A URL can't name a user without a host. */
function toHostful(text: string): string {
  return text.replace(/^(unix:\/\/[^/]*@)\//, '$1localhost/');
}

function hostOf({ hostname, port }: URL): { host: string; port: number } {
  return {
    host: hostname.replace(/^\[(.*)\]$/, '$1') || 'localhost',
    port: port === '' ? DEFAULT_PORT : Number(port),
  };
}

/** NaN where it is no number. */
function databaseOf({ protocol, pathname, searchParams }: URL): number | undefined {
  const ofPath = protocol === 'unix:' ? '' : pathname.slice(1);
  const text = searchParams.get('db') ?? ofPath;
  if (text === '') return undefined;
  return /^\d+$/.test(text) ? Number(text) : Number.NaN;
}
