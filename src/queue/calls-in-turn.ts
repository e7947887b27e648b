import type { Cost } from '../model/limits.ts';
import { startAfter, startsBefore } from '../rules/turns.ts';
import type { CallerQueue } from './caller-queue.ts';
import { Heap } from './heap.ts';
import type { QueuedCall } from './queued-call.ts';

/** A caller, of whose calls some were taken. */
interface Turn<R> {
  start: number;
  readonly order: number;
  readonly weight: number;
  readonly calls: Iterator<QueuedCall<R>, void>;
}

/**
 * The calls of all callers in the order in which they will go, at most `count`: each caller's next one
 * starts where its last one ends in virtual time, as in `Turns`. `sizeOf`: how much of the lane a call
 * takes.
 */
export function callsInTurn<R>(
  callers: Heap<CallerQueue<R>>,
  count: number,
  sizeOf: (cost: Cost) => number,
): QueuedCall<R>[] {
  if (callers.size === 1) return callers.first?.firstCalls(count) ?? [];
  const calls: QueuedCall<R>[] = [];
  const turns = new Heap<Turn<R>>(startsBefore);
  const waiting = callers.inOrder();
  let newcomer = next(waiting);
  while (calls.length < count) {
    // Of thousands of callers, only those are looked at whose turn comes.
    while (newcomer !== undefined && !(turns.first && startsBefore(turns.first, newcomer))) {
      turns.add(newcomer);
      newcomer = next(waiting);
    }
    const turn = turns.first;
    if (turn === undefined) return calls;
    turns.remove(turn);
    const call = turn.calls.next().value;
    if (call === undefined) continue;
    calls.push(call);
    turn.start = startAfter(turn, sizeOf(call.counted));
    turns.add(turn);
  }
  return calls;
}

function next<R>(callers: Iterator<CallerQueue<R>, void>): Turn<R> | undefined {
  const caller = callers.next().value;
  if (caller === undefined) return undefined;
  const { start, order, weight } = caller.clock;
  return { start, order, weight, calls: caller.calls() };
}
