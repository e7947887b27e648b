import { expected } from '../../validate.ts';
import { expectFinite, expectKeys } from '../expect.ts';

/** One line of a simulated batch. */
export interface SimulatedLine {
  /** The batch's id in the API. */
  readonly batchId: string;
  /** The line's `custom_id`. */
  readonly customId: string;
  /** Its place in the batch; the first is 0. */
  readonly index: number;
  /** The body of its request, as parsed JSON. */
  readonly body: unknown;
}

/** The result of a line: `'answer'`, `'expire'` (no answer within the window), or an error's HTTP status. */
export type LineOutcome = 'answer' | 'expire' | 400 | 429 | 500;

/** The behavior of the simulated Batch API (OpenAI's, or Anthropic's Message Batches). */
export interface SimulatedBatchOptions {
  /**
   * The time from a batch's creation to its end, in milliseconds. Its lines end one after the other,
   * at equal intervals. @default 60_000
   */
  durationMs?: number | ((batch: { readonly id: string; readonly requests: number }) => number);
  /** The completion window, in milliseconds. Lines that have not ended by then expire. @default 24 hours */
  windowMs?: number | undefined;
  /** The time from a request to cancel a batch to its end, in milliseconds. @default 1_000 */
  cancelMs?: number | undefined;
  /** Decides the result of a line. @default 'answer', for all */
  outcome?: ((line: SimulatedLine) => LineOutcome) | undefined;
  /** The most requests in one batch. @default 50_000 for OpenAI, 100_000 for Anthropic */
  maxRequests?: number | undefined;
  /** The most bytes of one batch. @default 200 MB for OpenAI, 256 MB for Anthropic */
  maxBytes?: number | undefined;
  /** The most input tokens in a model's open batches; only for OpenAI. @default Infinity */
  maxQueuedTokens?: number | undefined;
}

export interface BatchSettings {
  readonly durationMs: (batch: { readonly id: string; readonly requests: number }) => number;
  readonly windowMs: number;
  readonly cancelMs: number;
  readonly outcome: (line: SimulatedLine) => LineOutcome;
  readonly maxRequests: number;
  readonly maxBytes: number;
  readonly maxQueuedTokens: number;
}

/** What both vendors' documentation says (2026-11). */
const DEFAULTS = {
  openai: { maxRequests: 50_000, maxBytes: 200_000_000 },
  anthropic: { maxRequests: 100_000, maxBytes: 256_000_000 },
};
const DAY_MS = 86_400_000;
const NAMES: readonly (keyof SimulatedBatchOptions)[] = [
  'durationMs',
  'windowMs',
  'cancelMs',
  'outcome',
  'maxRequests',
  'maxBytes',
  'maxQueuedTokens',
];

/** @throws TypeError that names what is wrong */
export function resolveBatches(
  options: SimulatedBatchOptions,
  vendor: 'openai' | 'anthropic',
): BatchSettings {
  expectKeys('batches', options, NAMES);
  const { durationMs = 60_000, outcome = () => 'answer' } = options;
  if (typeof outcome !== 'function') throw expected('batches.outcome', 'a function', outcome);
  const number = (name: keyof SimulatedBatchOptions, given: number, above = 0): number =>
    given === Number.POSITIVE_INFINITY ? given : expectFinite(`batches.${name}`, given, { above });
  const { maxRequests, maxBytes } = { ...DEFAULTS[vendor], ...defined(options) };
  const fixed = typeof durationMs === 'function' ? 0 : number('durationMs', durationMs, -1);
  return {
    durationMs: typeof durationMs === 'function' ? durationMs : () => fixed,
    windowMs: number('windowMs', options.windowMs ?? DAY_MS),
    cancelMs: number('cancelMs', options.cancelMs ?? 1000, -1),
    outcome,
    maxRequests: number('maxRequests', maxRequests),
    maxBytes: number('maxBytes', maxBytes),
    maxQueuedTokens: number('maxQueuedTokens', options.maxQueuedTokens ?? Number.POSITIVE_INFINITY),
  };
}

function defined({ maxRequests, maxBytes }: SimulatedBatchOptions) {
  return {
    ...(maxRequests !== undefined && { maxRequests }),
    ...(maxBytes !== undefined && { maxBytes }),
  };
}
