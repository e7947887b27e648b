import { afterEach, describe, expect, it, vi } from 'vitest';

afterEach(() => {
  vi.unstubAllGlobals();
  vi.resetModules();
});

const limiter = {};
const other = {};

describe.each([
  ['with AsyncLocalStorage', true],
  ['without it, before the first await', false],
])('a pass, %s', (_, hasStorage) => {
  async function fresh() {
    vi.resetModules();
    if (!hasStorage) vi.stubGlobal('process', { ...process, getBuiltinModule: undefined });
    return import('../../src/sdk/admitted.ts');
  }

  it('is there once, for its own limiter, while its request is sent', async () => {
    const { asAdmitted, takePass, watchPasses } = await fresh();
    watchPasses();
    expect(takePass(limiter)).toBe(false);
    const taken = asAdmitted(limiter, async () => [
      takePass(other),
      takePass(limiter),
      takePass(limiter),
    ]);
    expect(await taken).toEqual([false, true, false]);
    expect(takePass(limiter)).toBe(false);
  });

  it('is not handed out before anybody looks for one', async () => {
    const { asAdmitted, takePass } = await fresh();
    expect(await asAdmitted(limiter, async () => takePass(limiter))).toBe(false);
  });

  it('is gone after a request that failed at once', async () => {
    const { asAdmitted, takePass, watchPasses } = await fresh();
    watchPasses();
    expect(() =>
      asAdmitted(limiter, () => {
        throw new Error('no');
      }),
    ).toThrow('no');
    expect(takePass(limiter)).toBe(false);
  });
});
