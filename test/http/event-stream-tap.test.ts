import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { BodyFailure } from '../../src/http/body-failure.ts';
import { joined } from '../../src/http/bytes.ts';
import { tapFor } from '../../src/http/tap-for.ts';
import { chunkings } from '../support/chunkings.ts';

const encoder = new TextEncoder();
const CONTENT = 'data: {"choices":[{"index":0,"delta":{"content":"é😀"}}]}';
const USAGE = 'data: {"choices":[],"usage":{"prompt_tokens":9,"completion_tokens":2}}';

/** What the reader of a stream gets, chunk by chunk. */
function passed(chunks: readonly Uint8Array[], contentType = 'text/event-stream', hides = true) {
  const said: string[] = [];
  const tap = tapFor(
    { contentType, isStream: true, hideUsageChunk: hides },
    {
      onAnswer: () => said.push('answer'),
      onFailure: ({ error }: BodyFailure) => said.push(`failure ${error.code}`),
    },
  );
  const out: Uint8Array[] = [];
  for (const chunk of chunks) tap.pass(chunk, (bytes) => out.push(bytes));
  tap.end(true, (bytes) => out.push(bytes));
  return { out, text: new TextDecoder().decode(joined(out)), said, seen: tap.seen() };
}

const one = (text: string) => passed([encoder.encode(text)]);

describe('a chunk of the network is at most one chunk for its reader', () => {
  test.each([
    ['blank lines', '\n'],
    ['CRs', '\r'],
    ['comments', ': ping\n\n'],
    ['events without data', 'data:\n\n'],
    ['events of one character', 'data: 1\n\n'],
    ['small events', `${CONTENT}\n\n`],
    ['usage chunks among others', `${CONTENT}\n\n${USAGE}\n\n: ping\n\n`],
  ])('%s', (_, part) => {
    const { out, seen } = one(`${part.repeat(2000)}${CONTENT}\n\n${USAGE}\n\n${part}`);
    expect(out).toHaveLength(1);
    expect(seen.usage).toMatchObject({ inputTokens: 9, outputTokens: 2 });
  });
});

test('blank bytes before anything else are passed on at once', () => {
  const { out, text } = passed(
    ['\uFEFF', '\r\n', '\n', `${CONTENT}\n\n`].map((it) => encoder.encode(it)),
  );
  expect(out).toHaveLength(4);
  expect(text).toBe(`\r\n\n${CONTENT}\n\n`);
});

test('a line that is larger than any event passes in parts, and what follows is read', () => {
  const part = new Uint8Array(2 ** 20).fill(0x78);
  const line = Array.from({ length: 12 }, () => part);
  const { out, seen } = passed([
    encoder.encode('data: '),
    ...line,
    encoder.encode(`\n\n${CONTENT}\n\n${USAGE}\n\n`),
  ]);
  expect(joined(out).length).toBe(6 + 12 * 2 ** 20 + 2 + encoder.encode(`${CONTENT}\n\n`).length);
  expect(out.length).toBeGreaterThan(7);
  expect(seen.usage).toMatchObject({ inputTokens: 9 });
});

test('an event of up to 4 MiB loses the `usage: null` of `include_usage`, and nothing else', () => {
  const content = 'x\\"usage\\":null'.repeat(2 ** 17);
  const event = (more: string) =>
    `data: {"choices":[{"delta":{"content":"${content}"}}]${more}}\n\n`;
  expect(one(event(',"usage":null')).text).toBe(event(''));
  expect(one(event('')).text).toBe(event(''));
  // One that is larger than any event passes as it is.
  const larger = event(`,"more":"${'x'.repeat(3 * 2 ** 20)}","usage":null`);
  expect(one(larger).text).toBe(larger);
});

describe('when a stream begins to be an answer', () => {
  test.each([
    ['content', `${CONTENT}\n\n`, ['answer']],
    ['nothing but comments', ': ping\n\n\n\n', []],
    ['what comes before it', 'data: {"type":"response.created","response":{}}\n\n', []],
    ["Azure's results of its filter", 'data: {"choices":[],"prompt_filter_results":[]}\n\n', []],
    [
      'an error',
      'data: {"error":{"code":429}}\n\ndata: {"error":{"code":500}}\n\n',
      ['failure 429'],
    ],
    [
      'an error after content',
      `${CONTENT}\n\ndata: {"error":{"code":429}}\n\n`,
      ['answer', 'failure 429'],
    ],
  ])('%s', (_, text, said) => {
    expect(one(text).said).toEqual(said);
  });
});

const block = fc.oneof(
  fc.constantFrom(
    CONTENT,
    ': ping',
    'event: ping\ndata: {}',
    'data',
    '',
    'id: 7',
    '\uFEFFdata: 1',
    'data: [DONE]',
  ),
  fc.string({ unit: 'binary' }).map((text) => `data: ${JSON.stringify(text)}`),
  fc.string({ unit: 'binary' }),
);
const ends = fc.constantFrom('\n\n', '\r\n\r\n', '\r\r', '\n', '\r');
const types = fc.constantFrom(
  'text/event-stream',
  'text/plain',
  'application/json',
  'application/x-ndjson',
  '',
);

test('however it is cut and called, a stream passes byte by byte as it is, without what we asked for', () => {
  const blocks = fc.array(fc.tuple(block, ends), { maxLength: 8 });
  const cut = fc
    .tuple(blocks, blocks, fc.constantFrom('\n\n', '\r\n\r\n', '\r\r'))
    .chain(([before, after, end]) => {
      // A block that is open would make the usage chunk a part of it.
      const start = `${before.flat().join('')}${end}`;
      const rest = after.flat().join('');
      const whole = encoder.encode(`${start}${USAGE}${end}${rest}`);
      // The LF of a CR LF goes with the chunk that the CR has ended.
      const lf = end === '\r\r' && rest.startsWith('\n') ? 1 : 0;
      const bare = encoder.encode(start + rest.slice(lf));
      return fc.tuple(fc.constant(bare), chunkings(whole));
    });
  fc.assert(
    fc.property(cut, types, ([bare, chunks], type) => {
      fc.pre(!/^[\s\uFEFF]*[{[]/.test(new TextDecoder().decode(bare)));
      const { out } = passed(chunks, type);
      expect(joined(out)).toEqual(bare);
    }),
  );
});

test('where we did not ask, every chunk is passed on as it is', () => {
  const cut = fc
    .array(fc.tuple(block, ends))
    .chain((all) => chunkings(encoder.encode(all.flat().join(''))));
  fc.assert(
    fc.property(cut, types, (chunks, type) => {
      const { out } = passed(chunks, type, false);
      expect(out).toHaveLength(chunks.length);
      out.forEach((bytes, index) => {
        expect(bytes).toBe(chunks[index]);
      });
    }),
  );
});
