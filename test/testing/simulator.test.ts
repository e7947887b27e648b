import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createSimulator, createVirtualClock } from '../../src/testing/index.ts';
import { sendChat } from './requests.ts';

test('the log and the totals say what happened', async () => {
  const clock = createVirtualClock();
  const limits = { a: { rpm: 1 }, b: { tpm: 100 } };
  const simulator = createSimulator({ clock, limits, faults: ['none', 'none', 'none', 500] });
  await sendChat(simulator, 10, { model: 'a' });
  await sendChat(simulator, 10, { model: 'a' });
  await clock.advance(500);
  await sendChat(simulator, 101, { model: 'b' });
  await sendChat(simulator, 50, { model: 'b' });
  await sendChat(simulator, 50, { model: 'b', max_tokens: 90 });
  expect(
    simulator.log.map(({ time, model, status, limit, cost }) => {
      return `${time} ${model} ${status} ${limit} ${cost.tokens}`;
    }),
  ).toEqual([
    '0 a 200 undefined 10',
    '0 a 429 rpm 10',
    '500 b 429 tpm 101',
    '500 b 500 undefined 50',
    '500 b 200 undefined 90',
  ]);
  expect(simulator.stats()).toMatchObject({
    requests: 5,
    calls: 5,
    admitted: 2,
    status429: 2,
    status429By: { rpm: 1, tpm: 1, concurrency: 0 },
    status5xx: 1,
    tokensCharged: 100,
    inputTokens: 60,
    outputTokens: 32,
    inFlight: 0,
    models: {
      a: { calls: 2, admitted: 1, status429: 1 },
      b: { calls: 3, admitted: 1, status429: 1, status5xx: 1 },
    },
  });
});

test('limits change at run time; what was used stays used', async () => {
  const clock = createVirtualClock();
  const simulator = createSimulator({ clock, limits: { rpm: 2 }, countFailed: false });
  const status = async () => (await sendChat(simulator, 1)).status;
  expect([await status(), await status(), await status()]).toEqual([200, 200, 429]);
  simulator.setLimits({ rpm: 3 });
  expect([await status(), await status()]).toEqual([200, 429]);
  simulator.setLimits({ 'gpt-': { rpm: 1 } });
  expect(await status()).toBe(429);
  simulator.setLimits({});
  expect(await status()).toBe(200);
});

test('a reset forgets everything but the limits', async () => {
  const simulator = createSimulator({ clock: createVirtualClock(), limits: { rpm: 1 } });
  await sendChat(simulator, 1);
  simulator.reset();
  expect([simulator.log, simulator.stats().requests]).toEqual([[], 0]);
  expect((await sendChat(simulator, 1)).status).toBe(200);
});

test('any seed repeats itself, to the millisecond', async () => {
  const run = async (seed: number) => {
    const clock = createVirtualClock();
    const simulator = createSimulator({
      clock,
      seed,
      limits: { rpm: 30, tpm: 2_000 },
      latency: (_call, random) => ({ firstByteMs: random() * 900, perTokenMs: random() * 40 }),
      faults: { 500: 0.1, 'cut-stream': 0.1, 'connection-error': 0.1 },
    });
    const caller = async (tokens: number) => {
      for (let call = 0; call < 4; call++) {
        await sendChat(simulator, tokens, { stream: call % 2 === 0 })
          .then((response) => response.text())
          .catch(() => {});
      }
    };
    await clock.run(Promise.all([caller(10), caller(200), caller(50)]));
    return { log: simulator.log, stats: simulator.stats(), now: clock.now() };
  };
  await fc.assert(
    fc.asyncProperty(fc.integer(), async (seed) => {
      expect(await run(seed)).toEqual(await run(seed));
    }),
    { numRuns: 10 },
  );
});

test('an hour of calls runs in virtual time', async () => {
  const clock = createVirtualClock();
  const simulator = createSimulator({
    clock,
    limits: { rpm: 60 },
    latency: 250,
    countFailed: false,
  });
  const caller = async () => {
    for (let call = 0; call < 3_600; call++) {
      const { status } = await sendChat(simulator, 1);
      const waitMs = status === 200 ? 750 : 1_000;
      await new Promise<void>((resolve) => clock.setTimeout(resolve, waitMs));
    }
  };
  await clock.run(caller());
  expect(clock.now()).toBe(3_600_000);
  expect(simulator.stats()).toMatchObject({ admitted: 3_600, status429: 0, maxInFlight: 1 });
});
