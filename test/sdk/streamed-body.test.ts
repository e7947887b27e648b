import { describe, expect, it } from 'vitest';
import { bench, NOTHING, outcome, refused, scripted, underWay } from './bench.ts';
import { CHAT, MESSAGE, sdks } from './sdks.ts';

describe.each(sdks)('$name: a body that is read while it is sent', (sdk) => {
  const path = sdk.wire === 'openai' ? '/chat/completions' : '/v1/messages';
  const text = JSON.stringify(sdk.wire === 'openai' ? CHAT : MESSAGE);

  const bytes = new TextEncoder().encode(text);

  async function* pieces(): AsyncGenerator<Uint8Array> {
    yield bytes;
  }
  const bodies: [string, () => unknown][] = [
    ['an async generator', pieces],
    ['an iterator', () => [bytes].values()],
    ['a ReadableStream', () => new Blob([text]).stream()],
  ];

  it.each(bodies)('is not sent twice when it is refused (%s)', async (_, body) => {
    const { clock, client, limiter } = bench(sdk, fetch);
    const { fetch: server, seen } = scripted(clock, refused({ 'retry-after-ms': '100' }));
    client.fetch = server;
    const [, error] = await clock.run(outcome(client.post(path, { body: body() })));
    expect(seen.map((each) => each.body)).toEqual([JSON.parse(text)]);
    expect(error).toBeInstanceOf(sdk.errors.RateLimitError);
    expect(underWay(limiter)).toEqual(NOTHING);
  });
});
