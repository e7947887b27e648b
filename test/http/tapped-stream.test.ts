import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { BodyTap } from '../../src/http/body-tap.ts';
import { tappedStream } from '../../src/http/tapped-stream.ts';
import { collectGarbage } from '../support/garbage.ts';

function passing(): BodyTap {
  return {
    pass: (bytes, emit) => emit(bytes),
    end: () => {},
    seen: () => ({ usage: undefined, seenOutputTokens: 0 }),
  };
}

it.each([
  ['read to its end', async (stream: ReadableStream) => void (await new Response(stream).text())],
  ['canceled', (stream: ReadableStream) => stream.cancel()],
])('a stream that was %s keeps nothing of its call, though it is kept itself', async (_, end) => {
  let call: { readonly ends: boolean[] } | undefined = { ends: [] };
  const isKept = new WeakRef(call);
  const open = ({ ends }: { readonly ends: boolean[] }): ReadableStream =>
    tappedStream(new Blob(['one', 'two']).stream(), passing(), (whole) => void ends.push(whole));
  const stream = open(call);
  await end(stream);
  expect(call.ends.length).toBeGreaterThan(0);
  const ends = new WeakRef(call.ends);
  call = undefined;
  for (let turns = 0; turns < 50 && ends.deref() !== undefined; turns++) {
    await turn();
    collectGarbage();
  }
  expect([isKept.deref(), ends.deref()]).toEqual([undefined, undefined]);
  expect(stream.locked).toBeTypeOf('boolean');
});

/** All that a reader with a buffer of its own gets, and whether it got that buffer's memory. */
async function readInto(stream: ReadableStream<Uint8Array>, bufferBytes: number): Promise<string> {
  const reader = stream.getReader({ mode: 'byob' });
  const decoder = new TextDecoder();
  let text = '';
  for (;;) {
    const { done, value } = await reader.read(new Uint8Array(bufferBytes));
    if (done) return text;
    text += decoder.decode(value, { stream: true });
  }
}

/** Holds each piece back until the next one, and cuts it in two. */
function holding(seen: string[]): BodyTap {
  let held: Uint8Array | undefined;
  const out = (bytes: Uint8Array, emit: (bytes: Uint8Array) => void): void => {
    seen.push(new TextDecoder().decode(bytes));
    for (const part of [bytes.subarray(0, 1), bytes.subarray(1)]) emit(part);
  };
  return {
    ...passing(),
    pass: (bytes, emit) => {
      if (held !== undefined) out(held, emit);
      held = bytes;
    },
    end: (_, emit) => held && out(held, emit),
  };
}

it.each([1, 4, 1000])('a reader may bring its own buffer, of %i bytes', async (bytes) => {
  const { body } = new Response('one, two, three');
  const ends: boolean[] = [];
  const seen: string[] = [];
  const stream = tappedStream(body!, holding(seen), (whole) => void ends.push(whole));
  expect(await readInto(stream, bytes)).toBe('one, two, three');
  expect([seen.join(''), ends]).toEqual(['one, two, three', [true]]);
});

it('a reader without a buffer gets the same', async () => {
  const { body } = new Response('one, two, three');
  expect(await new Response(tappedStream(body!, holding([]), () => {})).text()).toBe(
    'one, two, three',
  );
});

it('a body whose reader may bring no buffer stays such a one', () => {
  const body = new ReadableStream<Uint8Array>();
  const stream = tappedStream(body, passing(), () => {});
  expect(() => stream.getReader({ mode: 'byob' })).toThrow(TypeError);
});

it('a reader with a buffer hears of a body that breaks off', async () => {
  const body = new ReadableStream<Uint8Array>({
    type: 'bytes',
    start: (sink) => sink.enqueue(new Uint8Array([65])),
    pull: (sink) => sink.error(new Error('cut')),
  });
  const ends: boolean[] = [];
  const stream = tappedStream(body, passing(), (whole) => void ends.push(whole));
  await expect(readInto(stream, 10)).rejects.toThrow('cut');
  expect(ends).toContain(false);
});

it('ends with a body that is aborted, whether anybody reads it or not, and then says why', async () => {
  const ends: boolean[] = [];
  let abort = (_reason: Error): void => {};
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(new Uint8Array([1]));
      abort = (reason) => controller.error(reason);
    },
  });
  const stream = tappedStream(body, passing(), (whole) => void ends.push(whole));
  await turn();
  expect(ends).toEqual([]);
  abort(new Error('the user is gone'));
  await turn();
  expect(ends).toEqual([false]);
  await expect(new Response(stream).text()).rejects.toThrow('the user is gone');
});
