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
