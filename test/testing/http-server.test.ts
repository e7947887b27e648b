import { expect, test } from 'vitest';
import { createSimulator } from '../../src/testing/index.ts';

const chat = (url: string, body: object, signal?: AbortSignal) =>
  fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    body: JSON.stringify({ model: 'gpt-4o', messages: [], ...body }),
    ...(signal === undefined ? {} : { signal }),
  });

test('a client that goes away ends its call', async () => {
  const simulator = createSimulator({ faults: ['stalled-stream'] });
  const server = await simulator.listen();
  const controller = new AbortController();
  const response = await chat(server.url, { stream: true }, controller.signal);
  expect(simulator.stats().inFlight).toBe(1);
  controller.abort();
  await expect(response.text()).rejects.toThrow();
  await expect.poll(() => simulator.log[0]?.end).toBe('aborted');
  expect(simulator.stats().inFlight).toBe(0);
  await server.close();
});

test('a client that doesn’t read isn’t sent more than fits on the way', async () => {
  const outputTokens = 200_000;
  const simulator = createSimulator({ reply: () => ({ outputTokens }) });
  const server = await simulator.listen();
  const response = await chat(server.url, { stream: true });
  let before = -1;
  await expect
    .poll(
      () => {
        const settled = before === simulator.log[0]?.outputTokens;
        before = simulator.log[0]?.outputTokens ?? 0;
        return settled;
      },
      { interval: 200, timeout: 20_000 },
    )
    .toBe(true);
  expect(before).toBeLessThan(outputTokens);
  const text = await response.text();
  expect(text.endsWith('data: [DONE]\n\n')).toBe(true);
  expect(simulator.log[0]).toMatchObject({ outputTokens, end: 'complete' });
  await server.close();
});

test('closing ends the calls in flight, and frees the port', async () => {
  const simulator = createSimulator({ faults: ['stalled-stream'] });
  const server = await simulator.listen();
  const response = await chat(server.url, { stream: true });
  await server.close();
  await expect(response.text()).rejects.toThrow();
  const again = await simulator.listen({ port: server.port });
  expect(again.url).toBe(server.url);
  await again.close();
});

test('a port that is taken is an error', async () => {
  const simulator = createSimulator();
  const server = await simulator.listen();
  await expect(simulator.listen({ port: server.port })).rejects.toThrow('EADDRINUSE');
  await server.close();
});
