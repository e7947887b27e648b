import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import autocannon from 'autocannon';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createSimulator } from '../../src/testing/index.ts';

const upstream = createSimulator({
  limits: { rpm: 500, tpm: 200_000 },
  latency: { firstByteMs: 50 },
});
const { fetch } = globalThis;

let url: string;
let server: ReturnType<typeof serve>;

beforeAll(async () => {
  vi.stubEnv('OPENAI_API_KEY', 'any');
  // The client takes the `fetch` that there is as it is made.
  globalThis.fetch = upstream.fetch;
  const { app } = await import('../../examples/endpoint.ts');
  globalThis.fetch = fetch;
  url = await new Promise<string>((resolve) => {
    server = serve({ fetch: app.fetch, port: 0 }, ({ port }: AddressInfo) =>
      resolve(`http://127.0.0.1:${port}/ask`),
    );
  });
});

afterAll(() => {
  server.close();
  vi.unstubAllEnvs();
});

const ask = (token: string) =>
  fetch(url, { method: 'POST', headers: { authorization: `Bearer ${token}` }, body: 'Why?' });

/** As many calls at once, and how many were answered with which status. */
async function load(token: string, calls: number) {
  const responses = await Promise.all(Array.from({ length: calls }, () => ask(token)));
  const passed = responses.filter(({ status }) => status === 200);
  const refused = responses.filter(({ status }) => status === 429);
  return { token, passed, refused, others: calls - passed.length - refused.length };
}

const byNumber = (one: number, other: number): number => one - other;
const header = ({ headers }: Response, name: string): number => Number(headers.get(name));

describe('an endpoint with three tiers, under load', () => {
  it('gives each user of each tier what it is promised, and everybody else the right headers', async () => {
    const startedAt = Date.now();
    const heavy = load('heavy:pro', 140);
    const plus = Array.from({ length: 4 }, (_, user) => load(`user ${user}:plus`, 30));
    const free = Array.from({ length: 10 }, (_, user) => load(`user ${user}:free`, 8));
    const all = await Promise.all([heavy, ...plus, ...free]);
    const promised = { pro: 100, plus: 20, free: 5 };
    for (const { token, passed, refused, others } of all) {
      const max = promised[token.split(':')[1] as keyof typeof promised];
      expect({ token, passed: passed.length, others }).toEqual({ token, passed: max, others: 0 });
      for (const response of passed) {
        expect(header(response, 'x-ratelimit-limit')).toBe(max);
      }
      const left = passed.map((each) => header(each, 'x-ratelimit-remaining')).sort(byNumber);
      expect(left[0]).toBe(0);
      for (const response of refused) {
        expect(header(response, 'x-ratelimit-limit')).toBe(max);
        expect(header(response, 'x-ratelimit-remaining')).toBe(0);
        expect(header(response, 'retry-after')).toBeGreaterThan(2);
        const reset = header(response, 'x-ratelimit-reset') * 1000;
        expect(reset).toBeGreaterThanOrEqual(startedAt + 2000);
        const body = await response.json();
        expect(body).toMatchObject({ error: 'rate_limit_exceeded', limit: max, remaining: 0 });
        expect(body.retry_after_seconds).toBe(header(response, 'retry-after'));
      }
    }
    expect(upstream.stats()).toMatchObject({ admitted: 230, status429: 0 });
  });

  it('lets nobody in whom it doesn’t know', async () => {
    expect((await ask('ann:gold')).status).toBe(401);
    expect((await ask('ann:toString')).status).toBe(401);
  });

  it('answers a user who asks too often as fast as it can, and upstream hears nothing of it', async () => {
    const before = upstream.stats().requests;
    const result = await autocannon({
      url,
      method: 'POST',
      headers: { authorization: 'Bearer bot:free' },
      body: 'Again?',
      connections: 10,
      amount: 300,
    });
    expect(result['2xx']).toBe(5);
    expect(result.statusCodeStats['429']).toMatchObject({ count: 295 });
    expect(upstream.stats().requests - before).toBe(5);
    expect(upstream.stats().status429).toBe(0);
  });
});
