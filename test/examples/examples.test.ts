import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { describePrivate } from '../redis/support/describe-redis.ts';
import { RedisServer } from '../redis/support/redis-server.ts';
import { type Outcome, runExample } from './run-example.ts';

/** The examples of frameworks run as their pages have them: test/package/framework-pages.test.ts. */
const LINES: Readonly<Record<string, readonly RegExp[]>> = {
  'openai.ts': [/^A call waits: learning$/m, /^This is answer 3, from a simulated model\.$/m],
  'anthropic.ts': [/^This is answer 1, from a simulated model\.$/m],
  'streaming.ts': [
    /^This is answer 1, from a simulated model\.\ngpt-4o-mini: 6 tokens in, 11 out$/m,
    /^This is answer 1, from a simulated model\.\nclaude-haiku-4-5: 6 tokens in, 11 out$/m,
  ],
  'fetch.ts': [
    /^This is answer 1, from a simulated model\. \(11 tokens\)\nThis is answer 1/m,
    /^200 11$/m,
    /^gpt-4o-mini: 2 calls$/m,
    /^claude-haiku-4-5: 1 calls$/m,
  ],
  'abort.ts': [
    /^The second call waits \(concurrency\): abort it$/m,
    /^Second: Request was aborted\.$/m,
    /^First: This is answer 1/m,
    /^Sent: 1$/m,
  ],
  'throttled-logging.ts': [
    /^claude-haiku-4-5: held back \(requests\) for \d+ ms, \d+ waiting$/m,
    /^claude-haiku-4-5: 10 calls sent, 0 refused$/m,
  ],
  'testing.ts': [/^200 calls in 190 s, 0 answered with 429$/m],
  'plan.ts': [
    /^[\d.]+ minutes, held back by requests$/m,
    /^\d+ tokens in, up to 1000000 out: \$0\.\d\d$/m,
  ],
  'many-processes.ts': [
    /^No REDIS_URL is set: limits are kept in memory$/m,
    /^ann: Lima: This is answer \d/m,
    /^bob: Hanoi: This is answer \d/m,
  ],
  'otel.ts': [/^gen_ai\.client\.inference\.duration$/m, /^llm_headroom\.queue$/m],
  'classify.ts': [
    /^\{"id":"review-1","verdict":"This is answer 1/m,
    /^\{"id":"review-20","verdict":"This is answer \d/m,
  ],
  'half-price.ts': [/^Too loud\. batch$/m, /^The report is in .*report\.html$/m],
  'embed-folder.ts': [/^Call 1: \d+ chunks, \d+ tokens$/m],
  'budgeted-summary.ts': [/^\d\d of 500 summaries for \$0\.001\d$/m],
  'pages/options.ts': [
    /^openai: requests 300, tokens 200000$/m,
    /^byModel: requests 300, tokens 30000$/m,
    /^inFull: requests 10, tokens 1000000, usd 2/m,
    /^This is answer \d/m,
  ],
  'pages/errors.ts': [
    /^too long: \d{4} of 1000 tokens\nThis is answer 1, .*\ntry again in \d+ ms$/m,
    /^429 \d+ application\/json$/m,
    /^not sent: closed$/m,
  ],
  'pages/redis.ts': [/^(?:true undefined\n){3}$/],
  'pages/postgres.ts': [/^(?:true undefined\n){2}$/],
  'pages/frameworks.ts': [/^limited 0$/m],
  'pages/bedrock-fetch.ts': [/^limited Bedrock Runtime$/m],
  'pages/testing.ts': [/^3 503$/m],
  'pages/recipes.ts': [
    /^0 This is answer \d/m,
    /^200 200 200 200 200 429$/m,
    /^\d+ were too many: go on at .*T00:00:00\.000Z$/m,
    /^\d{6} 0$/m,
  ],
  'pages/migrating.ts': [
    /^pQueueAfter: 3$/m,
    /^pLimitAfter: 3$/m,
    /^bottleneckAfter: 3$/m,
    /^pThrottleAfter: 3$/m,
    /^sleepAfter: 3$/m,
    /^langchainAfter: 3$/m,
    /^litellmAfter: 1$/m,
  ],
  'prometheus.ts': [
    /^llm_tokens_total\{model="gpt-4o-mini",type="output"\} 33$/m,
    /^llm_usd_total\{model="gpt-4o-mini"\} 0\.0000\d+$/m,
    /^llm_wait_seconds_count\{model="gpt-4o-mini"\} 3$/m,
    /^llm_queued\{model="gpt-4o-mini"\} 0$/m,
  ],
  'limiter.ts': [
    /^ONE\nTWO\nfailed: Nothing to translate\nTHREE$/m,
    /^not now \(tokens\), in \d+ s$/m,
  ],
};

/** They wait for seconds: meanwhile the others run. */
const WAITING = ['half-price.ts', 'budgeted-summary.ts', 'pages/recipes.ts', 'pages/migrating.ts'];

describe('each example runs without an API key', () => {
  const waiting = new Map<string, Promise<Outcome>>();
  beforeAll(() => {
    for (const file of WAITING) waiting.set(file, runExample(file));
  });

  it.each(Object.entries(LINES))('%s', async (file, lines) => {
    const begun = waiting.get(file);
    // It runs anew where a test is tried again.
    waiting.delete(file);
    const { exitCode, stdout, stderr } = await (begun ?? runExample(file));
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    for (const line of lines) expect(stdout).toMatch(line);
  });
});

it('the example that embeds a folder packs inputs up to what a call takes', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'embed-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (let i = 0; i < 2100; i++) writeFileSync(join(folder, `${i}.md`), `Note ${i}`);
  const { exitCode, stdout, stderr } = await runExample('embed-folder.ts', { args: [folder] });
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  expect(stdout).toMatch(/^Call 1: 2048 chunks, \d+ tokens$/m);
  expect(stdout).toMatch(/^Call 2: 52 chunks, \d+ tokens$/m);
});

describePrivate(
  'the example of a BullMQ worker',
  () => RedisServer.private(),
  (server) => {
    it('has jobs come back when there is room for them, and none refused or failed', async () => {
      const env = { REDIS_URL: server().url };
      const { exitCode, stdout, stderr } = await runExample('bullmq.ts', { env });
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
      // At first, two or three find no room at the same time: each comes after the one before.
      const waits = [...stdout.matchAll(/^text \d+: back in (\d+) ms \(tokens\)$/gm)];
      const [first = 0, second = 0, third = Infinity] = waits.map(([, ms]) => Number(ms));
      expect(second).toBeGreaterThan(1.2 * first);
      expect(third).toBeGreaterThan(1.2 * second);
      expect(stdout).toMatch(/^20 summaries, 0 calls refused by the provider$/m);
    }, 60_000);
  },
);

describePrivate(
  'the example of many processes',
  () => RedisServer.private(),
  (server) => {
    it('shares its limits in Redis', async () => {
      const env = { REDIS_URL: server().url };
      const runs = [0, 1].map(() => runExample('many-processes.ts', { env }));
      for (const { exitCode, stdout, stderr } of await Promise.all(runs)) {
        expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
        expect(stdout).toMatch(/^Limits are kept in Redis\nann: Lima: This is answer \d/);
      }
      const keys = await server().command('KEYS', '*');
      expect(keys).toContainEqual(
        expect.stringMatching(/^\{llm-headroom\}:cell:lane.*gpt-4o-mini/),
      );
    });

    it('goes on without Redis', async () => {
      await server().stop();
      const env = { REDIS_URL: server().url };
      const { exitCode, stdout, stderr } = await runExample('many-processes.ts', { env });
      expect({ exitCode, stderr }).toEqual({
        exitCode: 0,
        stderr: 'Redis is gone: we go on with our share of the limits\n',
      });
      expect(stdout).toMatch(/^bob: Hanoi: This is answer \d/m);
    });
  },
);
