import { counted } from '../budget/budget-ledger.ts';
import { type LaneKey, nameOf } from '../lane/lane-key.ts';
import { reservedBy } from '../model/charge.ts';
import type { SourcedLimit } from '../model/limits.ts';
import type { PriceTable } from '../model/price.ts';
import { likelyRule } from '../rules/learning/charge-belief.ts';
import { limitsOf } from '../rules/limits/limit-set.ts';
import { capEstimates, tooSmallFor } from '../rules/limits/limit-waits.ts';
import { type PlannedCalls, type Read, readCalls, type Sources } from './planned-call.ts';
import { PlannedCostList } from './planned-costs.ts';
import { type Binding, rehearse } from './rehearsal.ts';
import type { RehearsedLane } from './rehearsed-lane.ts';

/** The part of a plan that concerns one lane. */
export interface PlannedLane {
  /** The lane's name, as in events and `snapshot()`. */
  readonly lane: string;
  /** The model whose limits the lane keeps. */
  readonly model: string;
  /** The number of calls that can pass. */
  readonly calls: number;
  /** Milliseconds from now until the last call is sent; `undefined` if it can't be known. */
  readonly durationMs: number | undefined;
  /** What the calls wait for most of the time; `undefined` if no call has to wait. */
  readonly binding: Binding | undefined;
  /** The limits in force. */
  readonly limits: readonly SourcedLimit[];
  /** The most calls in flight at a time; `Infinity` if they aren't limited. */
  readonly concurrency: number;
}

/** Tokens of planned calls. */
export interface PlannedTokens {
  /** Input tokens. */
  readonly input: number;
  /** Output tokens. */
  readonly output: number;
}

/** How long calls will take if they are made now, and how much they will cost. */
export interface Plan {
  /** The number of calls, `tooLarge` ones included. */
  readonly calls: number;
  /** Tokens of all calls that can pass; costs in `tokens` alone are left out. */
  readonly tokens: PlannedTokens;
  /** The price of `tokens` in US dollars, uncached; `undefined` if a model has no price. */
  readonly usd: number | undefined;
  /** Models without a price, and models of costs that don't tell input from output. */
  readonly unpriced: readonly string[];
  /**
   * Milliseconds from now until the last call is sent. `undefined` if it can't be known: the limits of
   * a lane are unknown or guessed, or it has a `concurrency` and no call has ended yet that could show
   * how long calls last.
   */
  readonly durationMs: number | undefined;
  /** The plan of each lane. */
  readonly lanes: readonly PlannedLane[];
  /** Indexes of calls that cost more than a whole limit, and can never pass. */
  readonly tooLarge: readonly number[];
}

/** What a plan is made from. */
export interface PlanSources extends Sources {
  readonly prices: PriceTable;
  /** A lane as it is now. */
  readonly laneNow: (key: LaneKey) => Promise<RehearsedLane>;
}

/** The calls of one lane. */
interface Part {
  readonly rehearsed: RehearsedLane;
  readonly costs: PlannedCostList;
}

/** Plans calls: nothing is sent or reserved. */
export async function planOf(calls: PlannedCalls, sources: PlanSources): Promise<Plan> {
  const parts = new Map<string, Part>();
  const tooLarge: number[] = [];
  const bill = new Bill();
  let count = 0;
  for await (const read of readCalls(calls, sources)) {
    count++;
    if (await joins(parts, read, sources)) bill.add(read);
    else tooLarge.push(read.index);
  }
  const lanes: PlannedLane[] = [];
  for (const { rehearsed, costs } of parts.values()) {
    if (costs.length > 0) lanes.push(await planned(rehearsed, costs));
  }
  const durationMs = longest(lanes.map((lane) => lane.durationMs));
  return { calls: count, ...bill.total, durationMs, lanes, tooLarge };
}

/** Adds a call to its lane's; `false` where it can never pass. */
async function joins(
  parts: Map<string, Part>,
  { key, cost, charges, expects, actual }: Read,
  { laneNow }: PlanSources,
): Promise<boolean> {
  const name = nameOf(key);
  const part = parts.get(name) ?? { rehearsed: await laneNow(key), costs: new PlannedCostList() };
  parts.set(name, part);
  const { limits, learning } = part.rehearsed.copy.state;
  const rule = likelyRule(learning.charge);
  const tokens = charges && reservedBy(rule, charges);
  const charged = tokens === undefined ? cost : { ...cost, tokens };
  const capped = capEstimates(limits, charged, expects);
  if (tooSmallFor(limits, capped) !== undefined) return false;
  const isFinal = tokens === undefined || rule.isSettled;
  part.costs.add(capped, isFinal ? actual : actual && { ...actual, tokens });
  return true;
}

async function planned(rehearsed: RehearsedLane, costs: PlannedCostList): Promise<PlannedLane> {
  const { lane, model, copy } = rehearsed;
  const limits = limitsOf(copy.state.limits);
  const concurrency = copy.state.learning.concurrency.limit;
  const { durationMs, binding } = await rehearse(rehearsed, costs);
  const known = rehearsed.isKnown ? durationMs : undefined;
  return { lane, model, calls: costs.length, durationMs: known, binding, limits, concurrency };
}

function longest(durations: readonly (number | undefined)[]): number | undefined {
  let most = 0;
  for (const durationMs of durations) {
    if (durationMs === undefined) return undefined;
    most = Math.max(most, durationMs);
  }
  return most;
}

/** Adds up what calls use. */
class Bill {
  #input = 0;
  #output = 0;
  #usd = 0;
  readonly #unpriced = new Set<string>();

  add({ model, tokens, usd }: Read): void {
    this.#input += tokens.input;
    this.#output += tokens.output;
    if (usd === undefined) this.#unpriced.add(model);
    else this.#usd += usd;
  }

  get total(): Pick<Plan, 'tokens' | 'usd' | 'unpriced'> {
    const unpriced = [...this.#unpriced];
    const usd = unpriced.length === 0 ? counted(this.#usd) : undefined;
    return { tokens: { input: this.#input, output: this.#output }, usd, unpriced };
  }
}
