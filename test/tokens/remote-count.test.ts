import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { beforeAll, describe, expect, test } from 'vitest';
import { createSimulator, createVirtualClock } from '../../src/testing/index.ts';
import { Calibration } from '../../src/tokens/calibration/calibration.ts';
import { estimateTokens, warmUp } from '../../src/tokens/estimate.ts';
import { estimateCall } from '../../src/tokens/estimate-call.ts';
import {
  anthropicCounter,
  openaiCounter,
  type RemoteCounter,
  type RemoteCountOptions,
} from '../../src/tokens/remote-count.ts';

beforeAll(warmUp);

const CONTENT = 'hello world, '.repeat(40);

function anthropic(options: RemoteCountOptions = {}, broken = false, held?: Promise<void>) {
  const clock = createVirtualClock();
  const simulator = createSimulator({ provider: 'anthropic', clock, latency: 0 });
  const paths: string[] = [];
  const fetch: typeof globalThis.fetch = async (url, init) => {
    const request = new Request(url, init);
    paths.push(new URL(request.url).pathname);
    await held;
    return broken ? new Response('{}', { status: 404 }) : simulator.fetch(request);
  };
  const client = new Anthropic({ apiKey: 'key', fetch });
  return { counter: anthropicCounter(client, { clock, ...options }), paths, clock };
}

const messages = (content: unknown, model = 'claude-opus-5') => ({
  provider: 'anthropic',
  path: '/v1/messages',
  body: { model, max_tokens: 100, stream: true, messages: [{ role: 'user', content }] },
});

async function inputTokens(
  request: ReturnType<typeof messages>,
  remote: RemoteCounter,
): Promise<number> {
  return (await estimateCall(request, { calibration: new Calibration(), remote })).inputTokens;
}

test("Anthropic's own count is taken where it is asked for", async () => {
  const { counter, paths } = anthropic();
  expect(await inputTokens(messages(CONTENT), counter)).toBe(CONTENT.length / 4);
  expect(paths).toEqual(['/v1/messages/count_tokens']);
});

test("so is OpenAI's count of a response", async () => {
  const simulator = createSimulator({ clock: createVirtualClock(), latency: 0 });
  const counter = openaiCounter(new OpenAI({ apiKey: 'key', fetch: simulator.fetch }));
  const body = { model: 'gpt-5.1', input: CONTENT, max_output_tokens: 50, stream: true };
  const response = { provider: 'openai', path: '/responses', body };
  const sources = { calibration: new Calibration(), remote: counter };
  const estimated = await estimateCall(response, sources);
  expect(estimated).toMatchObject({ inputTokens: CONTENT.length / 4, outputTokens: 50 });
  const chat = { provider: 'openai', path: '/chat/completions', body: messages(CONTENT).body };
  const { inputTokens: own } = await estimateTokens(chat);
  expect((await estimateCall(chat, sources)).inputTokens).toBe(own);
});

describe('the provider is asked once', () => {
  test('for the same text, at the same time or later', async () => {
    const { counter, paths } = anthropic();
    const counts = await Promise.all([1, 2, 3].map(() => inputTokens(messages(CONTENT), counter)));
    expect(counts).toEqual(Array(3).fill(CONTENT.length / 4));
    expect(await inputTokens(messages(CONTENT), counter)).toBe(CONTENT.length / 4);
    expect(paths.length).toBe(1);
  });

  test('for the same body, if it has an attachment', async () => {
    const { counter, paths } = anthropic();
    const image = (url: string) =>
      messages([
        { type: 'image', source: { type: 'url', url } },
        { type: 'text', text: 'hi hi' },
      ]);
    const first = image('https://x.y/1');
    await inputTokens(first, counter);
    await inputTokens(first, counter);
    expect(paths.length).toBe(1);
    await inputTokens(image('https://x.y/2'), counter);
    expect(paths.length).toBe(2);
  });
});

describe('the provider is asked again', () => {
  test('for a body that its caller has added to', async () => {
    const simulator = createSimulator({ clock: createVirtualClock(), latency: 0 });
    const counter = openaiCounter(new OpenAI({ apiKey: 'key', fetch: simulator.fetch }));
    const input = [{ role: 'user', content: CONTENT }];
    const request = { provider: 'openai', path: '/responses', body: { model: 'gpt-5.1', input } };
    const counts: number[] = [];
    for (let turn = 1; turn <= 3; turn += 1) {
      const sources = { calibration: new Calibration(), remote: counter };
      counts.push((await estimateCall(request, sources)).inputTokens);
      input.push({ role: 'user', content: CONTENT });
    }
    expect(counts.map((tokens) => Math.round((tokens * 4) / CONTENT.length))).toEqual([1, 2, 3]);
  });

  test('for another text of as many tokens', async () => {
    const { counter, paths } = anthropic();
    await inputTokens(messages('hello'), counter);
    await inputTokens(messages('world'), counter);
    expect(paths.length).toBe(2);
  });

  test('for what differs in what we count nothing for', async () => {
    const { counter, paths } = anthropic();
    for (const data of ['A', 'B']) {
      await inputTokens(messages([{ type: 'redacted_thinking', data }]), counter);
    }
    expect(paths.length).toBe(2);
  });
});

describe('our own estimate is taken', () => {
  const text = (index: number): string => CONTENT.slice(0, 200 + 8 * index);
  const own = async (index: number): Promise<number> =>
    (await estimateTokens(messages(text(index)))).inputTokens;

  test('for a body that can not be sent, without asking', async () => {
    const { counter, paths } = anthropic();
    expect(await counter(messages([{ type: 'tool_use', input: { value: 1n } }]))).toBeUndefined();
    expect(paths).toEqual([]);
  });

  test('beyond so many requests a minute', async () => {
    const { counter, paths, clock } = anthropic({ perMinute: 2 });
    for (let index = 0; index < 4; index += 1) await inputTokens(messages(text(index)), counter);
    expect(paths.length).toBe(2);
    expect(await inputTokens(messages(text(3)), counter)).toBe(await own(3));
    await clock.advance(60_001);
    expect(await inputTokens(messages(text(3)), counter)).toBe(Math.ceil(text(3).length / 4));
  });

  test('beyond so many requests at a time', async () => {
    let answer = (): void => {};
    const held = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const { counter, paths } = anthropic({ concurrency: 1 }, false, held);
    const first = inputTokens(messages(text(0)), counter);
    expect(await inputTokens(messages(text(1)), counter)).toBe(await own(1));
    answer();
    expect(await first).toBe(text(0).length / 4);
    expect(paths.length).toBe(1);
  });

  test('where the provider refuses, which is then left alone for a while', async () => {
    const { counter, paths, clock } = anthropic({}, true);
    expect(await inputTokens(messages(text(0)), counter)).toBe(await own(0));
    expect(await inputTokens(messages(text(1)), counter)).toBe(await own(1));
    expect(paths.length).toBe(1);
    await clock.advance(1001);
    await inputTokens(messages(text(0)), counter);
    await clock.advance(1001);
    await inputTokens(messages(text(0)), counter);
    expect(paths.length).toBe(2);
  });
});
