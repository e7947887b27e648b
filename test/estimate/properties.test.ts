import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { estimateTokens, warmUp } from '../../src/estimate/estimate.ts';
import { chat, claude } from './estimates.ts';
import { anyScript } from './tokenizer/strings.ts';

beforeAll(warmUp);

const SEEDED = { numRuns: 2000, seed: 1 };
const user = (content: string) => ({ role: 'user', content });
const body = (...contents: readonly string[]) => ({
  model: 'gpt-4o',
  messages: contents.map(user),
});

test('the same call has the same estimate each time', async () => {
  await fc.assert(
    fc.asyncProperty(anyScript, fc.nat(20), async (text, times) => {
      const request = body(text.repeat(times));
      expect(await chat(request)).toEqual(await chat(JSON.parse(JSON.stringify(request))));
      expect(await claude(request)).toEqual(await claude(request));
    }),
    SEEDED,
  );
});

test('a text that goes on with another word or line never costs less', async () => {
  const beginning = anyScript.filter((text) => /\S$/.test(text));
  const separator = fc.constantFrom(' ', '\t');
  await fc.assert(
    fc.asyncProperty(beginning, separator, anyScript, async (text, space, more) => {
      for (const call of [chat, claude]) {
        const [short, long] = await Promise.all([
          call(body(text)),
          call(body(text + space + more)),
        ]);
        expect(long.inputTokens).toBeGreaterThanOrEqual(short.inputTokens);
      }
    }),
    SEEDED,
  );
});

test('one more message, and one more input, never costs less', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyScript), anyScript, async (texts, more) => {
      for (const call of [chat, claude]) {
        const [fewer, all] = await Promise.all([call(body(...texts)), call(body(...texts, more))]);
        expect(all.inputTokens).toBeGreaterThanOrEqual(fewer.inputTokens);
      }
      const embed = (input: readonly string[]) =>
        estimateTokens({ provider: 'openai', path: '/embeddings', body: { input } });
      const [fewer, all] = await Promise.all([embed(texts), embed([...texts, more])]);
      expect(all.inputTokens).toBeGreaterThanOrEqual(fewer.inputTokens);
    }),
    SEEDED,
  );
});

test('whatever is appended takes back no more than the last word', async () => {
  await fc.assert(
    fc.asyncProperty(anyScript, anyScript, async (text, more) => {
      const lastWord = /\S*\s*$/.exec(text)?.[0] ?? '';
      const [kept, long] = await Promise.all([
        chat(body(text.slice(0, text.length - lastWord.length).trimEnd())),
        chat(body(text + more)),
      ]);
      expect(long.inputTokens).toBeGreaterThanOrEqual(kept.inputTokens);
    }),
    SEEDED,
  );
});
