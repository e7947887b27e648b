import { describe, expect, test } from 'vitest';
import {
  createSimulator,
  createVirtualClock,
  type SimulatorOptions,
} from '../../src/testing/index.ts';
import { sendChat } from './requests.ts';

function setUp(options: SimulatorOptions = {}) {
  const clock = createVirtualClock();
  const latency = { firstByteMs: 1_000, perTokenMs: 100 };
  const simulator = createSimulator({ clock, latency, limits: { concurrency: 1 }, ...options });
  return { clock, simulator, controller: new AbortController(), reason: new Error('enough') };
}

describe('an abort', () => {
  test('before the call: nothing is sent', async () => {
    const { simulator, controller, reason } = setUp();
    controller.abort(reason);
    const { signal } = controller;
    await expect(sendChat(simulator, 1, {}, { signal })).rejects.toBe(reason);
    expect(simulator.stats().requests).toBe(0);
  });

  test('while the model thinks: the call ends, and leaves no timer', async () => {
    const { clock, simulator, controller, reason } = setUp();
    const call = sendChat(simulator, 1, {}, { signal: controller.signal });
    const outcome = expect(call).rejects.toBe(reason);
    await clock.advance(500);
    expect([simulator.stats().inFlight, clock.pending]).toEqual([1, 1]);
    controller.abort(reason);
    await outcome;
    expect([simulator.stats().inFlight, clock.pending]).toEqual([0, 0]);
    expect(simulator.log[0]).toMatchObject({ admitted: true, end: 'aborted', endedAt: 500 });
  });

  test('in the middle of a stream: the reader gets the reason, and the rest isn’t produced', async () => {
    const { clock, simulator, controller, reason } = setUp();
    const call = sendChat(simulator, 1, { stream: true }, { signal: controller.signal });
    const reading = call.then((response) => response.text());
    const outcome = expect(reading).rejects.toBe(reason);
    await clock.advance(1_350);
    controller.abort(reason);
    await outcome;
    expect(clock.pending).toBe(0);
    expect(simulator.log[0]).toMatchObject({ end: 'aborted', endedAt: 1_350, outputTokens: 3 });
    expect(simulator.stats().inFlight).toBe(0);
  });

  test('after the end: nothing', async () => {
    const { clock, simulator, controller } = setUp();
    const call = sendChat(simulator, 1, { stream: true }, { signal: controller.signal });
    await clock.run(call.then((response) => response.text()));
    controller.abort();
    expect(simulator.log[0]).toMatchObject({ end: 'complete', endedAt: 2_600, outputTokens: 16 });
  });
});

test('a reader that cancels ends the call', async () => {
  const { clock, simulator } = setUp();
  const response = await clock.run(sendChat(simulator, 1, { stream: true }));
  const reader = response.body?.getReader();
  await clock.run(Promise.all([reader?.read(), reader?.read()]));
  await reader?.cancel();
  expect(simulator.log[0]).toMatchObject({ end: 'aborted', endedAt: 1_100, outputTokens: 1 });
  const next = await clock.run(sendChat(simulator, 1));
  expect(next.status).toBe(200);
});

test('a reader that doesn’t read holds production up, and no timer runs', async () => {
  const { clock, simulator } = setUp();
  await clock.run(sendChat(simulator, 1, { stream: true }));
  await clock.advance(60_000);
  expect([simulator.log[0]?.outputTokens, clock.pending]).toEqual([0, 0]);
});

test('each part of a stream comes at its instant', async () => {
  const { clock, simulator } = setUp({ tokensPerChunk: 8 });
  const response = await clock.run(sendChat(simulator, 1, { stream: true }));
  const trace: string[] = [];
  const read = async () => {
    for await (const bytes of response.body ?? []) {
      trace.push(`${clock.now()} ${new TextDecoder().decode(bytes).match(/"delta":({.*?})/)?.[1]}`);
    }
  };
  await clock.run(read());
  expect(trace).toEqual([
    '1000 {"role":"assistant","content":""}',
    '1800 {"content":"the sun and one old fox saw six "}',
    '2600 {"content":"the sun and one old fox saw six "}',
    '2600 {}',
    '2600 undefined',
  ]);
});
