import { createAmazonBedrock } from '@ai-sdk/amazon-bedrock';
import { createAnthropic } from '@ai-sdk/anthropic';
import { createGateway } from '@ai-sdk/gateway';
import { createGoogle } from '@ai-sdk/google';
import { createOpenAI } from '@ai-sdk/openai';
import { generateText, type LanguageModel, streamText } from 'ai';
import { converseWire, gatewayWire, geminiWire } from './foreign-wire.ts';
import {
  type IntegratedClient,
  type Integration,
  MOST_TOKENS,
  PROMPT,
  READ_ON,
} from './integration.ts';
import { translated } from './translated.ts';

export function aiClient(model: LanguageModel): IntegratedClient {
  const call = { model, prompt: PROMPT, maxOutputTokens: MOST_TOKENS, maxRetries: 0 };
  return {
    async ask(abortSignal) {
      const { text, usage } = await generateText({
        ...call,
        ...(abortSignal && { abortSignal }),
      });
      const { inputTokens, outputTokens } = usage;
      return { text, inputTokens, outputTokens };
    },
    stream: (abortSignal) =>
      streamText({ ...call, ...(abortSignal && { abortSignal }) }).textStream,
  };
}

export const aiResponses: Integration = {
  name: 'Vercel AI SDK, `@ai-sdk/openai`',
  how: '`createOpenAI({ fetch: limiter.fetch })`',
  provider: 'openai',
  afterBreak: READ_ON,
  make: ({ fetch, origin }) =>
    aiClient(createOpenAI({ apiKey: 'key', baseURL: `${origin}/v1`, fetch })('gpt-4o')),
};

export const aiChat: Integration = {
  name: 'Vercel AI SDK, `@ai-sdk/openai`, `.chat`',
  how: '`createOpenAI({ fetch: limiter.fetch })`',
  provider: 'openai',
  afterBreak: READ_ON,
  make: ({ fetch, origin }) =>
    aiClient(createOpenAI({ apiKey: 'key', baseURL: `${origin}/v1`, fetch }).chat('gpt-4o')),
};

export const aiAnthropic: Integration = {
  name: 'Vercel AI SDK, `@ai-sdk/anthropic`',
  how: '`createAnthropic({ fetch: limiter.fetch })`',
  provider: 'anthropic',
  afterBreak: READ_ON,
  make: ({ fetch, origin }) =>
    aiClient(createAnthropic({ apiKey: 'key', baseURL: `${origin}/v1`, fetch })('claude-sonnet-5')),
};

export const aiGoogle: Integration = {
  name: 'Vercel AI SDK, `@ai-sdk/google`',
  how: '`createGoogle({ fetch: limiter.fetch })`',
  provider: 'compatible',
  translate: translated(geminiWire),
  afterBreak: READ_ON,
  make: ({ fetch, origin }) =>
    aiClient(
      createGoogle({ apiKey: 'key', baseURL: `${origin}/v1beta`, fetch })('gemini-3.8-flash'),
    ),
};

export const aiBedrock: Integration = {
  name: 'Vercel AI SDK, `@ai-sdk/amazon-bedrock`',
  how: '`createAmazonBedrock({ fetch: limiter.fetch })`',
  provider: 'compatible',
  translate: translated(converseWire),
  afterBreak: READ_ON,
  make: ({ fetch, origin }) =>
    aiClient(
      createAmazonBedrock({ apiKey: 'key', region: 'eu-west-1', baseURL: origin, fetch })(
        'us.amazon.nova-pro-v1:0',
      ),
    ),
};

export const aiGateway: Integration = {
  name: "Vercel AI SDK, `@ai-sdk/gateway` (Vercel's AI Gateway)",
  how: '`createGateway({ fetch: limiter.fetch })`',
  provider: 'compatible',
  translate: translated(gatewayWire),
  afterBreak: READ_ON,
  make: ({ fetch, origin }) =>
    aiClient(createGateway({ apiKey: 'key', baseURL: `${origin}/v4/ai`, fetch })('openai/gpt-4o')),
};
