import { describe, expect, it } from 'vitest';
import { systemClock, wallNow } from '../../src/clock.ts';
import { createVirtualClock } from '../../src/testing/index.ts';
import { STATUSES } from '../http/refusals/statuses.ts';
import { bench, described, json, NOTHING, outcome, scripted, underWay } from './bench.ts';
import { sdks } from './sdks.ts';

const never = () => Promise.reject(new Error('Not scripted'));

describe.each(sdks)('$name: a limit that is no 429', (sdk) => {
  const answer = json(sdk.answer);
  const limit = (status: number, message: string, headers = {}) =>
    json({ error: { message, type: 'rate_limit_error' } }, { status, headers });

  it.each([403, 413, 420, 498])(
    '%d reaches the caller as without us, and pauses its lane',
    async (status) => {
      const { clock, client, bare, limiter } = bench(sdk, never);
      const message = status === 498 ? 'Flex capacity exceeded' : 'Rate limit exceeded.';
      const { fetch, seen } = scripted(clock, limit(status, message, { 'retry-after': '7' }));
      client.fetch = fetch;
      bare.fetch = fetch;
      const [, error] = await clock.run(outcome(sdk.ask(client)));
      expect(clock.now()).toBe(0);
      expect(seen).toHaveLength(1);
      expect(limiter.snapshot()[0]?.pausedUntil).toBe(7000);
      expect(described(error)).toEqual(described((await outcome(sdk.ask(bare)))[1]));
      const later = scripted(clock, answer);
      client.fetch = later.fetch;
      await clock.run(sdk.ask(client));
      expect(later.seen.map(({ at }) => at)).toEqual([7000]);
      expect(underWay(limiter)).toEqual(NOTHING);
    },
  );

  it.each([408, 500, 503])('%d is retried by the SDK, after the pause', async (status) => {
    const { clock, client, limiter } = bench(sdk, never);
    const slow = limit(status, 'Rate limit exceeded. Try again in 7 seconds.');
    const { fetch, seen } = scripted(clock, slow, answer);
    client.fetch = fetch;
    expect(await clock.run(sdk.ask(client))).toMatchObject(sdk.answer);
    expect(seen.map(({ at }) => at)).toEqual([0, 7000]);
    expect(limiter.snapshot()[0]?.totals).toMatchObject({ calls: 2, pausedMs: 7000 });
  });

  it.each([408, 500, 503])('%d takes the SDK’s retries, and not more', async (status) => {
    const { clock, client } = bench(sdk, never, { client: { maxRetries: 2 } });
    const slow = limit(status, 'Rate limit exceeded.');
    const { fetch, seen } = scripted(clock, slow);
    client.fetch = fetch;
    const [, error] = await clock.run(outcome(sdk.ask(client)));
    expect(seen).toHaveLength(3);
    expect(error).toMatchObject({ status });
  });

  it.each([403, 429, 500])(
    'money under %d fails at once, and leaves the lane open',
    async (status) => {
      const { clock, client, bare, limiter } = bench(sdk, never);
      const error = { type: 'api_error', message: 'insufficient balance (1008)' };
      const { fetch, seen } = scripted(clock, json({ type: 'error', error }, { status }));
      client.fetch = fetch;
      bare.fetch = fetch;
      const [, thrown] = await clock.run(outcome(sdk.ask(client)));
      expect(clock.now()).toBe(0);
      expect(seen).toHaveLength(1);
      const [, plain] = await outcome(sdk.ask(bare, { maxRetries: 0 }));
      expect(described(thrown)).toEqual(described(plain));
      const [lane] = limiter.snapshot();
      expect(lane).toMatchObject({ pausedUntil: undefined, totals: { refused: 0 } });
      expect(underWay(limiter)).toEqual(NOTHING);
    },
  );

  const others = STATUSES.filter(({ kind }) => kind === undefined);
  it.each(others.map((each) => [`${each.status} of ${each.host}`, each] as const))(
    'an error that is none changes nothing: %s',
    async (_, { status, body }) => {
      const { clock, client, bare, limiter } = bench(sdk, never, { client: { maxRetries: 0 } });
      const text = typeof body === 'string' ? body : JSON.stringify(body);
      const { fetch } = scripted(clock, () => new Response(text, { status }));
      client.fetch = fetch;
      bare.fetch = fetch;
      const [, thrown] = await clock.run(outcome(sdk.ask(client)));
      expect(described(thrown)).toEqual(described((await outcome(sdk.ask(bare)))[1]));
      expect(limiter.snapshot()[0]?.pausedUntil).toBeUndefined();
    },
  );
});

describe.each(sdks)('$name: clocks', (sdk) => {
  const START = Date.UTC(2026, 0, 1);

  it.each([-20, 20])(
    'a date is waited for as the server means it, %d minutes off',
    async (minutes) => {
      const clock = createVirtualClock({ start: START });
      const { client } = bench(sdk, never, {}, clock);
      const theirs = START + minutes * 60_000;
      const headers = {
        date: new Date(theirs).toUTCString(),
        'retry-after': new Date(theirs + 40_000).toUTCString(),
      };
      const refusal = json({ error: { message: 'Slow.' } }, { status: 429, headers });
      const { fetch, seen } = scripted(clock, refusal, json(sdk.answer));
      client.fetch = fetch;
      await clock.run(sdk.ask(client));
      expect(seen.map(({ at }) => at - START)).toEqual([0, 40_000]);
    },
  );
});

it('moments of others are read by the system’s clock, which a suspend doesn’t put back', () => {
  const { now } = Date;
  try {
    Date.now = () => 5;
    expect(wallNow(systemClock)).toBe(5);
    expect(wallNow(createVirtualClock({ start: 7 }))).toBe(7);
  } finally {
    Date.now = now;
  }
});
