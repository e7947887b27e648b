import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, type Subject } from './limits.ts';

/** Rates as users and providers name them: of requests (r), tokens (t, it, ot) or images (i). */
export type RateName =
  | 'rps'
  | 'rpm'
  | 'rph'
  | 'rpd'
  | 'ipm'
  | 'tpm'
  | 'tph'
  | 'tpd'
  | 'itpm'
  | 'otpm';

/** The meaning of each. Images count as requests: a call makes one, or `n`. */
export const RATES: Readonly<Record<RateName, Subject>> = {
  rps: { dimension: 'requests', windowMs: SECOND_MS },
  rpm: { dimension: 'requests', windowMs: MINUTE_MS },
  ipm: { dimension: 'requests', windowMs: MINUTE_MS },
  rph: { dimension: 'requests', windowMs: HOUR_MS },
  rpd: { dimension: 'requests', windowMs: DAY_MS },
  tpm: { dimension: 'tokens', windowMs: MINUTE_MS },
  tph: { dimension: 'tokens', windowMs: HOUR_MS },
  tpd: { dimension: 'tokens', windowMs: DAY_MS },
  itpm: { dimension: 'inputTokens', windowMs: MINUTE_MS },
  otpm: { dimension: 'outputTokens', windowMs: MINUTE_MS },
};
