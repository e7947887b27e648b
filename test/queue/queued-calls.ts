import { Caller } from '../../src/callers/caller.ts';
import { NO_TERMS } from '../../src/callers/terms.ts';
import type { Cost } from '../../src/model/limits.ts';
import {
  type AskedCall,
  type PlacedCall,
  type Promised,
  QueuedCall,
} from '../../src/queue/queued-call.ts';

export function callerOf(key: string, weight = 1): Caller {
  const caller = new Caller(key);
  caller.adopt({ ...NO_TERMS, weight }, 0);
  return caller;
}

/** What a test says of a call. */
type Said<R> = Partial<AskedCall<R> & PlacedCall & { readonly promised: Promised<R> }>;

/** A call that nobody waits for, unless `said` tells who does. */
export function callOf<R = unknown>(
  caller: Caller,
  id: number,
  cost: Cost,
  said: Said<R> = {},
): QueuedCall<R> {
  const asked = { cost, callId: 'a', ...said };
  const placed = { caller, id, since: 0, counted: cost, own: caller.own, ...said };
  return new QueuedCall<R>(asked, placed, said.promised);
}
