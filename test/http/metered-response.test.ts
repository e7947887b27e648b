import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { joined } from '../../src/http/bytes.ts';
import { meterResponse, type ResponseEnd } from '../../src/http/metered-response.ts';
import { chunkings } from '../support/chunkings.ts';
import { collectGarbage } from '../support/garbage.ts';

const encoder = new TextEncoder();
const SSE = { 'content-type': 'text/event-stream; charset=utf-8' };
const JSON_TYPE = { 'content-type': 'application/json' };

/** A chat's stream with `stream_options.include_usage` (OpenAI API reference, 2026-08). */
const WITH_USAGE = [
  'data: {"id":"chatcmpl-1","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}],"usage":null}\n\n',
  'data: {"id":"chatcmpl-1","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":"Hé,\\"usage\\":null"},"finish_reason":null}],"usage":null}\n\n',
  'data: {"id":"chatcmpl-1","object":"chat.completion.chunk","choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"usage":null}\n\n',
  'data: {"id":"chatcmpl-1","object":"chat.completion.chunk","choices":[],"usage":{"prompt_tokens":9,"completion_tokens":12,"total_tokens":21}}\n\n',
  'data: [DONE]\n\n',
].join('');
/** The same without it. */
const WITHOUT_USAGE = [
  'data: {"id":"chatcmpl-1","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}\n\n',
  'data: {"id":"chatcmpl-1","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":"Hé,\\"usage\\":null"},"finish_reason":null}]}\n\n',
  'data: {"id":"chatcmpl-1","object":"chat.completion.chunk","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n',
  'data: [DONE]\n\n',
].join('');

const USAGE = { inputTokens: 9, outputTokens: 12, cachedInputTokens: 0, cacheWriteTokens: 0 };
const REPORT = { prompt_tokens: 9, completion_tokens: 12, total_tokens: 21 };

interface Upstream {
  readonly response: Response;
  readonly canceled: unknown[];
  readonly pulls: () => number;
}

/** A response whose body gives one chunk a pull, and then ends or fails. */
function upstream(
  chunks: readonly Uint8Array[],
  headers: HeadersInit,
  failure?: unknown,
): Upstream {
  const canceled: unknown[] = [];
  let next = 0;
  const body = new ReadableStream<Uint8Array>(
    {
      pull(sink) {
        const chunk = chunks[next];
        next += 1;
        if (chunk !== undefined) sink.enqueue(chunk);
        else if (failure !== undefined) throw failure;
        else sink.close();
      },
      cancel(reason) {
        canceled.push(reason);
      },
    },
    { highWaterMark: 0 },
  );
  return { response: new Response(body, { headers }), canceled, pulls: () => next };
}

function metered(response: Response, hideUsageChunk = false) {
  const ends: ResponseEnd[] = [];
  const onEnd = (end: ResponseEnd) => void ends.push(end);
  return { response: meterResponse(response, { hideUsageChunk, onEnd }), ends };
}

const bytesOf = (text: string) => encoder.encode(text);
const halves = (text: string) => [bytesOf(text).slice(0, 100), bytesOf(text).slice(100)];

describe('what the caller sees', () => {
  test('is the same object', () => {
    const original = new Response('{}', { status: 201, headers: { 'x-request-id': 'req_1' } });
    const { response } = metered(original);
    expect(response).toBe(original);
    expect(response).toBeInstanceOf(Response);
    expect(response.status).toBe(201);
    expect(response.headers.get('x-request-id')).toBe('req_1');
    expect(response.bodyUsed).toBe(false);
  });

  test.each([
    ['text', async (it: Response) => await it.text()],
    ['json', async (it: Response) => JSON.stringify(await it.json())],
    ['arrayBuffer', async (it: Response) => new TextDecoder().decode(await it.arrayBuffer())],
    ['bytes', async (it: Response) => new TextDecoder().decode(await it.bytes())],
    ['blob', async (it: Response) => (await it.blob()).text()],
  ])('%s() reads the body once, and meters it', async (_, read) => {
    const { response, ends } = metered(Response.json({ usage: REPORT }));
    expect(await read(response)).toBe(JSON.stringify({ usage: REPORT }));
    expect(response.bodyUsed).toBe(true);
    expect(ends).toEqual([{ usage: USAGE, seenOutputTokens: 0, complete: true }]);
    await expect(response.text()).rejects.toThrow(TypeError);
  });

  test('blob() and formData() know the content type', async () => {
    const form = new FormData();
    form.set('a', '1');
    const { response } = metered(new Response(form));
    expect((await response.formData()).get('a')).toBe('1');
    const json = metered(Response.json({})).response;
    expect((await json.blob()).type).toBe('application/json');
  });

  test('clone() gives responses with the original URL and status, and both can be read', async () => {
    const original = Response.json({ usage: REPORT }, { status: 203, statusText: 'Odd' });
    Object.defineProperty(original, 'url', { value: 'https://api.openai.com/v1/x' });
    const { response, ends } = metered(original);
    const clones = [response.clone(), response.clone().clone()];
    for (const clone of clones) {
      expect(clone).toMatchObject({
        url: 'https://api.openai.com/v1/x',
        status: 203,
        statusText: 'Odd',
      });
    }
    for (const each of [...clones, response]) expect(await each.json()).toEqual({ usage: REPORT });
    expect(ends).toEqual([{ usage: USAGE, seenOutputTokens: 0, complete: true }]);
  });

  test('nothing is read before the caller reads, and then one chunk a read', async () => {
    const source = upstream(halves(WITH_USAGE), SSE);
    const { response } = metered(source.response);
    const reader = response.body?.getReader();
    await turn();
    expect(source.pulls()).toBe(0);
    await reader?.read();
    await turn();
    expect(source.pulls()).toBe(1);
  });

  test('a chunk is passed on as it is', async () => {
    const chunk = bytesOf(WITH_USAGE);
    const { response } = metered(upstream([chunk], SSE).response);
    expect((await response.body?.getReader().read())?.value).toBe(chunk);
  });

  test('a cancellation goes upstream with its reason', async () => {
    const source = upstream(halves(WITH_USAGE), SSE);
    const { response, ends } = metered(source.response);
    const reader = response.body?.getReader();
    await reader?.read();
    await reader?.cancel('enough');
    expect(source.canceled).toEqual(['enough']);
    expect(ends).toEqual([{ usage: undefined, seenOutputTokens: 0, complete: false }]);
  });

  test('an error of upstream comes through as it is, after all that came before it', async () => {
    const failure = new Error('reset');
    for (const hide of [true, false]) {
      const { response, ends } = metered(upstream(halves(WITH_USAGE), SSE, failure).response, hide);
      const seen: Uint8Array[] = [];
      const reading = (async () => {
        for await (const chunk of response.body ?? []) seen.push(chunk);
      })();
      await expect(reading).rejects.toBe(failure);
      expect(new TextDecoder().decode(joined(seen))).toBe(hide ? WITHOUT_USAGE : WITH_USAGE);
      expect(ends).toMatchObject([{ usage: USAGE, seenOutputTokens: 4, complete: false }]);
    }
  });

  test('an incomplete event still comes before the error that cut it', async () => {
    const source = upstream([bytesOf('data: 1\n\nda')], SSE, new Error('reset'));
    const reader = metered(source.response, true).response.body?.getReader();
    expect(new TextDecoder().decode((await reader?.read())?.value)).toBe('data: 1\n\n');
    expect(new TextDecoder().decode((await reader?.read())?.value)).toBe('da');
    await expect(reader?.read()).rejects.toThrow('reset');
  });
});

describe('hideUsageChunk', () => {
  const hidden = async (text: string) =>
    await metered(new Response(text, { headers: SSE }), true).response.text();

  test('the caller sees what it would have seen without include_usage', async () => {
    expect(await hidden(WITH_USAGE)).toBe(WITHOUT_USAGE);
    expect(await hidden(WITH_USAGE.replaceAll('\n', '\r\n'))).toBe(
      WITHOUT_USAGE.replaceAll('\n', '\r\n'),
    );
  });

  test.each([
    ['a stream that never had it', WITHOUT_USAGE],
    [
      'usage beside choices (OpenRouter, Mistral)',
      'data: {"choices":[{}],"usage":{"prompt_tokens":1}}\n\n',
    ],
    ["Azure's first chunk", 'data: {"choices":[],"prompt_filter_results":[]}\n\n'],
    ['a nested null', 'data: {"choices":[{"delta":{"content":"a","usage":null}}]}\n\n'],
    [
      'comments, errors, and what is no JSON',
      ': hi\n\nevent: error\ndata: {"error":{}}\n\ndata: {,"usage":null\n\n',
    ],
    ['invalid UTF-8 and no blank line', 'data: {"choices":[]}'],
  ])('leaves alone %s', async (_, text) => {
    expect(await hidden(text)).toBe(text);
  });

  test('the null is cut out wherever it stands, and nothing else', async () => {
    expect(await hidden('data: {"usage":null, "choices":[]}\n\n')).toBe('data: {"choices":[]}\n\n');
    expect(await hidden('data: {"x":{"a":1,"usage":null},"usage" : null,"y":1}\n\n')).toBe(
      'data: {"x":{"a":1,"usage":null},"y":1}\n\n',
    );
    expect(await hidden('data: {"s":"\\\\","usage":null}\n\n')).toBe('data: {"s":"\\\\"}\n\n');
  });

  test('a complete event is not held back for the next one', async () => {
    const [first = ''] = WITHOUT_USAGE.split(/(?<=\n\n)/);
    const source = upstream([bytesOf(`${first}data: {"id"`), bytesOf(':1}\n\n')], SSE);
    const reader = metered(source.response, true).response.body?.getReader();
    expect(new TextDecoder().decode((await reader?.read())?.value)).toBe(first);
    expect(source.pulls()).toBe(1);
  });
});

describe('onEnd', () => {
  test('a body of a megabyte and more is searched at its end', async () => {
    const data = [{ b64_json: 'A'.repeat(3 * 2 ** 20) }];
    const large = JSON.stringify({ data, usage: { input_tokens: 50, output_tokens: 4160 } });
    const { response, ends } = metered(new Response(large, { headers: JSON_TYPE }));
    expect(await response.text()).toBe(large);
    expect(ends).toMatchObject([
      { usage: { inputTokens: 50, outputTokens: 4160 }, complete: true },
    ]);
  });

  test('an event of a megabyte and more is searched at its end', async () => {
    const result = 'A'.repeat(2 * 2 ** 20);
    const event = {
      type: 'response.completed',
      response: { result, usage: { input_tokens: 5, output_tokens: 6 } },
    };
    const { response, ends } = metered(
      new Response(`data: ${JSON.stringify(event)}\n\n`, { headers: SSE }),
    );
    await response.text();
    expect(ends).toMatchObject([{ usage: { inputTokens: 5, outputTokens: 6 }, complete: true }]);
  });

  test('other bodies just end', async () => {
    const { response, ends } = metered(new Response(new Uint8Array(9)));
    await response.arrayBuffer();
    expect(ends).toEqual([{ usage: undefined, seenOutputTokens: 0, complete: true }]);
  });

  const done = { usage: undefined, seenOutputTokens: 0, complete: true };

  test('comes at once where there is no body', () => {
    expect(metered(new Response(null, { status: 204 })).ends).toEqual([done]);
  });

  test('comes at once for what cannot be metered, and that is left as it is', async () => {
    const read = new Response('x');
    await read.text();
    const locked = new Response('x');
    locked.body?.getReader();
    const frozen = Object.freeze(new Response('x'));
    for (const each of [read, locked, frozen]) {
      expect(metered(each).ends).toEqual([done]);
      expect(Object.getOwnPropertyNames(each)).toEqual([]);
    }
    expect(await frozen.text()).toBe('x');
  });

  test.each([
    ['without a body', { json: async () => ({}) }],
    ["with Node's stream", { headers: new Headers(), body: { pipe() {} }, bodyUsed: false }],
    ['with a body but no headers', { body: new ReadableStream() }],
  ])('comes at once for a mock %s', (_, mock) => {
    const ends: ResponseEnd[] = [];
    // @ts-expect-error: a custom fetch may answer with anything.
    expect(meterResponse(mock, { hideUsageChunk: false, onEnd: (it) => ends.push(it) })).toBe(mock);
    expect(ends).toEqual([done]);
  });

  test('what it throws is not the caller’s', async () => {
    const onEnd = () => {
      throw new Error('mine');
    };
    expect(await meterResponse(new Response('x'), { hideUsageChunk: false, onEnd }).text()).toBe(
      'x',
    );
  });

  describe('comes for a response that nobody reads', () => {
    async function collected(ends: readonly ResponseEnd[]): Promise<void> {
      for (let turns = 0; turns < 200 && ends.length === 0; turns += 1) {
        collectGarbage();
        await turn();
      }
    }

    test('never', async () => {
      const { ends } = metered(upstream(halves(WITH_USAGE), SSE).response);
      await collected(ends);
      expect(ends).toEqual([{ usage: undefined, seenOutputTokens: 0, complete: false }]);
    });

    test('to its end, and upstream is canceled', async () => {
      const source = upstream(halves(WITH_USAGE), SSE);
      const { canceled } = source;
      const ends: ResponseEnd[] = [];
      await (async () => {
        const { response } = source;
        Object.assign(source, { response: undefined });
        meterResponse(response, { hideUsageChunk: false, onEnd: (it) => void ends.push(it) });
        await response.body?.getReader().read();
      })();
      await collected(ends);
      expect(ends).toMatchObject([{ complete: false }]);
      expect(canceled).toEqual([undefined]);
    });

    test('though its body is still read: then it is not abandoned', async () => {
      const { ends, reader } = (() => {
        const { response, ends } = metered(upstream(halves(WITH_USAGE), SSE).response);
        return { ends, reader: response.body?.getReader() };
      })();
      for (let turns = 0; turns < 10; turns += 1) {
        collectGarbage();
        await turn();
      }
      expect(ends).toEqual([]);
      while (!(await reader?.read())?.done);
      expect(ends).toMatchObject([{ usage: USAGE, complete: true }]);
    });
  });
});

describe('whatever passes', () => {
  const event = fc.oneof(
    fc.constantFrom(...WITH_USAGE.split(/(?<=\n\n)/)),
    fc.jsonValue().map((json) => `data: ${JSON.stringify(json)}\r\n\r\n`),
    fc.string({ unit: 'binary' }),
    fc.constantFrom(': keep-alive\n\n', '\r\n\r', '\n', 'data: {"choices":[],"usage":{}}\r\r'),
  );
  const streams = fc.array(event, { maxLength: 8 }).map((all) => bytesOf(all.join('')));
  const cut = streams.chain((bytes) => fc.tuple(fc.constant(bytes), chunkings(bytes)));

  test('however it is cut, identical bytes come through', async () => {
    await fc.assert(
      fc.asyncProperty(
        cut,
        fc.constantFrom(SSE, JSON_TYPE, {}),
        async ([bytes, chunks], headers) => {
          const { response, ends } = metered(upstream(chunks, headers).response);
          expect(await response.bytes()).toEqual(bytes);
          expect(ends.length).toBe(1);
        },
      ),
    );
  });

  test('however it is cut, the same is hidden', async () => {
    await fc.assert(
      fc.asyncProperty(cut, async ([bytes, chunks]) => {
        const [one, many] = [[bytes], chunks].map((each) =>
          metered(upstream(each, SSE).response, true),
        );
        expect(await many?.response.bytes()).toEqual(await one?.response.bytes());
        expect(many?.ends).toEqual(one?.ends);
      }),
    );
  });

  test('whoever reads, cancels or fails, and when: it ends exactly once', async () => {
    const steps = fc.array(fc.constantFrom('getReader', 'read', 'cancel', 'clone', 'text'), {
      maxLength: 8,
    });
    const failures = fc.constantFrom(undefined, new Error('reset'));
    await fc.assert(
      fc.asyncProperty(
        cut,
        steps,
        failures,
        fc.boolean(),
        async ([, chunks], all, failure, hide) => {
          const { response, ends } = metered(upstream(chunks, SSE, failure).response, hide);
          const reader = readerOf(response);
          await Promise.allSettled(all.map(async (step) => reader[step]?.()));
          await Promise.allSettled([reader.cancel?.(), response.text()]);
          expect(ends.length).toBe(1);
        },
      ),
    );
  });
});

/** What somebody may do with a response, in any order: some of it fails, as it would without us. */
function readerOf(response: Response): Record<string, () => unknown> {
  let reader: ReadableStreamDefaultReader | undefined;
  return {
    getReader: () => {
      reader = response.body?.getReader();
    },
    read: () => reader?.read(),
    cancel: () => (reader ?? response.body)?.cancel(),
    clone: () => response.clone().text(),
    text: () => response.text(),
  };
}
