import fc from 'fast-check';
import { expect, test } from 'vitest';
import { promptSize } from '../../src/providers/prompt-size.ts';

test('never throws, and counts whole numbers, whatever the body', () => {
  fc.assert(
    fc.property(fc.anything(), fc.anything(), (messages, input) => {
      const size = promptSize('/responses', { messages, input, prompt: messages, tools: input });
      for (const count of [size.characters, size.messages, size.images]) {
        expect(Number.isInteger(count) && count >= 0).toBe(true);
      }
    }),
  );
});

test('a list that contains itself has an end', () => {
  const endless: unknown[] = ['abcd'];
  endless.push(endless);
  expect(promptSize('/embeddings', { input: endless }).characters).toBeLessThan(100);
});

test('counts texts, refusals and images of messages', () => {
  const content = [
    { type: 'text', text: 'abc' },
    { type: 'refusal', refusal: 'no' },
    { type: 'input_image' },
  ];
  const body = { messages: [{ content: 'abcd' }, { content }], tools: [{ type: 'web_search' }] };
  expect(promptSize('/v1/chat/completions', body)).toEqual({
    characters: 9,
    messages: 2,
    images: 1,
    isResponses: false,
    hasFunctions: false,
  });
});
