import { Buffer } from 'node:buffer';
import {
  BedrockRuntime,
  BedrockRuntimeClient,
  type BedrockRuntimeClientConfig,
  type BedrockRuntimeClient as Client,
  ConverseCommand,
  ConverseStreamCommand,
  CountTokensCommand,
  InvokeModelCommand,
  InvokeModelWithResponseStreamCommand,
} from '@aws-sdk/client-bedrock-runtime';
import { EventStreamCodec } from '@smithy/eventstream-codec';
import { FetchHttpHandler } from '@smithy/fetch-http-handler';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { afterEach, describe, expect, it, test } from 'vitest';
import { runAs } from '../../src/callers/run-as.ts';
import { createRateLimiter } from '../../src/limiter.ts';
import type { RateLimiterOptions } from '../../src/options.ts';
import { createVirtualClock, type VirtualClock } from '../../src/testing/index.ts';
import { withRateLimit } from '../../src/with-rate-limit.ts';
import { converseWire } from '../integrations/foreign-wire.ts';
import { NOTHING, outcome, underWay } from '../sdk/bench.ts';
import type { Fetch } from '../sdk/sdks.ts';
import { watchedWarnings } from '../support/warnings.ts';
import { serve } from './bedrock-server.ts';

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((server) => server.close()));
});

const toUtf8 = (bytes: Uint8Array | string): string => Buffer.from(bytes).toString();
const fromUtf8 = (text: string): Uint8Array => Buffer.from(text);

const OPTIONS: BedrockRuntimeClientConfig = {
  region: 'eu-west-1',
  credentials: { accessKeyId: 'key', secretAccessKey: 'secret' },
};

const input = {
  modelId: 'us.amazon.nova-pro-v1:0',
  messages: [{ role: 'user' as const, content: [{ text: 'Say hi' }] }],
  inferenceConfig: { maxTokens: 64 },
};

/** What Bedrock says of an answer of three tokens of output. */
const USAGE = { input: 5, output: 3 };

function stream(pieces = 3): Response {
  const { encode, begin, piece, end } = converseWire.stream;
  const events = [
    ...begin,
    ...Array.from({ length: pieces }, () => piece('hi ')),
    ...end('hi hi hi', USAGE),
  ];
  return streamOf(events.map(encode));
}

/** `cut`: it breaks off then. */
function streamOf(chunks: Uint8Array[], cut?: Promise<void>): Response {
  const body = new ReadableStream({
    pull: async (sink) => {
      const next = chunks.shift();
      if (next !== undefined) sink.enqueue(next);
      else if (cut === undefined) sink.close();
      else await cut.then(() => sink.error(new Error('cut')));
    },
  });
  return new Response(body, { headers: { 'content-type': converseWire.stream.type } });
}

const CLAUDE = {
  content: [{ type: 'text', text: 'hi' }],
  usage: { input_tokens: 5, output_tokens: 3 },
};

/** Answers whatever is asked. */
const answering: Fetch = async (url) => {
  const { pathname } = new URL(String(url));
  if (pathname.endsWith('/converse')) return Response.json(converseWire.answer('hi', USAGE));
  if (pathname.endsWith('/converse-stream')) return stream();
  if (pathname.endsWith('/invoke')) return Response.json(CLAUDE);
  if (pathname.endsWith('/count-tokens')) return Response.json({ inputTokens: 5 });
  const events = [
    { type: 'message_start', message: { usage: { input_tokens: 5, output_tokens: 1 } } },
    { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'hi hi' } },
    { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 3 } },
    { type: 'message_stop' },
  ];
  const chunk = (event: object) => Buffer.from(JSON.stringify(event)).toString('base64');
  return streamOf(
    events.map((each) => converseWire.stream.encode({ chunk: { bytes: chunk(each) } })),
  );
};

/** Looks of a clock that waits for real connections, a hundredth of a second apart. */
const LOOKS = 1000;

/** A clock that stands still for as long as what is sent over real connections takes to arrive. */
function patientClock(): VirtualClock {
  const clock = createVirtualClock();
  const run = clock.run.bind(clock);
  const patiently = async <T>(promise: Promise<T>): Promise<T> => {
    for (let look = 0; ; look++) {
      try {
        return await run(promise);
      } catch (error) {
        if (look === LOOKS || !String(error).includes('Nothing is left')) throw error;
        await new Promise<void>((resolve) => setTimeout(resolve, 10));
      }
    }
  };
  return Object.assign(clock, { run: patiently });
}

/** A client over HTTP, limited by a clock of its own. */
async function limited(
  answer: Fetch,
  options: RateLimiterOptions = {},
  given: BedrockRuntimeClientConfig & { version?: 1 | 2 } = {},
) {
  const { version = 1, ...config } = given;
  const clock = patientClock();
  const server = await serve(version, answer);
  opened.push(server);
  const bare = new BedrockRuntimeClient({
    ...OPTIONS,
    endpoint: server.origin,
    ...(version === 1 && { requestHandler: new NodeHttpHandler() }),
    ...config,
  });
  const limiter = createRateLimiter({ clock, ...options });
  const client = withRateLimit(bare, { limiter });
  const used: unknown[] = [];
  limiter.on('usage', ({ actual }) => used.push(actual));
  return { clock, limiter, client, bare, used, ...server };
}

/** A dollar for each token of output, nothing for input; one place. */
const SPENDING: RateLimiterOptions = {
  budget: { usdPerDay: 1_000_000 },
  prices: { '*': { input: 0, output: 1_000_000 } },
  concurrency: 1,
};

const USED = { inputTokens: 5, outputTokens: 3 };
const claude = {
  modelId: 'anthropic.claude-sonnet-5',
  contentType: 'application/json',
  body: JSON.stringify({
    anthropic_version: 'bedrock-2023-05-31',
    max_tokens: 64,
    messages: [{ role: 'user', content: 'Say hi' }],
  }),
};

describe.each([1, 2] as const)('over HTTP/%i', (version) => {
  it('settles an answer with its usage', async () => {
    const { clock, client, used, limiter } = await limited(answering, {}, { version });
    const { output, $metadata } = await clock.run(client.send(new ConverseCommand(input)));
    expect(output?.message?.content).toEqual([{ text: 'hi' }]);
    expect($metadata).toMatchObject({ httpStatusCode: 200, attempts: 1 });
    expect(used).toMatchObject([USED]);
    expect(underWay(limiter)).toEqual(NOTHING);
  });

  it('settles a stream with its usage', async () => {
    const { clock, client, used, limiter } = await limited(answering, {}, { version });
    const read = async () => {
      const { stream: events } = await client.send(new ConverseStreamCommand(input));
      let text = '';
      for await (const each of events ?? []) text += each.contentBlockDelta?.delta?.text ?? '';
      return text;
    };
    expect(await clock.run(read())).toBe('hi hi hi ');
    expect(used).toMatchObject([USED]);
    expect(underWay(limiter)).toEqual(NOTHING);
  });

  it("settles a model's own API, and its stream", async () => {
    const { clock, client, used, limiter } = await limited(answering, {}, { version });
    const { body } = await clock.run(client.send(new InvokeModelCommand(claude)));
    expect(JSON.parse(new TextDecoder().decode(body))).toEqual(CLAUDE);
    const read = async () => {
      const streamed = await client.send(new InvokeModelWithResponseStreamCommand(claude));
      let chunks = 0;
      for await (const each of streamed.body ?? []) chunks += each.chunk === undefined ? 0 : 1;
      return chunks;
    };
    expect(await clock.run(read())).toBe(4);
    expect(used).toMatchObject([USED, USED]);
    expect(underWay(limiter)).toEqual(NOTHING);
  });

  it('counts what came of a stream that breaks off', async () => {
    const { encode, begin, piece } = converseWire.stream;
    const pieces = [...begin, ...Array(20).fill(piece('hello hello '))].map(encode);
    let breakOff = (): void => {};
    const cut = new Promise<void>((resolve) => {
      breakOff = resolve;
    });
    const answer: Fetch = async () => streamOf([...pieces], cut);
    const { clock, client, limiter } = await limited(answer, SPENDING, { version });
    const read = async () => {
      const { stream: events } = await client.send(new ConverseStreamCommand(input));
      let seen = 0;
      for await (const each of events ?? []) {
        expect(each).toBeDefined();
        if (++seen === pieces.length) breakOff();
      }
    };
    expect(await clock.run(outcome(read()))).toMatchObject(['failed', expect.anything()]);
    const [{ spentUsd } = { spentUsd: 0 }] = limiter.spending();
    expect(spentUsd).toBeGreaterThan(0);
    expect(spentUsd).toBeLessThan(input.inferenceConfig.maxTokens);
    expect(underWay(limiter)).toEqual(NOTHING);
  });
});

function bodyOf(init: RequestInit | undefined): string {
  return new TextDecoder().decode(init?.body as Uint8Array);
}

/** 429s before the answer. */
function refusing(times: number, seen: Headers[] = []): Fetch {
  return async (url, init) => {
    seen.push(new Headers(init?.headers));
    if (times-- <= 0) return answering(url, init);
    const headers = { 'x-amzn-errortype': 'ThrottlingException', 'retry-after': '7' };
    return Response.json({ message: 'Too many requests' }, { status: 429, headers });
  };
}

test('a call waits before it is signed', async () => {
  const { clock, client } = await limited(answering, { limits: { rpm: 1 }, headroom: 0 });
  const trace: string[] = [];
  client.middlewareStack.add(
    (next) => (args) => {
      trace.push(`${clock.now()} signed`);
      return next(args);
    },
    { step: 'finalizeRequest', priority: 'low' },
  );
  const calls = [1, 2, 3].map(() => client.send(new ConverseCommand(input)));
  await clock.run(Promise.all(calls));
  expect(trace).toEqual(['0 signed', '60050 signed', '120100 signed']);
});

test('a 429 is sent again after its pause, signed anew, and uses up no retry', async () => {
  const seen: Headers[] = [];
  const { clock, client, limiter } = await limited(refusing(4, seen), {}, { maxAttempts: 2 });
  const ids: unknown[] = [];
  limiter.on('admitted', ({ callId, attempt }) => ids.push([callId, attempt]));
  const { $metadata } = await clock.run(client.send(new ConverseCommand(input)));
  expect($metadata.attempts).toBe(1);
  expect(clock.now()).toBeGreaterThanOrEqual(28_000);
  expect(seen.map((each) => each.get('amz-sdk-request'))).toEqual(
    Array(5).fill('attempt=1; max=2'),
  );
  expect(seen.every((each) => each.get('authorization')?.startsWith('AWS4-'))).toBe(true);
  expect(underWay(limiter)).toEqual(NOTHING);
});

test('`maxAttempts: 1` is obeyed', async () => {
  const { clock, client, limiter } = await limited(refusing(1), {}, { maxAttempts: 1 });
  const sent = client.send(new ConverseCommand(input));
  await expect(clock.run(sent)).rejects.toMatchObject({ name: 'ThrottlingException' });
  expect(underWay(limiter)).toEqual(NOTHING);
});

test("each attempt of the client's own retries is admitted", async () => {
  let requests = 0;
  const answer: Fetch = async (...given) =>
    ++requests < 3 ? Response.json({ message: 'No' }, { status: 500 }) : answering(...given);
  const { client, limiter } = await limited(answer);
  const admitted: unknown[] = [];
  limiter.on('admitted', ({ callId }) => admitted.push(callId));
  // The client waits by the real time.
  const { $metadata } = await client.send(new ConverseCommand(input));
  expect($metadata.attempts).toBe(3);
  expect([requests, admitted.length, new Set(admitted).size]).toEqual([3, 3, 1]);
  expect(underWay(limiter)).toEqual(NOTHING);
});

test("a call that is rejected is not repeated by the client's retries", async () => {
  let requests = 0;
  const answer: Fetch = async (...given) => {
    requests++;
    return answering(...given);
  };
  const { clock, client, limiter } = await limited(answer, { limits: { tpm: 10 } });
  const rejected: unknown[] = [];
  limiter.on('rejected', (event) => rejected.push(event));
  const sent = client.send(new ConverseCommand(input));
  await expect(clock.run(sent)).rejects.toMatchObject({ code: 'call_too_large' });
  expect([requests, rejected.length]).toEqual([0, 1]);
});

test('a pause that is too long ends in the refusal, and the client does not repeat it', async () => {
  const seen: Headers[] = [];
  const { clock, client, limiter } = await limited(refusing(9, seen), { maxPauseMs: 5000 });
  const sent = client.send(new ConverseCommand(input));
  await expect(clock.run(sent)).rejects.toMatchObject({ name: 'ThrottlingException' });
  expect(seen).toHaveLength(1);
  expect(underWay(limiter)).toEqual(NOTHING);
});

describe('retries around the client', () => {
  const warnings = watchedWarnings('HEADROOM_OUTER_RETRIES');

  it.each([
    ['are noticed', {}, 1],
    ['are all that there are with `maxAttempts: 1`', { maxAttempts: 1 }, 0],
  ])('%s', async (_, config, warned) => {
    const given = { maxPauseMs: 5000 };
    const { clock, client } = await limited(refusing(99, []), given, config);
    for (let tries = 0; tries < 4; tries++) {
      const sent = client.send(new ConverseCommand(input));
      await expect(clock.run(sent)).rejects.toThrow();
    }
    expect(warnings()).toHaveBeenCalledTimes(warned);
  });

  it('are none where each call is another one', async () => {
    const { clock, client } = await limited(refusing(99, []), { maxPauseMs: 5000 });
    for (let tries = 0; tries < 4; tries++) {
      const messages = [{ role: 'user' as const, content: [{ text: `Question ${tries}` }] }];
      const sent = client.send(new ConverseCommand({ ...input, messages }));
      await expect(clock.run(sent)).rejects.toThrow();
    }
    expect(warnings()).not.toHaveBeenCalled();
  });
});

test('its signal takes a waiting call out', async () => {
  const { clock, client, limiter } = await limited(answering, { limits: { rpm: 1 }, headroom: 0 });
  await clock.run(client.send(new ConverseCommand(input)));
  const abort = new AbortController();
  clock.setTimeout(() => abort.abort(), 5000);
  const sent = client.send(new ConverseCommand(input), { abortSignal: abort.signal });
  await expect(clock.run(sent)).rejects.toMatchObject({ name: 'AbortError' });
  expect(clock.now()).toBe(5000);
  expect(underWay(limiter)).toEqual(NOTHING);
});

test('the given client stays as it is; the other one is of its class', async () => {
  const { client, bare, limiter } = await limited(answering);
  const before = bare.middlewareStack.identify();
  await client.send(new ConverseCommand(input));
  expect(bare.middlewareStack.identify()).toEqual(before);
  await bare.send(new ConverseCommand(input));
  expect(limiter.snapshot()).toMatchObject([{ totals: { calls: 1 } }]);
  expect(client).toBeInstanceOf(BedrockRuntimeClient);
  expect(client.rateLimit).toBe(limiter);
  const sameType: Client = client;
  expect(sameType).toBe(client);
});

test('it can be limited anew, and then has the other limiter only', async () => {
  const { client, limiter } = await limited(answering);
  await client.send(new ConverseCommand(input));
  const other = createRateLimiter({ clock: createVirtualClock() });
  const anew = withRateLimit(client, { limiter: other });
  await anew.send(new ConverseCommand(input));
  await client.send(new ConverseCommand(input));
  expect(limiter.snapshot()).toMatchObject([{ totals: { calls: 2 } }]);
  expect(other.snapshot()).toMatchObject([{ totals: { calls: 1 } }]);
});

test('other commands pass', async () => {
  const { clock, client, limiter } = await limited(answering, { limits: { rpm: 1 } });
  const converse = { messages: input.messages };
  const count = new CountTokensCommand({ modelId: input.modelId, input: { converse } });
  const counts = Promise.all([1, 2, 3].map(() => client.send(count)));
  expect((await clock.run(counts)).map(({ inputTokens }) => inputTokens)).toEqual([5, 5, 5]);
  expect(limiter.snapshot()).toEqual([]);
});

test('a callback is called, and a client with methods of its own is limited', async () => {
  const { limiter, origin } = await limited(answering);
  const requestHandler = new NodeHttpHandler();
  const given = new BedrockRuntime({ ...OPTIONS, endpoint: origin, requestHandler });
  const client = withRateLimit(given, { limiter });
  const { usage } = await client.converse(input);
  expect(usage).toMatchObject(USED);
  const told = await new Promise((resolve) =>
    client.send(new ConverseCommand(input), (error, data) => resolve([error, data?.usage])),
  );
  expect(told).toMatchObject([null, USED]);
  expect(limiter.snapshot()).toMatchObject([{ totals: { calls: 2 } }]);
});

test('an output that is lowered is signed', async () => {
  const bodies: unknown[] = [];
  const answer: Fetch = async (url, init) => {
    bodies.push(JSON.parse(bodyOf(init)));
    return answering(url, init);
  };
  const options = { limits: { tpm: 1000 }, headroom: 0 };
  const { clock, bare, limiter } = await limited(answer, options);
  const client = withRateLimit(bare, { limiter, onLimit: 'degrade' });
  const much = { ...input, inferenceConfig: { maxTokens: 5000 } };
  await clock.run(client.send(new ConverseCommand(much)));
  const [body] = bodies;
  expect(body).toMatchObject({ inferenceConfig: { maxTokens: expect.any(Number) } });
  expect(body).not.toMatchObject({ inferenceConfig: { maxTokens: 5000 } });
});

test('a request handler that is limited, too, counts a call once', async () => {
  const { limiter, origin } = await limited(answering);
  const requestHandler = new FetchHttpHandler({ customFetch: limiter.fetch });
  const bare = new BedrockRuntimeClient({ ...OPTIONS, endpoint: origin, requestHandler });
  await withRateLimit(bare, { limiter }).send(new ConverseCommand(input));
  expect(limiter.snapshot()).toMatchObject([{ totals: { calls: 1 } }]);
});

test('a middleware that answers by itself holds nothing up', async () => {
  const { client, limiter } = await limited(answering);
  client.middlewareStack.add(
    () => async () => ({ response: {}, output: { $metadata: {}, stopReason: 'end_turn' } }),
    { step: 'finalizeRequest', priority: 'low' },
  );
  const { stopReason } = await client.send(new ConverseCommand(input));
  expect(stopReason).toBe('end_turn');
  expect(underWay(limiter)).toEqual(NOTHING);
});

test('a connection that fails is repeated by the client, each time after a wait', async () => {
  const { client, limiter, close } = await limited(answering);
  opened.length = 0;
  await close();
  const sent = client.send(new ConverseCommand(input));
  await expect(sent).rejects.toMatchObject({ code: 'ECONNREFUSED', $metadata: { attempts: 3 } });
  expect(underWay(limiter)).toEqual(NOTHING);
});

test('an exception in a stream pauses the lane', async () => {
  const { encode, begin } = converseWire.stream;
  const codec = new EventStreamCodec(toUtf8, fromUtf8);
  const exception = codec.encode({
    headers: {
      ':message-type': { type: 'string', value: 'exception' },
      ':exception-type': { type: 'string', value: 'throttlingException' },
      ':content-type': { type: 'string', value: 'application/json' },
    },
    body: fromUtf8(JSON.stringify({ message: 'Too many tokens, please wait' })),
  });
  const answer: Fetch = async () => streamOf([...begin.map(encode), exception]);
  const { clock, client, limiter } = await limited(answer);
  const paused: unknown[] = [];
  limiter.on('paused', (event) => paused.push(event));
  const read = async () => {
    const { stream: events } = await client.send(new ConverseStreamCommand(input));
    for await (const each of events ?? []) expect(each).toBeDefined();
  };
  await expect(read()).rejects.toMatchObject({ name: 'ThrottlingException' });
  // The client leaves the rest unread: the limiter reads it.
  await clock.runUntilIdle();
  expect(paused).toHaveLength(1);
  expect(underWay(limiter)).toEqual(NOTHING);
});

test('a stream that its signal ends gives its place back', async () => {
  const { encode, begin, piece } = converseWire.stream;
  const never = new Promise<void>(() => {});
  const answer: Fetch = async () => streamOf([...begin, piece('hi')].map(encode), never);
  const { client, limiter } = await limited(answer, SPENDING);
  const abort = new AbortController();
  const read = async () => {
    const { stream: events } = await client.send(new ConverseStreamCommand(input), {
      abortSignal: abort.signal,
    });
    for await (const each of events ?? []) if (each.contentBlockDelta) abort.abort();
  };
  await expect(read()).rejects.toBeDefined();
  expect(underWay(limiter)).toEqual(NOTHING);
});

test('an error of the caller is that of the client', async () => {
  const headers = { 'x-amzn-errortype': 'ValidationException' };
  const answer: Fetch = async () => Response.json({ message: 'No' }, { status: 400, headers });
  const { client, limiter } = await limited(answer);
  const sent = client.send(new ConverseCommand(input));
  await expect(sent).rejects.toMatchObject({
    name: 'ValidationException',
    message: 'No',
    $metadata: { httpStatusCode: 400, attempts: 1 },
  });
  expect(underWay(limiter)).toEqual(NOTHING);
});

test('a call keeps the key of its caller, and `drain` waits for it', async () => {
  const { client, limiter } = await limited(answering);
  const keys: unknown[] = [];
  limiter.on('usage', ({ key }) => keys.push(key));
  const sent = runAs({ key: 'alice' }, () => client.send(new ConverseCommand(input)));
  await Promise.all([sent, limiter.drain()]);
  expect(keys).toEqual(['alice']);
});

test('two clients share a limit', async () => {
  const { clock, client, bare, limiter } = await limited(answering, {
    limits: { rpm: 2 },
    headroom: 0,
  });
  const clients = [client, withRateLimit(bare, { limiter }), client];
  await clock.run(Promise.all(clients.map((each) => each.send(new ConverseCommand(input)))));
  expect(clock.now()).toBeGreaterThanOrEqual(30_000);
  expect(limiter.snapshot()).toMatchObject([{ totals: { calls: 3 } }]);
});
