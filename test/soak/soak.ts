import { inspect } from 'node:util';
import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { runAs } from '../../src/callers/run-as.ts';
import { createRateLimiter, type RateLimiter } from '../../src/limiter.ts';
import type { Store } from '../../src/shared/store.ts';
import { createSimulator, createVirtualClock, type VirtualClock } from '../../src/testing/index.ts';
import { withRateLimit } from '../../src/with-rate-limit.ts';
import { inNoTime } from '../sdk/bench.ts';
import type { AnyClient, Fetch } from '../sdk/sdks.ts';
import { collectGarbage } from '../support/garbage.ts';
import { SECRETS, Watch } from './secrets.ts';

export interface SoakOptions {
  readonly calls: number;
  readonly seed: number;
  readonly store?: (clock: VirtualClock) => Store | undefined;
}

export interface SoakReport {
  readonly ok: number;
  readonly failed: number;
  readonly aborted: number;
  /** Requests that the providers saw, and those that the lanes have counted. */
  readonly sent: number;
  readonly counted: number;
  readonly inFlight: number;
  readonly queued: number;
  /** The least share that is left of any limit of a minute, when all is long over. */
  readonly back: number;
  readonly reservedUsd: number;
  /** Timers that are set after `close()`. */
  readonly timers: number;
  /** Listeners that the limiter has beyond those of the run. */
  readonly listeners: number;
  /** Megabytes in use, at each tenth of the run. */
  readonly heap: readonly number[];
  /** Where a planted secret was found. */
  readonly leaks: readonly string[];
  readonly hours: number;
}

/** So many calls are on their way at once. */
const USERS = 40;
const EVENTS = [
  'throttled',
  'paused',
  'resumed',
  'limits',
  'usage',
  'rejected',
  'outputLowered',
  'storeLost',
  'storeBack',
  'degraded',
] as const;

const FAULTS = {
  500: 0.01,
  503: 0.005,
  529: 0.005,
  'slow-down': 0.001,
  'insufficient-quota': 0.002,
  'malformed-retry-after': 0.002,
  'connection-error': 0.01,
  'missing-headers': 0.01,
  'cut-stream': 0.005,
  'stalled-stream': 0.002,
  'stream-error': 0.004,
};

/** One of these stands in one of 200 responses. */
const LIES: readonly (readonly [header: string, value: string])[] = [
  ['x-ratelimit-limit-tokens', '1'],
  ['x-ratelimit-limit-requests', '0.5'],
  ['x-ratelimit-remaining-requests', '-7'],
  ['x-ratelimit-reset-tokens', '99999999h'],
  ['retry-after', '86400'],
  ['anthropic-ratelimit-input-tokens-limit', '1'],
  ['anthropic-ratelimit-requests-reset', '9999-01-01T00:00:00Z'],
  ['date', 'Thu, 01 Jan 1970 00:00:00 GMT'],
];
const LIE_SHARE = 0.005;
const ABORT_SHARE = 0.04;
const PATIENCE_MS = 90_000;
const DAY_MS = 86_400_000;
const REST_MS = 10_000;

function rest(clock: VirtualClock, ms: number): Promise<void> {
  return new Promise((resolve) => void clock.setTimeout(resolve, ms));
}

/** Users of two providers call, and all that can go wrong does, now and then. */
export async function soak({ calls, seed, store }: SoakOptions): Promise<SoakReport> {
  const random = randomOf(seed);
  const clock = createVirtualClock({ start: Date.UTC(2026, 0, 1) });
  const limiter = createRateLimiter({
    clock,
    store: store?.(clock),
    headroom: 0.2,
    limits: {
      gpt: { rpm: 6000, tpm: 2_000_000 },
      claude: { rpm: 6000, itpm: 2_000_000, otpm: 400_000 },
    },
    tiers: { free: { rpm: 3000 }, paid: { rpm: 6000 } },
    budget: { usdPerDay: 1e6, perKey: true },
  });
  const watch = new Watch();
  for (const name of EVENTS) limiter.on(name, (event) => watch.look(name, event));
  const listenersBefore = countListeners(limiter);
  const providers = [
    provider('openai', limiter, clock, seed),
    provider('anthropic', limiter, clock, seed),
  ];
  const counts = { ok: 0, failed: 0, aborted: 0 };
  const heap: number[] = [];
  let left = calls;
  const one = async (): Promise<void> => {
    const { client, ask } = providers[random() < 0.5 ? 0 : 1]!;
    const abort = new AbortController();
    const patience = random() < ABORT_SHARE ? 2000 * random() : PATIENCE_MS;
    const cancel = clock.setTimeout(() => abort.abort(), patience);
    const options = {
      key: `${SECRETS.user}-${Math.floor(97 * random())}`,
      tier: random() < 0.5 ? 'free' : 'paid',
    };
    try {
      await runAs(options, () => ask(client, abort.signal, random));
      counts.ok++;
    } catch (error) {
      if (abort.signal.aborted) counts.aborted++;
      else counts.failed++;
      const { code } = error as { code?: unknown };
      if (code !== 'budget_spent') watch.look('error', error);
      // A pause of hours is probed each ten minutes: who is rejected meanwhile comes back later.
      if (code === 'rate_limit_exceeded') await rest(clock, REST_MS);
    } finally {
      cancel();
    }
  };
  const user = async (): Promise<void> => {
    while (left-- > 0) {
      await one();
      if (left % Math.ceil(calls / 10) === 0) {
        for (const { reset } of providers) reset();
        collectGarbage();
        heap.push(process.memoryUsage().heapUsed / 2 ** 20);
        watch.look('snapshot', limiter.snapshot());
        watch.look('inspect', inspect(limiter, { depth: 12, showHidden: true }));
      }
    }
  };
  await clock.run(Promise.all(Array.from({ length: USERS }, user)));
  await clock.run(limiter.drain());
  const hours = (clock.now() - Date.UTC(2026, 0, 1)) / 3_600_000;
  await clock.advance(DAY_MS);
  const lanes = limiter.snapshot();
  const sum = (of: 'inFlight' | 'queued'): number => lanes.reduce((all, each) => all + each[of], 0);
  const minutes = lanes.flatMap(({ limits }) =>
    limits.filter(({ windowMs }) => windowMs <= 60_000),
  );
  const report = {
    ...counts,
    sent: providers.reduce((all, each) => all + each.sent(), 0),
    counted: lanes.reduce((all, { totals }) => all + totals.calls, 0),
    inFlight: sum('inFlight'),
    queued: sum('queued'),
    back: Math.min(...minutes.map(({ remaining, max }) => remaining / max)),
    reservedUsd: limiter.spending().reduce((all, { reservedUsd }) => all + reservedUsd, 0),
    heap,
    leaks: watch.leaks,
    hours,
  };
  const listeners = countListeners(limiter) - listenersBefore;
  limiter.close();
  return { ...report, listeners, timers: clock.pending };
}

function countListeners(limiter: RateLimiter): number {
  return EVENTS.reduce((all, name) => all + limiter.listenerCount(name), 0);
}

interface Provider {
  readonly client: OpenAI | Anthropic;
  readonly ask: (client: never, signal: AbortSignal, random: () => number) => Promise<unknown>;
  readonly sent: () => number;
  readonly reset: () => void;
}

function provider(
  name: 'openai' | 'anthropic',
  limiter: RateLimiter,
  clock: VirtualClock,
  seed: number,
): { client: never } & Omit<Provider, 'client'> {
  const simulator = createSimulator({
    provider: name,
    clock,
    seed,
    faults: FAULTS,
    latency: { firstByteMs: 300 },
    limits:
      name === 'openai'
        ? { rpm: 6000, tpm: 2_000_000 }
        : { rpm: 6000, itpm: 2_000_000, otpm: 400_000 },
  });
  let sent = 0;
  const random = randomOf(seed + 1);
  const fetch: Fetch = async (input, init) => {
    sent++;
    const response = await simulator.fetch(input, init);
    if (random() >= LIE_SHARE) return response;
    const [header, value] = LIES[Math.floor(LIES.length * random())]!;
    const headers = new Headers(response.headers);
    headers.set(header, value);
    return new Response(response.body, { status: response.status, headers });
  };
  const made = { apiKey: SECRETS.apiKey, logLevel: 'off' as const, fetch };
  const client = name === 'openai' ? new OpenAI(made) : new Anthropic(made);
  const limited = inNoTime(withRateLimit(client, { limiter }) as unknown as AnyClient, clock);
  return {
    client: limited as never,
    ask: (name === 'openai' ? askOpenAI : askAnthropic) as Provider['ask'],
    sent: () => sent,
    reset: () => simulator.reset(),
  };
}

async function askOpenAI(client: OpenAI, signal: AbortSignal, random: () => number): Promise<void> {
  const content = `${SECRETS.prompt} ${'word '.repeat(Math.floor(100 * random()))}`;
  const body = {
    model: 'gpt-5.4',
    max_completion_tokens: 200,
    messages: [{ role: 'user' as const, content }],
  };
  if (random() < 0.5) {
    await client.chat.completions.create(body, { signal });
    return;
  }
  const stop = random() < 0.2;
  for await (const _ of await client.chat.completions.create(
    { ...body, stream: true },
    { signal },
  )) {
    if (stop) break;
  }
}

async function askAnthropic(
  client: Anthropic,
  signal: AbortSignal,
  random: () => number,
): Promise<void> {
  const content = `${SECRETS.prompt} ${'word '.repeat(Math.floor(100 * random()))}`;
  const body = {
    model: 'claude-sonnet-5',
    max_tokens: 200,
    messages: [{ role: 'user' as const, content }],
  };
  if (random() < 0.5) {
    await client.messages.create(body, { signal });
    return;
  }
  await client.messages.stream(body, { signal }).finalMessage();
}

/** A linear congruential generator. */
function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
