import type { Lane } from '../lane/lane.ts';
import { copyOfValue } from '../model/copy.ts';
import { amount, type Cost, minus, times } from '../model/limits.ts';
import { QueueForecast } from '../rules/queue-forecast.ts';
import { reservedOf } from '../rules/underway.ts';

/** What a lane has counted of its calls. */
interface Counts {
  readonly calls: number;
  readonly taken: Cost;
  /** All tokens that were taken, by the rule that the server may charge by. */
  readonly sent: readonly number[];
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
      sent: now.sent.map((each, rule) => each - (before.sent[rule] ?? 0)),
      inputTokens: now.inputTokens - before.inputTokens,
      outputTokens: now.outputTokens - before.outputTokens,
    };
  }
}

function countsOf({ feedback: { totals }, view }: Lane): Counts {
  const { calls, actual } = totals.sum;
  const { limits, learning } = view.state;
  return { calls, ...actual, taken: limits.taken, sent: learning.charge.sent };
}

/**
 * How long so many calls of a lane take that are like those before, by a copy of its limits: until
 * the last of them has ended. `unsent`: those that are not in flight yet.
 */
export function remainingMs(lane: Lane, counts: Counts, unsent: number): number {
  const { view, pauses, feedback } = lane;
  const { inFlight, underway } = feedback.totals;
  const { flight, learning, limits } = view.state;
  const now = view.now();
  const each = meanCost(lane, counts);
  const { cost: reserved, excess } = reservedOf(learning.charge, underway);
  // What calls in flight give back when they end is there for the others.
  const unused = minus(reserved, times(each, inFlight));
  const back = isSettledIn(lane) ? unused : { ...unused, tokens: amount(excess, 'tokens') };
  const cost = minus(times(each, unsent), back);
  const calls = Math.ceil(unsent);
  const startAt = Math.max(now, pauses.until ?? now);
  const line = new QueueForecast(copyOfValue(limits), startAt);
  const { waitMs } = calls === 0 ? { waitMs: 0 } : line.waitAfter({ calls, cost }, {}, now);
  const slotsMs = (unsent * flight.meanMs) / learning.concurrency.limit;
  return Math.max(waitMs, slotsMs) + flight.meanMs;
}

/** What a call takes from limits in the end. */
function meanCost(lane: Lane, counts: Counts): Cost {
  const { view, feedback } = lane;
  const { calls, taken, sent, inputTokens, outputTokens } = counts;
  const { rule } = view.state.learning.charge;
  const tokens = (rule === undefined ? undefined : sent[rule]) ?? amount(taken, 'tokens');
  const reserved = times({ ...taken, tokens }, 1 / calls);
  const ended = calls - feedback.totals.inFlight;
  if (inputTokens + outputTokens === 0 || ended <= 0) return reserved;
  const used = { inputTokens: inputTokens / ended, outputTokens: outputTokens / ended };
  if (!isSettledIn(lane)) return { ...reserved, ...used };
  return { ...reserved, ...used, tokens: used.inputTokens + used.outputTokens };
}

/** Whether the server is known to correct its charge when a call ends. */
function isSettledIn({ view }: Lane): boolean {
  return view.state.limits.policy.correction === 'settled' || view.chargeRule?.isSettled === true;
}
