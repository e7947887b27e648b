import type { OwnLimiterOptions, ShortLimits } from 'llm-headroom';
import { createSimulator, type Fault, type SimulatedCall } from 'llm-headroom/testing';

/** A provider in this process, behind a port of this machine, and how to call it. */
export interface Simulated {
  readonly apiKey: string;
  readonly baseURL: string;
  readonly rateLimit: OwnLimiterOptions;
  /** How many requests were refused with 429 so far. */
  refused(): number;
  close(): Promise<void>;
}

interface Profile {
  readonly path: string;
  readonly limits: ShortLimits;
  /** How it refuses a call that its limits would allow. */
  readonly refusal: Fault;
}

/** Limits that are low enough to be met. */
const PROFILES: Readonly<Record<'openai' | 'anthropic', Profile>> = {
  openai: {
    path: '/v1',
    limits: { rpm: 120, tpm: 120_000 },
    refusal: 'malformed-retry-after',
  },
  anthropic: {
    path: '',
    limits: { rpm: 240, itpm: 50_000, otpm: 20_000 },
    refusal: 529,
  },
};

export async function startSimulated(
  provider: keyof typeof PROFILES,
  hasFaults: boolean,
): Promise<Simulated> {
  const { path, limits, refusal } = PROFILES[provider];
  const simulator = createSimulator({
    provider,
    limits,
    faults: ({ id }) => (hasFaults ? faultOf(id, refusal) : 'none'),
    enforcement: 'bucket-10s',
    latency: (_call, random) => ({ firstByteMs: 300 + 500 * random(), perTokenMs: 12 }),
    reply: ({ body }) => firstWords(promptIn(body)),
  });
  const { url, close } = await simulator.listen();
  // Of a host with no name nothing is known: say that a bucket of ten seconds is behind it.
  const rateLimit = { limits, enforcement: 'bucket', burstSeconds: 10 } as const;
  const refused = (): number => simulator.stats().status429;
  return { apiKey: 'simulated', baseURL: `${url}${path}`, rateLimit, refused, close };
}

/** Two of 25 calls go wrong: one breaks off, one is refused. */
function faultOf(id: number, refusal: Fault): Fault | 'none' {
  if (id % 25 === 2) return 'cut-stream';
  return id % 25 === 4 ? refusal : 'none';
}

function promptIn({ messages }: SimulatedCall['body']): string {
  const content: unknown = Array.isArray(messages) ? messages.at(-1)?.content : undefined;
  return typeof content === 'string' ? content : '';
}

const MOST_WORDS = 16;

/** Reads like a summary: how the first comment begins, or else the text. */
function firstWords(text: string): string {
  const [, comment] = /\/\*\*(.*?)\*\//s.exec(text) ?? [];
  const words = (comment ?? text)
    .replaceAll(/[*#`|]/g, ' ')
    .trim()
    .split(/\s+/);
  const isWhole = words.length <= MOST_WORDS;
  return words.slice(0, MOST_WORDS).join(' ') + (isWhole ? '' : ' …');
}
