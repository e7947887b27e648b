import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { awsStreamTap } from '../../src/http/aws-stream-tap.ts';
import type { BodyFailure } from '../../src/http/body-failure.ts';
import { joined } from '../../src/http/bytes.ts';
import { awsEvent, awsMessage } from './aws-frames.ts';

/** What a tap has seen of a stream that came in pieces. */
function seenOf(bytes: Uint8Array, cuts: readonly number[] = []) {
  const failures: BodyFailure[] = [];
  let answers = 0;
  const tap = awsStreamTap({
    onAnswer: () => answers++,
    onFailure: (failure) => failures.push(failure),
  });
  const passed: Uint8Array[] = [];
  const ends = [...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  let at = 0;
  for (const end of ends) {
    tap.pass(bytes.slice(at, end), (chunk) => passed.push(chunk));
    at = end;
  }
  tap.end(true, () => {});
  return { seen: tap.seen(), failures, answers, passed: joined(passed) };
}

/** As Converse streams it (API reference, "ConverseStream", 2026). */
const CONVERSE = joined([
  awsEvent('messageStart', { role: 'assistant' }),
  awsEvent('contentBlockDelta', { delta: { text: 'Hello there' }, contentBlockIndex: 0 }),
  awsEvent('contentBlockStop', { contentBlockIndex: 0 }),
  awsEvent('messageStop', { stopReason: 'end_turn' }),
  awsEvent('metadata', {
    usage: {
      inputTokens: 10,
      outputTokens: 4,
      totalTokens: 114,
      cacheReadInputTokens: 60,
      cacheWriteInputTokens: 40,
    },
    metrics: { latencyMs: 5 },
  }),
]);
const USAGE = { inputTokens: 110, outputTokens: 4, cachedInputTokens: 60, cacheWriteTokens: 40 };

describe('a stream of Bedrock', () => {
  it('has its usage read from its metadata, however it is cut, and passes unchanged', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(), { maxLength: 20 }), (cuts) => {
        const { seen, answers, passed } = seenOf(CONVERSE, cuts);
        expect(seen).toMatchObject({ usage: USAGE });
        expect([answers, passed]).toEqual([1, CONVERSE]);
      }),
    );
  });

  it('counts what was written before it was cut off', () => {
    const cut = CONVERSE.slice(0, CONVERSE.length - 200);
    expect(seenOf(cut).seen).toMatchObject({ usage: undefined, seenOutputTokens: 3 });
  });

  it('holds events of Claude in base64, where `invoke` streams', () => {
    const events = [
      { type: 'message_start', message: { usage: { input_tokens: 9, output_tokens: 1 } } },
      { type: 'message_delta', usage: { output_tokens: 7 } },
    ];
    const bytes = joined(
      events.map((event) => awsEvent('chunk', { bytes: btoa(JSON.stringify(event)) })),
    );
    expect(seenOf(bytes).seen).toMatchObject({ usage: { inputTokens: 9, outputTokens: 7 } });
  });

  it.each([
    ['throttlingException', 429],
    ['serviceUnavailableException', 503],
    ['newException', 500],
  ])('fails with %s as %i', (type, status) => {
    const headers = { ':exception-type': type, ':message-type': 'exception' };
    const bytes = awsMessage(headers, JSON.stringify({ message: 'Too many requests' }));
    const { failures, answers } = seenOf(bytes);
    expect(failures).toMatchObject([
      { error: { code: status, message: expect.stringContaining('Too many') } },
    ]);
    expect(answers).toBe(0);
  });

  it('is never harmed by bytes that are none', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(seenOf(bytes).passed).toEqual(bytes);
      }),
    );
  });
});
