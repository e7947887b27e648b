import type OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import { createRateLimiter } from '../../src/limiter.ts';
import { createVirtualClock } from '../../src/testing/index.ts';
import { withRateLimit } from '../../src/with-rate-limit.ts';
import { HOST_STREAMS } from './host-streams.ts';
import { CHAT, type Fetch, openaiSdks } from './sdks.ts';
import { all } from './side-by-side.ts';

/** Content types under which the SDKs read a stream. */
const TYPES = [
  'text/event-stream',
  'text/event-stream; charset=utf-8',
  'Text/Event-Stream;version=1',
  'text/plain',
  'text/html',
  'application/json',
  'application/x-ndjson',
  'application/stream+json',
  'application/octet-stream',
  '',
] as const;

/** Answers each chat with the host's stream, cut into pieces of `size` bytes. */
function host(stream: (isAsked: boolean) => string, type: string, size: number): Fetch {
  return async (_, init) => {
    const isAsked = String(init?.body).includes('include_usage');
    const bytes = new TextEncoder().encode(stream(isAsked));
    let at = 0;
    const body = new ReadableStream<Uint8Array>({
      pull(sink) {
        if (at >= bytes.length) return sink.close();
        sink.enqueue(bytes.slice(at, at + size));
        at += size;
      },
    });
    return new Response(body, { headers: type === '' ? {} : { 'content-type': type } });
  };
}

const chat = async (client: OpenAI) =>
  all(await client.chat.completions.create({ ...CHAT, stream: true }));
type Way = (client: OpenAI) => Promise<unknown>;
const WAYS: Readonly<Record<string, Way>> = {
  'for await': chat,
  'the helper': async (client: OpenAI) => {
    const runner = client.chat.completions.stream(CHAT);
    const chunks = await all(runner);
    return [chunks, await runner.finalChatCompletion()];
  },
  'with usage asked for': async (client: OpenAI) =>
    all(
      await client.chat.completions.create({
        ...CHAT,
        stream: true,
        stream_options: { include_usage: true },
      }),
    ),
  'raw text': async (client: OpenAI) =>
    (await client.chat.completions.create({ ...CHAT, stream: true }).asResponse()).text(),
};

const plain = openaiSdks.filter(({ name }) => /^openai \d$/.test(name));

describe.each(plain)('$name', (sdk) => {
  const made = (baseURL: string, fetch: Fetch) => {
    const clock = createVirtualClock();
    const limiter = createRateLimiter({ clock, limits: { rpm: 6000 } });
    const bare = sdk.make({ baseURL, fetch });
    return { clock, limiter, bare, client: withRateLimit(bare, { limiter }) };
  };

  describe.each(Object.entries(HOST_STREAMS))(
    '%s',
    (_, { baseURL, stream, usage, sameFrom = 0 }) => {
      it.each(Object.entries(WAYS))('is the same as without a limiter: %s', async (_, way) => {
        for (const size of [1, 1e6]) {
          const { clock, bare, client } = made(baseURL, host(stream, 'text/event-stream', size));
          const expected = await way(bare);
          for (let turn = 0; turn < 3; turn++) {
            const seen = await clock.run(way(client));
            if (turn >= sameFrom) expect(JSON.stringify(seen)).toBe(JSON.stringify(expected));
          }
        }
      });

      it.each(sdk.name === 'openai 7' ? TYPES : TYPES.slice(3, 4))(
        'is the same, and counted, as %j',
        async (type) => {
          const { clock, limiter, bare, client } = made(baseURL, host(stream, type, 100));
          const used: unknown[] = [];
          limiter.on('usage', ({ actual }) => used.push(actual));
          const expected = await chat(bare);
          for (let turn = 0; turn < 3; turn++) {
            const seen = await clock.run(chat(client));
            if (turn >= sameFrom) expect(seen).toEqual(expected);
          }
          expect(used[0]).toMatchObject(usage);
          expect(used[2]).toMatchObject(usage);
        },
      );
    },
  );
});
