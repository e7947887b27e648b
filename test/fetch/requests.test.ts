import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { brotliCompressSync, deflateSync, gunzipSync, gzipSync, inflateSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRateLimiter } from '../../src/limiter.ts';
import { rateLimitedFetch } from '../../src/rate-limited-fetch.ts';
import type { Fetch } from '../sdk/sdks.ts';
import { watchedWarnings } from '../support/warnings.ts';

type Arguments = Parameters<Fetch>;

const BODY = JSON.stringify({ model: 'gpt-4o', messages: [{ role: 'user', content: 'hé' }] });
const OTHER = JSON.stringify({ model: 'gpt-4', messages: [] });
const JSON_TYPE = { 'content-type': 'application/json' };
const POST: RequestInit = { method: 'POST', headers: JSON_TYPE, body: BODY };

let server: Server;
let url = '';

beforeAll(async () => {
  server = createServer((request, response) => {
    void textOf(request).then((body) => {
      const { method, headers, url: path = '' } = request;
      const [status = 200] = (/\d{3}$/.exec(path) ?? []).map(Number);
      const location = path.replace(/\?.*/, '');
      response.writeHead(status, { ...JSON_TYPE, ...(status === 307 && { location }) });
      response.end(JSON.stringify({ method, path, headers, body, choices: [{}] }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/chat/completions`;
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += chunk;
  return text;
}

function form(): FormData {
  const made = new FormData();
  made.set('model', 'whisper-1');
  made.set('file', new Blob(['sound']), 'a.wav');
  return made;
}

/** What the server got, and what the caller sees. A form's boundary is new each time. */
async function seenBy(fetch: Fetch, given: Arguments): Promise<unknown> {
  try {
    const response = await fetch(...given);
    const { status, ok, url: at, redirected, type, bodyUsed } = response;
    const [copy, text] = await Promise.all([response.clone().text(), response.text()]);
    const twice = await response.text().catch(String);
    const seen = { status, ok, at, redirected, type, bodyUsed, copy, text, twice };
    return JSON.parse(JSON.stringify(seen).replaceAll(/-*formdata-undici-\d+/g, 'boundary'));
  } catch (error) {
    return error instanceof Error ? { name: error.name, message: error.message } : error;
  }
}

const ABORTED = AbortSignal.abort(new Error('mine'));

const CASES: Record<string, () => Arguments> = {
  'a string': () => [url, POST],
  'a Request': () => [new Request(url, POST)],
  'a Request and nothing else to say': () => [new Request(url, POST), {}],
  'a Request whose body was a string of no type': () => [
    new Request(url, { method: 'POST', body: BODY }),
  ],
  'a Request, and headers that name no type': () => [
    new Request(url, POST),
    { headers: { 'x-own': '1' } },
  ],
  'a Request with a form, and headers': () => [
    new Request(url, { method: 'POST', body: form() }),
    { keepalive: false },
  ],
  'a Request with bytes, and headers': () => [
    new Request(url, { method: 'POST', body: new Uint8Array([0, 255, 1]) }),
    { headers: { 'content-type': 'application/octet-stream' } },
  ],
  'a Request, and another body': () => [new Request(url, POST), { body: OTHER }],
  'a Request to GET, and a body': () => [new Request(url), POST],
  'a Request that is redirected': () => [new Request(`${url}?307`, POST)],
  'a Request with an aborted signal': () => [new Request(url, { ...POST, signal: ABORTED })],
  'a Request with an aborted signal that doesn’t count': () => [
    new Request(url, { ...POST, signal: ABORTED }),
    { signal: null },
  ],
  'a form': () => [url, { method: 'POST', body: form() }],
  'what is no URL': () => ['/v1/chat/completions', POST],
  'a method that is none': () => [url, { ...POST, method: 'PO ST' }],
  'an error of the server': () => [`${url}?500`, POST],
  'an error of the caller': () => [`${url}?400`, POST],
  'a response with no body': () => [`${url}?204`, POST],
};

describe('through a limited fetch, the server and the caller see what they do without it', () => {
  it.each(Object.keys(CASES))('%s', async (name) => {
    const given = CASES[name] ?? (() => [url]);
    const limiter = createRateLimiter();
    const bare = await seenBy(fetch, given());
    expect(await seenBy(limiter.fetch, given())).toEqual(bare);
    const timed = rateLimitedFetch({ limiter, timeoutMs: 60_000 });
    expect(await seenBy(timed, given())).toEqual(bare);
    await limiter.close();
  });

  it.each([
    ['null for a URL', () => [null, POST]],
    ['a signal that is none', () => [url, { ...POST, signal: {} }]],
    ['a method that is a number', () => [url, { ...POST, method: 5 }]],
  ])('%s', async (_, given) => {
    const limiter = createRateLimiter();
    const all = given() as unknown as Arguments;
    expect(await seenBy(limiter.fetch, all)).toEqual(await seenBy(fetch, all));
    await limiter.close();
  });

  it('a form in a Request tells its model, and can be sent again', async () => {
    const sent: string[] = [];
    const limiter = createRateLimiter();
    const limited = rateLimitedFetch({
      limiter,
      fetch: async (input) => {
        sent.push(String((await new Request(input).formData()).get('model')));
        const isFirst = sent.length === 1;
        return new Response('{}', { status: isFirst ? 429 : 200, headers: { 'retry-after': '0' } });
      },
    });
    const request = new Request('https://api.openai.com/v1/audio/transcriptions', {
      method: 'POST',
      body: form(),
    });
    expect((await limited(request)).status).toBe(200);
    expect(sent).toEqual(['whisper-1', 'whisper-1']);
    expect(limiter.snapshot()).toMatchObject([{ model: 'whisper-1', totals: { refused: 1 } }]);
    await limiter.close();
  });
});

describe('a body that is compressed', () => {
  const warnings = watchedWarnings('HEADROOM_UNCOUNTED_CALL');
  const LONG = JSON.stringify({
    model: 'gpt-4o',
    messages: [{ role: 'user', content: 'word '.repeat(1000) }],
  });
  const openai = 'https://api.openai.com/v1/chat/completions';
  const packed = (encoding: string, body: Uint8Array<ArrayBuffer>): RequestInit => ({
    method: 'POST',
    headers: { ...JSON_TYPE, 'content-encoding': encoding },
    body,
  });
  const bytes = (buffer: Buffer): Uint8Array<ArrayBuffer> => new Uint8Array(buffer);

  it.each<[string, () => Arguments]>([
    ['bytes', () => [openai, packed('gzip', bytes(gzipSync(LONG)))]],
    ['bytes, by deflate', () => [openai, packed('deflate', bytes(deflateSync(LONG)))]],
    ['a Request', () => [new Request(openai, packed('gzip', bytes(gzipSync(LONG))))]],
    [
      'a Blob',
      () => [openai, { ...packed('GZIP', bytes(gzipSync(''))), body: new Blob([gzipSync(LONG)]) }],
    ],
  ])('is counted, and sent again as it is: %s', async (_, given) => {
    const sent: string[] = [];
    const limiter = createRateLimiter();
    const limited = rateLimitedFetch({
      limiter,
      fetch: async (...all) => {
        const got = Buffer.from(await new Request(...all).arrayBuffer());
        sent.push((got[0] === 0x1f ? gunzipSync(got) : inflateSync(got)).toString());
        const status = sent.length === 1 ? 429 : 200;
        const usage = { prompt_tokens: 1008, completion_tokens: 1, total_tokens: 1009 };
        return Response.json({ usage }, { status, headers: { 'retry-after': '0' } });
      },
    });
    const response = await limited(...given());
    expect([response.status, await response.text()]).toEqual([200, expect.any(String)]);
    expect(sent).toEqual([LONG, LONG]);
    const [{ model, totals } = { model: '', totals: undefined }] = limiter.snapshot();
    expect(model).toBe('gpt-4o');
    expect(totals?.estimated.inputTokens).toBeGreaterThan(1000);
    await limiter.close();
  });

  it.each([
    ['by what not every runtime can undo', () => packed('br', bytes(brotliCompressSync(LONG)))],
    ['badly', () => packed('gzip', new Uint8Array([1, 2, 3]))],
  ])('is sent as it is, and warned of: %s', async (_, given) => {
    const limiter = createRateLimiter();
    const limited = rateLimitedFetch({ limiter, fetch: async () => Response.json({}) });
    await limited(openai, given());
    expect(warnings().mock.calls).toEqual([
      [expect.stringMatching(/body of a call to api.openai.com can't be read/), expect.anything()],
    ]);
    await limiter.close();
  });
});
