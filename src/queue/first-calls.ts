import type { CallerQueue } from './caller-queue.ts';
import type { Heap } from './heap.ts';
import type { QueuedCall } from './queued-call.ts';

/** The first calls of all callers, at most `count`: the first one of each caller, then the second ones. */
export function firstCalls<R>(callers: Heap<CallerQueue<R>>, count: number): QueuedCall<R>[] {
  // As nearly always, where callers have no keys.
  if (callers.size === 1) return callers.first?.firstCalls(count) ?? [];
  const calls: QueuedCall<R>[] = [];
  let rest: Iterator<QueuedCall<R>, void>[] = [];
  for (const queue of callers.inOrder()) {
    if (calls.length === count) return calls;
    rest.push(queue.calls());
    if (!append(calls, rest.at(-1))) rest.pop();
    if (rest.length === count) break;
  }
  while (rest.length > 0 && calls.length < count) {
    rest = rest.filter((each) => calls.length < count && append(calls, each));
  }
  return calls;
}

function append<C>(calls: C[], from: Iterator<C, void> | undefined): boolean {
  const next = from?.next();
  if (next === undefined || next.done === true) return false;
  calls.push(next.value);
  return true;
}
