import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Fault } from '../../src/testing/index.ts';
import { createVirtualClock } from '../../src/testing/index.ts';
import { collectGarbage } from '../support/garbage.ts';
import { bench, json, NOTHING, outcome, refused, scripted, simulated, underWay } from './bench.ts';
import { type AnyClient, type EachSdk, sdks } from './sdks.ts';
import { all } from './side-by-side.ts';

const FAULTS: readonly (Fault | 'none')[] = [
  'none',
  500,
  503,
  529,
  'slow-down',
  'insufficient-quota',
  'malformed-retry-after',
  'connection-error',
  'missing-headers',
  'cut-stream',
  'stalled-stream',
  'stream-error',
];

/** How a caller treats the response. */
const READS = [
  'await',
  'asResponse',
  'part',
  'tee',
  'clone',
  'cancel',
  'toReadableStream',
] as const;

interface Plan {
  readonly at: number;
  readonly stream: boolean;
  readonly read: (typeof READS)[number];
  /** When the caller gives up: every call ends. */
  readonly abortAfter: number;
  readonly maxRetries: number;
}

const plans: fc.Arbitrary<Plan[]> = fc.array(
  fc.record({
    at: fc.nat(3000),
    stream: fc.boolean(),
    read: fc.constantFrom(...READS),
    abortAfter: fc.oneof(fc.nat(3000), fc.constant(600_000)),
    maxRetries: fc.nat(2),
  }),
  { minLength: 1, maxLength: 8 },
);

async function carryOut(sdk: EachSdk, client: AnyClient, plan: Plan, signal: AbortSignal) {
  const options = { signal, maxRetries: plan.maxRetries };
  const { read } = plan;
  if (read === 'asResponse') {
    return (await sdk.ask(client, options).asResponse()).text();
  }
  if (read === 'clone') {
    const response = await sdk.stream(client, options).asResponse();
    return Promise.allSettled([response.clone().text(), response.text()]);
  }
  if (read === 'cancel') {
    return (await sdk.stream(client, options).asResponse()).body?.cancel();
  }
  if (!plan.stream) return sdk.ask(client, options);
  const stream = await sdk.stream(client, options);
  if (read === 'part') {
    for await (const _ of stream) return;
  }
  if (read === 'tee') return Promise.allSettled(stream.tee().map(all));
  if (read === 'toReadableStream') return new Response(stream.toReadableStream()).text();
  return all(stream);
}

describe.each(sdks)('$name: whatever happens', (sdk) => {
  it('every reservation ends, and no timer is left', async () => {
    const scenario = fc.record({
      plans,
      faults: fc.array(fc.constantFrom(...FAULTS), { maxLength: 12 }),
      rpm: fc.constantFrom(2, 60, 6000),
      concurrency: fc.constantFrom(1, 3, Number.POSITIVE_INFINITY),
      perTokenMs: fc.constantFrom(0, 50),
    });
    await fc.assert(
      fc.asyncProperty(scenario, async ({ plans, faults, rpm, concurrency, perTokenMs }) => {
        const { clock, client, limiter } = simulated(
          sdk,
          { faults, limits: { rpm, tpm: 100_000 }, latency: { firstByteMs: 100, perTokenMs } },
          { limiter: { concurrency, limits: { rpm: 6000 }, maxPauseMs: 120_000 } },
        );
        const send = async (plan: Plan): Promise<unknown> => {
          await new Promise<void>((resolve) => clock.setTimeout(resolve, plan.at));
          const controller = new AbortController();
          const disarm = clock.setTimeout(() => controller.abort(), plan.abortAfter);
          const result = await outcome(carryOut(sdk, client, plan, controller.signal));
          disarm();
          return result;
        };
        await clock.run(Promise.all(plans.map(send)));
        await clock.runUntilIdle();
        expect(underWay(limiter)).toEqual(NOTHING);
        expect(clock.pending).toBe(0);
      }),
      { numRuns: 12, seed: 7 },
    );
  });

  it('a response that nobody reads is given up when it is collected', async () => {
    const clock = createVirtualClock();
    const { fetch, seen } = scripted(clock, json(sdk.answer));
    const { client, limiter } = bench(sdk, fetch, { limiter: { concurrency: 2 } }, clock);
    await clock.run(forget(client));
    expect(underWay(limiter).inFlight).toBe(2);
    for (let turn = 0; turn < 200 && underWay(limiter).inFlight > 0; turn++) {
      await new Promise<void>((resolve) => setTimeout(resolve));
      collectGarbage();
    }
    expect(underWay(limiter)).toEqual(NOTHING);
    expect(seen).toHaveLength(2);
  });

  async function forget(client: AnyClient): Promise<void> {
    await sdk.ask(client).asResponse();
    await sdk.stream(client).asResponse();
  }

  it('close() lets what is in flight end, and leaves no timer', async () => {
    const { clock, client, limiter } = bench(sdk, fetch);
    const { fetch: server } = scripted(clock, refused({ 'retry-after': '30' }), json(sdk.answer));
    client.fetch = server;
    const waiting = outcome(sdk.ask(client));
    await clock.advance(1000);
    limiter.close();
    const [how, error] = await clock.run(waiting);
    expect(how).toBe('failed');
    expect(error).toMatchObject({ code: 'closed' });
    expect(underWay(limiter)).toEqual(NOTHING);
    expect(clock.pending).toBe(0);
  });
});
