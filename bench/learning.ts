import OpenAI from 'openai';
import { type RateLimitOptions, withRateLimit } from '../src/index.ts';
import {
  createRandom,
  createSimulator,
  createVirtualClock,
  type FaultModel,
  type LogEntry,
  type Simulator,
  type SimulatorEnforcement,
  type SimulatorLimits,
  type VirtualClock,
} from '../src/testing/index.ts';

export interface LearningOptions {
  readonly enforcement: SimulatorEnforcement;
  /** The account's true limit. */
  readonly tpm: number;
  /** Other limits of the account. @default 500,000 requests a minute */
  readonly limits?: SimulatorLimits | undefined;
  /**
   * `headers`: as OpenAI does; `texts`: 429s state limit and wait in words; `nothing`: they say no
   * more than their status.
   *
   * @default 'headers'
   */
  readonly shows?: 'headers' | 'texts' | 'nothing' | undefined;
  readonly faults?: FaultModel | undefined;
  /** As many calls of average size as the limit allows. @default 1200 */
  readonly callsPerMinute?: number | undefined;
  /** Until the first byte of an answer. @default 400 */
  readonly latencyMs?: number | undefined;
  /** @default one that nobody knows */
  readonly baseURL?: string | undefined;
  /** What the limiter is told. @default nothing */
  readonly limiter?: RateLimitOptions | undefined;
  /** A share of the limit that somebody else takes. @default 0 */
  readonly neighbour?: number | undefined;
  /** How full the server's buckets are at the start. @default 1 */
  readonly fill?: number | undefined;
  /** Another limit from some second on. */
  readonly later?: { readonly atSeconds: number; readonly tpm: number } | undefined;
  readonly seconds?: number | undefined;
  /** Calls that want to be under way at a time. @default 300 */
  readonly workers?: number | undefined;
  /** Whether the server gives back what a call has not used. @default false */
  readonly refund?: boolean | undefined;
  /** `max_tokens` as a multiple of the input. @default 0.1 */
  readonly declared?: number | undefined;
}

export interface LearningResult {
  readonly calls: number;
  readonly status429: number;
  /** 429s after the first ten seconds. */
  readonly late429: number;
  /** Our use of the limit in the seconds from `from` to `to`. */
  readonly share: (from: number, to: number) => number;
  /** 429s in the seconds from `from` to `to`, of so many calls. */
  readonly refused: (
    from: number,
    to: number,
  ) => { readonly calls: number; readonly share: number };
  /** The greatest share of others that was told of. */
  readonly othersShare: number;
  /** `limits` events. */
  readonly news: number;
}

export const OPENAI = 'https://api.openai.com/v1';
const NOBODY = 'https://llm.example/v1';
/** Seven tokens as OpenAI and as the simulator count. */
const PHRASE = 'the sun and one old fox saw ';
/** What a request with one message costs beside its text (published formula: 3 + 1 + 3). */
const FRAME_TOKENS = 7;
const OURS = 'Bearer ours';

/** Calls of a few hundredths of a second's worth, as fast as the limiter lets them, for a minute. */
export async function runLearning(options: LearningOptions): Promise<LearningResult> {
  const { tpm, enforcement, seconds = 60, workers = 300, fill = 1, declared = 0.1 } = options;
  const { baseURL = NOBODY } = options;
  const clock = createVirtualClock();
  const limits = { rpm: 500_000, tpm, ...options.limits };
  const simulator = createSimulator({
    clock,
    enforcement,
    limits,
    fill,
    charge: baseURL === NOBODY ? 'sum' : 'max',
    refund: options.refund,
    countFailed: false,
    faults: options.faults,
    latency: { firstByteMs: options.latencyMs ?? 400, perTokenMs: 0 },
    countTokens: (text) => Math.ceil(text.length / 4) + FRAME_TOKENS,
    reply: () => ({ outputTokens: 1 }),
  });
  const fetch = silenced(simulator, options.shows ?? 'headers');
  const bare = new OpenAI({ apiKey: 'ours', baseURL, fetch });
  const client = withRateLimit(bare, { ...options.limiter, clock });
  let othersShare = 0;
  let news = 0;
  client.rateLimit.on('limits', (event) => {
    news++;
    othersShare = Math.max(othersShare, event.othersShare);
  });
  const random = createRandom(3);
  const phrases = Math.max(
    1,
    Math.round(Math.min(2500, tpm / (options.callsPerMinute ?? 1200)) / 7),
  );
  const call = (): Promise<unknown> => {
    const count = Math.ceil(phrases * (0.5 + random()));
    const content = PHRASE.repeat(count);
    const messages = [{ role: 'user' as const, content }];
    return client.chat.completions.create({
      model: 'gpt-4o',
      max_tokens: Math.ceil(7 * count * declared),
      messages,
    });
  };
  const end = seconds * 1000;
  const worker = async (): Promise<void> => {
    while (clock.now() < end) await call();
  };
  const { later, neighbour = 0 } = options;
  if (later)
    clock.setTimeout(
      () => simulator.setLimits({ ...limits, tpm: later.tpm }),
      later.atSeconds * 1000,
    );
  if (neighbour > 0) disturb(simulator, clock, (neighbour * tpm) / 60, end);
  await clock.run(Promise.all(Array.from({ length: workers }, worker)));
  return resultOf(simulator, { othersShare, news }, options);
}

/** The server's answers without what a host doesn't show. */
function silenced(
  simulator: Simulator,
  shows: NonNullable<LearningOptions['shows']>,
): typeof globalThis.fetch {
  if (shows === 'headers') return simulator.fetch;
  return async (_url, init) => {
    const response = await simulator.fetch(`${NOBODY}/chat/completions`, init);
    const { status } = response;
    const headers = { 'content-type': 'application/json' };
    const isMute = status === 429 && shows === 'nothing';
    const said = await response.text();
    const body = isMute ? '{"error":{"message":"Too Many Requests"}}' : said;
    return new Response(body, { status, headers });
  };
}

/** Somebody else on the same key: four calls a second, until `end`. */
function disturb(simulator: Simulator, clock: VirtualClock, perSecond: number, end: number): void {
  const content = PHRASE.repeat(Math.max(1, Math.round(perSecond / 4 / 7)));
  const body = JSON.stringify({
    model: 'gpt-4o',
    max_tokens: 1,
    user: 'neighbour',
    messages: [{ role: 'user', content }],
  });
  const headers = { authorization: OURS, 'content-type': 'application/json', 'x-neighbour': '1' };
  const tick = (): void => {
    if (clock.now() > end) return;
    void simulator.fetch(`${NOBODY}/chat/completions`, { method: 'POST', headers, body });
    clock.setTimeout(tick, 250);
  };
  tick();
}

function resultOf(
  simulator: Simulator,
  told: Pick<LearningResult, 'othersShare' | 'news'>,
  options: LearningOptions,
): LearningResult {
  const { tpm, neighbour = 0 } = options;
  const refused = simulator.log.filter(({ status }) => status === 429);
  const seconds = ({ time }: LogEntry): number => time / 1000;
  const share = (from: number, to: number): number => {
    const inside = simulator.log.filter(
      (each) => each.status === 200 && seconds(each) >= from && seconds(each) < to,
    );
    const charged = inside.reduce((sum, { tokensCharged }) => sum + tokensCharged, 0);
    return charged / (((to - from) / 60) * tpm) - neighbour;
  };
  const late429 = refused.filter((each) => seconds(each) >= 10).length;
  const between = (from: number, to: number): { calls: number; share: number } => {
    const all = simulator.log.filter((each) => seconds(each) >= from && seconds(each) < to);
    const calls = all.length;
    return { calls, share: all.filter(({ status }) => status === 429).length / calls };
  };
  const calls = simulator.log.length;
  return { calls, status429: refused.length, late429, share, refused: between, ...told };
}
