import { expect, it } from 'vitest';
import { readError } from '../../src/sdk/error-response.ts';
import { createVirtualClock } from '../../src/testing/index.ts';

it('the body of an error that never ends is read so far and no further', async () => {
  const clock = createVirtualClock();
  let sent = 0;
  const chunk = new TextEncoder().encode('x'.repeat(64_000));
  const endless = new ReadableStream({
    pull(sink) {
      sent++;
      sink.enqueue(chunk);
    },
  });
  const { text } = await readError(new Response(endless, { status: 429 }), clock);
  expect(text.length).toBeLessThan(1_100_000);
  expect(sent).toBeLessThan(20);
  expect(clock.pending).toBe(0);
});

it('a reader of an error may bring a buffer of its own', async () => {
  const { whole } = await readError(new Response('Slow.', { status: 429 }), createVirtualClock());
  const reader = whole().body?.getReader({ mode: 'byob' });
  const { value } = (await reader?.read(new Uint8Array(100))) ?? {};
  expect(new TextDecoder().decode(value)).toBe('Slow.');
  expect(await reader?.read(new Uint8Array(1))).toMatchObject({ done: true });
});
