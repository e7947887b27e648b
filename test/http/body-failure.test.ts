import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type BodyFailure,
  failureIn,
  failureInAnswer,
  failureInPage,
  failureInText,
} from '../../src/http/body-failure.ts';
import { asResponse, refusalInBody } from '../../src/http/refusal-reader.ts';

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
  // Common envelopes of gateways: the result is `null`, empty, or zeros.
  [
    'SiliconFlow, 50501',
    { code: 50501, message: 'Request was rejected due to rate limiting.', data: null },
    'rate',
  ],
  [
    'SiliconFlow, 50603',
    { code: 50603, message: 'System is too busy now. Please try again later.', data: null },
    'capacity',
  ],
  ['data: null', { code: 429, message: 'Too many requests', data: null }, 'rate'],
  [
    'choices: null',
    { id: '', choices: null, usage: null, code: 429, message: 'Rate limit exceeded' },
    'rate',
  ],
  ['choices: []', { choices: [], code: '429', message: 'Rate limit exceeded' }, 'rate'],
  [
    'DashScope, output: null',
    { code: 'Throttling.RateQuota', message: 'Rate limit exceeded', output: null, usage: null },
    'rate',
  ],
  [
    'DashScope, usage in zeros',
    { status_code: 429, code: 'Throttling', message: 'x', usage: { input_tokens: 0 } },
    'rate',
  ],
  [
    'Azure API Management',
    { statusCode: 429, message: 'Rate limit is exceeded. Try again in 30 seconds.' },
    'rate',
  ],
  ['success: false and a code', { success: false, code: 429, msg: '请求过于频繁' }, 'rate'],
  ['success: false and words', { success: false, message: 'Rate limit exceeded' }, 'rate'],
  ['error: true', { error: true, message: 'Rate limit exceeded' }, 'rate'],
  ['a list of errors', { errors: [{ message: 'Too many requests', code: 429 }] }, 'rate'],
  ['a list of words', { errors: ['Too many requests'], data: null }, 'rate'],
  ['nothing but words', { detail: 'Rate limit exceeded' }, 'rate'],
  ['nothing but a code', { code: 429 }, 'rate'],
  [
    'Baidu, 18: a second',
    { error_code: 18, error_msg: 'Open api qps request limit reached' },
    'rate',
  ],
  ['Baidu, 4', { error_code: 4, error_msg: 'Open api request limit reached' }, 'rate'],
  [
    'Baidu, 17: a day',
    { error_code: 17, error_msg: 'Open api daily request limit reached' },
    'daily',
  ],
  ['iFlow', { status: '449', msg: 'You exceeded your current rate limit', body: null }, 'rate'],
  [
    'Cloudflare, with a result',
    {
      errors: [{ code: 3040, message: 'Capacity temporarily exceeded, please try again.' }],
      success: false,
      result: {},
    },
    'capacity',
  ],
  [
    'Zhipu, 1305',
    { error: { code: '1305', message: '该模型当前访问量过大，请您稍后再试' } },
    'capacity',
  ],
  [
    'z.ai, 1302',
    { error: { code: '1302', message: 'High concurrency usage of this API, please reduce it' } },
    'rate',
  ],
  [
    'new-api, all behind it are busy',
    { error: { message: '当前分组上游负载已饱和，请稍后再试', type: 'new_api_error', code: '' } },
    'capacity',
  ],
  [
    'Spark, 11202',
    { code: 11202, message: 'AppIdQpsOverFlowError:(licc limit)', sid: 'x' },
    'rate',
  ],
  [
    'Hunyuan, compatible',
    { error: { message: '请求限频', type: 'runtime_error', code: '2003' } },
    'rate',
  ],
  [
    'Tencent Cloud',
    { Response: { Error: { Code: 'RequestLimitExceeded', Message: 'limit' }, RequestId: 'x' } },
    'rate',
  ],
  ['AWS', { __type: 'ThrottlingException', message: 'Too many tokens, please wait.' }, 'rate'],
  [
    'Bedrock, in an envelope',
    { Output: { __type: 'com.amazon.coral.service#ThrottlingException' }, Version: '1.0' },
    'rate',
  ],
  [
    'Hugging Face, a model that is being loaded',
    { error: 'Model x is currently loading', estimated_time: 20 },
    'capacity',
  ],
  [
    'DeepInfra, in a stream',
    { id: 'x', choices: null, error_message: 'Rate limit exceeded' },
    'rate',
  ],
  [
    'Cohere, in a stream',
    { type: 'message-end', delta: { finish_reason: 'ERROR', error: 'rate limited' } },
    'rate',
  ],
  [
    'Cohere, without a reason',
    { type: 'message-end', delta: { finish_reason: 'ERROR' } },
    undefined,
  ],
  [
    'Gemini, a list that breaks off',
    [
      { candidates: [{ content: { parts: [{ text: 'Hi' }] } }] },
      { error: { code: 429, status: 'RESOURCE_EXHAUSTED', message: 'Resource exhausted' } },
    ],
    'rate',
  ],
  [
    'MiniMax, a code as text',
    { base_resp: { status_code: '1002', status_msg: 'rate limit' } },
    'rate',
  ],
  ['a code that says nothing', { code: 7001, message: 'Something broke', data: null }, undefined],
  // Names that errors also have, and where they stand.
  ['a code alone', { code: 'rate_limit_exceeded' }, 'rate'],
  ['Groq, in a stream', { choices: [], x_groq: { id: 'r', error: 'over capacity' } }, 'capacity'],
  [
    'DeepSeek, no resources',
    { choices: [{ delta: { content: '' }, finish_reason: 'insufficient_system_resource' }] },
    'capacity',
  ],
  [
    'Zhipu, a failure in mid-stream',
    { choices: [{ delta: {}, finish_reason: 'network_error' }] },
    undefined,
  ],
  [
    'NVIDIA through OpenRouter (diegosouzapw/OmniRoute#8210)',
    {
      choices: [],
      error: { code: 502, message: 'Worker local total request limit reached (33/32)' },
    },
    'capacity',
  ],
  [
    'words alone (apache/rocketmq-dashboard#2178)',
    { error: { message: 'quota exceeded' } },
    'rate',
  ],
  [
    'Apigee',
    {
      fault: {
        faultstring: 'Spike arrest violation',
        detail: { errorcode: 'policies.ratelimit.SpikeArrestViolation' },
      },
    },
    'rate',
  ],
  ['an exception', { exception: 'Too many requests' }, 'rate'],
  ['Spark, in a header', { header: { code: 11202, message: 'AppIdQpsOverFlowError' } }, 'rate'],
  [
    'Volcengine',
    { ResponseMetadata: { Error: { Code: 'RateLimitExceeded', CodeN: 429, Message: 'x' } } },
    'rate',
  ],
  ['Hunyuan', { Note: 'x', ErrorMsg: { Msg: '请求限频', Code: 2003 } }, 'rate'],
  ['AWS, by the name of its member', { throttlingException: { message: 'x' } }, 'rate'],
  ['AWS, unavailable', { serviceUnavailableException: { message: 'x' } }, 'capacity'],
  ['AWS, a failure', { internalServerException: { message: 'x' } }, undefined],
  ['FastAPI, a list', { detail: [{ msg: 'rate limit exceeded' }] }, 'rate'],
  ['FastAPI, an object', { detail: { message: 'rate limit exceeded' } }, 'rate'],
  ['FastAPI, an error', { detail: { error: { message: 'x', code: 429 } } }, 'rate'],
  ['errcode', { errcode: 429, errmsg: 'too many' }, 'rate'],
  ['errno', { errno: 336501, errmsg: 'Rate limit reached for RPM' }, 'rate'],
  ['retcode', { retcode: 429, msg: 'x' }, 'rate'],
  ['upper case', { StatusCode: 429, Message: 'Too many requests' }, 'rate'],
  ['upper case, inside', { Error: { Code: 'Throttling', Message: 'Rate exceeded' } }, 'rate'],
  ['a number as text', { error: { code: '429', message: 'slow' } }, 'rate'],
  ['only words', { error: { message: 'Too many requests, please slow down' } }, 'rate'],
  ['only a text', { error: 'The model is overloaded' }, 'capacity'],
  [
    'words in Chinese',
    { error: { code: '1302', message: '您的账户已达到速率限制，请您控制请求频率' } },
    'rate',
  ],
  [
    'Mistral, which has no type for it',
    {
      ...{ object: 'error', type: 'invalid_request_error', param: null, code: null },
      message: 'Service tier capacity exceeded for this model.',
    },
    'capacity',
  ],
  [
    'Fireworks, which has none either',
    { error: { type: 'invalid_request_error', message: 'Request rate limit exceeded' } },
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
const kindOf = (failure: BodyFailure) => refusalInBody(failure, { headers, now })?.refusal.kind;
const statusOf = (failure: BodyFailure | undefined) => failure && asResponse(failure).status;

test.each(REFUSALS)('%s', (_, json, kind) => {
  const failure = failureIn(json);
  expect(failure).toBeDefined();
  if (failure !== undefined) expect(kindOf(failure)).toBe(kind);
});

test('the wait that it asks for is read as in an error response', () => {
  const message = 'Rate limit reached (TPM): Limit 450000, Used 450000. Please try again in 22.5s.';
  const failure = failureIn({
    type: 'response.failed',
    response: { error: { code: 'rate_limit_exceeded', message } },
  });
  const retryAfterMs = failure && refusalInBody(failure, { headers, now })?.refusal.retryAfterMs;
  expect(retryAfterMs).toBe(22_500);
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
  ['a job that was accepted', { id: 'x', status: 'queued', message: 'Accepted' }],
  ['a job in OpenAI’s form', { object: 'response', status: 'queued', output: [], usage: null }],
  ['code that is a status', { type: 'response.code_interpreter_call_code.done', code: '429' }],
  [
    'usage without choices',
    { choices: null, usage: { prompt_tokens: 7, completion_tokens: 1, total_tokens: 8 } },
  ],
  ['a blocked prompt', { promptFeedback: { blockReason: 'SAFETY' }, usageMetadata: {} }],
  [
    'an answer of Cohere',
    { message: { content: [{ text: 'Rate limit' }] }, finish_reason: 'STOP' },
  ],
  ['an answer that speaks of errors', { text: '429 Too Many Requests', message: 'rate limit' }],
  ['nothing', null],
])('%s is no error', (_, json) => {
  expect(failureIn(json)).toBeUndefined();
});

describe('an event that is called error', () => {
  test('is one, whatever its data', () => {
    expect(statusOf(failureIn({ message: 'Too many requests' }, 'error'))).toBe(429);
    expect(statusOf(failureInText('overloaded', 'error', false))).toBe(529);
    expect(statusOf(failureInText('', 'error', true))).toBe(500);
    expect(failureInText('[DONE]', '', true)).toBeUndefined();
  });
});

describe('a status line in place of the first event', () => {
  test.each([
    ['429 Too Many Requests', 429],
    ['[ERROR] 429 rate limit exceeded', 429],
    ['HTTP 503 Service Temporarily Unavailable', 529],
    ['502 Bad Gateway', 500],
  ])('%s', (line, status) => {
    expect(statusOf(failureInText(line, '', true))).toBe(status);
    expect(failureInText(line, '', false)).toBeUndefined();
  });

  test.each(['429', 'Hello', '500 people came', 'ping', '429 is a number'])(
    'is not: %s',
    (text) => {
      expect(failureInText(text, '', true)).toBeUndefined();
    },
  );
});

describe('a page in place of an answer', () => {
  test.each([
    ['<html><head><title>429 Too Many Requests</title></head></html>', 429],
    ['<!DOCTYPE html>\n<html><body><h1>503 Service Temporarily Unavailable</h1>', 503],
    ['<html><title>Too Many Requests</title>', 429],
    ['<html>429 Too Many Requests</html>', 429],
    ['<html><body>Please log in', 500],
  ])('%s', (page, status) => {
    expect(statusOf(failureInPage(page))).toBe(status);
  });

  test.each(['<laughs> Hello', '<?xml version="1.0"?><a/>', '<b>429</b>', ''])(
    'is not: %s',
    (text) => {
      expect(failureInPage(text)).toBeUndefined();
    },
  );
});

test('a whole answer without choices, and with zeros for its usage, has failed', () => {
  const usage = { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 };
  expect(failureInAnswer({ id: '', object: '', choices: null, usage })).toBeDefined();
  expect(failureInAnswer({ choices: null, usage: { ...usage, prompt_tokens: 9 } })).toBeUndefined();
});

/** What a model may write, wherever it speaks of errors. */
const words = fc.oneof(
  fc.string(),
  fc.constantFrom('429', 'Rate limit exceeded', 'Too many requests', 'error', 'overloaded', ''),
);
const count = fc.nat(5);

/** Answers and parts of them, of each protocol. */
const honest = fc.oneof(
  fc.record({
    object: fc.constant('chat.completion'),
    choices: fc.array(
      fc.record({
        message: fc.record({ role: fc.constant('assistant'), content: fc.option(words) }),
        finish_reason: fc.constantFrom('stop', 'length', null),
      }),
    ),
    usage: fc.option(fc.record({ prompt_tokens: count, completion_tokens: count })),
    error: fc.constant(null),
  }),
  fc.record({ choices: fc.array(fc.record({ delta: fc.record({ content: words }) })) }),
  fc.record({ type: fc.constant('response.output_text.delta'), delta: words, item_id: words }),
  // Ollama, text-generation-inference.
  fc.record({
    message: fc.record({ role: fc.constant('assistant'), content: words }),
    done: fc.boolean(),
  }),
  fc.record({ response: words, done: fc.boolean() }),
  fc.tuple(fc.record({ generated_text: words })),
  fc.record({ type: fc.constant('response.code_interpreter_call_code.done'), code: words }),
  fc.record({
    object: fc.constant('response'),
    status: fc.constant('queued'),
    error: fc.constant(null),
  }),
  fc.record({
    type: fc.constant('message'),
    content: fc.array(fc.record({ type: fc.constant('text'), text: words })),
    usage: fc.record({ input_tokens: count, output_tokens: count }),
  }),
  fc.record({ type: fc.constant('content_block_delta'), delta: fc.record({ text: words }) }),
  fc.record({ type: fc.constantFrom('ping', 'message_stop', 'message-start') }),
  fc.array(
    fc.record({
      candidates: fc.array(
        fc.record({ content: fc.record({ parts: fc.array(fc.record({ text: words })) }) }),
      ),
    }),
  ),
  fc.record({ message: fc.record({ content: fc.array(fc.record({ text: words })) }) }),
  fc.record({ event_type: fc.constant('text-generation'), text: words }),
  fc.record({ output: fc.record({ message: fc.record({ content: fc.array(words) }) }) }),
  fc.record({ code: fc.constantFrom(0, 200, 'ok', ''), message: words, data: fc.array(words) }),
  fc.record({ base_resp: fc.constant({ status_code: 0, status_msg: '' }), text: words }),
);

test('an honest answer is never an error, whatever the model has written', () => {
  fc.assert(
    fc.property(honest, (json) => {
      expect(failureInAnswer(json)).toBeUndefined();
    }),
    { numRuns: 500 },
  );
});

test('never throws, and what it finds is JSON', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom('', 'error'), (json, event) => {
      const failure = failureIn(json, event);
      if (failure !== undefined)
        expect(JSON.parse(asResponse(failure).body)).toHaveProperty('error.message');
    }),
  );
});
