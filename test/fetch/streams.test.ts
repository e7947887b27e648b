import { describe, expect, it } from 'vitest';
import type { UsageEvent } from '../../src/events.ts';
import { events, json, NOTHING, scripted, underWay } from '../sdk/bench.ts';
import { CHAT_URL, chat, fetchBench, MESSAGES_URL, simulatedFetch } from './bench.ts';

const chunk = (delta: object, rest: object = {}): string =>
  `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', choices: [{ index: 0, delta }], usage: null, ...rest })}`;
const USAGE = chunk({}, { choices: [], usage: { prompt_tokens: 9, completion_tokens: 4 } });
const STREAM = [chunk({ content: 'Hello' }), USAGE, 'data: [DONE]'];

/** What the events `usage` of a limiter have told. */
function usageOf({ limiter }: { limiter: ReturnType<typeof fetchBench>['limiter'] }) {
  const told: UsageEvent['actual'][] = [];
  limiter.on('usage', ({ actual }) => told.push(actual));
  return told;
}

describe('a stream through a limited fetch', () => {
  it.each([
    ['text', chat({ stream: true })],
    ['bytes', { ...chat(), body: new TextEncoder().encode(String(chat({ stream: true }).body)) }],
  ])('is asked for its usage, which is hidden: %s', async (_, init) => {
    let seen: { body: unknown; headers: object }[] = [];
    const bench = fetchBench((clock) => {
      const server = scripted(clock, events(...STREAM));
      seen = server.seen;
      return server.fetch;
    });
    const told = usageOf(bench);
    const length = String(chat({ stream: true }).body).length;
    const headers = { 'content-type': 'application/json', 'content-length': String(length) };
    const response = await bench.clock.run(bench.fetch(CHAT_URL, { ...init, headers }));
    const text = await bench.clock.run(response.text());
    expect(seen).toMatchObject([{ body: { stream_options: { include_usage: true } } }]);
    expect(seen[0]?.headers).toEqual({ 'content-type': 'application/json' });
    expect(text).not.toContain('usage');
    expect(text).toContain('Hello');
    expect(text).toContain('[DONE]');
    expect(told).toMatchObject([{ inputTokens: 9, outputTokens: 4 }]);
    expect(underWay(bench.limiter)).toEqual(NOTHING);
  });

  it('keeps the usage of a caller who asks', async () => {
    const bench = fetchBench((clock) => scripted(clock, events(...STREAM)).fetch);
    const told = usageOf(bench);
    const asked = chat({ stream: true, stream_options: { include_usage: true } });
    const response = await bench.clock.run(bench.fetch(CHAT_URL, asked));
    expect(await bench.clock.run(response.text())).toContain('"completion_tokens":4');
    expect(told).toMatchObject([{ inputTokens: 9, outputTokens: 4 }]);
  });

  it('is not asked where the host refuses the question, nor where the body is signed', async () => {
    const error = { message: "Unrecognized request argument supplied: 'stream_options'" };
    const refusing = json({ error }, { status: 400 });
    const bodies: unknown[] = [];
    const bench = fetchBench((clock) => {
      const { fetch, seen } = scripted(clock, refusing, events(...STREAM));
      return async (...given) => {
        const response = await fetch(...given);
        bodies.push(seen.at(-1)?.body);
        return response;
      };
    });
    const url = 'https://refuses.example/v1/chat/completions';
    const init = chat({ stream: true });
    const first = await bench.clock.run(bench.fetch(url, init));
    expect(first.status).toBe(200);
    await bench.clock.run(first.text());
    expect(bodies.map((body) => 'stream_options' in Object(body))).toEqual([true, false]);
    const headers = { authorization: 'AWS4-HMAC-SHA256 Credential=x' };
    const signed = await bench.clock.run(
      bench.fetch('https://signed.example/v1/chat/completions', { ...init, headers }),
    );
    await bench.clock.run(signed.text());
    expect('stream_options' in Object(bodies.at(-1))).toBe(false);
  });

  it.each([
    ['openai', CHAT_URL, {}],
    ['anthropic', MESSAGES_URL, { model: 'claude-sonnet-5' }],
  ] as const)('is settled with its usage: %s', async (provider, url, extra) => {
    const bench = simulatedFetch({ provider, reply: () => 'One two three four five' });
    const told = usageOf(bench);
    const init = chat({ stream: true, max_tokens: 40, ...extra });
    const headers = { 'x-api-key': 'key', 'anthropic-version': '2023-06-01', ...init.headers };
    const response = await bench.clock.run(bench.fetch(url, { ...init, headers }));
    expect(response.status).toBe(200);
    await bench.clock.run(response.text());
    const [entry] = bench.simulator.log;
    expect(told).toMatchObject([
      { inputTokens: entry?.inputTokens, outputTokens: entry?.outputTokens },
    ]);
    expect(told[0]?.outputTokens).toBeGreaterThan(3);
  });
});
