import type { Lane } from '../lane/lane.ts';
import { copyOfValue } from '../model/copy.ts';
import { amount, type Cost, minus, times } from '../model/limits.ts';
import { QueueForecast } from '../rules/queue-forecast.ts';

/** What a lane has counted of its calls. */
interface Counts {
  readonly calls: number;
  readonly taken: Cost;
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/** Counts from one time on. */
export class LaneCounts {
  readonly #before: ReadonlyMap<Lane, Counts>;

  constructor(lanes: Iterable<Lane>) {
    this.#before = new Map(Array.from(lanes, (lane) => [lane, countsOf(lane)]));
  }

  since(lane: Lane): Counts {
    const now = countsOf(lane);
    const before = this.#before.get(lane);
    if (before === undefined) return now;
    return {
      calls: now.calls - before.calls,
      taken: minus(now.taken, before.taken),
      inputTokens: now.inputTokens - before.inputTokens,
      outputTokens: now.outputTokens - before.outputTokens,
    };
  }
}

function countsOf({ feedback: { totals }, view }: Lane): Counts {
  const { calls, actual } = totals.sum;
  return { calls, ...actual, taken: view.state.limits.taken };
}

/**
 * How long so many calls of a lane take that are like those before, by a copy of its limits: until
 * the last of them has ended. `unsent`: those that are not in flight yet.
 */
export function remainingMs(lane: Lane, counts: Counts, unsent: number): number {
  const { view, pauses, feedback } = lane;
  const { inFlight, reserved } = feedback.totals;
  const { flight, learning, limits } = view.state;
  const now = view.now();
  const each = meanCost(lane, counts);
  // What calls in flight give back when they end is there for the others.
  const back = minus(reserved, times(each, inFlight));
  const cost = minus(times(each, unsent), back);
  const calls = Math.ceil(unsent);
  const startAt = Math.max(now, pauses.until ?? now);
  const line = new QueueForecast(copyOfValue(limits), startAt);
  const { waitMs } = calls === 0 ? { waitMs: 0 } : line.waitAfter({ calls, cost }, {}, now);
  const slotsMs = (unsent * flight.meanMs) / learning.concurrency.limit;
  return Math.max(waitMs, slotsMs) + flight.meanMs;
}

/** What a call takes from limits in the end. */
function meanCost({ view, feedback }: Lane, counts: Counts): Cost {
  const { calls, taken, inputTokens, outputTokens } = counts;
  const reserved = times(taken, 1 / calls);
  const ended = calls - feedback.totals.inFlight;
  if (inputTokens + outputTokens === 0 || ended <= 0) return reserved;
  const used = { inputTokens: inputTokens / ended, outputTokens: outputTokens / ended };
  const { policy } = view.state.limits;
  const isSettled = policy.correction === 'settled' || view.chargeRule?.isSettled;
  const tokens = isSettled ? used.inputTokens + used.outputTokens : amount(reserved, 'tokens');
  return { ...reserved, ...used, tokens };
}
