import { type OwnLimiterOptions, rateLimitedFetch } from '../src/index.ts';
import {
  createRandom,
  createSimulator,
  createVirtualClock,
  type FaultModel,
  type LogEntry,
  type Simulator,
  type SimulatorEnforcement,
  type SimulatorLimits,
  type SimulatorProvider,
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
  /** As many calls of average size as the limit allows. @default 600 */
  readonly callsPerMinute?: number | undefined;
  /** Until the first byte of an answer. @default 400 */
  readonly latencyMs?: number | undefined;
  /** @default one that nobody knows */
  readonly baseURL?: string | undefined;
  /** What the limiter is told. @default nothing */
  readonly limiter?: Omit<OwnLimiterOptions, 'estimate'> | undefined;
  /** A share of the limit that somebody else takes. @default 0 */
  readonly neighbor?: number | undefined;
  /** The neighbor sends 40 calls a second, at random. @default four, evenly */
  readonly isRandom?: boolean | undefined;
  /** How full the server's buckets are at the start. @default 1 */
  readonly fill?: number | undefined;
  /** Another limit from some second on. */
  readonly later?: { readonly atSeconds: number; readonly tpm: number } | undefined;
  readonly seconds?: number | undefined;
  /** Calls that want to be under way at a time. @default 150 */
  readonly workers?: number | undefined;
  /** Whether the server gives back what a call has not used. @default false */
  readonly refund?: boolean | undefined;
  /** `max_tokens` as a multiple of the input. @default 0.1 */
  readonly declared?: number | undefined;
}

export interface LearningResult {
  readonly calls: number;
  /** Of ours, as are all that follow. */
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
export const AZURE = 'https://ours.openai.azure.com/openai/v1';
export const ANTHROPIC = 'https://api.anthropic.com';
const NOBODY = 'https://llm.example/v1';
/** Seven tokens as OpenAI and as the simulator count. */
const PHRASE = 'the sun and one old fox saw ';
/** What a request with one message costs beside its text (published formula: 3 + 1 + 3). */
const FRAME_TOKENS = 7;

/** What differs between hosts. */
interface Host {
  readonly provider: SimulatorProvider;
  readonly charge: 'max' | 'sum' | 'produced';
  readonly model: string;
  readonly path: string;
}

const LIKE_OPENAI: Host = {
  provider: 'openai',
  charge: 'max',
  model: 'gpt-4o',
  path: '/chat/completions',
};
const HOSTS: Readonly<Record<string, Host>> = {
  [NOBODY]: { ...LIKE_OPENAI, charge: 'sum' },
  [AZURE]: { ...LIKE_OPENAI, provider: 'azure', charge: 'sum' },
  [ANTHROPIC]: {
    provider: 'anthropic',
    charge: 'produced',
    model: 'claude-opus-4-5',
    path: '/v1/messages',
  },
};
/** A neighbor's model is another one on the same limit, to be told apart. */
const NEIGHBORS = '-neighbor';

/** Calls of a few hundredths of a second's worth, as fast as the limiter lets them, for a minute. */
export async function runLearning(options: LearningOptions): Promise<LearningResult> {
  const { tpm, enforcement, seconds = 60, workers = 150, fill = 1, declared = 0.1 } = options;
  const { baseURL = NOBODY } = options;
  const host = HOSTS[baseURL] ?? LIKE_OPENAI;
  const clock = createVirtualClock();
  const limitsOf = (tokens: number): Record<string, SimulatorLimits> => {
    const ofTokens =
      host.provider === 'anthropic' ? { itpm: tokens, otpm: tokens } : { tpm: tokens };
    return { [host.model]: { rpm: 500_000, ...ofTokens, ...options.limits } };
  };
  const simulator = createSimulator({
    clock,
    enforcement,
    provider: host.provider,
    limits: limitsOf(tpm),
    fill,
    charge: host.charge,
    refund: options.refund,
    countFailed: false,
    faults: options.faults,
    latency: { firstByteMs: options.latencyMs ?? 400, perTokenMs: 0 },
    countTokens: (text) => Math.ceil(text.length / 4) + FRAME_TOKENS,
    reply: () => ({ outputTokens: 1 }),
  });
  const fetch = rateLimitedFetch({
    fetch: silenced(simulator, options.shows ?? 'headers'),
    ...options.limiter,
    clock,
  });
  let othersShare = 0;
  let news = 0;
  fetch.rateLimit.on('limits', (event) => {
    news++;
    othersShare = Math.max(othersShare, event.othersShare);
  });
  const random = createRandom(3);
  const phrases = Math.max(
    1,
    Math.round(Math.min(2500, tpm / (options.callsPerMinute ?? 600)) / 7),
  );
  const call = async (): Promise<void> => {
    const count = Math.ceil(phrases * (0.5 + random()));
    const content = PHRASE.repeat(count);
    const maxTokens = Math.ceil(7 * count * declared);
    const response = await fetch(
      `${baseURL}${host.path}`,
      requestOf(host.model, content, maxTokens),
    );
    if (!response.ok) throw new Error(await response.text());
    await response.text();
  };
  const end = seconds * 1000;
  const worker = async (): Promise<void> => {
    while (clock.now() < end) await call();
  };
  const { later, neighbor = 0 } = options;
  if (later)
    clock.setTimeout(() => simulator.setLimits(limitsOf(later.tpm)), later.atSeconds * 1000);
  if (neighbor > 0) disturb(simulator, clock, host, baseURL, options, end);
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

/** As an SDK would send it, of the one account. */
function requestOf(model: string, content: string, maxTokens: number): RequestInit {
  const messages = [{ role: 'user', content }];
  const body = JSON.stringify({ model, max_tokens: maxTokens, messages });
  const headers = {
    authorization: 'Bearer ours',
    'x-api-key': 'ours',
    'content-type': 'application/json',
  };
  return { method: 'POST', headers, body };
}

/** Somebody else on the same key, until `end`. */
function disturb(
  simulator: Simulator,
  clock: VirtualClock,
  { model, path }: Host,
  baseURL: string,
  { tpm, neighbor = 0, isRandom = false }: LearningOptions,
  end: number,
): void {
  const callsPerSecond = isRandom ? 40 : 4;
  const tokens = (neighbor * tpm) / 60 / callsPerSecond;
  const content = PHRASE.repeat(Math.max(1, Math.round((tokens - FRAME_TOKENS) / 7)));
  const request = requestOf(`${model}${NEIGHBORS}`, content, 1);
  const random = createRandom(5);
  const tick = (): void => {
    if (clock.now() > end) return;
    void simulator.fetch(`${baseURL}${path}`, request);
    const gap = isRandom ? -Math.log(1 - random()) : 1;
    clock.setTimeout(tick, (gap * 1000) / callsPerSecond);
  };
  tick();
}

function resultOf(
  simulator: Simulator,
  told: Pick<LearningResult, 'othersShare' | 'news'>,
  options: LearningOptions,
): LearningResult {
  const { tpm } = options;
  const log = simulator.log.filter(({ model }) => !model.endsWith(NEIGHBORS));
  const refused = log.filter(({ status }) => status === 429);
  const seconds = ({ time }: LogEntry): number => time / 1000;
  const share = (from: number, to: number): number => {
    const inside = log.filter(
      (each) => each.status === 200 && seconds(each) >= from && seconds(each) < to,
    );
    const charged = inside.reduce((sum, { tokensCharged }) => sum + tokensCharged, 0);
    return charged / (((to - from) / 60) * tpm);
  };
  const late429 = refused.filter((each) => seconds(each) >= 10).length;
  const between = (from: number, to: number): { calls: number; share: number } => {
    const all = log.filter((each) => seconds(each) >= from && seconds(each) < to);
    const calls = all.length;
    return { calls, share: all.filter(({ status }) => status === 429).length / calls };
  };
  const calls = log.length;
  return { calls, status429: refused.length, late429, share, refused: between, ...told };
}
