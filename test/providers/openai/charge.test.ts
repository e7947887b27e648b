import { expect, test } from 'vitest';
import { providerFor } from '../../../src/providers/provider-for.ts';

const provider = providerFor({ sdk: 'openai', baseURL: 'https://api.openai.com/v1', azure: false });

/** What OpenAI takes for a request whose prompt has so many tokens. */
function charged(path: string, body: object, inputTokens: number): number | undefined {
  const call = provider.describe({ method: 'POST', path, body });
  const estimate = { inputTokens, outputTokens: 0 };
  return call && provider.charging?.charges(estimate, call).bare;
}

const text = (characters: number): string => 'a'.repeat(characters);
const message = (content: unknown) => ({ role: 'user', content });

// Characters, messages, and limit − remaining in the headers of recorded answers.
test.each([
  [7243, 1, 1814, 1],
  [134, 4, 42, 0],
])('chat: %d characters in %d messages were charged %d', (characters, messages, recorded, off) => {
  const rest = Array.from({ length: messages - 1 }, () => message(''));
  const body = {
    model: 'gpt-4o',
    max_tokens: 4096,
    messages: [message(text(characters)), ...rest],
  };
  expect(charged('/chat/completions', body, 5)).toBe(recorded - off);
});

test.each([
  ['gpt-4.1', 0, 53, 73, 1],
  ['gpt-4.1-nano', 0, 14, 33, 0],
  ['gpt-4.1-nano', 1, 58, 275, 0],
  ['gpt-5-nano', 0, 13, 230, 0],
])(
  'responses: %s with %d functions and %d tokens was charged %d',
  (model, functions, tokens, recorded, off) => {
    const tools = Array.from({ length: functions }, () => ({ type: 'function', name: 'f' }));
    const body = { model, input: 'hello', max_output_tokens: 1024, tools };
    expect(charged('/responses', body, tokens)).toBe(recorded - off);
  },
);

test('an image is charged 765, functions in chat nothing', () => {
  const image = { type: 'image_url', image_url: { url: 'https://host.test/a.png' } };
  const tools = [{ type: 'function', function: { name: 'f', description: text(400) } }];
  const body = {
    model: 'gpt-4o',
    messages: [message([{ type: 'text', text: text(40) }, image])],
    tools,
  };
  expect(charged('/chat/completions', body, 5)).toBe(10 + 2 + 765);
});

test('embeddings: texts by their characters, tokens as four of them', () => {
  expect(charged('/embeddings', { model: 'm', input: [text(40), text(4)] }, 5)).toBe(11);
  expect(charged('/embeddings', { model: 'm', input: [[1, 2, 3], [4]] }, 5)).toBe(4);
});

test('of what was never recorded, the estimate is taken', () => {
  expect(charged('/audio/speech', { model: 'm', input: text(400) }, 7)).toBe(7);
});

test('what a tool of OpenAI’s finds isn’t charged when the call begins', () => {
  const body = { model: 'gpt-4.1', input: 'hello', tools: [{ type: 'web_search' }] };
  const call = provider.describe({ method: 'POST', path: '/responses', body });
  const estimate = { inputTokens: 8500, firmInputTokens: 20, outputTokens: 0 };
  const charges = call && provider.charging?.charges(estimate, call);
  expect(charges?.bare).toBeLessThan(500);
});
