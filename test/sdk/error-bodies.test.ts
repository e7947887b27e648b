import { describe, expect, it } from 'vitest';
import { createVirtualClock } from '../../src/testing/index.ts';
import { bench, described, json, NOTHING, outcome, scripted, underWay } from './bench.ts';
import { sdks } from './sdks.ts';

const encoder = new TextEncoder();
const ERROR = JSON.stringify({
  type: 'error',
  error: { message: 'Slow.', type: 'rate_limit_error', code: 'rate_limit_exceeded', param: null },
});

/** A body of these parts, that then ends as it says. */
function body(parts: readonly (string | Uint8Array)[], end: 'whole' | 'reset' | 'stalled') {
  const left = [...parts];
  return new ReadableStream<Uint8Array>(
    {
      pull(sink) {
        const part = left.shift();
        if (part !== undefined)
          sink.enqueue(typeof part === 'string' ? encoder.encode(part) : part);
        else if (end === 'whole') sink.close();
        else if (end === 'reset') sink.error(new TypeError('terminated'));
        else return new Promise<void>(() => {});
      },
    },
    { highWaterMark: 0 },
  );
}

const BODIES: Readonly<Record<string, () => BodyInit | null>> = {
  'is whole': () => body([ERROR], 'whole'),
  'breaks off': () => body([ERROR.slice(0, 20)], 'reset'),
  'breaks off at once': () => body([], 'reset'),
  'breaks off after its end': () => body([ERROR], 'reset'),
  'comes in bytes': () =>
    body(
      [...encoder.encode(ERROR)].map((it) => Uint8Array.of(it)),
      'whole',
    ),
  'has three megabytes': () =>
    body([ERROR.slice(0, -1), ...Array(48).fill(' '.repeat(2 ** 16)), '}'], 'whole'),
  'is no UTF-8': () => body([Uint8Array.of(0x22, 0xff, 0xfe, 0x22)], 'whole'),
  'is empty': () => null,
};

describe.each(sdks)('$name: an error response whose body', (sdk) => {
  it.each(Object.entries(BODIES))(
    '%s: its caller sees it as without a limiter',
    async (_, made) => {
      for (const status of [400, 429, 529]) {
        const { clock, client, bare, limiter } = bench(sdk, fetch, { client: { maxRetries: 0 } });
        const answer = () =>
          new Response(made(), { status, headers: { 'content-type': 'application/json' } });
        client.fetch = scripted(clock, answer).fetch;
        bare.fetch = scripted(clock, answer).fetch;
        const [how, error] = await clock.run(outcome(sdk.stream(client)));
        const [plainly, plain] = await outcome(sdk.stream(bare));
        expect([how, described(error)]).toEqual([plainly, described(plain)]);
        await clock.runUntilIdle();
        expect(underWay(limiter)).toEqual(NOTHING);
      }
    },
  );

  it('stalls: it ends when its caller gives up, and the lane has been paused before', async () => {
    const clock = createVirtualClock();
    const { client, limiter } = bench(sdk, fetch, { client: { maxRetries: 0 } }, clock);
    const stalled = () =>
      new Response(body([ERROR], 'stalled'), { status: 429, headers: { 'retry-after': '60' } });
    const { fetch: server } = scripted(clock, stalled, json(sdk.answer));
    client.fetch = async (input, init) => {
      const response = await server(input, init);
      const reader = response.body?.getReader();
      const relayed = new ReadableStream<Uint8Array>({
        async pull(sink) {
          const aborted = new Promise<never>((_, reject) => {
            init?.signal?.addEventListener('abort', () =>
              reject(new DOMException('Aborted', 'AbortError')),
            );
          });
          const part = await Promise.race([reader?.read(), aborted]);
          if (part === undefined || part.done) sink.close();
          else sink.enqueue(part.value);
        },
      });
      return new Response(relayed, response);
    };
    const controller = new AbortController();
    const call = outcome(sdk.ask(client, { signal: controller.signal }));
    await clock.advance(10_000);
    expect(limiter.snapshot()[0]?.pausedUntil).toBe(70_000);
    expect(underWay(limiter)).toEqual(NOTHING);
    controller.abort();
    expect((await clock.run(call))[0]).toBe('failed');
  });
});
