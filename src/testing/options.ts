import { type Clock, clockOption } from '../clock.ts';
import { expected } from '../validate.ts';
import {
  type BatchSettings,
  resolveBatches,
  type SimulatedBatchOptions,
} from './batches/batch-options.ts';
import { CHARGE_NAMES, type ChargeRule } from './charging.ts';
import {
  checkedFunction,
  expectBoolean,
  expectChoice,
  expectFinite,
  expectKeys,
  expectTexts,
} from './expect.ts';
import { type FaultModel, type FaultSource, faultSource } from './faults.ts';
import { checkLatency, type LatencyModel } from './latency.ts';
import { LIMIT_NAMES, type SimulatorLimits } from './limit-names.ts';
import { ENFORCEMENTS, type SimulatorEnforcement } from './meters/create-meter.ts';
import type { Fill } from './pool.ts';
import { quarterOfCharacters } from './prompt.ts';
import { type ReplyFunction, resolveReply } from './reply.ts';

/** The API that the simulator speaks: its paths, headers and bodies. */
export type SimulatorProvider = 'openai' | 'azure' | 'compatible' | 'anthropic';

/**
 * Limits for every model, which each model has for itself; or by model: all models whose name starts
 * with a key share its limits (the longest key wins), and each other model has those of `'*'`.
 */
export type ModelLimits = SimulatorLimits | { readonly [model: string]: SimulatorLimits };

/** Options of `createSimulator`. */
export interface SimulatorOptions {
  /** The API to simulate. @default 'openai' */
  provider?: SimulatorProvider | undefined;
  /** The limits, in the short form or by model. @default {}, no limits */
  limits?: ModelLimits | undefined;
  /** How the limits are enforced. `'sliding'` is the older name of `'window'`. @default 'bucket' */
  enforcement?: SimulatorEnforcement | 'window' | undefined;
  /**
   * How much of each limit is left at the start: a part of it from 0 to 1, or the amounts that are left
   * of some limits (`{ tpm: 37_418 }`; all others are full).
   *
   * @default 1
   */
  fill?: Fill | undefined;
  /** How much a call takes from the limits. @default 'max' for OpenAI, 'produced' for Anthropic, else 'sum' */
  charge?: ChargeRule | undefined;
  /**
   * Whether the charge of a call is corrected to its usage when it ends. Not with the charge
   * `'produced'`, which is made as output is produced.
   *
   * @default false
   */
  refund?: boolean | undefined;
  /**
   * Whether requests that end with a 429 or a fault's error count against `rpm` and `rpd`, as far as
   * these have room. OpenAI's rate-limit guide says that they do (as of 2026-10).
   *
   * @default true for OpenAI, false for the others
   */
  countFailed?: boolean | undefined;
  /** How long responses take, in milliseconds. @default 0 */
  latency?: LatencyModel | undefined;
  /** Which calls fail, and how. @default [], no faults */
  faults?: FaultModel | undefined;
  /** The source of time, such as a virtual clock. @default the system's clock */
  clock?: Clock | undefined;
  /** Makes the text of a response. @default 16 tokens of filler, or fewer if the call allows fewer */
  reply?: ReplyFunction | undefined;
  /** The tokens in each chunk of a stream. @default 1 */
  tokensPerChunk?: number | undefined;
  /** Counts the tokens of a text. @default a quarter of its characters, rounded up */
  countTokens?: ((text: string) => number) | undefined;
  /** The seed of everything random: latencies and faults. @default 1 */
  seed?: number | undefined;
  /**
   * The API keys that are accepted, each with limits of its own; any other gets a 401.
   *
   * @default every key is accepted, and all share the same limits
   */
  keys?: readonly string[] | undefined;
  /**
   * The Batch API: OpenAI's files and batches (but not on Azure), or Anthropic's Message Batches.
   * Batches don't count against the limits of other calls. They are in `batches`, and not in `log`.
   *
   * @default {}
   */
  batches?: SimulatedBatchOptions | undefined;
}

/** Options with every default filled in, known to be valid. */
export interface SimulatorSettings {
  readonly provider: SimulatorProvider;
  readonly limits: LimitsOf;
  readonly enforcement: SimulatorEnforcement;
  readonly fill: Fill;
  readonly charge: ChargeRule;
  readonly refund: boolean;
  readonly countFailed: boolean;
  readonly latency: LatencyModel;
  readonly fault: FaultSource;
  readonly clock: Clock;
  readonly reply: ReplyFunction | undefined;
  readonly tokensPerChunk: number;
  readonly countTokens: (text: string) => number;
  readonly seed: number;
  readonly keys: readonly string[] | undefined;
  readonly batches: BatchSettings;
}

/** The pool that a model belongs to, and its limits. */
export type LimitsOf = (model: string) => {
  readonly pool: string;
  readonly limits: SimulatorLimits;
};

const PROVIDERS: readonly SimulatorProvider[] = ['openai', 'azure', 'compatible', 'anthropic'];
const CHARGES: Readonly<Record<SimulatorProvider, ChargeRule>> = {
  openai: 'max',
  azure: 'sum',
  compatible: 'sum',
  anthropic: 'produced',
};
const OPTION_NAMES: readonly (keyof SimulatorOptions)[] = [
  'provider',
  'limits',
  'enforcement',
  'fill',
  'charge',
  'refund',
  'countFailed',
  'latency',
  'faults',
  'clock',
  'reply',
  'tokensPerChunk',
  'countTokens',
  'seed',
  'keys',
  'batches',
];

/** Fills in the defaults. Throws a `TypeError` that names what is wrong. */
export function resolveOptions(options: SimulatorOptions): SimulatorSettings {
  expectKeys('options', options, OPTION_NAMES, 'createSimulator');
  const provider = expectChoice('provider', options.provider ?? 'openai', PROVIDERS);
  const latency = options.latency ?? 0;
  checkLatency(latency);
  return {
    provider,
    limits: resolveLimits(options.limits ?? {}),
    enforcement: enforcementOf(options.enforcement ?? 'bucket'),
    fill: resolveFill(options.fill ?? 1),
    charge: resolveCharge(options.charge ?? CHARGES[provider]),
    refund: expectBoolean('refund', options.refund ?? false),
    countFailed: expectBoolean('countFailed', options.countFailed ?? provider === 'openai'),
    latency,
    fault: faultSource(options.faults ?? []),
    clock: clockOption(options.clock ?? undefined),
    reply: resolveReply(options.reply),
    tokensPerChunk: expectFinite('tokensPerChunk', options.tokensPerChunk ?? 1, {
      min: 1,
      integer: true,
    }),
    countTokens: resolveCount(options.countTokens),
    seed: expectFinite('seed', options.seed ?? 1),
    keys: options.keys && expectTexts('keys', options.keys),
    batches: resolveBatches(
      options.batches ?? {},
      provider === 'anthropic' ? 'anthropic' : 'openai',
    ),
  };
}

/** Checks limits and makes the function that finds a model's. */
export function resolveLimits(given: ModelLimits): LimitsOf {
  if (isShort(given)) {
    checkLimits('limits', given);
    return (model) => ({ pool: model, limits: given });
  }
  const entries = Object.entries(given);
  for (const [model, limits] of entries) checkLimits(`limits['${model}']`, limits);
  const byLength = entries.toSorted(([a], [b]) => b.length - a.length);
  return (model) => {
    const entry = byLength.find(([prefix]) => prefix !== '*' && model.startsWith(prefix));
    if (entry !== undefined) return { pool: `${entry[0]}*`, limits: entry[1] };
    return { pool: model, limits: given['*'] ?? {} };
  };
}

function isShort(given: ModelLimits): given is SimulatorLimits {
  return Object.values(given).every((value) => typeof value !== 'object');
}

function checkLimits(name: string, limits: SimulatorLimits): void {
  expectKeys(name, limits, LIMIT_NAMES);
  for (const key of LIMIT_NAMES) {
    const integer = key === 'concurrency';
    if (limits[key] !== undefined)
      expectFinite(`${name}.${key}`, limits[key], { above: 0, integer });
  }
}

function resolveFill(fill: Fill): Fill {
  if (typeof fill === 'number') return expectFinite('fill', fill, { min: 0, max: 1 });
  expectKeys('fill', fill, LIMIT_NAMES);
  for (const [key, value] of Object.entries(fill)) expectFinite(`fill.${key}`, value, { min: 0 });
  return fill;
}

function resolveCharge(charge: ChargeRule): ChargeRule {
  if (typeof charge === 'function') return checkedFunction('charge', charge, atLeast0('charge'));
  const rule: ChargeRule | undefined = CHARGE_NAMES.find((known) => known === charge);
  if (rule !== undefined) return rule;
  throw expected('charge', "'max', 'sum', 'characters', 'produced' or a function", charge);
}

const atLeast0 = (name: string) => (amount: unknown) => expectFinite(name, amount, { min: 0 });

function resolveCount(count: SimulatorOptions['countTokens']): (text: string) => number {
  return count === undefined
    ? quarterOfCharacters
    : checkedFunction('countTokens', count, atLeast0('countTokens'));
}

/** Users write `'window'`, as for a limiter; the older name is `'sliding'`. */
function enforcementOf(given: SimulatorEnforcement | 'window'): SimulatorEnforcement {
  const named = ENFORCEMENTS.map((each) => (each === 'sliding' ? 'window' : each));
  const choice = expectChoice('enforcement', given === 'sliding' ? 'window' : given, named);
  return choice === 'window' ? 'sliding' : choice;
}
