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
