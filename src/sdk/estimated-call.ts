import type { Caller } from '../callers/caller.ts';
import type { Lane } from '../lane/lane.ts';
import { type LaneCall, plainCall } from '../lane/lane-call.ts';
import type { Call } from '../model/call.ts';
import type { ChargeRule, Charges } from '../model/charge.ts';
import type { Cost, Dimension } from '../model/limits.ts';
import type { Provider } from '../providers/provider.ts';
import { SUSPECT } from '../rules/recovery.ts';
import type { Costs } from '../rules/ticket.ts';
import { type Estimated, NOTHING } from '../tokens/calibration/call-estimate.ts';
import { chargesFor, costsFor } from './call-costs.ts';
import type { CallTerms } from './call-terms.ts';
import type { Before, HookedRequest } from './hooked-request.ts';

/** A call that is refused again and again lets all others of its caller go first. */
const LAST = Number.MIN_SAFE_INTEGER;

/**
 * An attempt as its lane sees it. What its request, its terms and the attempts before know already
 * isn't copied: 100,000 of them may wait.
 */
export class EstimatedCall<R extends HookedRequest = HookedRequest> implements LaneCall {
  readonly request: R;
  readonly terms: CallTerms;
  before: Before;
  /** With its output lowered, where it is. */
  call: Call;
  estimate: Estimated = NOTHING;
  caller: Caller | undefined = undefined;
  /** Where limits are given in dollars, with what the call costs. */
  provider: Provider;
  /** The lane that it asks; before it is estimated, the one that it is likely to ask. */
  lane: Lane;
  #costs: Costs | undefined = undefined;
  /** What they were found from. */
  #output = 0;
  #rule: ChargeRule | undefined = undefined;

  constructor(request: R, call: Call, before: Before, terms: CallTerms) {
    this.request = request;
    this.call = call;
    this.before = before;
    this.terms = terms;
    this.provider = terms.upstream.provider;
    this.lane = terms.laneOf(call, NOTHING);
  }

  /** Goes on with less output. */
  lower(call: Call): void {
    this.call = call;
    this.#costs = undefined;
  }

  /** The same call as it would ask with that output. */
  as(call: Call): LaneCall {
    const output = this.estimate.expectedNow();
    const { cost, own: ownCost } = this.#priced(call, output, this.lane.view.chargeRule);
    return { ...plainCall(this), cost, ownCost, charges: undefined, costNow: undefined };
  }

  #priced(call: Call, output: number, rule: ChargeRule | undefined): Costs {
    const { estimate, lane, provider } = this;
    return costsFor({ estimate, lane, provider, call }, output, rule);
  }

  /** Both costs as they are known now: the output that is expected may be another one since. */
  costNow(): Costs {
    const output = this.estimate.expectedNow();
    const { chargeRule } = this.lane.view;
    if (this.#costs === undefined || output !== this.#output || chargeRule !== this.#rule) {
      this.#costs = this.#priced(this.call, output, chargeRule);
      this.#output = output;
      this.#rule = chargeRule;
    }
    return this.#costs;
  }

  get cost(): Cost {
    return this.costNow().cost;
  }

  get ownCost(): Cost {
    return this.costNow().own;
  }

  get charges(): Charges | undefined {
    return chargesFor(this, this.estimate.expectedNow());
  }

  get expects(): readonly Dimension[] {
    return this.provider.expects;
  }

  get priority(): number | undefined {
    return (this.refusals ?? 0) < SUSPECT ? this.terms.context.priority : LAST;
  }

  get signal(): AbortSignal | undefined {
    return this.request.signal;
  }

  get callId(): string {
    return this.request.callId;
  }

  get attempt(): number {
    return this.request.attempt;
  }

  get refusals(): number | undefined {
    return this.before.previous?.refusals.count;
  }

  get refusedAt(): number | undefined {
    return this.before.previous?.refusals.firstRefusedAt;
  }

  get maxWaitMs(): number | undefined {
    return this.terms.context.maxWaitMs;
  }

  get mayWait(): boolean {
    return this.terms.context.onLimit !== 'reject';
  }

  get notBefore(): number | undefined {
    return this.before.earlier?.refusals.retryAt;
  }

  get place(): LaneCall['place'] {
    return this.before.earlier?.reservation.admission.place;
  }
}
