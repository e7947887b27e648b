import { describe, expect, test } from 'vitest';
import { redisAddress } from '../../src/redis/address.ts';
import { LuaScript } from '../../src/redis/lua-script.ts';
import { connectionTo } from '../../src/redis/target.ts';

describe('the address in a URL', () => {
  const cases: [string, object][] = [
    ['redis://', { host: 'localhost', port: 6379, isTls: false }],
    ['redis://redis.example', { host: 'redis.example', port: 6379, isTls: false }],
    ['redis://[::1]:7000/2', { host: '::1', port: 7000, isTls: false, database: 2 }],
    [
      'rediss://ann%40:p%3Aw@redis.example:6380/0',
      {
        host: 'redis.example',
        port: 6380,
        isTls: true,
        username: 'ann@',
        password: 'p:w',
        database: 0,
      },
    ],
    ['redis://:secret@h', { host: 'h', port: 6379, isTls: false, password: 'secret' }],
    ['redis://h?db=3', { host: 'h', port: 6379, isTls: false, database: 3 }],
    ['unix:/run/redis.sock', { path: '/run/redis.sock', isTls: false }],
    ['unix:///run/a%20b.sock?db=1', { path: '/run/a b.sock', isTls: false, database: 1 }],
    [
      'unix://ann:pw@/run/redis.sock',
      { path: '/run/redis.sock', isTls: false, username: 'ann', password: 'pw' },
    ],
  ];
  for (const [url, address] of cases) {
    test(url, () => expect(redisAddress(url)).toEqual(address));
  }

  for (const url of ['', 'localhost:6379', 'http://:secret@h', 'redis://:secret@h/x', '/run/x']) {
    test(`there is none in '${url}', and no password in the error`, () => {
      expect(() => redisAddress(url)).toThrow(TypeError);
      expect(() => redisAddress(url)).toThrow(/^Expected `url` to be a URL(?!.*secret)/);
    });
  }
});

test('what is neither a URL nor a client is refused', () => {
  const refuse = (target: unknown) => Reflect.apply(connectionTo, undefined, [target]);
  for (const target of [undefined, null, 1, {}, { status: 'ready' }, { isOpen: true }]) {
    expect(() => refuse(target)).toThrow('Expected `redis` to be a URL, or a client');
  }
});

test('TLS options without TLS are refused', () => {
  expect(() => connectionTo('redis://h', { tls: {} })).toThrow(
    'Expected `tls` to be left out, except with rediss://',
  );
});

test('without either package, the error names both, and why', async () => {
  const load = (name: string) => Promise.reject(new Error(`no ${name}`));
  const connection = connectionTo('redis://h', { load });
  const error = await connection.connect().catch((reason: unknown) => reason);
  expect(error).toMatchObject({
    message: expect.stringMatching(/`redis`.*`ioredis`/),
    cause: { errors: [new Error('no redis'), new Error('no ioredis')] },
  });
});

test('a package of another kind is refused', async () => {
  const connection = connectionTo('redis://h', {
    load: async () => ({ createClient: () => ({}) }),
  });
  await expect(connection.connect()).rejects.toThrow('`redis` to be version 5 or later');
});

test('a script is named by its SHA-1', async () => {
  expect(await new LuaScript('return 1').sha()).toBe('e0e1f9fabfc9d4800c877a703b823ac0578ff8db');
});
