import OpenAI from 'openai';
import { describe, expect, test } from 'vitest';
import {
  createSimulator,
  createVirtualClock,
  type SimulatorOptions,
} from '../../src/testing/index.ts';
import { collect } from './requests.ts';

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

describe('in virtual time, over real sockets', () => {
  const latency = { firstByteMs: 1_000, perTokenMs: 100 };
  const request = {
    model: 'gpt-4o',
    messages: [{ role: 'user' as const, content: 'x' }],
    max_tokens: 3,
  };

  async function connect(options: SimulatorOptions = {}) {
    const clock = createVirtualClock();
    const simulator = createSimulator({ clock, latency, ...options });
    const { url, fetch, close } = await simulator.listen();
    const client = new OpenAI({ apiKey: 'key', maxRetries: 0, baseURL: `${url}/v1`, fetch });
    return { clock, simulator, client, close };
  }

  test('each part of a stream arrives at its instant', async () => {
    const { clock, client, close } = await connect();
    const trace: string[] = [];
    const call = async () => {
      const stream = await client.chat.completions.create({ ...request, stream: true });
      for await (const chunk of stream) {
        trace.push(`${clock.now()} ${chunk.choices[0]?.delta.content}`);
      }
      await client.chat.completions.create(request);
      trace.push(`${clock.now()} whole`);
    };
    await clock.run(call());
    expect(trace).toEqual([
      '1000 ',
      '1100 the ',
      '1200 sun ',
      '1300 and ',
      '1300 undefined',
      '2600 whole',
    ]);
    await close();
  });

  test('any number of clients at once, to the millisecond', async () => {
    const { clock, simulator, client, close } = await connect({ limits: { concurrency: 3 } });
    const trace: string[] = [];
    const caller = async (name: string, startsAt: number) => {
      await new Promise<void>((resolve) => clock.setTimeout(resolve, startsAt));
      const { status } = await client.chat.completions
        .create(request)
        .then(() => ({ status: 200 }))
        .catch((error) => error);
      trace.push(`${clock.now()} ${name} ${status}`);
    };
    await clock.run(
      Promise.all(['a', 'b', 'c', 'd', 'e'].map((name, index) => caller(name, index * 400))),
    );
    expect(trace).toEqual(['1200 d 429', '1300 a 200', '1700 b 200', '2100 c 200', '2900 e 200']);
    expect(simulator.stats().inFlight).toBe(0);
    await close();
  });

  test('an abort reaches the server before time moves on', async () => {
    const { clock, simulator, client, close } = await connect();
    const call = async () => {
      const stream = await client.chat.completions.create({ ...request, stream: true });
      for await (const _ of stream) if (clock.now() === 1_200) break;
      await new Promise<void>((resolve) => clock.setTimeout(resolve, 1));
    };
    await clock.run(call());
    expect(simulator.log[0]).toMatchObject({ end: 'aborted', endedAt: 1_200, outputTokens: 2 });
    await close();
  });

  test.each(['cut-stream', 'connection-error'] as const)(
    '%s lets go of the clock',
    async (fault) => {
      const { clock, client, close } = await connect({ faults: [fault] });
      const call = client.chat.completions.create({ ...request, stream: true }).then(collect);
      await expect(clock.run(call)).rejects.toThrow();
      await clock.run(client.chat.completions.create(request));
      expect(clock.pending).toBe(0);
      await close();
    },
  );

  test('a server that has closed lets go of the clock', async () => {
    const { clock, client, close } = await connect();
    await close();
    await expect(clock.run(client.chat.completions.create(request))).rejects.toThrow();
  });
});
