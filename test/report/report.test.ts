import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { expect, it } from 'vitest';
import { CallNames, named } from '../../src/call-names.ts';
import { createRateLimiter, rateLimitedFetch, withRateLimit } from '../../src/index.ts';
import { callIdOf, newCallNumber } from '../../src/model/call-id.ts';
import { recordReport } from '../../src/report/index.ts';
import { createSimulator, createVirtualClock } from '../../src/testing/index.ts';

async function ran(count: number, more: object = {}) {
  const clock = createVirtualClock({ start: 1_800_000_000_000 });
  const simulator = createSimulator({ clock, limits: { rpm: 60, tpm: 10_000 }, latency: 500 });
  const bare = new OpenAI({ apiKey: 'k', fetch: simulator.fetch });
  const openai = withRateLimit(bare, { clock, limits: { rpm: 60, tpm: 10_000 } });
  const report = recordReport(openai.rateLimit, { title: 'A <run> & more', ...more });
  const calls = Array.from({ length: count }, (_, index) =>
    openai.chat.completions.create({
      model: 'gpt-4o-mini',
      max_completion_tokens: 16,
      messages: [{ role: 'user', content: `Item ${index}` }],
    }),
  );
  await clock.run(Promise.all(calls));
  return { clock, simulator, report, openai };
}

it('has the numbers of the run, and those of its spans add up to them', async () => {
  const { simulator, report } = await ran(100);
  const { data } = report;
  const { inputTokens, outputTokens } = simulator.stats();
  expect(data.totals).toEqual({
    ...{ results: 100, failed: 0, live: 100, batch: 0, unpriced: 0 },
    ...{ inputTokens, outputTokens },
    usd: expect.closeTo((inputTokens * 0.15 + outputTokens * 0.6) / 1e6, 12),
  });
  const sum = (pick: 'requests' | 'tokens' | 'usd' | 'refused') =>
    data.series.reduce((total, each) => total + each[pick], 0);
  expect([sum('requests'), sum('tokens'), sum('refused')]).toEqual([
    100,
    inputTokens + outputTokens,
    0,
  ]);
  expect(sum('usd')).toBeCloseTo(data.totals.usd, 12);
  expect(data.series.at(-1)).toMatchObject({ requestLimit: 60, tokenLimit: 10_000 });
  expect(data.slowest).toHaveLength(10);
  expect(data.slowest[0]).toMatchObject({ model: 'gpt-4o-mini', latencyMs: 500 });
});

it('tells of 429s and pauses, and of calls that were rejected', async () => {
  const { clock, openai, report, simulator } = await ran(5);
  const ask = () =>
    openai.chat.completions.create({
      model: 'gpt-4o-mini',
      messages: [{ role: 'user', content: 'word '.repeat(60_000) }],
    });
  await expect(clock.run(ask())).rejects.toMatchObject({ code: 'call_too_large' });
  simulator.setLimits({ rpm: 1 });
  const again = Array.from({ length: 3 }, () =>
    openai.chat.completions.create({ model: 'gpt-4o-mini', messages: [] }),
  );
  await clock.run(Promise.allSettled(again));
  const { data } = report;
  const { status429 } = simulator.stats();
  expect(status429).toBeGreaterThan(0);
  expect(data.refused).toBe(status429);
  expect(data.series.reduce((sum, { refused }) => sum + refused, 0)).toBe(status429);
  expect(data.pauses.length).toBeGreaterThan(0);
  expect(data.failures).toEqual([
    { id: expect.any(String), failure: expect.stringContaining('can never pass') },
  ]);
});

it('is one page that asks for nothing, and takes no text for markup', async () => {
  const { report } = await ran(3, { toldResults: true });
  const used = { inputTokens: 1, outputTokens: 1, usd: 1 };
  report.result({ id: '</script><b>"', via: 'live', ...used, failure: '<img src=x>' });
  const html = report.html();
  expect(html).not.toMatch(/<img|<b>"|https?:\/\/|<link|src=(?!x)/);
  expect(html).toContain('A &lt;run&gt; &amp; more');
  expect(html).toContain('prefers-color-scheme: dark');
  expect(html.match(/<svg /g)).toHaveLength(5);
  const json = /<script type="application\/json" id="data">(.*)<\/script>/.exec(html)?.[1] ?? '';
  expect(JSON.parse(json)).toMatchObject({ failures: [{ id: '</script><b>"' }] });
  expect(JSON.parse(json).totals).toMatchObject({ results: 1, failed: 1 });
});

it('has round scales, where nothing happened too, and times as clocks show them', async () => {
  const { report } = await ran(100);
  const html = report.html();
  const axis = (side: string): string[][] =>
    Array.from(
      html.matchAll(new RegExp(`<div class="${side}">(.*?)</div>`, 'g')),
      ([, axis = '']) => Array.from(axis.matchAll(/>([^<]+)</g), ([, text = '']) => text),
    );
  expect(axis('y')).toEqual([
    ['0', '50', '100'],
    ['0', '5000', '10k'],
    ['0', '20', '40', '60', '80'],
    ['0', '1', '2', '3', '4'],
    ['0', '0.0005', '0.001'],
  ]);
  expect(axis('x')[0]).toEqual(['0:00:00', '0:00:15', '0:00:30', '0:00:45', '0:01:00']);
});

it('ends with the run, however short it was', async () => {
  const { report } = await ran(3);
  const { startedAt, endedAt } = report.data;
  expect(endedAt - startedAt).toBeLessThan(5000);
  const html = report.html();
  const ends = Array.from(html.matchAll(/<title>\S+ to 0:00:(\d\d):/g), ([, end]) => Number(end));
  expect(Math.max(...ends)).toBe(Math.round((endedAt - startedAt) / 1000));
  for (const [, x, width] of html.matchAll(/<rect x="([\d.]+)" width="([\d.]+)"/g)) {
    expect(Number(x) + Number(width)).toBeLessThanOrEqual(720);
  }
});

it('names calls by the item of `map` that they are for, and all others by their events', async () => {
  const clock = createVirtualClock({ start: 1_800_000_000_000 });
  const limits = { rpm: 60, tpm: 10_000 };
  const latency = (call: { body: { user?: unknown } }) => 500 + Number(call.body.user ?? 0);
  const simulator = createSimulator({ clock, limits, latency });
  const bare = new OpenAI({ apiKey: 'k', fetch: simulator.fetch });
  const limiter = createRateLimiter({ clock, limits });
  const openai = withRateLimit(bare, { limiter });
  const unlimited = new OpenAI({
    apiKey: 'k',
    maxRetries: 0,
    fetch: rateLimitedFetch({ limiter, fetch: simulator.fetch }),
  });
  const report = recordReport(limiter);
  const unnamed: string[] = [];
  limiter.on('usage', ({ callId }) => unnamed.push(callId));
  const ask = (client: OpenAI, user: string, content = 'Hi') =>
    client.chat.completions.create({
      ...{ model: 'gpt-4o-mini', max_completion_tokens: 16, user },
      messages: [{ role: 'user', content }],
    });
  const items = Array.from({ length: 100 }, (_, index) => index);
  const run = async () => {
    await ask(openai, '900');
    // Two calls for each item, through both; those of one item are too large.
    const each = limiter.map(items, async (item) => {
      await ask(openai, item === 41 ? '800' : '1', item === 7 ? 'word '.repeat(60_000) : 'Hi');
      await ask(unlimited, item === 23 ? '850' : '1');
    });
    for await (const _ of each);
  };
  await clock.run(run());
  const { slowest, failures } = report.data;
  expect(slowest.slice(0, 3).map(({ id }) => id)).toEqual([unnamed[0], 'items[23]', 'items[41]']);
  expect(failures).toEqual([
    { id: 'items[7]', failure: expect.stringContaining('can never pass') },
  ]);
  expect(report.html()).toContain('<th>call</th><th>model</th>');
});

it('names calls of Anthropic’s client, too', async () => {
  const clock = createVirtualClock({ start: 1_800_000_000_000 });
  const simulator = createSimulator({ clock, provider: 'anthropic', latency: 500 });
  const bare = new Anthropic({ apiKey: 'k', fetch: simulator.fetch });
  const anthropic = withRateLimit(bare, { clock, limits: { rpm: 60 } });
  const report = recordReport(anthropic.rateLimit);
  const ask = () =>
    anthropic.messages.create({
      ...{ model: 'claude-haiku-4-5', max_tokens: 16 },
      messages: [{ role: 'user', content: 'Hi' }],
    });
  const run = async () => {
    for await (const _ of anthropic.rateLimit.map([1, 2, 3], ask));
  };
  await clock.run(run());
  const named = report.data.slowest.map(({ id }) => id);
  expect(named.toSorted()).toEqual(['items[0]', 'items[1]', 'items[2]']);
});

it('forgets names of calls that nobody hears of again', () => {
  const names = new CallNames();
  const asked = Array.from({ length: 20_001 }, (_, index) =>
    named(`items[${index}]`, () => callIdOf(newCallNumber())),
  );
  expect(asked.map((callId) => names.take(callId))).toEqual(
    asked.map((callId, index) => (index === 0 ? callId : `items[${index}]`)),
  );
  const callId = named('again', () => callIdOf(newCallNumber()));
  expect([names.take(callId), names.take(callId)]).toEqual(['again', callId]);
  names.stop();
  expect(names.take(named('later', () => callIdOf(newCallNumber())))).not.toBe('later');
});

it('watches nothing after its stop, and takes no other thing for a limiter', async () => {
  const { clock, openai, report } = await ran(3);
  report.stop();
  const call = openai.chat.completions.create({ model: 'gpt-4o-mini', messages: [] });
  await clock.run(call);
  expect(report.data.requests).toBe(3);
  expect(() => recordReport({})).toThrow(
    'Expected `limiter` to be a limiter, such as `client.rateLimit`',
  );
  expect(recordReport(createRateLimiter()).data.series).toHaveLength(1);
});
