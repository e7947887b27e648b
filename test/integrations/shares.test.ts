import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import { createRateLimiter } from '../../src/limiter.ts';
import { rateLimitedFetch } from '../../src/rate-limited-fetch.ts';
import { createRandom, createSimulator, createVirtualClock } from '../../src/testing/index.ts';
import { withRateLimit } from '../../src/with-rate-limit.ts';
import { NOTHING, underWay } from '../sdk/bench.ts';
import { aiResponses } from './ai-sdk.ts';
import { MOST_TOKENS, TEXT } from './integration.ts';
import { langchain } from './others.ts';
import { textOf } from './reading.ts';
import { plainFetch } from './sdks.ts';
import { chatClient } from './shaped.ts';

const CALLS = 60;
const HEADROOM = 0.2;
/** The first minute begins with a burst. */
const STEADY = { from: 60_000, to: 240_000 };
/** Three rounds of answers. */
const FIRST_SECONDS = 6000;
const ALLOWED = CALLS * (1 - HEADROOM) * 3;

/** Each client, and how many of its callers ask again and again. */
const CALLERS = { openai: 16, aiSdk: 8, langchain: 4, fetch: 2 };
const NAMES = ['openai', 'aiSdk', 'langchain', 'fetch'] as const;
type Name = keyof typeof CALLERS;

interface Served {
  readonly limits: { rpm?: number; tpm?: number };
  readonly hasKeys: boolean;
  readonly until?: number;
  /** How long each request is under way. */
  readonly wayMs?: () => number;
}

/** Four clients on one key and one limiter, each with more calls than there is room for. */
async function served({ limits, hasKeys, until = STEADY.to, wayMs = () => 0 }: Served) {
  const clock = createVirtualClock();
  const latency = { firstByteMs: 2000 };
  const simulator = createSimulator({ clock, limits, latency, reply: () => TEXT });
  const limiter = createRateLimiter({ clock, limits, headroom: HEADROOM });
  const server: typeof simulator.fetch = async (...request) => {
    const ms = wayMs();
    if (ms > 0) await new Promise<void>((go) => clock.setTimeout(go, ms));
    return simulator.fetch(...request);
  };
  const options = (name: Name) => ({ limiter, ...(hasKeys && { key: name }) });
  const seams = (name: Name) => ({
    ...{ limiter, server, origin: 'https://api.openai.com' },
    fetch: rateLimitedFetch({ ...options(name), fetch: server }),
  });
  const sdk = new OpenAI({ apiKey: 'key', fetch: server });
  const clients = {
    openai: chatClient(withRateLimit(sdk, options('openai'))),
    aiSdk: aiResponses.make(seams('aiSdk')),
    langchain: langchain.make(seams('langchain')),
    fetch: plainFetch.make(seams('fetch')),
  };
  const isSteady = (time: number) => time >= STEADY.from && time < STEADY.to;
  /** How often it was answered meanwhile. */
  const caller = async (name: Name): Promise<number> => {
    const client = clients[name];
    let answers = 0;
    for (let call = 0; clock.now() < until; call++) {
      await (call % 2 === 0 ? client.ask() : textOf(client.stream()));
      if (isSteady(clock.now())) answers++;
    }
    return answers;
  };
  const each = NAMES.map((name) =>
    Promise.all(Array.from({ length: CALLERS[name] }, () => caller(name))),
  );
  const answers = await clock.run(Promise.all(each));
  expect(underWay(limiter)).toEqual(NOTHING);
  expect(limiter.snapshot()).toHaveLength(1);
  const sent = simulator.log.filter(({ time }) => isSteady(time)).length;
  const refusedAt = simulator.log.filter(({ status }) => status !== 200).map(({ time }) => time);
  return { answers, sent, refusedAt };
}

describe('four clients at once, on one key and one limiter', () => {
  it.each([
    ['requests', { rpm: CALLS }, 'with a key each', true],
    ['tokens', { tpm: CALLS * MOST_TOKENS }, 'with a key each', true],
    ['requests', { rpm: CALLS }, 'without keys', false],
  ])(
    'use all that is left of their %s by the headroom, without a 429 (%o, %s)',
    async (...given) => {
      const [, limits, , hasKeys] = given;
      const { sent, refusedAt, answers } = await served({ limits, hasKeys });
      expect(refusedAt).toEqual([]);
      expect(sent).toBeGreaterThanOrEqual(0.99 * ALLOWED);
      const sums = answers.map((callers) => callers.reduce((sum, each) => sum + each, 0));
      // With a key each, the clients share evenly; without, the call that has come first goes first.
      const shares = hasKeys ? sums : answers.flat();
      expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(1);
    },
  );

  it.each([1, 2, 3, 4])(
    'get no 429 at a start in whatever order their calls arrive (%i)',
    async (seed) => {
      const random = createRandom(seed);
      const wayMs = () => Math.floor(15 * random());
      const limits = { tpm: CALLS * MOST_TOKENS };
      const { refusedAt } = await served({ limits, hasKeys: true, until: FIRST_SECONDS, wayMs });
      expect(refusedAt).toEqual([]);
    },
  );
});
