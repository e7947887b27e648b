import { Caller } from '../../src/callers/caller.ts';
import { NO_TERMS } from '../../src/callers/terms.ts';
import type { Cost } from '../../src/model/limits.ts';
import { type CallRequest, QueuedCall } from '../../src/queue/queued-call.ts';

export function callerOf(key: string, weight = 1): Caller {
  const caller = new Caller(key);
  caller.adopt({ ...NO_TERMS, weight }, 0);
  return caller;
}

/** A call that nobody waits for, unless `request` says who does. */
export function callOf<R = unknown>(
  caller: Caller,
  id: number,
  cost: Cost,
  request: Partial<CallRequest<R>> = {},
): QueuedCall<R> {
  return new QueuedCall<R>({
    ...{ caller, id, cost, counted: cost, since: 0, priority: 0, expects: [] },
    ...{ signal: undefined, own: caller.own, callId: 'a', attempt: 1, ref: undefined },
    promised: { resolve: () => {}, reject: () => {} },
    ...request,
  });
}
