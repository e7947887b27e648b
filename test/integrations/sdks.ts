import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { withRateLimit } from '../../src/with-rate-limit.ts';
import { type IntegratedClient, type Integration, MOST_TOKENS, PROMPT } from './integration.ts';
import { chatClient } from './shaped.ts';

const messages = [{ role: 'user' as const, content: PROMPT }];
const chat = { model: 'gpt-4o', max_tokens: MOST_TOKENS, messages };
const message = { model: 'claude-sonnet-5', max_tokens: MOST_TOKENS, messages };

export const plainFetch: Integration = {
  name: 'plain `fetch`',
  how: '`limiter.fetch(url, init)`',
  provider: 'openai',
  make({ fetch, origin }) {
    const send = (extra: object, signal?: AbortSignal): Promise<Response> =>
      fetch(`${origin}/v1/chat/completions`, {
        method: 'POST',
        headers: { authorization: 'Bearer key', 'content-type': 'application/json' },
        body: JSON.stringify({ ...chat, ...extra }),
        signal: signal ?? null,
      });
    return {
      async ask(signal) {
        const body = await (await send({}, signal)).json();
        const { prompt_tokens, completion_tokens } = body.usage;
        const text = body.choices[0].message.content;
        return { text, inputTokens: prompt_tokens, outputTokens: completion_tokens };
      },
      async *stream(signal) {
        const { body } = await send({ stream: true }, signal);
        for await (const data of dataOf(body ?? new Blob().stream())) {
          yield JSON.parse(data).choices[0].delta.content ?? '';
        }
      },
    };
  },
};

/** The JSON of each event, as it comes. */
async function* dataOf(body: NonNullable<Response['body']>): AsyncGenerator<string> {
  let rest = '';
  for await (const characters of body.pipeThrough(new TextDecoderStream())) {
    const events = (rest + characters).split('\n\n');
    rest = events.pop() ?? '';
    const data = events.map((event) => event.slice('data: '.length));
    yield* data.filter((each) => each.startsWith('{'));
  }
}

export const openaiSdk: Integration = {
  name: '`openai`, by its `fetch`',
  how: '`new OpenAI({ fetch: limiter.fetch })`',
  provider: 'openai',
  make: ({ fetch, origin }) =>
    chatClient(new OpenAI({ apiKey: 'key', baseURL: `${origin}/v1`, fetch, maxRetries: 0 })),
};

export const limitedAnthropic: Integration = {
  name: '`@anthropic-ai/sdk`',
  how: '`withRateLimit(new Anthropic())`',
  provider: 'anthropic',
  make: ({ server: fetch, limiter, origin }) =>
    messageClient(
      withRateLimit(new Anthropic({ apiKey: 'key', baseURL: origin, fetch }), { limiter }),
    ),
};

export const anthropicSdk: Integration = {
  name: '`@anthropic-ai/sdk`, by its `fetch`',
  how: '`new Anthropic({ fetch: limiter.fetch })`',
  provider: 'anthropic',
  make: ({ fetch, origin }) =>
    messageClient(new Anthropic({ apiKey: 'key', baseURL: origin, fetch, maxRetries: 0 })),
};

function messageClient(client: Anthropic): IntegratedClient {
  return {
    async ask(signal) {
      const { content, usage } = await client.messages.create(message, signal && { signal });
      const [block] = content;
      const { input_tokens: inputTokens, output_tokens: outputTokens } = usage;
      return { text: block?.type === 'text' ? block.text : '', inputTokens, outputTokens };
    },
    async *stream(signal) {
      for await (const event of client.messages.stream(message, signal && { signal })) {
        if (event.type !== 'content_block_delta') continue;
        if (event.delta.type === 'text_delta') yield event.delta.text;
      }
    },
  };
}
