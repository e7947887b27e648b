import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { failureIn, failureInText } from '../../src/http/body-failure.ts';
import { classify } from '../../src/http/refusal.ts';

/** Errors in bodies and events of successes, by host: what they are as a refusal. */
const REFUSALS: readonly [host: string, json: unknown, kind: string | undefined][] = [
  // OpenAI, "Streaming events" and openai/codex#2255.
  [
    'OpenAI, response.failed',
    {
      type: 'response.failed',
      response: {
        status: 'failed',
        error: { code: 'rate_limit_exceeded', message: 'Rate limit reached. Try again in 1s.' },
        usage: null,
      },
    },
    'rate',
  ],
  [
    'OpenAI, error event',
    { type: 'error', code: 'rate_limit_exceeded', message: 'Slow down', param: null },
    'rate',
  ],
  [
    'OpenAI, a failed response that is no stream',
    {
      object: 'response',
      status: 'failed',
      output: [],
      error: { code: 'rate_limit_exceeded', message: '' },
    },
    'rate',
  ],
  [
    'OpenAI, server_error',
    { type: 'response.failed', response: { error: { code: 'server_error', message: 'Sorry' } } },
    undefined,
  ],
  [
    'OpenAI, money',
    { error: { type: 'insufficient_quota', code: 'insufficient_quota', message: 'Quota' } },
    'money',
  ],
  // Anthropic, "Streaming messages" and "Errors".
  [
    'Anthropic, overloaded',
    { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } },
    'capacity',
  ],
  [
    'Anthropic, rate',
    { type: 'error', error: { type: 'rate_limit_error', message: 'Over' } },
    'rate',
  ],
  [
    'Anthropic, api_error',
    { type: 'error', error: { type: 'api_error', message: 'Oops' } },
    undefined,
  ],
  // OpenRouter, "Errors" and "Streaming".
  [
    'OpenRouter, of a provider behind it',
    {
      error: {
        code: 429,
        message: 'Provider returned error',
        metadata: { provider_name: 'Chutes', raw: 'x' },
      },
    },
    'capacity',
  ],
  [
    'OpenRouter, in mid-stream',
    {
      id: 'gen-1',
      error: { code: 429, message: 'Rate limit exceeded' },
      choices: [{ index: 0, delta: { content: '' }, finish_reason: 'error' }],
    },
    'rate',
  ],
  [
    'OpenRouter, in a choice',
    {
      choices: [
        {
          error: { code: 503, message: 'Overloaded' },
          finish_reason: 'error',
          message: { content: 'a' },
        },
      ],
    },
    'capacity',
  ],
  ['OpenRouter, no credits', { error: { code: 402, message: 'Insufficient credits' } }, 'money'],
  ['OpenRouter, without a reason', { choices: [{ delta: {}, finish_reason: 'error' }] }, undefined],
  // MiniMax, "Error codes"; langgenius/dify-official-plugins#3631.
  [
    'MiniMax, too fast',
    { base_resp: { status_code: 1002, status_msg: 'rate limit' }, choices: null },
    'rate',
  ],
  [
    'MiniMax, too many tokens',
    { base_resp: { status_code: 1039, status_msg: 'token limit' } },
    'rate',
  ],
  [
    'MiniMax, no balance',
    { base_resp: { status_code: 1008, status_msg: 'insufficient balance' } },
    'money',
  ],
  [
    'MiniMax, a bad parameter',
    { base_resp: { status_code: 2013, status_msg: 'invalid params' } },
    undefined,
  ],
  // Gemini's compatible API.
  [
    'Gemini',
    [{ error: { code: 429, status: 'RESOURCE_EXHAUSTED', message: 'Resource exhausted' } }],
    'rate',
  ],
  // vLLM, llama.cpp, DashScope, Cloudflare, Groq, Mistral and others.
  ['vLLM', { object: 'error', message: 'Too long', type: 'BadRequestError', code: 400 }, undefined],
  [
    'llama.cpp',
    { error: { code: 503, message: 'Loading model', type: 'unavailable_error' } },
    'capacity',
  ],
  [
    'DashScope',
    { code: 'Throttling.RateQuota', message: 'Requests rate limit exceeded', request_id: 'a' },
    'rate',
  ],
  [
    'Cloudflare',
    {
      success: false,
      errors: [{ code: 3040, message: 'Capacity temporarily exceeded, over capacity' }],
      result: null,
    },
    'capacity',
  ],
  ['a number as text', { error: { code: '429', message: 'slow' } }, 'rate'],
  ['only words', { error: { message: 'Too many requests, please slow down' } }, 'rate'],
  ['only a text', { error: 'The model is overloaded' }, 'capacity'],
  [
    'words in Chinese',
    { error: { code: '1302', message: '您的账户已达到速率限制，请您控制请求频率' } },
    'rate',
  ],
  [
    'a wrong request that speaks of limits',
    { error: { type: 'invalid_request_error', message: 'rate limit of 5 is no number' } },
    undefined,
  ],
];

const now = 0;
const headers = new Headers();

test.each(REFUSALS)('%s', (_, json, kind) => {
  const failure = failureIn(json);
  expect(failure).toBeDefined();
  if (failure === undefined) return;
  expect(classify({ ...failure, headers, now })?.kind).toBe(kind);
});

test('the wait that it asks for is read as in an error response', () => {
  const message = 'Rate limit reached (TPM): Limit 450000, Used 450000. Please try again in 22.5s.';
  const failure = failureIn({
    type: 'response.failed',
    response: { error: { code: 'rate_limit_exceeded', message } },
  });
  expect(failure && classify({ ...failure, headers, now })).toMatchObject({ retryAfterMs: 22_500 });
});

test.each([
  [
    'a chat',
    { object: 'chat.completion', choices: [{ message: {}, finish_reason: 'stop' }], usage: {} },
  ],
  ['a chunk with error: null', { choices: [{ delta: {} }], error: null }],
  ['a response', { object: 'response', status: 'completed', error: null, output: [] }],
  [
    'a response that is incomplete',
    {
      type: 'response.incomplete',
      response: { error: null, incomplete_details: { reason: 'max_output_tokens' } },
    },
  ],
  ['a failed tool', { type: 'response.output_item.done', item: { type: 'mcp_call', error: 'no' } }],
  ['code that was written', { type: 'response.code_interpreter_call_code.done', code: 'print()' }],
  ['a message', { type: 'message_start', message: { usage: {} } }],
  ['MiniMax, well', { base_resp: { status_code: 0, status_msg: '' }, choices: [] }],
  ['a success code', { code: 200, message: 'ok', data: [] }],
  ['an empty error', { choices: [], error: '' }],
  ['nothing', null],
])('%s is no error', (_, json) => {
  expect(failureIn(json)).toBeUndefined();
});

describe('an event that is called error', () => {
  test('is one, whatever its data', () => {
    expect(failureIn({ message: 'Too many requests' }, 'error')?.status).toBe(429);
    expect(failureInText('overloaded', 'error')?.status).toBe(529);
    expect(failureInText('', 'error')?.status).toBe(500);
    expect(failureInText('[DONE]', '')).toBeUndefined();
  });
});

test('never throws, and what it finds is JSON', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom('', 'error'), (json, event) => {
      const failure = failureIn(json, event);
      if (failure !== undefined) expect(JSON.parse(failure.body)).toHaveProperty('error.message');
    }),
  );
});
