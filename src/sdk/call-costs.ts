import type { Lane } from '../lane/lane.ts';
import type { Call } from '../model/call.ts';
import { type ChargeRule, type Charges, reservedBy } from '../model/charge.ts';
import { type Cost, DIMENSIONS } from '../model/limits.ts';
import type { CallEstimate } from '../model/usage.ts';
import type { Provider } from '../providers/provider.ts';
import type { Costs } from '../rules/ticket.ts';
import type { Estimated } from '../tokens/calibration/call-estimate.ts';

/** Who charges for a call, and how much of it is known. */
export interface Charged {
  readonly provider: Provider;
  readonly lane: Lane;
  readonly call: Call;
  readonly estimate: Estimated;
}

/**
 * The costs of a call that has `output` tokens. Without what only the server knows where the call
 * would exceed a limit with it: no call is rejected for that.
 */
export function costsFor(charged: Charged, output: number, rule: ChargeRule | undefined): Costs {
  const costs = costsOf(charged, expecting(charged, output), rule);
  return isFirm(charged, costs) ? costs : costsOf(charged, firmly(charged, output), rule);
}

/** What each rule of charging takes for it, where the server's isn't known for sure. */
export function chargesFor(charged: Charged, output: number): Charges | undefined {
  const { provider, call } = charged;
  if (provider.charging === undefined) return undefined;
  const expected = expecting(charged, output);
  const isSure = isFirm(charged, costsOf(charged, expected, charged.lane.view.chargeRule));
  return provider.charging.charges(isSure ? expected : firmly(charged, output), call);
}

function expecting({ estimate, call }: Charged, output: number): CallEstimate {
  const { inputTokens, marginTokens } = estimate;
  const outputTokens = Math.min(estimate.outputTokens, call.maxOutputTokens ?? Infinity);
  return { inputTokens, marginTokens, outputTokens, expectedOutputTokens: output };
}

function firmly(charged: Charged, output: number): CallEstimate {
  return { ...expecting(charged, output), inputTokens: charged.estimate.firmInputTokens };
}

function isFirm({ estimate, lane }: Charged, { cost }: Costs): boolean {
  return estimate.firmInputTokens === estimate.inputTokens || lane.view.fits(cost);
}

/**
 * What to reserve of the lane's limits: by the rule that the server was found to charge by, or with
 * care. Of the caller's own limits, the tokens that the call may take.
 */
function costsOf(charged: Charged, estimate: CallEstimate, rule: ChargeRule | undefined): Costs {
  const { provider, call } = charged;
  const own = costOf(charged, estimate);
  const { charging } = provider;
  if (charging === undefined) return shared({ cost: own, own });
  const charges = charging.charges(estimate, call);
  const tokens = rule === undefined ? charging.careful(estimate, call) : reservedBy(rule, charges);
  return shared({ cost: tokens === own.tokens ? own : { ...own, tokens }, own });
}

/**
 * The cost to reserve for a call. If the server gives back unused tokens, it includes the estimate's
 * margin, as long as the call fits with it: without headroom, the margin avoided 10 of 24 429s. If
 * the server doesn't, a margin would be lost: it cost 4 to 10 % of the limit and avoided 4 of 36
 * 429s, because the errors of many calls cancel out (simulated, 2026-11).
 */
function costOf({ provider, lane, call }: Charged, estimate: CallEstimate): Cost {
  const bare = provider.charge(estimate, call);
  const { inputTokens, marginTokens = 0 } = estimate;
  if (provider.correction !== 'settled' || marginTokens === 0) return bare;
  const most = provider.charge({ ...estimate, inputTokens: inputTokens + marginTokens }, call);
  return lane.view.fits(most) ? most : bare;
}

/** Costs that were made lately: calls of a batch cost much the same. */
const KEPT = 256;
const kept: Costs[] = [];

/** The same costs, as one object for all calls that wait with them. */
function shared(costs: Costs): Costs {
  const { tokens = 0, inputTokens = 0, outputTokens = 0 } = costs.own;
  const place = Math.ceil(tokens + inputTokens + 31 * outputTokens) % KEPT;
  const known = kept[place];
  if (known !== undefined && isSame(known.cost, costs.cost) && isSame(known.own, costs.own)) {
    return known;
  }
  kept[place] = costs;
  return costs;
}

function isSame(one: Cost, other: Cost): boolean {
  return DIMENSIONS.every((each) => one[each] === other[each]);
}
