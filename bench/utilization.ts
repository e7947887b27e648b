import OpenAI from 'openai';
import { type OwnLimiterOptions, withRateLimit } from '../src/index.ts';
import {
  createRandom,
  createSimulator,
  createVirtualClock,
  type SimulatorEnforcement,
} from '../src/testing/index.ts';
import { ENFORCEMENTS, MATCHING } from './batch.ts';
import { delayed } from './wire.ts';

/** Ten requests and 1,000 tokens a second. */
const LIMITS = { rpm: 600, tpm: 60_000 };
const TOKENS_PER_SECOND = LIMITS.tpm / 60;
const HEADROOM = 0.2;
/** What each workload takes at 80 % of the limit that binds. */
const MINUTES = 3;
/** What a request with one message costs beside its text, as OpenAI counts (3 + 1 + 3). */
const FRAME_TOKENS = 7;
/** Seven tokens as OpenAI and as the simulator count. */
const PHRASE = 'the sun and one old fox saw ';

/** Tokens of each call, as seconds of the limit. */
type Workload = (random: () => number) => number;

export const WORKLOADS: Readonly<Record<string, Workload>> = {
  'many small': () => 0.05,
  'a tenth of a second': () => 0.1,
  'a quarter': () => 0.25,
  'just above a third': () => 0.35,
  'half a second': () => 0.5,
  'above half a second': () => 0.6,
  'a second': () => 1,
  'three seconds': () => 3,
  'uniform up to a second': (random) => 0.05 + 0.95 * random(),
  'log-normal': (random) => 0.2 * Math.exp(normal(random)),
};

export type Profile = 'unknown host' | 'matching' | 'learned';
export const PROFILES: readonly Profile[] = ['unknown host', 'matching', 'learned'];

export interface Utilization {
  readonly status429: number;
  readonly calls: number;
  /** Of the time that the calls take at 80 % of the limit that binds. */
  readonly time: number;
}

/** Calls of one workload, all at once, through the SDK against a simulated host that nobody knows. */
export async function runUtilization(
  workload: string,
  enforcement: SimulatorEnforcement,
  profile: Profile,
): Promise<Utilization> {
  const clock = createVirtualClock();
  const random = createRandom(11);
  const simulator = createSimulator({
    clock,
    provider: 'compatible',
    enforcement,
    limits: LIMITS,
    countTokens: (text) => Math.ceil(text.length / 4) + FRAME_TOKENS,
    reply: () => ({ outputTokens: 1 }),
  });
  const between = (least: number, most: number) => (): number => least + random() * (most - least);
  const fetch = delayed(simulator.fetch, clock, between(20, 60), between(200, 600));
  const client = withRateLimit(
    new OpenAI({ apiKey: 'any', baseURL: 'https://llm.example/v1', fetch }),
    {
      clock,
      headroom: HEADROOM,
      ...optionsOf(enforcement, profile),
    },
  );
  const texts = textsOf(WORKLOADS[workload] ?? (() => 0.1));
  const ask = (content: string): Promise<unknown> =>
    client.chat.completions.create({
      model: 'any-model',
      max_tokens: 1,
      messages: [{ role: 'user', content }],
    });
  await clock.run(Promise.all(texts.map(ask)));
  const { status429, admitted, inputTokens, outputTokens } = simulator.stats();
  const share = Math.max((inputTokens + outputTokens) / LIMITS.tpm, admitted / LIMITS.rpm);
  const idealMs = (60_000 * share) / (1 - HEADROOM);
  return { status429, calls: texts.length, time: clock.now() / idealMs };
}

/** Times over the ideal, and 429s where there were any. */
export async function utilizationTable(): Promise<string> {
  const rows = [
    `| workload | profile | ${ENFORCEMENTS.join(' | ')} |`,
    `|---|---|${ENFORCEMENTS.map(() => '--:').join('|')}|`,
  ];
  for (const workload of Object.keys(WORKLOADS)) {
    for (const profile of PROFILES) {
      const cells: string[] = [];
      for (const enforcement of ENFORCEMENTS) {
        const { time, status429 } = await runUtilization(workload, enforcement, profile);
        cells.push(`${time.toFixed(2)}${status429 > 0 ? `; ${status429}` : ''}`);
      }
      rows.push(`| ${workload} | ${profile} | ${cells.join(' | ')} |`);
    }
  }
  return rows.join('\n');
}

function optionsOf(enforcement: SimulatorEnforcement, profile: Profile): OwnLimiterOptions {
  if (profile === 'learned') return {};
  return { limits: LIMITS, ...(profile === 'matching' && MATCHING[enforcement]) };
}

/** As many calls as take some minutes at 80 % of the limits. */
function textsOf(workload: Workload): string[] {
  const random = createRandom(5);
  const texts: string[] = [];
  const most = (1 - HEADROOM) * MINUTES;
  for (let tokens = 0; tokens < most * LIMITS.tpm && texts.length < most * LIMITS.rpm; ) {
    const phrases = Math.max(
      1,
      Math.round((workload(random) * TOKENS_PER_SECOND - FRAME_TOKENS) / 7),
    );
    texts.push(PHRASE.repeat(phrases));
    tokens += 7 * phrases + FRAME_TOKENS + 1;
  }
  return texts;
}

function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
