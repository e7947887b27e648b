import { describe, expect, it } from 'vitest';
import type { BodyTap } from '../../src/http/body-tap.ts';
import { tappedStream } from '../../src/http/tapped-stream.ts';
import { createVirtualClock } from '../../src/testing/index.ts';

const KILOBYTE = 1024;

/** A body of pieces, and what becomes of it. */
function opened(pieces: readonly Uint8Array[], broken?: Error) {
  const clock = createVirtualClock();
  const state = { read: 0, isCanceled: false, ends: [] as boolean[] };
  const body = new ReadableStream<Uint8Array>(
    {
      pull(sink) {
        const piece = pieces[state.read++];
        if (piece !== undefined) sink.enqueue(piece);
        else if (broken === undefined) sink.close();
        else sink.error(broken);
      },
      cancel() {
        state.isCanceled = true;
      },
    },
    { highWaterMark: 0 },
  );
  const tap: BodyTap = {
    pass: (bytes, emit) => emit(bytes),
    end: () => {},
    seen: () => ({ usage: undefined, seenOutputTokens: 0 }),
  };
  const stream = tappedStream(body, tap, (whole) => void state.ends.push(whole), clock);
  return { clock, state, stream, reader: stream.getReader() };
}

const numbered = (count: number, size = 1): Uint8Array[] =>
  Array.from({ length: count }, (_, index) => new Uint8Array(size).fill(index));

/** The first byte of each piece that is left. */
async function rest(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<number[]> {
  const { done, value } = await reader.read();
  return done ? [] : [value[0]!, ...(await rest(reader))];
}

describe('a stream whose reader has begun, and asks for nothing', () => {
  it('is read to its end after five seconds', async () => {
    const { clock, state, reader } = opened(numbered(4));
    await reader.read();
    await clock.advance(4999);
    expect([state.read, state.ends]).toEqual([1, []]);
    await clock.advance(1);
    expect([state.read, state.ends, clock.pending]).toEqual([5, [true], 0]);
  });

  it('has all that was read for a reader that comes back', async () => {
    const { clock, reader } = opened(numbered(4));
    await reader.read();
    await clock.advance(6000);
    expect(await rest(reader)).toEqual([1, 2, 3]);
  });

  it('has it also if it breaks meanwhile, and then the error', async () => {
    const { clock, state, reader } = opened(numbered(3), new Error('broken'));
    await reader.read();
    await clock.advance(6000);
    expect(state.ends).toEqual([false]);
    expect((await reader.read()).value).toEqual(new Uint8Array([1]));
    expect((await reader.read()).value).toEqual(new Uint8Array([2]));
    await expect(reader.read()).rejects.toThrow('broken');
  });

  it('is read up to a megabyte ahead, and further once that was asked for', async () => {
    const { clock, state, reader } = opened(numbered(3000, KILOBYTE));
    await reader.read();
    await clock.advance(60_000);
    expect([state.read, state.ends]).toEqual([1 + KILOBYTE, []]);
    for (let piece = 0; piece < KILOBYTE; piece++) await reader.read();
    await clock.advance(60_000);
    expect(state.read).toBe(1 + 2 * KILOBYTE);
  });

  it('can be canceled then', async () => {
    const { clock, state, reader } = opened(numbered(3000, KILOBYTE));
    await reader.read();
    await clock.advance(60_000);
    await reader.cancel();
    expect([state.isCanceled, state.ends.at(-1), clock.pending]).toEqual([true, false, 0]);
  });

  it('can be canceled after its end', async () => {
    const { clock, state, reader } = opened(numbered(3));
    await reader.read();
    await clock.advance(6000);
    await reader.cancel();
    expect([state.isCanceled, state.ends[0]]).toEqual([false, true]);
  });
});

describe('nothing is read ahead', () => {
  it('of a reader that only takes its time', async () => {
    const { clock, state, reader } = opened(numbered(9));
    for (let piece = 1; piece <= 5; piece++) {
      await reader.read();
      await clock.advance(4000);
      expect(state.read).toBe(piece);
    }
    await reader.cancel();
    expect(clock.pending).toBe(0);
  });

  it('before it has begun', async () => {
    const { clock, state } = opened(numbered(4));
    await clock.advance(60_000);
    expect([state.read, clock.pending]).toEqual([0, 0]);
  });
});
