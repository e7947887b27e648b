import { afterEach, expect, test, vi } from 'vitest';

afterEach(() => {
  vi.unstubAllGlobals();
  vi.resetModules();
});

/** The function as it is in a runtime that lacks some globals. */
async function nextTurnWithout(...missing: readonly string[]): Promise<(turn: () => void) => void> {
  for (const name of missing) vi.stubGlobal(name, undefined);
  vi.resetModules();
  return (await import('../../src/tokens/next-turn.ts')).nextTurn;
}

test.each([
  ['Node', []],
  ['a browser', ['setImmediate']],
  ['a runtime with timers only', ['setImmediate', 'MessageChannel']],
])('in %s, the callback comes after all promises and only once', async (_runtime, missing) => {
  const nextTurn = await nextTurnWithout(...missing);
  const trace: string[] = [];
  await new Promise<void>((resolve) => {
    nextTurn(() => {
      trace.push('turn');
      resolve();
    });
    void Promise.resolve().then(() => trace.push('promise'));
    trace.push('now');
  });
  await new Promise<void>((resolve) => nextTurn(resolve));
  expect(trace).toEqual(['now', 'promise', 'turn']);
});
