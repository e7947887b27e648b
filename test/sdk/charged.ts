import OpenAI from 'openai';
import { withRateLimit } from '../../src/index.ts';
import {
  type ChargeRule,
  createRandom,
  createSimulator,
  createVirtualClock,
  type FaultModel,
  type LogEntry,
  type Simulator,
  type VirtualClock,
} from '../../src/testing/index.ts';

/** A server, and calls that all want to go at once, again and again for two minutes. */
export interface ChargedOptions {
  readonly charge: ChargeRule;
  /** @default false */
  readonly refund?: boolean | undefined;
  readonly tpm: number;
  /** Of a call: half as many to one and a half times. */
  readonly characters: number;
  readonly maxTokens: number;
  readonly outputTokens: number;
  readonly faults?: FaultModel | undefined;
  /** A share of the limit that somebody else takes, in one call each four seconds. @default 0 */
  readonly neighbor?: number | undefined;
}

export interface Charged {
  readonly calls: number;
  readonly status429: number;
  /** The part of the limit that our calls were charged in the second minute. */
  readonly share: number;
  /** The greatest share of others that was told of. */
  readonly othersShare: number;
}

const MODEL = 'gpt-4o';
const BASE_URL = 'https://api.openai.com/v1';
const MINUTE_MS = 60_000;
const WORKERS = 100;

/** As many calls to OpenAI as a limiter without options lets through in two minutes. */
export async function runCharged(options: ChargedOptions): Promise<Charged> {
  const { charge, refund, tpm, characters, maxTokens, outputTokens, faults } = options;
  const clock = createVirtualClock();
  const simulator = createSimulator({
    ...{ clock, charge, refund, faults, countFailed: false },
    limits: { gpt: { rpm: 500_000, tpm } },
    latency: { firstByteMs: 600, perTokenMs: 0 },
    reply: () => ({ outputTokens }),
  });
  const account = { apiKey: 'ours', baseURL: BASE_URL, fetch: simulator.fetch };
  const { chat, rateLimit } = withRateLimit(new OpenAI(account), { clock });
  let othersShare = 0;
  rateLimit.on('limits', (event) => {
    othersShare = Math.max(othersShare, event.othersShare);
  });
  const random = createRandom(3);
  const text = 'the sun and one old fox saw '.repeat(Math.ceil((1.5 * characters) / 28));
  const worker = async (): Promise<void> => {
    while (clock.now() < 2 * MINUTE_MS) {
      const content = text.slice(0, Math.ceil(characters * (0.5 + random())));
      const messages = [{ role: 'user' as const, content }];
      await chat.completions.create({ model: MODEL, max_tokens: maxTokens, messages });
    }
  };
  const { neighbor = 0 } = options;
  if (neighbor > 0) disturb(simulator, clock, (4 * neighbor * tpm) / 60);
  await clock.run(Promise.all(Array.from({ length: WORKERS }, worker)));
  const log = simulator.log.filter(({ model }) => model === MODEL);
  return { ...resultOf(log, tpm), othersShare };
}

/** Somebody else on the same key. */
function disturb({ fetch }: Simulator, clock: VirtualClock, tokens: number): void {
  const messages = [{ role: 'user', content: 'x'.repeat(4 * tokens) }];
  const body = JSON.stringify({ model: 'gpt-neighbor', max_tokens: 1, messages });
  const headers = { authorization: 'Bearer ours', 'content-type': 'application/json' };
  const tick = (): void => {
    if (clock.now() > 2 * MINUTE_MS) return;
    void fetch(`${BASE_URL}/chat/completions`, { method: 'POST', headers, body });
    clock.setTimeout(tick, 4000);
  };
  tick();
}

function resultOf(log: readonly LogEntry[], tpm: number): Omit<Charged, 'othersShare'> {
  const isLater = ({ time }: LogEntry): boolean => time >= MINUTE_MS && time < 2 * MINUTE_MS;
  const later = log.filter((each) => each.status === 200 && isLater(each));
  const charged = later.reduce((sum, { tokensCharged }) => sum + tokensCharged, 0);
  const status429 = log.filter(({ status }) => status === 429).length;
  return { calls: log.length, status429, share: charged / tpm };
}
