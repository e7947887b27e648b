import OpenAI from 'openai';
import { estimateTokens, withRateLimit } from '../src/index.ts';
import {
  createRandom,
  createSimulator,
  createVirtualClock,
  type Simulator,
} from '../src/testing/index.ts';
import { globalClock } from './rivals/global-clock.ts';

/** What became of all calls. */
export interface Outcome {
  readonly status429: number;
  readonly failed: number;
  readonly seconds: number;
}

const CALLS = 1000;
const MODEL = 'gpt-4o-mini';
const SENTENCE = 'A river carries what the rain has left, and brings it to the sea. ';
/** Prompts of up to 50 sentences. */
const MOST_SENTENCES = 50;
/** Tier 1 of OpenAI for that model (2026-11). */
const LIMITS = { rpm: 500, tpm: 200_000 };

/** 1,000 calls at once with the client as it is. */
export function before(): Promise<Outcome> {
  return outcome((client) => client);
}

/** The same calls with the limiter, without any option. */
export function after(): Promise<Outcome> {
  return outcome((client) => withRateLimit(client));
}

/** `npm run bench -- before-after` */
export async function beforeAfterTable(): Promise<string> {
  const row = (name: string, { status429, failed, seconds }: Outcome): string =>
    `| ${name} | ${status429} | ${failed} | ${Math.round(seconds)} s |`;
  const head = ['| 1,000 calls at once | 429s | failed calls | time |', '|---|--:|--:|--:|'];
  const rows = [row('new OpenAI()', await before()), row('withRateLimit(…)', await after())];
  return [...head, ...rows].join('\n');
}

async function outcome(wrap: (client: OpenAI) => OpenAI): Promise<Outcome> {
  // What is loaded with the first call is loaded in real time.
  await ask(wrap(new OpenAI({ apiKey: 'any', fetch: createSimulator().fetch })), 'Warm up.');
  await estimateTokens({ provider: 'openai', path: '/chat/completions', body: { model: MODEL } });
  const clock = createVirtualClock();
  const simulator = openai(clock);
  const restore = globalClock(clock);
  const client = wrap(new OpenAI({ apiKey: 'any', fetch: simulator.fetch }));
  const random = createRandom(42);
  const calls = Array.from({ length: CALLS }, () => {
    return ask(client, SENTENCE.repeat(Math.ceil(random() * MOST_SENTENCES)));
  });
  const results = await clock.run(Promise.allSettled(calls)).finally(restore);
  const failed = results.filter(({ status }) => status === 'rejected').length;
  return { status429: simulator.stats().status429, failed, seconds: clock.now() / 1000 };
}

function openai(clock: ReturnType<typeof createVirtualClock>): Simulator {
  return createSimulator({
    clock,
    limits: LIMITS,
    charge: 'characters',
    latency: 800,
    reply: () => ({ outputTokens: 56 }),
  });
}

function ask(client: OpenAI, content: string): Promise<unknown> {
  const messages = [{ role: 'user' as const, content }];
  return client.chat.completions.create({ model: MODEL, max_completion_tokens: 64, messages });
}
