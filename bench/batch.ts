import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { type OwnLimiterOptions, withRateLimit } from '../src/index.ts';
import type {
  RunningServer,
  Simulator,
  SimulatorEnforcement,
  SimulatorLimits,
} from '../src/testing/index.ts';
import { createRandom, createSimulator, createVirtualClock } from '../src/testing/index.ts';
import { type Prompt, prompts } from './prompts.ts';
import { globalClock } from './rivals/global-clock.ts';
import type { Pass, Usable } from './rivals/pass.ts';
import { delayed } from './wire.ts';

export type Sdk = 'openai' | 'anthropic';
export const SDKS: readonly Sdk[] = ['openai', 'anthropic'];
export const ENFORCEMENTS: readonly SimulatorEnforcement[] = [
  'bucket',
  'bucket-10s',
  'sliding',
  'fixed',
  'slices',
];

export interface BatchOptions {
  readonly sdk: Sdk;
  /** How the simulated provider enforces its limits. */
  readonly enforcement: SimulatorEnforcement;
  /** `undefined`: the bare SDK. */
  readonly limiter: OwnLimiterOptions | undefined;
  /** Another limiter, in front of the SDK as it is. */
  readonly rival?: ((usable: Usable) => Pass) | undefined;
  readonly calls: number;
  /** `max_tokens` of each call. @default 64, of which 56 are used */
  readonly maxTokens?: number | undefined;
  /** Where calls go: through a port of this machine, or straight to the simulator. @default 'http' */
  readonly through?: 'http' | 'memory' | undefined;
  /** A share of the limits, for a smaller batch. @default 1 */
  readonly share?: number | undefined;
}

export interface BatchResult {
  readonly status429: number;
  /** Times at which 429s began: calls under way together are refused together. */
  readonly refusedTimes: number;
  /** Calls that came back with an error in the end. */
  readonly failed: number;
  readonly seconds: number;
  /** The batch's cost at (1 − headroom) of the limit that binds. */
  readonly idealSeconds: number;
}

const HEADROOM = 0.2;
/** English prose: a token of OpenAI's, and of Claude's up to 4.6 (docs of both, 2026-08). */
const CHARACTERS_PER_TOKEN: Readonly<Record<Sdk, number>> = { openai: 4, anthropic: 3.5 };
const REPLY_TOKENS = 56;
export const LIMITS = {
  openai: { rpm: 1200, tpm: 300_000 },
  anthropic: { rpm: 1200, itpm: 300_000, otpm: 150_000 },
} as const;

/** The options that say how the simulated server enforces. */
export const MATCHING: Readonly<Record<SimulatorEnforcement, OwnLimiterOptions>> = {
  bucket: { enforcement: 'bucket', burstSeconds: 60 },
  'bucket-10s': { enforcement: 'bucket', burstSeconds: 10 },
  sliding: { enforcement: 'window' },
  fixed: { enforcement: 'window' },
  slices: { enforcement: 'slices' },
};

/** What other limiters are to keep to. */
const USABLE: Usable = {
  rpm: (1 - HEADROOM) * LIMITS.openai.rpm,
  tpm: (1 - HEADROOM) * LIMITS.openai.tpm,
};

function limitsOf(sdk: Sdk, share: number): SimulatorLimits {
  return Object.fromEntries(
    Object.entries(LIMITS[sdk]).map(([name, most]) => [name, share * most]),
  );
}

type Send = (prompt: Prompt & { readonly maxTokens: number }) => Promise<void>;

/**
 * Sends log-normal prompts all at once through a real SDK, in virtual time, to a simulated provider.
 * A request takes 20 to 60 ms to arrive, a response 300 to 900 ms.
 */
export async function runBatch({
  sdk,
  enforcement,
  limiter,
  rival,
  calls,
  maxTokens = 64,
  through = 'http',
  share = 1,
}: BatchOptions): Promise<BatchResult> {
  const clock = createVirtualClock();
  const provider = sdk === 'openai' ? 'compatible' : 'anthropic';
  const limits = limitsOf(sdk, share);
  const simulator = createSimulator({
    clock,
    provider,
    enforcement,
    limits,
    reply: () => ({ outputTokens: REPLY_TOKENS }),
    countTokens: (text) => Math.ceil(text.length / CHARACTERS_PER_TOKEN[sdk]),
  });
  const server = through === 'http' ? await simulator.listen() : inMemory(simulator);
  const random = createRandom(7);
  const between = (least: number, most: number) => (): number => least + random() * (most - least);
  const fetch = delayed(server.fetch, clock, between(20, 60), between(300, 900));
  const options = limiter && { ...limiter, clock, headroom: HEADROOM, limits };
  const maxRetries = options || rival ? 2 : 0;
  const send = SENDERS[sdk](server.url, fetch, options, maxRetries);
  const restore = rival ? globalClock(clock) : (): void => {};
  const pass = rival?.(USABLE) ?? ((_, call) => call());
  let failed = 0;
  const fail = (): void => void failed++;
  const sendAll = prompts(calls, 42).map((prompt) => {
    const cost = Math.ceil(prompt.text.length / CHARACTERS_PER_TOKEN[sdk]) + maxTokens;
    return pass(cost, () => send({ ...prompt, maxTokens })).catch(fail);
  });
  await clock.run(Promise.all(sendAll)).finally(restore);
  await server.close();
  const { status429 } = simulator.stats();
  const idealSeconds = ideal(sdk, simulator.stats()) / share;
  const refusedTimes = countRefusedTimes(simulator.log);
  return { status429, refusedTimes, failed, seconds: clock.now() / 1000, idealSeconds };
}

/** As `listen` does, without a port. */
function inMemory({ fetch }: Simulator): Omit<RunningServer, 'port'> {
  return { url: 'http://simulator.example', fetch, close: async () => {} };
}

/** A 429 is known of when it has come back, within a second. */
function countRefusedTimes(log: readonly { readonly status: number; readonly time: number }[]) {
  const times = log.filter(({ status }) => status === 429).map(({ time }) => time);
  return times.filter((time, index) => time - (times[index - 1] ?? -Infinity) > 1000).length;
}

/** Seconds that the batch takes at (1 − headroom) of the limit that binds. */
function ideal(
  sdk: Sdk,
  used: { admitted: number; inputTokens: number; outputTokens: number },
): number {
  const { inputTokens, outputTokens, admitted } = used;
  const shares =
    sdk === 'openai'
      ? [(inputTokens + outputTokens) / LIMITS.openai.tpm]
      : [inputTokens / LIMITS.anthropic.itpm, outputTokens / LIMITS.anthropic.otpm];
  return (60 * Math.max(...shares, admitted / LIMITS[sdk].rpm)) / (1 - HEADROOM);
}

type Fetch = typeof globalThis.fetch;

const SENDERS: Readonly<
  Record<
    Sdk,
    (url: string, fetch: Fetch, options: OwnLimiterOptions | undefined, maxRetries: number) => Send
  >
> = {
  openai(url, fetch, options, maxRetries) {
    const bare = new OpenAI({
      apiKey: 'any',
      baseURL: `${url}/v1`,
      fetch,
      maxRetries,
    });
    const client = options ? withRateLimit(bare, options) : bare;
    return async ({ text, stream, maxTokens }) => {
      const messages = [{ role: 'user' as const, content: text }];
      const body = { model: 'any-model', messages, max_tokens: maxTokens };
      if (!stream) return void (await client.chat.completions.create(body));
      for await (const _ of await client.chat.completions.create({ ...body, stream: true }));
    };
  },
  anthropic(url, fetch, options, maxRetries) {
    const bare = new Anthropic({ apiKey: 'any', baseURL: url, fetch, maxRetries });
    const client = options ? withRateLimit(bare, options) : bare;
    return async ({ text, stream, maxTokens }) => {
      const messages = [{ role: 'user' as const, content: text }];
      const body = { model: 'claude-opus-4-5', messages, max_tokens: maxTokens };
      if (!stream) return void (await client.messages.create(body));
      for await (const _ of await client.messages.create({ ...body, stream: true }));
    };
  },
};
