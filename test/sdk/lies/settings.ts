import Anthropic from '@anthropic-ai/sdk';
import OpenAI, { AzureOpenAI } from 'openai';
import type { RateLimiterOptions } from '../../../src/options.ts';
import { CHAT, MESSAGE } from '../sdks.ts';

export type Headers = Readonly<Record<string, string>>;
export type Wire = 'openai' | 'anthropic';

/** A host, what is known of it, and what its honest answers show. */
export interface Setting {
  readonly name: string;
  readonly wire: Wire;
  readonly limits?: RateLimiterOptions['limits'];
  /** What an honest answer shows after so many calls in the last minute; nothing at first. */
  readonly headers: (used: number) => Headers;
  readonly make: (fetch: typeof globalThis.fetch) => OpenAI | Anthropic;
}

const GIVEN = { rpm: 300, tpm: 200_000 };
const GIVEN_CLAUDE = { rpm: 300, itpm: 200_000, otpm: 50_000 };
const NONE = (): Headers => ({});

/** As OpenAI and its likes show it. */
function shown(used: number): Headers {
  return {
    'x-ratelimit-limit-requests': '300',
    'x-ratelimit-remaining-requests': `${300 - used}`,
    'x-ratelimit-reset-requests': `${used * 200}ms`,
    'x-ratelimit-limit-tokens': '200000',
    'x-ratelimit-remaining-tokens': `${200_000 - 100 * used}`,
    'x-ratelimit-reset-tokens': `${used * 30}ms`,
  };
}

/** Groq's requests are per day. */
function shownByGroq(used: number): Headers {
  return {
    ...shown(used),
    'x-ratelimit-limit-requests': '14400',
    'x-ratelimit-remaining-requests': `${14_400 - used}`,
    'x-ratelimit-reset-requests': `${used * 6}s`,
  };
}

function shownByClaude(used: number): Headers {
  const limit = (what: string, max: number, cost: number): Headers => ({
    [`anthropic-ratelimit-${what}-limit`]: `${max}`,
    [`anthropic-ratelimit-${what}-remaining`]: `${max - cost * used}`,
  });
  return {
    ...limit('requests', 300, 1),
    ...limit('input-tokens', 200_000, 10),
    ...limit('output-tokens', 50_000, 10),
  };
}

const options = { apiKey: 'key', logLevel: 'off', maxRetries: 2 } as const;
const openai = (fetch: typeof globalThis.fetch): OpenAI | Anthropic =>
  new OpenAI({ ...options, fetch });
const claude = (fetch: typeof globalThis.fetch): OpenAI | Anthropic =>
  new Anthropic({ ...options, fetch });
const at =
  (baseURL: string) =>
  (fetch: typeof globalThis.fetch): OpenAI | Anthropic =>
    new OpenAI({ ...options, baseURL, fetch });
const gateway = at('https://llm.example/api/v1');
const azure = (fetch: typeof globalThis.fetch): OpenAI | Anthropic =>
  new AzureOpenAI({
    ...options,
    fetch,
    endpoint: 'https://unit.openai.azure.com',
    apiVersion: '2024-10-21',
    deployment: 'gpt-4o',
  });

export const SETTINGS: readonly Setting[] = [
  { name: 'OpenAI, given', wire: 'openai', limits: GIVEN, headers: shown, make: openai },
  { name: 'OpenAI, learned', wire: 'openai', headers: shown, make: openai },
  { name: 'unknown host, given', wire: 'openai', limits: GIVEN, headers: shown, make: gateway },
  {
    name: 'unknown host, given, shows nothing',
    wire: 'openai',
    limits: GIVEN,
    headers: NONE,
    make: gateway,
  },
  { name: 'unknown host, learned', wire: 'openai', headers: shown, make: gateway },
  { name: 'unknown host, learned, shows nothing', wire: 'openai', headers: NONE, make: gateway },
  {
    name: 'Groq, learned',
    wire: 'openai',
    headers: shownByGroq,
    make: at('https://api.groq.com/openai/v1'),
  },
  { name: 'Azure, given', wire: 'openai', limits: GIVEN, headers: shown, make: azure },
  {
    name: 'Azure, given, shows nothing',
    wire: 'openai',
    limits: GIVEN,
    headers: NONE,
    make: azure,
  },
  {
    name: 'Anthropic, given',
    wire: 'anthropic',
    limits: GIVEN_CLAUDE,
    headers: shownByClaude,
    make: claude,
  },
  { name: 'Anthropic, learned', wire: 'anthropic', headers: shownByClaude, make: claude },
  {
    name: 'Anthropic, given, shows nothing',
    wire: 'anthropic',
    limits: GIVEN_CLAUDE,
    headers: NONE,
    make: claude,
  },
];

/** An answer that any call takes. */
export function bodyOf(wire: Wire, usage: unknown): unknown {
  if (wire === 'anthropic') {
    const content = [{ type: 'text', text: 'hi' }];
    const head = { id: 'm', type: 'message', role: 'assistant', model: MESSAGE.model };
    return { ...head, content, stop_reason: 'end_turn', stop_sequence: null, usage };
  }
  const message = { role: 'assistant', content: 'hi' };
  const choices = [{ index: 0, finish_reason: 'stop', message }];
  return { id: 'x', object: 'chat.completion', model: CHAT.model, created: 1, choices, usage };
}

export function honestUsage(wire: Wire): unknown {
  if (wire === 'anthropic') return { input_tokens: 10, output_tokens: 5 };
  return { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 };
}

/** One call, whose answer may have 50 tokens. */
export function ask(client: object): Promise<unknown> {
  if (client instanceof Anthropic) return client.messages.create({ ...MESSAGE, max_tokens: 50 });
  if (client instanceof OpenAI) return client.chat.completions.create({ ...CHAT, max_tokens: 50 });
  throw new TypeError('No client');
}
