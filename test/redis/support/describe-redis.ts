import { afterAll, beforeAll, describe, test } from 'vitest';
import { PROGRAM } from './redis-process.ts';
import { RedisServer } from './redis-server.ts';

/** A server that is there once the tests run. */
export type ServerOf<T> = () => T;

interface Disposable {
  dispose(): Promise<void>;
}

/**
 * A suite with a real server, by `REDIS_URL` or a private one. Without either it is skipped, aloud,
 * and fails where `CI` is set.
 */
export function describeRedis(name: string, suite: (server: ServerOf<RedisServer>) => void): void {
  const url = process.env.REDIS_URL;
  if (url) describeWith(name, async () => RedisServer.at(url), suite);
  else describePrivate(name, () => RedisServer.private(), suite);
}

/** A suite that stops and freezes its server, or needs one of a kind: never that of `REDIS_URL`. */
export function describePrivate<T extends Disposable>(
  name: string,
  start: () => Promise<T>,
  suite: (server: ServerOf<T>) => void,
): void {
  if (PROGRAM !== undefined) describeWith(name, start, suite);
  else skipAloud(name, 'no redis-server or valkey-server on the PATH');
}

/** Skips a suite for want of something that every CI machine should have. */
export function skipAloud(name: string, why: string): void {
  if (process.env.CI) {
    test(name, () => {
      throw new Error(`Can't be tested: ${why}`);
    });
    return;
  }
  process.stderr.write(`\n!!! SKIPPED: ${name}: ${why}\n`);
  describe.skip(name, () => {
    test('needs a server', () => {});
  });
}

function describeWith<T extends Disposable>(
  name: string,
  start: () => Promise<T>,
  suite: (server: ServerOf<T>) => void,
): void {
  describe(name, () => {
    let server: T | undefined;
    beforeAll(async () => {
      server = await start();
    });
    afterAll(() => server?.dispose());
    suite(() => {
      if (server === undefined) throw new Error('The server starts with the tests');
      return server;
    });
  });
}
