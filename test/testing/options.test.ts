import { describe, expect, test } from 'vitest';
import {
  createSimulator,
  createVirtualClock,
  type SimulatorOptions,
} from '../../src/testing/index.ts';
import { sendChat } from './requests.ts';

test.each([
  [
    { limits: { rpm: -1 } },
    'Expected `limits.rpm` to be a finite number above 0, got `-1` (number)',
  ],
  [
    { limits: { 'gpt-4o': { tpm: 0 } } },
    "Expected `limits['gpt-4o'].tpm` to be a finite number above 0",
  ],
  [{ limits: { concurrency: 1.5 } }, 'Expected `limits.concurrency` to be an integer above 0'],
  [{ fill: 2 }, 'Expected `fill` to be a finite number of at least 0 and of at most 1, got `2`'],
  [{ fill: { tpm: -1 } }, 'Expected `fill.tpm` to be a finite number of at least 0, got `-1`'],
  [{ latency: -5 }, 'Expected `latency.firstByteMs` to be a finite number of at least 0, got `-5`'],
  [{ tokensPerChunk: 0 }, 'Expected `tokensPerChunk` to be an integer of at least 1, got `0`'],
  [{ seed: Number.NaN }, 'Expected `seed` to be a finite number, got `NaN` (number)'],
  [{ faults: { 500: 0.6, 503: 0.6 } }, 'Expected `faults` to be probabilities that add up to at'],
])('%o: %s', (options, message) => {
  expect(() => createSimulator(options)).toThrow(TypeError);
  expect(() => createSimulator(options)).toThrow(message);
});

test.each([
  [{ limits: { rpn: 3 } }, 'Unknown option `rpn` of `limits`; known are rpm, rpd,'],
  [{ provider: 'bing' }, 'Expected `provider` to be one of `openai`, `azure`, `compatible`,'],
  [{ enforcement: 'trailing' }, 'Expected `enforcement` to be one of `bucket`, `bucket-10s`,'],
  [
    { charge: 'min' },
    "Expected `charge` to be 'max', 'sum', 'characters', 'produced' or a function, got `min`",
  ],
  [{ faults: ['502'] }, 'Expected `faults` to be one of `500`, `503`, `529`,'],
  [{ limit: {} }, 'Unknown option `limit` of `createSimulator`; known are provider, limits,'],
  [{ batches: { durationMS: 1 } }, 'of `batches`; known are durationMs, windowMs,'],
  [{ enforcment: 'bucket' }, 'did you mean `enforcement`?'],
  [{ enforcement: 'windw' }, '`fixed`, `slices`, got `windw` (string); did you mean `window`?'],
  [{ faults: { '50': 1 } }, 'Unknown option `50` of `faults`; known are 500, 503,'],
  [{ keys: 'sk-1' }, 'Expected `keys` to be an array of strings, got `sk-1` (string)'],
  [{ keys: new Set(['sk-1']) }, 'Expected `keys` to be an array of strings'],
  [{ keys: ['sk-1', ''] }, "Expected `keys[1]` to be a string that isn't empty"],
  [{ refund: 'yes' }, 'Expected `refund` to be `true` or `false`, got `yes` (string)'],
  [{ countFailed: 0 }, 'Expected `countFailed` to be `true` or `false`, got `0` (number)'],
  [{ clock: Date }, 'Expected `clock` to be an object with `now` and `setTimeout`'],
  [{ reply: 'fine' }, 'Expected `reply` to be a function, got `fine` (string)'],
  [{ countTokens: 5 }, 'Expected `countTokens` to be a function, got `5` (number)'],
  [{ limits: [] }, 'Expected `limits` to be an object, got `[]` (array)'],
])('from JavaScript, %o: %s', (options, message) => {
  const make = () => Reflect.apply(createSimulator, undefined, [options]);
  expect(make).toThrow(message);
});

test.each([
  [{ faults: () => 'slow' }, 'Expected `faults` to be one of `500`, `503`,'],
  [{ faults: async () => 500 }, 'Expected `faults` to be one of `500`, `503`,'],
  [{ reply: async () => 'fine' }, 'Expected `reply` to be an object, got `Promise` (object)'],
  [{ reply: () => ({ tokens: 5 }) }, 'Unknown option `tokens` of `reply`; known are text,'],
  [{ charge: () => Number.NaN }, 'Expected `charge` to be a finite number of at least 0'],
  [{ countTokens: () => '5' }, 'Expected `countTokens` to be a finite number of at least 0'],
  [{ latency: async () => 5 }, 'Expected `latency` to be an object, got `Promise` (object)'],
])('a function whose result is none fails the call, %o: %s', async (options, message) => {
  const simulator = Reflect.apply(createSimulator, undefined, [options]);
  await expect(sendChat(simulator, 1, {})).rejects.toThrow(message);
});

describe('limits', () => {
  const statuses = async (options: SimulatorOptions, models: string[]) => {
    const simulator = createSimulator({ clock: createVirtualClock(), ...options });
    const seen: number[] = [];
    for (const model of models) seen.push((await sendChat(simulator, 1, { model })).status);
    return seen;
  };

  test('in the short form: each model has its own', async () => {
    expect(await statuses({ limits: { rpm: 1 } }, ['a', 'b', 'a'])).toEqual([200, 200, 429]);
  });

  test('by prefix: one pool for all that match, the longest prefix first', async () => {
    const limits = { 'gpt-4o': { rpm: 1 }, 'gpt-4o-mini': { rpm: 2 }, '*': { rpm: 1 } };
    const models = ['gpt-4o', 'gpt-4o-2024', 'gpt-4o-mini', 'gpt-4o-mini-2024', 'x', 'y', 'y'];
    expect(await statuses({ limits }, models)).toEqual([200, 429, 200, 200, 200, 200, 429]);
  });

  test('by prefix, without a default: others are free', async () => {
    const limits = { 'gpt-4o': { rpm: 1 } };
    expect(await statuses({ limits }, ['x', 'x', 'x'])).toEqual([200, 200, 200]);
  });

  test('in the trailing minute, by both names of it; a bucket has one back after half of it', async () => {
    const passes = async (enforcement: 'sliding' | 'window' | 'bucket') => {
      const clock = createVirtualClock();
      const simulator = createSimulator({ clock, enforcement, limits: { rpm: 2 } });
      await clock.run(Promise.all([sendChat(simulator, 1), sendChat(simulator, 1)]));
      await clock.advance(31_000);
      return (await clock.run(sendChat(simulator, 1))).ok;
    };
    expect(await passes('sliding')).toBe(false);
    expect(await passes('window')).toBe(false);
    expect(await passes('bucket')).toBe(true);
  });

  test('concurrency', async () => {
    const clock = createVirtualClock();
    const simulator = createSimulator({ clock, limits: { concurrency: 2 }, latency: 10 });
    const calls = [sendChat(simulator, 1), sendChat(simulator, 1), sendChat(simulator, 1)];
    const responses = await clock.run(Promise.all(calls));
    expect(responses.map(({ status }) => status)).toEqual([200, 200, 429]);
    expect(simulator.stats()).toMatchObject({ maxInFlight: 2, status429By: { concurrency: 1 } });
    expect((await clock.run(sendChat(simulator, 1))).status).toBe(200);
  });
});

test('keys: each has limits of its own, others are turned away', async () => {
  const simulator = createSimulator({ keys: ['a', 'b'], limits: { rpm: 1 } });
  const statusOf = async (key: string) => {
    const headers = { authorization: `Bearer ${key}` };
    return (await sendChat(simulator, 1, {}, { headers })).status;
  };
  const seen = [await statusOf('a'), await statusOf('b'), await statusOf('a'), await statusOf('c')];
  expect(seen).toEqual([200, 200, 429, 401]);
});

test('fill: a part of everything, from the start of the simulator on', async () => {
  const clock = createVirtualClock();
  const simulator = createSimulator({ clock, limits: { tpm: 6_000 }, fill: 0.5 });
  await clock.advance(1_000);
  const { headers } = await sendChat(simulator, 100);
  expect(headers.get('x-ratelimit-remaining-tokens')).toBe('3000');
});

test('a compatible host has any base path, and no retry-after-ms', async () => {
  const simulator = createSimulator({ provider: 'compatible', limits: { rpm: 1 } });
  const send = () =>
    simulator.fetch('https://example.com/api/inference/v1/chat/completions', {
      method: 'POST',
      body: JSON.stringify({ model: 'm', messages: [] }),
    });
  expect((await send()).status).toBe(200);
  const refused = await send();
  expect([refused.status, refused.headers.has('retry-after-ms')]).toEqual([429, false]);
});

test.each([
  ['{"model": "gpt-4o"', 400, 'We could not parse the JSON body of your request.'],
  ['[]', 400, 'We could not parse the JSON body of your request.'],
  ['{}', 400, 'you must provide a model parameter'],
])('the body %s is a %i', async (body, status, message) => {
  const simulator = createSimulator({ limits: { rpm: 1 } });
  const url = 'https://api.openai.com/v1/chat/completions';
  const response = await simulator.fetch(url, { method: 'POST', body });
  expect([response.status, (await response.json()).error.message]).toEqual([status, message]);
  expect(simulator.stats()).toMatchObject({ requests: 1, calls: 0 });
});
