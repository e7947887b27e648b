import { counted } from '../budget/budget-ledger.ts';
import { type LaneKey, nameOf } from '../lane/lane-registry.ts';
import { reservedBy } from '../model/charge.ts';
import type { Limit, LimitSource } from '../model/limits.ts';
import type { PriceTable } from '../model/price.ts';
import { likelyRule } from '../rules/learning/charge-belief.ts';
import { limitsOf } from '../rules/limits/limit-set.ts';
import { capEstimates, tooSmallFor } from '../rules/limits/limit-waits.ts';
import { CostList } from './cost-list.ts';
import { type PlannedCalls, type Read, readCalls, type Sources } from './planned-call.ts';
import { type Binding, rehearse } from './rehearsal.ts';
import type { Stage } from './stage.ts';

/** What a lane's share of the calls will take. */
export interface PlannedLane {
  readonly lane: string;
  readonly model: string;
  /** Those that can pass. */
  readonly calls: number;
  /** From now until the last of them is sent; `undefined` where that can't be told. */
  readonly durationMs: number | undefined;
  /** What they wait for, most of the time; `undefined` where none has to wait. */
  readonly binding: Binding | undefined;
  /** Those in force, each with its source. */
  readonly limits: readonly (Limit & { readonly source: LimitSource })[];
  readonly concurrency: number;
}

/** What calls will take, if they are made now. */
export interface Plan {
  /** All that were asked about. */
  readonly calls: number;
  /** Of those that can pass, as far as their costs tell input from output. */
  readonly tokens: { readonly input: number; readonly output: number };
  /** At the prices of their models, none of it cached; `undefined` where one has no price. */
  readonly usd: number | undefined;
  /** The models without one, and those of costs that don't tell input from output. */
  readonly unpriced: readonly string[];
  /**
   * From now until the last one is sent; `undefined` where a lane's can't be told: nobody has given,
   * published or shown its limits yet, so that they are guessed at best, or it has a `concurrency` and no call has ended yet that could tell how long
   * they last.
   */
  readonly durationMs: number | undefined;
  readonly lanes: readonly PlannedLane[];
  /** Indexes of calls that cost more than a limit, and can never pass. */
  readonly tooLarge: readonly number[];
}

/** What a plan is made from. */
export interface PlanSources extends Sources {
  readonly prices: PriceTable;
  /** A lane as it is now. */
  readonly stage: (key: LaneKey) => Promise<Stage>;
}

/** The calls of one lane. */
interface Part {
  readonly stage: Stage;
  readonly costs: CostList;
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
  for (const { stage, costs } of parts.values()) {
    if (costs.length > 0) lanes.push(await planned(stage, costs));
  }
  const durationMs = longest(lanes.map((lane) => lane.durationMs));
  return { calls: count, ...bill.total, durationMs, lanes, tooLarge };
}

/** Adds a call to its lane's; `false` where it can never pass. */
async function joins(
  parts: Map<string, Part>,
  { key, cost, charges, expects }: Read,
  { stage }: PlanSources,
): Promise<boolean> {
  const name = nameOf(key);
  const part = parts.get(name) ?? { stage: await stage(key), costs: new CostList() };
  parts.set(name, part);
  const { limits, learning } = part.stage.copy.state;
  const tokens = charges && reservedBy(likelyRule(learning.charge), charges);
  const charged = tokens === undefined ? cost : { ...cost, tokens };
  const capped = capEstimates(limits, charged, expects);
  if (tooSmallFor(limits, capped) !== undefined) return false;
  part.costs.add(capped);
  return true;
}

async function planned(stage: Stage, costs: CostList): Promise<PlannedLane> {
  const { lane, model, copy } = stage;
  const limits = limitsOf(copy.state.limits);
  const concurrency = copy.state.learning.concurrency.limit;
  const { durationMs, binding } = await rehearse(stage, costs);
  const known = stage.isKnown ? durationMs : undefined;
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
