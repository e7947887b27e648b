import OpenAI from 'openai';
import { afterEach, describe, expect, test } from 'vitest';
import {
  createSimulator,
  createVirtualClock,
  type Fault,
  type SimulatorOptions,
} from '../../src/testing/index.ts';
import { mounts } from './mounts.ts';
import { collect, sendChat, sendMessage } from './requests.ts';

const limits = { rpm: 10 };

async function answer(fault: Fault, options: SimulatorOptions = {}) {
  const clock = createVirtualClock();
  const simulator = createSimulator({ clock, limits, faults: [fault], ...options });
  const send = options.provider === 'anthropic' ? sendMessage : sendChat;
  const response = await send(simulator, 1);
  return { simulator, response, error: (await response.json()).error };
}

test.each([
  [500, 500, { type: 'server_error', code: null }],
  [503, 503, { type: 'service_unavailable_error', code: 'server_is_overloaded' }],
  [529, 529, { type: 'server_error', code: 'overloaded' }],
  ['slow-down', 429, { type: 'rate_limit_error', code: 'slow_down' }],
  ['insufficient-quota', 429, { type: 'insufficient_quota', code: 'insufficient_quota' }],
  ['malformed-retry-after', 429, { type: 'requests', code: 'rate_limit_exceeded' }],
  ['stream-error', 500, { type: 'server_error' }],
] as const)('OpenAI, %s: %i %o', async (fault, status, error) => {
  const { simulator, ...given } = await answer(fault);
  expect([given.response.status, given.error]).toMatchObject([status, error]);
  expect(simulator.log[0]).toMatchObject({ fault, status, admitted: false, limit: undefined });
});

test.each([
  [500, 500, { type: 'api_error' }],
  [503, 503, { type: 'api_error' }],
  [529, 529, { type: 'overloaded_error' }],
  ['slow-down', 429, { details: { error_code: 'ramp_limit_exceeded' } }],
  ['insufficient-quota', 429, { details: { error_code: 'enforced_spend_limit_reached' } }],
  ['malformed-retry-after', 429, { type: 'rate_limit_error' }],
] as const)('Anthropic, %s: %i %o', async (fault, status, error) => {
  const given = await answer(fault, { provider: 'anthropic' });
  expect([given.response.status, given.error]).toMatchObject([status, error]);
});

test('which headers come with which 429', async () => {
  const rates = async (fault: Fault) => {
    const { headers } = (await answer(fault)).response;
    return [headers.get('retry-after'), headers.has('x-ratelimit-limit-requests')];
  };
  expect(await rates('slow-down')).toEqual(['60', true]);
  expect(await rates('malformed-retry-after')).toEqual(['soon', true]);
  expect(await rates('insufficient-quota')).toEqual([null, false]);
});

test('missing headers: on a success and on a 429', async () => {
  const faults = ['missing-headers', 'missing-headers'] as const;
  const simulator = createSimulator({ limits: { rpm: 1 }, faults });
  const names = async () => {
    const response = await sendChat(simulator, 1);
    return [response.status, ...response.headers.keys()];
  };
  expect(await names()).toEqual([200, 'content-type', 'x-request-id']);
  expect(await names()).toEqual([429, 'content-type', 'x-request-id']);
});

test.each([
  [true, '8'],
  [false, '9'],
])('countFailed: %s', async (countFailed, remaining) => {
  const simulator = createSimulator({
    clock: createVirtualClock(),
    limits,
    countFailed,
    faults: [500],
  });
  await sendChat(simulator, 1);
  const { headers } = await sendChat(simulator, 1);
  expect(headers.get('x-ratelimit-remaining-requests')).toBe(remaining);
});

test('failed requests never overdraw a limit', async () => {
  const clock = createVirtualClock();
  const simulator = createSimulator({ clock, limits: { rpm: 1 }, faults: [500, 500, 500] });
  for (let call = 0; call < 3; call++) await sendChat(simulator, 1);
  await clock.advance(60_000);
  expect((await sendChat(simulator, 1)).status).toBe(200);
});

test('a script ends, and a reset starts it again', async () => {
  const simulator = createSimulator({ faults: ['none', 503] });
  const statuses = async () => [
    (await sendChat(simulator, 1)).status,
    (await sendChat(simulator, 1)).status,
    (await sendChat(simulator, 1)).status,
  ];
  expect(await statuses()).toEqual([200, 503, 200]);
  simulator.reset();
  expect(await statuses()).toEqual([200, 503, 200]);
});

describe.each(mounts)('the openai package through $name', ({ name, mount }) => {
  const closing: (() => Promise<void> | void)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0)) await close();
  });
  async function connect(faults: readonly Fault[], maxRetries = 0) {
    const simulator = createSimulator({ faults });
    const { client, close } = await mount(simulator, '/v1');
    closing.push(close);
    return { simulator, client: new OpenAI({ apiKey: 'key', maxRetries, ...client }) };
  }
  const request = { model: 'gpt-4o', messages: [{ role: 'user' as const, content: 'x' }] };

  test('a connection error', async () => {
    const { client, simulator } = await connect(['connection-error']);
    const outcome = client.chat.completions.create(request);
    await expect(outcome).rejects.toBeInstanceOf(OpenAI.APIConnectionError);
    expect(simulator.log[0]).toMatchObject({ status: 0, admitted: false });
  });

  test('a body that is cut: streamed and whole', async () => {
    const { client, simulator } = await connect(['cut-stream', 'cut-stream']);
    const streamed = client.chat.completions.create({ ...request, stream: true }).then(collect);
    const outcomes = await Promise.allSettled([streamed, client.chat.completions.create(request)]);
    // msw 3.0.5 ends a body that breaks as if it were whole; half a JSON text is an error anyway.
    const expected = [name === 'msw' ? 'fulfilled' : 'rejected', 'rejected'];
    expect(outcomes.map(({ status }) => status)).toEqual(expected);
    expect(simulator.log.map(({ end }) => end)).toEqual(['cut', 'cut']);
    expect(simulator.stats().inFlight).toBe(0);
  });

  test('an error inside a stream', async () => {
    const { client } = await connect(['stream-error']);
    const stream = await client.chat.completions.create({ ...request, stream: true });
    await expect(collect(stream)).rejects.toMatchObject({ status: undefined });
  });

  test('a stalled stream yields half of it, and waits until the reader goes away', async () => {
    const { client, simulator } = await connect(['stalled-stream']);
    const stream = await client.chat.completions.create({ ...request, stream: true });
    const chunks = stream[Symbol.asyncIterator]();
    for (let count = 0; count < 10; count++) expect((await chunks.next()).done).toBe(false);
    expect(simulator.stats().inFlight).toBe(1);
    stream.controller.abort();
    await expect.poll(() => simulator.log[0]?.end).toBe('aborted');
    expect(simulator.stats().inFlight).toBe(0);
  });
});

describe('probabilities', () => {
  const faultsOf = async (seed: number) => {
    const simulator = createSimulator({ seed, faults: { 500: 0.25, 'slow-down': 0.25 } });
    for (let call = 0; call < 400; call++) await sendChat(simulator, 1);
    return simulator.log.map(({ fault }) => fault);
  };

  test('the same seed draws the same faults, another others', async () => {
    const [once, again, other] = [await faultsOf(5), await faultsOf(5), await faultsOf(6)];
    expect(again).toEqual(once);
    expect(other).not.toEqual(once);
    const share = once.filter((fault) => fault !== 'none').length / once.length;
    expect(share).toBeGreaterThan(0.4);
    expect(share).toBeLessThan(0.6);
  });

  test('a certain fault always comes', async () => {
    const simulator = createSimulator({ faults: { 503: 1 } });
    for (let call = 0; call < 20; call++) expect((await sendChat(simulator, 1)).status).toBe(503);
  });
});
