import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { joined } from '../../src/http/bytes.ts';
import { SseParser, type SsePiece } from '../../src/http/sse.ts';
import { chunkings } from '../support/chunkings.ts';

const encoder = new TextEncoder();

function piecesOf(chunks: readonly Uint8Array[], maxEventBytes?: number): SsePiece[] {
  const parser = new SseParser(maxEventBytes);
  return [...chunks.flatMap((chunk) => parser.push(chunk)), ...parser.end()];
}

function eventsIn(text: string) {
  return piecesOf([encoder.encode(text)]).flatMap(({ event }) => event ?? []);
}

describe('fields', () => {
  test('an event and its data', () => {
    expect(eventsIn('event: message_start\ndata: {"a":1}\n\n')).toEqual([
      { event: 'message_start', data: '{"a":1}' },
    ]);
  });

  test('lines of data are joined, one space is dropped, others stay', () => {
    expect(eventsIn('data:a\ndata:  b\ndata\n\n')).toEqual([{ event: '', data: 'a\n b\n' }]);
  });

  test('comments, keep-alives and fields of no use are no events (OpenRouter, DeepSeek)', () => {
    expect(eventsIn(': OPENROUTER PROCESSING\n\n\n: keep-alive\n\nid: 7\n\n')).toEqual([]);
    expect(eventsIn(': a comment\nid: 7\ndata: 1\n\n')).toEqual([{ event: '', data: '1' }]);
  });

  test.each(['\n', '\r\n', '\r'])('lines that end with %j', (end) => {
    const text = ['event: x', 'data: 1', '', 'data: 2', '', ''].join(end);
    expect(eventsIn(text)).toEqual([
      { event: 'x', data: '1' },
      { event: '', data: '2' },
    ]);
  });

  test('a BOM, and fields that only start like others', () => {
    expect(eventsIn('\uFEFFdata: 1\ndatabase: 2\nid: 3\n\n')).toEqual([{ event: '', data: '1' }]);
  });

  test('the last event may lack its blank line', () => {
    expect(eventsIn('data: 1\n\ndata: 2')).toEqual([
      { event: '', data: '1' },
      { event: '', data: '2' },
    ]);
  });
});

describe('pieces', () => {
  test.each([
    ['blank lines', '\n'],
    ['CRs', '\r'],
    ['CR LFs', '\r\n'],
    ['comments', ': ping\n\n'],
    ['blocks without data', 'id: 1\nretry: 5\n\n'],
  ])('%s in a row are one piece, however many', (_, filler) => {
    const text = `${filler.repeat(10_000)}data: 1\n\n${filler.repeat(10_000)}`;
    const kinds = piecesOf([encoder.encode(text)]).map(({ kind }) => kind);
    expect(kinds).toEqual(['filler', 'event', 'filler']);
  });

  test('events are pieces without a copy of their bytes', () => {
    const chunk = encoder.encode('data: 1\n\n\ndata: 2\n\n');
    const pieces = piecesOf([chunk]);
    expect(pieces.map(({ kind }) => kind)).toEqual(['event', 'filler', 'event']);
    expect(pieces.every(({ bytes }) => bytes.buffer === chunk.buffer)).toBe(true);
  });

  test('an event is out with its last byte, though an LF may follow its CR', () => {
    const parser = new SseParser();
    expect(parser.push(encoder.encode('data: 1\r\n\r')).map(({ kind }) => kind)).toEqual(['event']);
    expect(parser.push(encoder.encode('\ndata: 2\n\n')).map(({ kind }) => kind)).toEqual([
      'line-feed',
      'event',
    ]);
  });

  test('a chunk may be overwritten once it was pushed', () => {
    const parser = new SseParser();
    const chunk = encoder.encode('data: 1');
    parser.push(chunk);
    chunk.fill(0);
    expect(parser.push(encoder.encode('\n\n'))[0]?.event?.data).toBe('1');
  });

  test('of an event that is too large the end is known, and the next one is read', () => {
    const chunks = ['data: 1234567890', '1234567890\n\n', 'data: 1\n\n'].map((it) =>
      encoder.encode(it),
    );
    expect(piecesOf(chunks, 12).map(({ kind, event }) => [kind, event])).toEqual([
      ['fragment', undefined],
      ['fragment', { event: '', data: 'data: 12345678901234567890\n\n', isCut: true }],
      ['event', { event: '', data: '1' }],
    ]);
    expect(piecesOf([joined(chunks)], 12).map(({ kind }) => kind)).toEqual(['fragment', 'event']);
  });
});

const line = fc.oneof(
  fc.constantFrom('', 'data: {"a":"é😀"}', 'event: x', ': ping', 'data', '\uFEFF', 'id: 7'),
  fc.string({ unit: 'binary' }),
);
const lines = fc.array(fc.tuple(line, fc.constantFrom('\n', '\r\n', '\r')));
const streams = lines.map((all) => encoder.encode(all.flat().join('')));

test('however a stream is cut, its events are the same and its pieces are all of it', () => {
  const cut = streams.chain((bytes) => fc.tuple(fc.constant(bytes), chunkings(bytes)));
  fc.assert(
    fc.property(cut, fc.constantFrom(20, 2 ** 20), ([bytes, chunks], maxEventBytes) => {
      const pieces = piecesOf(chunks, maxEventBytes);
      expect(joined(pieces.map((piece) => piece.bytes))).toEqual(bytes);
      const whole = piecesOf([bytes], maxEventBytes);
      const events = (all: SsePiece[]) => all.flatMap(({ event }) => event ?? []);
      expect(events(pieces)).toEqual(events(whole));
    }),
  );
});
