import type { Operation, SimulatedCall } from './call.ts';
import type { Charge } from './charging.ts';
import type { Fault } from './faults.ts';
import { LIMIT_NAMES, type LimitName } from './limit-names.ts';

/** How a response ended. `cut` is the fault of that name. */
export type CallEnd = 'complete' | 'aborted' | 'cut';

/** The log of one metered request. */
export interface LogEntry {
  /** 1 for the first metered request since the start or the last `reset()`. */
  readonly id: number;
  /** When the request had arrived in full, in milliseconds since the epoch. */
  readonly time: number;
  /** The endpoint of the request. */
  readonly operation: Operation;
  /** The model in the body; on Azure, the deployment in the URL. */
  readonly model: string;
  /** The API key of the request; `''` if it has none. */
  readonly key: string;
  /** Whether the request asks for a stream. */
  readonly stream: boolean;
  /** The charge for its admission, whether it was admitted or not. */
  readonly cost: Charge;
  /** Whether the limits had room for it. */
  readonly admitted: boolean;
  /** The HTTP status of the response; 0 if there was none. */
  readonly status: number;
  /** The limit that refused it; `undefined` if none did. */
  readonly limit: LimitName | undefined;
  /** The fault that was played on it. */
  readonly fault: Fault | 'none';
  /** How many tokens it has counted against `tpm` and `tpd` so far. */
  readonly tokensCharged: number;
  /** The input tokens, as `countTokens` counts them. */
  readonly inputTokens: number;
  /** Output tokens that have been sent so far. */
  readonly outputTokens: number;
  /** How it ended; `undefined` while it is in flight, and if it wasn't admitted. */
  readonly end: CallEnd | undefined;
  /** When it ended, in milliseconds since the epoch; `undefined` in the same cases as `end`. */
  readonly endedAt: number | undefined;
}

/** An entry as its own call sees it. */
export type OpenEntry = { -readonly [key in keyof LogEntry]: LogEntry[key] };

/** Totals of calls since the start or the last `reset()`. */
export interface CallStats {
  /** Metered requests. */
  readonly calls: number;
  /** Requests that the limits had room for. */
  readonly admitted: number;
  /** Responses with status 429, those of faults included. */
  readonly status429: number;
  /** The 429s of limits, by limit. */
  readonly status429By: Readonly<Record<LimitName, number>>;
  /** Responses with a status of 500 or above. */
  readonly status5xx: number;
  /** Tokens that counted against `tpm` and `tpd`. */
  readonly tokensCharged: number;
  /** Input tokens of admitted calls. */
  readonly inputTokens: number;
  /** Output tokens that were sent. */
  readonly outputTokens: number;
}

/** All totals of a simulator since the start or the last `reset()`. */
export interface SimulatorStats extends CallStats {
  /** All requests, including unmetered and invalid ones. */
  readonly requests: number;
  /** Admitted calls that haven't ended. */
  readonly inFlight: number;
  /** The highest number of calls in flight at one time. */
  readonly maxInFlight: number;
  /** The totals by model. */
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
