import type { Limit, LimitSource, Subject } from '../../model/limits.ts';

/** A limit and its source. */
export interface MeteredLimit extends Limit {
  readonly source: LimitSource;
}

/** What a response shows of one limit whose window is known. */
export interface Sighting extends Limit {
  readonly remaining?: number | undefined;
  /** Milliseconds until the limit is unused again, as stated by the response. */
  readonly resetMs?: number | undefined;
  /** The share of the limit that others used, where another process has counted it. */
  readonly counted?: number | undefined;
}

/** Whether a limit is certainly in force. A published one may apply to another kind of account. */
export function isSure({ source }: MeteredLimit): boolean {
  return source !== 'published' && source !== 'guess';
}

/** Whether two limits have the same dimension and window. Their maximum may differ. */
export function isSameLimit(one: Subject, other: Subject): boolean {
  return one.dimension === other.dimension && one.windowMs === other.windowMs;
}
