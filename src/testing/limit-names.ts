/**
 * The limits of the simulator: requests, tokens, input tokens and output tokens per minute, requests
 * and tokens per day, and calls in flight.
 */
export type LimitName = 'rpm' | 'rpd' | 'tpm' | 'tpd' | 'itpm' | 'otpm' | 'concurrency';

/** The limits of one model, or of models that share them. There is no limit where one is left out. */
export type SimulatorLimits = { readonly [name in LimitName]?: number | undefined };

/** A limit that is metered over time; `concurrency` isn't. */
export type MeteredName = Exclude<LimitName, 'concurrency'>;

export const METERED_NAMES: readonly MeteredName[] = ['rpm', 'rpd', 'tpm', 'tpd', 'itpm', 'otpm'];
export const LIMIT_NAMES: readonly LimitName[] = [...METERED_NAMES, 'concurrency'];

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

export const WINDOW_MS: Readonly<Record<MeteredName, number>> = {
  rpm: MINUTE_MS,
  rpd: DAY_MS,
  tpm: MINUTE_MS,
  tpd: DAY_MS,
  itpm: MINUTE_MS,
  otpm: MINUTE_MS,
};
