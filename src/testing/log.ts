import type { Operation, SimulatedCall } from './call.ts';
import type { Charge } from './charging.ts';
import type { Fault } from './faults.ts';
import { LIMIT_NAMES, type LimitName } from './limit-names.ts';

/** How a response ended. `cut` is the fault of that name. */
export type CallEnd = 'complete' | 'aborted' | 'cut';

/** One metered request. */
export interface LogEntry {
  readonly id: number;
  /** When it had arrived, in milliseconds since the epoch. */
  readonly time: number;
  readonly operation: Operation;
  readonly model: string;
  readonly key: string;
  readonly stream: boolean;
  /** What its admission was to cost, whether it was admitted or not. */
  readonly cost: Charge;
  readonly admitted: boolean;
  /** Of the response; 0 where there was none. */
  readonly status: number;
  /** The limit that refused it. */
  readonly limit: LimitName | undefined;
  readonly fault: Fault | 'none';
  /** What it has counted against `tpm` and `tpd` so far. */
  readonly tokensCharged: number;
  readonly inputTokens: number;
  /** Output tokens that have been sent so far. */
  readonly outputTokens: number;
  /** How and when it ended; `undefined` while it is in flight, and where it wasn't admitted. */
  readonly end: CallEnd | undefined;
  readonly endedAt: number | undefined;
}

/** An entry as its own call sees it. */
export type OpenEntry = { -readonly [key in keyof LogEntry]: LogEntry[key] };

/** Totals since the start or the last `reset()`. */
export interface CallStats {
  /** Metered requests. */
  readonly calls: number;
  readonly admitted: number;
  /** Responses with status 429, those of faults included. */
  readonly status429: number;
  /** The 429s of limits, by limit. */
  readonly status429By: Readonly<Record<LimitName, number>>;
  readonly status5xx: number;
  /** What counted against `tpm` and `tpd`. */
  readonly tokensCharged: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
}

export interface SimulatorStats extends CallStats {
  /** All requests, the unmetered and the invalid included. */
  readonly requests: number;
  /** Admitted calls that haven't ended. */
  readonly inFlight: number;
  readonly maxInFlight: number;
  readonly models: Readonly<Record<string, CallStats>>;
}

export function openEntry(call: SimulatedCall, cost: Charge, fault: Fault | 'none'): OpenEntry {
  const { id, time, operation, model, key, stream } = call;
  return {
    id,
    time,
    operation,
    model,
    key,
    stream,
    cost,
    admitted: false,
    status: 0,
    limit: undefined,
    fault,
    tokensCharged: 0,
    inputTokens: 0,
    outputTokens: 0,
    end: undefined,
    endedAt: undefined,
  };
}

export function callStats(entries: readonly LogEntry[]): CallStats {
  const sum = (pick: (entry: LogEntry) => number) =>
    entries.reduce((total, entry) => total + pick(entry), 0);
  const count = (test: (entry: LogEntry) => boolean) => entries.filter(test).length;
  const by: Record<LimitName, number> = {
    rpm: 0,
    rpd: 0,
    tpm: 0,
    tpd: 0,
    itpm: 0,
    otpm: 0,
    concurrency: 0,
  };
  for (const name of LIMIT_NAMES) by[name] = count((entry) => entry.limit === name);
  return {
    calls: entries.length,
    admitted: count((entry) => entry.admitted),
    status429: count((entry) => entry.status === 429),
    status429By: by,
    status5xx: count((entry) => entry.status >= 500),
    tokensCharged: sum((entry) => entry.tokensCharged),
    inputTokens: sum((entry) => entry.inputTokens),
    outputTokens: sum((entry) => entry.outputTokens),
  };
}

export function statsByModel(entries: readonly LogEntry[]): Record<string, CallStats> {
  const models = new Map<string, LogEntry[]>();
  for (const entry of entries) {
    const known = models.get(entry.model);
    if (known === undefined) models.set(entry.model, [entry]);
    else known.push(entry);
  }
  return Object.fromEntries(Array.from(models, ([model, own]) => [model, callStats(own)]));
}
