import { createOpenAI } from '@ai-sdk/openai';
import { generateText } from 'ai';
import { describe, expect, it } from 'vitest';
import { rateLimitedFetch } from '../../src/rate-limited-fetch.ts';
import { OuterRetries } from '../../src/sdk/outer-retries.ts';
import { createVirtualClock } from '../../src/testing/index.ts';
import { watchedWarnings } from '../support/warnings.ts';
import { bench, outcome, refused } from './bench.ts';
import { sdks } from './sdks.ts';

describe('retries around a limited fetch', () => {
  const warnings = watchedWarnings('HEADROOM_OUTER_RETRIES');

  it.each([
    ['are told of, once: those of the AI SDK', true, 1],
    ['are not told of where 429s are left to them', false, 0],
  ])('%s', async (_, retries, times) => {
    const fetch = rateLimitedFetch({
      maxPauseMs: 1,
      retries,
      fetch: async () => refused({ 'retry-after-ms': '5' })(),
    });
    const model = createOpenAI({ apiKey: 'key', fetch })('gpt-4o');
    const [how] = await outcome(generateText({ model, prompt: 'Say hi', maxRetries: 3 }));
    expect([how, warnings().mock.calls.length]).toEqual(['failed', times]);
    if (times === 0) return;
    const [message, options] = warnings().mock.calls[0] ?? [];
    expect(message).toMatch(/sent the call again 2 times.*`maxRetries: 0`/);
    expect(options).toEqual({ type: 'HeadroomWarning', code: 'HEADROOM_OUTER_RETRIES' });
  });

  it('are no calls whose bodies are no text, because nobody can tell them apart', async () => {
    const fetch = rateLimitedFetch({
      maxPauseMs: 1,
      fetch: async () => refused({ 'retry-after-ms': '5' })(),
    });
    for (let file = 0; file < 4; file++) {
      const body = new FormData();
      body.set('model', 'whisper-1');
      body.set('file', new Blob([`${file}`]), 'a.mp3');
      const url = 'https://api.openai.com/v1/audio/transcriptions';
      const { status } = await fetch(url, { method: 'POST', body }).catch(() => ({ status: 429 }));
      expect(status).toBe(429);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    expect(warnings()).not.toHaveBeenCalled();
  });

  const clock = createVirtualClock();

  it('are calls that follow the failure of the same one, and soon', () => {
    const calls = new OuterRetries(clock);
    for (const call of ['a', 'b', 'a', 'b']) calls.begin(() => call)(true);
    expect(warnings()).not.toHaveBeenCalled();
    calls.begin(() => 'a')(true);
    expect(warnings()).toHaveBeenCalledTimes(1);
  });

  it('are no calls that overlap, however many fail', () => {
    const calls = new OuterRetries(clock);
    for (let wave = 0; wave < 5; wave++) {
      const ends = [1, 2, 3].map(() => calls.begin(() => 'a'));
      for (const end of ends) end(true);
    }
    expect(warnings()).not.toHaveBeenCalled();
  });

  it('are no calls that come late, or after one that has passed', async () => {
    const calls = new OuterRetries(clock);
    for (let turn = 0; turn < 5; turn++) {
      calls.begin(() => 'late')(true);
      for (const isGivenUp of [true, false]) calls.begin(() => `passed ${turn}`)(isGivenUp);
      await clock.run(new Promise<void>((resolve) => clock.setTimeout(resolve, 61_000)));
    }
    const alternating = [true, false, true, false, true];
    for (const isGivenUp of alternating) calls.begin(() => 'alternating')(isGivenUp);
    expect(warnings().mock.calls.length).toBe(0);
  });
});

describe.each(sdks)('retries around a limited client: $name', (sdk) => {
  const warnings = watchedWarnings('HEADROOM_OUTER_RETRIES');

  it.each([
    ['are told of, once', {}, ['a', 'a', 'a', 'a', 'a'], 1],
    ['are no other calls that fail', {}, ['a', 'b', 'c', 'd', 'e'], 0],
    ['are not told of where 429s are left to them', { maxRetries: 0 }, ['a', 'a', 'a', 'a'], 0],
  ])('%s', async (_, client, questions, times) => {
    const options = { client, limiter: { maxPauseMs: 1 } };
    const made = bench(sdk, async () => refused({ 'retry-after-ms': '5' })(), options);
    for (const content of questions) {
      const messages = [{ role: 'user', content }];
      const [how] = await made.clock.run(outcome(sdk.ask(made.client, {}, { messages })));
      expect(how).toBe('failed');
      await made.clock.advance(10);
    }
    expect(warnings().mock.calls.length).toBe(times);
  });
});
