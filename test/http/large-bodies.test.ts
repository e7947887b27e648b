import { expect, test } from 'vitest';
import { meterResponse, type ResponseEnd } from '../../src/http/metered-response.ts';
import { collectGarbage } from '../support/garbage.ts';

const MB = 2 ** 20;
const PIECE = new TextEncoder().encode('x'.repeat(MB));
const USAGE = '"usage":{"prompt_tokens":5,"completion_tokens":7,"total_tokens":12}';
const ACTUAL = { inputTokens: 5, outputTokens: 7, cachedInputTokens: 0, cacheWriteTokens: 0 };

/** A body of a hundred megabytes in one line, made as it is read. */
function large(contentType: string, head: string, tail: string): Response {
  const text = (part: string): Uint8Array => new TextEncoder().encode(part);
  function* pieces(): Generator<Uint8Array> {
    yield text(head);
    for (let piece = 0; piece < 100; piece++) yield PIECE;
    yield text(tail);
  }
  const all = pieces();
  const pull = (sink: ReadableStreamDefaultController<Uint8Array>): void => {
    const { done, value } = all.next();
    if (done === true) sink.close();
    else sink.enqueue(value);
  };
  return new Response(new ReadableStream({ pull }), { headers: { 'content-type': contentType } });
}

test.each([
  [
    'a JSON body',
    'application/json',
    '{"choices":[{"message":{"content":"',
    `"}}],${USAGE}}`,
    false,
  ],
  [
    'an event',
    'text/event-stream',
    'data: {"choices":[{"delta":{"content":"',
    `"}}],${USAGE}}\n\ndata: [DONE]\n\n`,
    true,
  ],
] as const)(
  '%s of 100 MB passes whole, counts, and is not kept',
  async (_what, contentType, head, tail, isStream) => {
    const ends: ResponseEnd[] = [];
    const onEnd = (end: ResponseEnd): void => void ends.push(end);
    const bare = large(contentType, head, tail);
    const response = meterResponse(bare, { hideUsageChunk: isStream, isStream, onEnd });
    collectGarbage();
    const before = process.memoryUsage().arrayBuffers;
    let bytes = 0;
    let kept = Number.NaN;
    for await (const chunk of response.body!) {
      bytes += chunk.length;
      if (bytes < 100 * MB || kept >= 0) continue;
      collectGarbage();
      kept = process.memoryUsage().arrayBuffers - before;
    }
    expect(bytes).toBe(head.length + 100 * MB + tail.length);
    expect(kept).toBeLessThan(80 * MB);
    expect(ends).toMatchObject([{ usage: ACTUAL, complete: true }]);
  },
);
