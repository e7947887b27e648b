import { describe, expect, it } from 'vitest';
import { createRateLimiter } from '../../src/limiter.ts';
import { createVirtualClock } from '../../src/testing/index.ts';
import { withRateLimit } from '../../src/with-rate-limit.ts';
import {
  bench,
  described,
  json,
  NOTHING,
  outcome,
  refused,
  scripted,
  simulated,
  underWay,
} from './bench.ts';
import { type AnyClient, type EachSdk, type Fetch, sdks } from './sdks.ts';
import { all } from './side-by-side.ts';

/** Those that can ask their provider to count. */
const COUNTING = ['openai 6', 'openai 7', 'anthropic 0', 'anthropic 1'];
const PRICE = { input: 1, output: 1 };

/** A signal that counts who listens to it. */
function watched(): { controller: AbortController; listeners: () => number } {
  const controller = new AbortController();
  const { signal } = controller;
  const listening = new Set<unknown>();
  const { addEventListener, removeEventListener } = signal;
  signal.addEventListener = (type: string, listener: never, options?: { once?: boolean }): void => {
    listening.add(listener);
    const isOnce = typeof options === 'object' && options.once === true;
    if (isOnce)
      addEventListener.call(signal, type, () => listening.delete(listener), { once: true });
    addEventListener.call(signal, type, listener, options);
  };
  signal.removeEventListener = (type: string, listener: never, options?: object): void => {
    listening.delete(listener);
    removeEventListener.call(signal, type, listener, options);
  };
  return { controller, listeners: () => listening.size };
}

/** How many listeners the SDK itself leaves after one call that went well. */
async function leftByTheSdk(sdk: EachSdk): Promise<number> {
  const { controller, listeners } = watched();
  const { clock, bare } = simulated(sdk);
  await clock.run(sdk.ask(bare, { signal: controller.signal }));
  return listeners();
}

describe.each(sdks)('$name: an abort', (sdk) => {
  const call = { stream: false, latency: 1000 };

  async function aborted(
    after: number,
    send: (client: AnyClient, signal: AbortSignal) => PromiseLike<unknown>,
    blockers = 0,
  ) {
    const made = { limiter: { concurrency: 1 } };
    const latency = { firstByteMs: call.latency, perTokenMs: 100 };
    const { clock, client, bare, limiter, simulator } = simulated(sdk, { latency }, made);
    const blocking = Array.from({ length: blockers }, () => sdk.ask(client));
    const { controller, listeners } = watched();
    if (after === 0) controller.abort();
    else clock.setTimeout(() => controller.abort(), after);
    const [, error] = await clock.run(outcome(send(client, controller.signal)));
    const at = clock.now();
    await clock.run(Promise.all(blocking));
    await clock.runUntilIdle();
    return { clock, limiter, listeners, error, at, bare, simulator };
  }

  async function expectClean(
    result: Omit<Awaited<ReturnType<typeof aborted>>, 'simulator'>,
    at: number,
  ) {
    const { error, listeners, limiter, clock, bare } = result;
    expect(error).toBeInstanceOf(sdk.errors.APIUserAbortError);
    expect(described(error)).toEqual(described((await outcome(sdk.ask(bare, ABORTED)))[1]));
    expect(result.at).toBe(at);
    expect(listeners()).toBeLessThanOrEqual(await leftByTheSdk(sdk));
    expect(underWay(limiter)).toEqual(NOTHING);
    expect(clock.pending).toBe(0);
  }

  const ABORTED = {
    signal: AbortSignal.abort(new DOMException('This operation was aborted', 'AbortError')),
  };
  const ask = (client: AnyClient, signal: AbortSignal) => sdk.ask(client, { signal });

  it('before the call', async () => {
    const result = await aborted(0, ask);
    await expectClean(result, 0);
    expect(result.simulator.log).toHaveLength(0);
  });

  async function abortedEstimate(
    estimate: (() => Promise<never>) | 'provider',
    send: (client: AnyClient, signal: AbortSignal) => PromiseLike<unknown> = ask,
  ) {
    const clock = createVirtualClock();
    const limiter = createRateLimiter({ clock, budget: { usdPerDay: 5 }, prices: { '*': PRICE } });
    const asked: string[] = [];
    const fetch: Fetch = (url) => {
      asked.push(new URL(String(url)).pathname);
      return new Promise(() => {});
    };
    const bare = sdk.make({ fetch });
    const client = withRateLimit(bare, { limiter, estimate });
    const { controller, listeners } = watched();
    clock.setTimeout(() => controller.abort(), 500);
    const [, error] = await clock.run(outcome(send(client, controller.signal)));
    await expectClean({ clock, limiter, listeners, error, bare, at: clock.now() }, 500);
    expect(limiter.spending()).toMatchObject([{ spentUsd: 0, reservedUsd: 0 }]);
    return asked;
  }

  it('while the caller’s own estimate takes its time', async () => {
    expect(await abortedEstimate(() => new Promise(() => {}))).toEqual([]);
  });

  const countsFirst = async () => {
    const body = { model: 'gpt-4o', input: 'Say hi' };
    const respond = (client: AnyClient, signal: AbortSignal) =>
      client.post('/responses', { body, signal });
    const asked = await abortedEstimate('provider', sdk.wire === 'openai' ? respond : ask);
    expect(asked).toEqual([expect.stringMatching(/count_tokens$|input_tokens$/)]);
  };
  if (COUNTING.includes(sdk.name)) it('while the provider counts', countsFirst);

  it('while a call that was refused is estimated again', async () => {
    const clock = createVirtualClock();
    const limiter = createRateLimiter({ clock, budget: { usdPerDay: 5 }, prices: { '*': PRICE } });
    const { fetch, seen } = scripted(clock, refused({ 'retry-after': '1' }));
    const bare = sdk.make({ fetch });
    const estimate = () => (seen.length === 0 ? undefined : new Promise<never>(() => {}));
    const client = withRateLimit(bare, { limiter, estimate });
    const { controller, listeners } = watched();
    clock.setTimeout(() => controller.abort(), 5000);
    const [, error] = await clock.run(outcome(sdk.ask(client, { signal: controller.signal })));
    await expectClean({ clock, limiter, listeners, error, bare, at: clock.now() }, 5000);
    expect(limiter.spending()).toMatchObject([{ spentUsd: 0, reservedUsd: 0 }]);
  });

  it('in the queue', async () => {
    const result = await aborted(500, ask, 2);
    await expectClean(result, 500);
    expect(result.simulator.log).toHaveLength(2);
  });

  it('in flight', async () => {
    const result = await aborted(500, ask);
    await expectClean(result, 500);
    expect(result.simulator.log).toMatchObject([{ end: 'aborted', endedAt: 500 }]);
  });

  it('in a pause', async () => {
    const { clock, client, bare, limiter } = bench(sdk, fetch);
    const { fetch: server, seen } = scripted(
      clock,
      refused({ 'retry-after': '30' }),
      json(sdk.answer),
    );
    client.fetch = server;
    const { controller, listeners } = watched();
    clock.setTimeout(() => controller.abort(), 500);
    const [, error] = await clock.run(outcome(sdk.ask(client, { signal: controller.signal })));
    expect(error).toBeInstanceOf(sdk.errors.APIUserAbortError);
    expect(described(error)).toEqual(described((await outcome(sdk.ask(bare, ABORTED)))[1]));
    expect([clock.now(), seen.length]).toEqual([500, 1]);
    expect(listeners()).toBeLessThanOrEqual(await leftByTheSdk(sdk));
    expect(underWay(limiter)).toEqual(NOTHING);
    // Its place is free: the next call is the probe.
    await clock.run(sdk.ask(client));
    expect(clock.now()).toBe(30_000);
    expect(clock.pending).toBe(0);
  });

  it.each(['signal', 'controller'])('in the middle of a stream, by its %s', async (by) => {
    const latency = { firstByteMs: 100, perTokenMs: 100 };
    const { clock, client, bare, limiter, simulator } = simulated(sdk, { latency });
    const read = async (of: AnyClient) => {
      const { controller, listeners } = watched();
      const stream = await sdk.stream(of, { signal: controller.signal });
      clock.setTimeout(() => (by === 'signal' ? controller : stream.controller).abort(), 250);
      const seen: unknown[] = [];
      const how = await outcome(
        (async () => {
          for await (const chunk of stream) seen.push(chunk);
        })(),
      );
      return { how, chunks: seen.length, left: listeners() };
    };
    const limited = await clock.run(read(client));
    expect(underWay(limiter)).toEqual(NOTHING);
    expect(limiter.snapshot()[0]?.totals.calls).toBe(1);
    expect(await clock.run(read(bare))).toEqual(limited);
    expect(simulator.log.map(({ end }) => end)).toEqual(['aborted', 'aborted']);
    expect(clock.pending).toBe(0);
  });

  it('of a call that went well leaves no more listeners than the SDK does', async () => {
    const { clock, client } = simulated(sdk);
    const { controller, listeners } = watched();
    await clock.run(sdk.ask(client, { signal: controller.signal }));
    expect(listeners()).toBe(await leftByTheSdk(sdk));
  });
});

describe.each(sdks)('$name: a slot is free again', (sdk) => {
  const cases: [string, (client: AnyClient) => PromiseLike<unknown>, object][] = [
    [
      'after break',
      (client) =>
        sdk.stream(client).then(async (stream) => {
          for await (const _ of stream) break;
        }),
      {},
    ],
    [
      'after a body that was canceled',
      (client) =>
        sdk
          .stream(client)
          .asResponse()
          .then((response) => response.body?.cancel()),
      {},
    ],
    [
      'after a stream that was cut',
      (client) => sdk.stream(client).then(all),
      { faults: ['cut-stream'] },
    ],
    ['after a body that was cut', (client) => sdk.ask(client), { faults: ['cut-stream'] }],
    [
      'after a stream with an error',
      (client) => sdk.stream(client).then(all),
      { faults: ['stream-error'] },
    ],
    [
      'after no connection',
      (client) => sdk.ask(client, { maxRetries: 0 }),
      { faults: ['connection-error'] },
    ],
    ['after a 500', (client) => sdk.ask(client, { maxRetries: 0 }), { faults: [500] }],
    [
      'after one of two readers has left',
      (client) =>
        sdk.stream(client).then(async (stream) => {
          const [one, other] = stream.tee();
          for await (const _ of one) break;
          await all(other);
        }),
      {},
    ],
  ];

  it.each(cases)('%s', async (_, send, options) => {
    const { clock, client, limiter } = simulated(sdk, options, { limiter: { concurrency: 1 } });
    await clock.run(outcome(send(client)));
    await clock.runUntilIdle();
    expect(underWay(limiter)).toEqual(NOTHING);
    await clock.run(sdk.ask(client));
    expect(clock.pending).toBe(0);
  });

  it('after a stream that stalls was aborted', async () => {
    const { clock, client, limiter } = simulated(sdk, { faults: ['stalled-stream'] });
    const stream = await clock.run(sdk.stream(client));
    clock.setTimeout(() => stream.controller.abort(), 60_000);
    await clock.run(outcome(all(stream)));
    expect(clock.now()).toBe(60_000);
    expect(underWay(limiter)).toEqual(NOTHING);
    expect(clock.pending).toBe(0);
  });
});
