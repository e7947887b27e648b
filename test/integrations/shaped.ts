import Cerebras from '@cerebras/cerebras_cloud_sdk';
import Groq from 'groq-sdk';
import OpenAI from 'openai';
import Together from 'together-ai';
import { withRateLimit } from '../../src/with-rate-limit.ts';
import { type IntegratedClient, type Integration, MOST_TOKENS, PROMPT } from './integration.ts';

const chat = {
  model: 'gpt-4o',
  max_tokens: MOST_TOKENS,
  messages: [{ role: 'user' as const, content: PROMPT }],
};

export function chatClient(client: OpenAI): IntegratedClient {
  return {
    async ask(signal) {
      const { choices, usage } = await client.chat.completions.create(chat, signal && { signal });
      const text = choices[0]?.message.content ?? '';
      const { prompt_tokens: inputTokens, completion_tokens: outputTokens } = usage ?? {};
      return { text, inputTokens, outputTokens };
    },
    async *stream(signal) {
      const call = { ...chat, stream: true as const };
      const stream = await client.chat.completions.create(call, signal && { signal });
      for await (const { choices } of stream) yield choices[0]?.delta.content ?? '';
    },
  };
}

interface Options {
  readonly apiKey: string;
  readonly baseURL: string;
  /** A `fetch`, for which each SDK has a type of its own. */
  readonly fetch: never;
}

/** An SDK whose client is limited itself. Their types differ, their chats are the same. */
function shaped(name: string, how: string, make: (options: Options) => object): Integration {
  return {
    name,
    how,
    provider: 'compatible',
    make({ server: fetch, limiter, origin }) {
      const client = make({ apiKey: 'key', baseURL: origin, fetch: fetch as never });
      return chatClient(withRateLimit(client as OpenAI, { limiter }));
    },
  };
}

export const groq: Integration = shaped(
  '`groq-sdk`',
  '`withRateLimit(new Groq())`',
  (options) => new Groq(options),
);

export const together: Integration = shaped(
  '`together-ai`',
  '`withRateLimit(new Together())`',
  (options) => new Together(options),
);

export const cerebras: Integration = shaped(
  '`@cerebras/cerebras_cloud_sdk`',
  '`withRateLimit(new Cerebras())`',
  (options) => new Cerebras({ ...options, warmTCPConnection: false }),
);

export const limitedOpenAI: Integration = shaped(
  '`openai`',
  '`withRateLimit(new OpenAI())`',
  ({ baseURL, ...options }) => new OpenAI({ ...options, baseURL: `${baseURL}/v1` }),
);
