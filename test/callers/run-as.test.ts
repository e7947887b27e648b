import { afterEach, describe, expect, it, vi } from 'vitest';
import { expectContext, presentCaller, runAs } from '../../src/callers/run-as.ts';

describe('runAs', () => {
  it('tells who calls, now and later, and of calls side by side', async () => {
    const seen: unknown[] = [];
    const later = async (): Promise<void> => {
      await new Promise<void>((resolve) => setImmediate(resolve));
      seen.push(presentCaller());
    };
    await Promise.all([
      runAs({ key: 'a' }, later),
      runAs({ key: 'b', tier: 'pro' }, later),
      later(),
    ]);
    expect(seen).toEqual([{ key: 'a' }, { key: 'b', tier: 'pro' }, {}]);
  });

  it('is within another what that is, where it says nothing else', () => {
    const inner = runAs({ key: 'a', tier: 'free', priority: 1 }, () =>
      runAs({ tier: undefined, priority: 2, onLimit: 'reject' }, presentCaller),
    );
    expect(inner).toEqual({ key: 'a', tier: 'free', priority: 2, onLimit: 'reject' });
    expect(presentCaller()).toEqual({});
  });

  it('returns what the callback returns, and throws what it throws', () => {
    expect(runAs({}, () => 7)).toBe(7);
    expect(() =>
      runAs({}, () => {
        throw new RangeError('mine');
      }),
    ).toThrow(RangeError);
  });

  it('names a callback that is none', () => {
    expect(() => runAs({ key: 'a' }, 5 as never)).toThrow(
      new TypeError('Expected `callback` to be a function, got `5` (number)'),
    );
  });

  it.each([
    [{ key: 5 }, 'Expected `key` to be a string, got `5` (number)'],
    [{ tier: null }, 'Expected `tier` to be a string, got `null`'],
    [{ priority: 'high' }, 'Expected `priority` to be a number'],
    [{ onLimit: 'drop' }, "Expected `onLimit` to be one of 'wait', 'reject', 'degrade'"],
    [{ maxWaitMs: -1 }, 'Expected `maxWaitMs` to be a number of milliseconds, 0 or more'],
    [{ kye: 'a' }, 'Unknown option `kye`; known are key, tier, priority, onLimit, maxWaitMs'],
    [{ key: '' }, "Expected `key` to be a string that isn't empty"],
    ['alice', 'Expected `caller`'],
  ])('%j describes no caller', (caller, message) => {
    expect(() => expectContext(JSON.parse(JSON.stringify(caller)))).toThrow(message);
  });
});

describe('where there is no AsyncLocalStorage', () => {
  afterEach(() => vi.unstubAllGlobals());

  it.each([
    ['no process', undefined],
    ['a process of another runtime', {}],
    ['no such module', { getBuiltinModule: () => undefined }],
  ])('runAs says what to do instead, and nothing else changes: %s', async (_, process) => {
    vi.stubGlobal('process', process);
    vi.resetModules();
    const fresh = await import('../../src/callers/run-as.ts');
    expect(() => fresh.runAs({ key: 'a' }, () => 1)).toThrow(
      '`runAs` needs `AsyncLocalStorage`, which this runtime lacks: use `withRateLimit(client, { limiter, key })`',
    );
    expect(fresh.presentCaller()).toEqual({});
  });
});
