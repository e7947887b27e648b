import { type BudgetReservation, NOTHING_RESERVED } from '../budget/budget-reservation.ts';
import type { Caller } from '../callers/caller.ts';
import type { LaneKey } from '../lane/lane-key.ts';
import type { Reservation } from '../lane/reservation.ts';
import type { Call } from '../model/call.ts';
import { knownPrice } from '../providers/known-price.ts';
import { usdOf } from '../providers/usd-of.ts';
import type { Promised } from '../queue/queued-call.ts';
import type { Estimated } from '../tokens/calibration/call-estimate.ts';
import { Attempt } from './attempt.ts';
import type { AttemptContext } from './attempt-context.ts';
import type { CallTerms } from './call-terms.ts';
import { EstimatedCall } from './estimated-call.ts';
import { type Before, type HookedRequest, NOTHING_BEFORE } from './hooked-request.ts';
import { loweredCall } from './lowered-call.ts';

/** Who is told that an attempt may be sent, or why not. */
export type Settled<R extends HookedRequest> = (call: AskingCall<R>) => void;

/**
 * One attempt from its description until it may be sent: it is estimated, its caller is found, the
 * budget pays, and the lane lets it go. Tells `settled` when it is `admitted`, or has failed. It makes
 * no promise of its own where nothing but its lane has to be waited for.
 */
export class AskingCall<R extends HookedRequest = HookedRequest>
  extends EstimatedCall<R>
  implements Promised<Reservation>
{
  #budget: BudgetReservation = NOTHING_RESERVED;
  #admitted: Attempt | undefined = undefined;
  #error: unknown = undefined;
  /** Whether its lane counts it as being prepared. */
  #isPreparing = false;
  readonly #settled: Settled<R>;

  constructor(request: R, call: Call, before: Before, terms: CallTerms, settled: Settled<R>) {
    super(request, call, before, terms);
    this.#settled = settled;
  }

  /** The attempt that may be sent. @throws what has kept it from that */
  get admitted(): Attempt {
    if (this.#admitted === undefined) throw this.#error;
    return this.#admitted;
  }

  /** Estimates the call and goes on; all in this turn where nothing has to be waited for. */
  begin(): void {
    this.lane.preparing.begin();
    this.#isPreparing = true;
    try {
      const estimate = this.terms.estimate(this.request);
      if (!(estimate instanceof Promise)) this.#estimated(estimate);
      else this.#failing(estimate.then((known) => this.#estimated(known)));
    } catch (error) {
      this.reject(error);
    }
  }

  #estimated(estimate: Estimated): void {
    const { terms } = this;
    this.estimate = estimate;
    this.provider = terms.provider(this.call.model);
    const found = terms.limiter.as(terms.context, (caller) => this.#reserve(caller));
    if (found instanceof Promise) this.#failing(found);
  }

  #reserve(caller: Caller): void | Promise<void> {
    const { terms, estimate, before, callId } = this;
    this.caller = caller;
    if (terms.context.onLimit === 'degrade' && this.request.isFixed !== true) {
      this.lower(loweredCall(this));
    }
    const { firmInputTokens: inputTokens, outputTokens } = estimate;
    const price = () => knownPrice(this.call.model, terms.limiter.prices, 'A budget');
    const estimated = { inputTokens, outputTokens };
    const { model, maxOutputTokens } = this.call;
    const asked = this.request.setsNoMaximum === true ? { model } : { model, maxOutputTokens };
    const payable = { call: asked, estimate: estimated, caller, callId, price };
    const key = terms.keyOf(this.call, estimate);
    const budget = before.earlier?.budget ?? terms.limiter.reserveBudget(key, payable);
    if (budget instanceof Promise) return budget.then((reserved) => this.#enter(key, reserved));
    return this.#enter(key, budget);
  }

  #enter(key: LaneKey, budget: BudgetReservation): void | Promise<void> {
    this.#budget = budget;
    const lane = this.terms.limiter.lane(key);
    this.#endPreparing();
    this.lane = lane;
    return lane.enter(this, this);
  }

  /** The lane lets it go. */
  resolve(reservation: Reservation): void {
    const { earlier, previous } = this.before;
    this.#admitted = new Attempt(reservation, this.#context, previous ?? earlier);
    this.#end();
  }

  /** It can't go. */
  reject(error: unknown): void {
    this.#endPreparing();
    this.#budget.release();
    this.before.earlier?.budget.release();
    this.#error = error;
    this.#end();
  }

  #failing(done: Promise<void>): void {
    done.catch((error: unknown) => this.reject(error));
  }

  /** What came before isn't kept: of a call that is refused for ever, each would keep the one before. */
  #end(): void {
    this.before = NOTHING_BEFORE;
    this.#settled(this);
  }

  #endPreparing(): void {
    if (this.#isPreparing) this.lane.preparing.end();
    this.#isPreparing = false;
  }

  get #context(): AttemptContext {
    const { lane, provider, call, estimate, caller, request, terms } = this;
    const { path, mayRetry, question } = request;
    const { limiter } = terms;
    const { maxPauseMs, clock } = limiter;
    return {
      ...{ lane, provider, call, path, estimate, budget: this.#budget, key: caller?.key },
      ...{ mayRetry, question, maxPauseMs, clock, limiter },
      usdOf: (usage) => usdOf(call.model, usage, limiter.prices),
    };
  }
}
