import { anthropicSummarizer, bareAnthropicSummarizer } from './anthropic-summarizer.ts';
import { BadArgument } from './bad-argument.ts';
import { bareOpenAISummarizer, openaiSummarizer } from './openai-summarizer.ts';
import { startSimulated } from './simulated.ts';
import type { LimitedSummarizer, Summarizer } from './summarizer.ts';

/** The models that share the work. */
export interface Providers {
  readonly summarizers: readonly LimitedSummarizer[];
  /** The same models without limiters, to compare with: where they cost nothing. */
  readonly bare?: Bare | undefined;
  readonly description: string;
  close(): Promise<void>;
}

export interface Bare {
  readonly summarizers: readonly Summarizer[];
  /** How many of their requests were refused with 429 so far. */
  refused(): number;
}

type Environment = Readonly<Record<string, string | undefined>>;

const OPENAI_MODEL = 'gpt-4o-mini';
const ANTHROPIC_MODEL = 'claude-haiku-4-5';

/** Those that the environment has keys for; if there are none, simulated ones. */
export async function openProviders(env: Environment, hasFaults: boolean): Promise<Providers> {
  const summarizers = [
    ...(env.OPENAI_API_KEY ? [realOpenAI(env)] : []),
    ...(env.ANTHROPIC_API_KEY ? [realAnthropic(env)] : []),
  ];
  if (summarizers.length === 0) return simulatedProviders(hasFaults);
  if (hasFaults) throw new BadArgument('--faults is for simulated providers: unset the API keys');
  return { summarizers, description: 'with the API keys found', close: async () => {} };
}

/** The limits of a new account, unless the environment knows better. */
function realOpenAI(env: Environment): LimitedSummarizer {
  const rpm = numberIn(env, 'OPENAI_RPM', 500);
  const tpm = numberIn(env, 'OPENAI_TPM', 200_000);
  const model = env.OPENAI_MODEL || OPENAI_MODEL;
  return openaiSummarizer({ model, rateLimit: { limits: { rpm, tpm } } });
}

function realAnthropic(env: Environment): LimitedSummarizer {
  const rpm = numberIn(env, 'ANTHROPIC_RPM', 50);
  const itpm = numberIn(env, 'ANTHROPIC_ITPM', 50_000);
  const otpm = numberIn(env, 'ANTHROPIC_OTPM', 10_000);
  const model = env.ANTHROPIC_MODEL || ANTHROPIC_MODEL;
  return anthropicSummarizer({ model, rateLimit: { limits: { rpm, itpm, otpm } } });
}

async function simulatedProviders(hasFaults: boolean): Promise<Providers> {
  const openai = await startSimulated('openai', hasFaults);
  const anthropic = await startSimulated('anthropic', hasFaults);
  const bare = await bareProviders();
  return {
    summarizers: [
      openaiSummarizer({ model: OPENAI_MODEL, ...openai }),
      anthropicSummarizer({ model: ANTHROPIC_MODEL, ...anthropic }),
    ],
    bare: hasFaults ? undefined : bare,
    description: 'simulated, as no API key is set',
    close: async () => {
      await Promise.all([openai, anthropic, bare].map((each) => each.close()));
    },
  };
}

/** Servers of their own with the same limits: what one client does must not disturb the other. */
async function bareProviders(): Promise<Bare & Pick<Providers, 'close'>> {
  const openai = await startSimulated('openai', false);
  const anthropic = await startSimulated('anthropic', false);
  return {
    summarizers: [
      bareOpenAISummarizer({ model: OPENAI_MODEL, ...openai }),
      bareAnthropicSummarizer({ model: ANTHROPIC_MODEL, ...anthropic }),
    ],
    refused: () => openai.refused() + anthropic.refused(),
    close: async () => void (await Promise.all([openai.close(), anthropic.close()])),
  };
}

function numberIn(env: Environment, name: string, byDefault: number): number {
  const value = Number(env[name] || byDefault);
  if (value > 0) return value;
  throw new BadArgument(`Expected ${name} to be a positive number, got \`${env[name]}\``);
}
