import fc from 'fast-check';
import { expect, test } from 'vitest';
import { incomingOf } from '../../src/testing/incoming-request.ts';
import { createSimulator } from '../../src/testing/index.ts';

const URLS = ['https://api.openai.com/v1/x', 'HTTPS://a.example:443/b/../c?d=é#e'];
const NO_URLS = ['/v1/x', 'https://me:secret@a.example/', 'https://me@a.example/', 'https://'];
const BODIES = ['{"a":1}', '', '\uFEFF{}', '"\uD800"', 'é😀'];
const HEADERS: readonly HeadersInit[] = [
  {},
  { Authorization: ' Bearer a ', 'content-type': 'application/json' },
  [
    ['a', '1'],
    ['A', '2'],
  ],
  new Headers({ 'x-api-key': 'b' }),
];
const BAD_HEADERS: readonly HeadersInit[] = [{ 'a b': '' }, { a: 'é\u0100' }];

test.each([...URLS, ...NO_URLS])('a request to %s is read as fetch would read it', async (url) => {
  const inits = fc.record(
    {
      method: fc.constantFrom('POST', 'post', 'PUT', 'GET'),
      headers: fc.constantFrom(...HEADERS, ...BAD_HEADERS),
      body: fc.constantFrom(...BODIES, null, new URLSearchParams({ a: 'b' })),
      mode: fc.constantFrom('cors', 'navigate'),
      signal: fc.constantFrom(null, AbortSignal.abort()),
    },
    { requiredKeys: ['method', 'headers', 'body'] },
  );
  const property = fc.asyncProperty(inits, async (init) => {
    const seen = read(() => incomingOf(url, init).request);
    const expected = read(() => new Request(url, init));
    expect(await seen).toEqual(await expected);
  });
  await fc.assert(property, { numRuns: 300 });
});

/** What the server sees of it; or that it throws. */
async function read(request: () => ReturnType<typeof incomingOf>['request']): Promise<unknown> {
  try {
    const { url, method, headers } = request();
    const text = await request().text();
    const json = await request().json().catch(String);
    return { url, method, text, json, headers: withoutType(headers) };
  } catch (error) {
    return error instanceof TypeError ? 'TypeError' : error;
  }
}

/** `fetch` adds the type of a text, which the server doesn't read. */
function withoutType(headers: Headers): unknown {
  return [...headers].filter(([name]) => name !== 'content-type');
}

test('a form that was written as text is a form', async () => {
  const body = 'a=1&b=2';
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const { request } = incomingOf('https://a.example/', { method: 'POST', headers, body });
  expect([...(await request.formData())]).toEqual([...new URLSearchParams(body)]);
});

test('the signal is the caller’s, or never aborts', () => {
  const { signal } = new AbortController();
  const init = { method: 'POST', body: '{}' };
  expect(incomingOf('https://a.example/', { ...init, signal }).signal).toBe(signal);
  expect(incomingOf('https://a.example/', init).signal.aborted).toBe(false);
  const request = new Request('https://a.example/', { ...init, signal: AbortSignal.abort() });
  expect(incomingOf(request, undefined).signal.aborted).toBe(true);
});

test('what is no signal is refused as fetch refuses it', async () => {
  const init = { method: 'POST', body: '{}', signal: {} };
  const fetch: (url: string, init: object) => Promise<Response> = createSimulator().fetch;
  await expect(fetch('https://a.example/', init)).rejects.toThrow(TypeError);
});
