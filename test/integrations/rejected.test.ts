import { createOpenAI } from '@ai-sdk/openai';
import Anthropic from '@anthropic-ai/sdk';
import { ChatAnthropic } from '@langchain/anthropic';
import { ChatOpenAI } from '@langchain/openai';
import { generateText } from 'ai';
import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import { CallTooLarge } from '../../src/errors.ts';
import { rateLimitedFetch } from '../../src/rate-limited-fetch.ts';
import { withRateLimit } from '../../src/with-rate-limit.ts';
import { outcome } from '../sdk/bench.ts';
import type { Fetch } from '../sdk/sdks.ts';

const apiKey = 'key';
const max_tokens = 5000;
const messages = [{ role: 'user' as const, content: 'Say hi' }];

/** Clients with the retries that they have unless told otherwise. */
const CLIENTS: readonly (readonly [string, (fetch: Fetch) => Promise<unknown>])[] = [
  [
    '`openai`',
    (fetch) =>
      new OpenAI({ apiKey, fetch, logLevel: 'off' }).chat.completions.create({
        model: 'gpt-4o',
        max_tokens,
        messages,
      }),
  ],
  [
    '`@anthropic-ai/sdk`',
    (fetch) =>
      new Anthropic({ apiKey, fetch, logLevel: 'off' }).messages.create({
        model: 'claude-sonnet-5',
        max_tokens,
        messages,
      }),
  ],
  [
    'LangChain',
    (fetch) =>
      new ChatOpenAI({
        model: 'gpt-4o',
        apiKey,
        maxTokens: max_tokens,
        configuration: { fetch },
      }).invoke('Say hi'),
  ],
  [
    'the AI SDK',
    (fetch) =>
      generateText({
        model: createOpenAI({ apiKey, fetch })('gpt-4o'),
        prompt: 'Say hi',
        maxOutputTokens: max_tokens,
      }),
  ],
];

const nothing: Fetch = () => Promise.reject(new Error('Nothing may be sent'));

describe('a call that can never pass, answered with a response', () => {
  it.each(CLIENTS)('is not repeated by %s', async (_, ask) => {
    let calls = 0;
    const limited = rateLimitedFetch({
      limits: { tpm: 100, otpm: 100 },
      rejections: 'response',
      onLimit: 'wait',
      fetch: nothing,
    });
    const counted: Fetch = (...given) => {
      calls++;
      return limited(...given);
    };
    const [how, error] = await outcome(ask(counted));
    expect([how, calls]).toEqual(['failed', 1]);
    expect(String(error)).toContain('it can never pass');
    limited.rateLimit.close();
  });
});

describe('a call that is rejected with an error', () => {
  it('is not repeated by LangChain, whose model has a limited client', async () => {
    let calls = 0;
    const model = new ChatAnthropic({
      model: 'claude-sonnet-5',
      apiKey,
      maxTokens: max_tokens,
      createClient: ({ apiKey: key }) => {
        const client = new Anthropic({ apiKey: key ?? null, fetch: nothing, logLevel: 'off' });
        const limited = withRateLimit(client, { limits: { tpm: 100, otpm: 100 } });
        const { create } = limited.messages;
        const counted = (...given: Parameters<typeof create>): unknown => {
          calls++;
          return create.apply(limited.messages, given);
        };
        Object.defineProperty(limited.messages, 'create', { value: counted });
        return limited as never; // LangChain has a copy of the SDK of its own.
      },
    });
    const [how, error] = await outcome(model.invoke('Say hi'));
    expect([how, calls]).toEqual(['failed', 1]);
    expect(error).toBeInstanceOf(CallTooLarge);
  });
});
