import type { BudgetReservation } from '../budget/budget-reservation.ts';
import { wallNow } from '../clock.ts';
import { wholeMs } from '../duration.ts';
import { usageInHeaders } from '../http/header-usage.ts';
import { readLimits } from '../http/headers.ts';
import { meterResponse, type ResponseEnd } from '../http/metered-response.ts';
import { believedUsage } from '../http/usage-believed.ts';
import type { Reservation } from '../lane/reservation.ts';
import type { AttemptContext } from './attempt-context.ts';
import { AttemptRefusals, NOTHING_USED } from './attempt-refusals.ts';
import { withOutput } from './lowered-output.ts';

const NOTHING_SEEN = { inputTokens: 0, outputTokens: 0, cachedInputTokens: 0, cacheWriteTokens: 0 };

/**
 * One admitted HTTP request, until its response has been read to the end.
 *
 * Invariant: the reservation ends exactly once. If a response came, `receive` sees to it; else one of
 * `abandon`, `finish` and `settleAsCharged` does. Those that come later do nothing.
 */
export class Attempt {
  readonly reservation: Reservation;
  /** What its call was refused for, and what follows. */
  readonly refusals: AttemptRefusals;
  readonly #context: AttemptContext;
  #isSent = false;
  #sentAt = 0;

  /** `previous`: the call's attempt before, if that was refused. */
  constructor(reservation: Reservation, context: AttemptContext, previous?: Attempt) {
    this.reservation = reservation;
    this.#context = context;
    this.refusals = new AttemptRefusals(reservation, context, previous?.refusals);
  }

  /** Whether the call's output is limited to less than it asks for. */
  get isLowered(): boolean {
    return this.#context.call.isLowered === true;
  }

  /** The body to send: with that lower limit where there is one, else the same. */
  lowered(path: string, body: unknown): unknown {
    const { maxOutputTokens } = this.#context.call;
    const isOther = this.isLowered && maxOutputTokens !== undefined;
    return isOther ? withOutput(path, body, maxOutputTokens) : body;
  }

  /** The call's reservation in the budget. The next attempt takes it over. */
  get budget(): BudgetReservation {
    return this.#context.budget;
  }

  get isSent(): boolean {
    return this.#isSent;
  }

  /** Notes that the request is being sent: from now on the provider may charge it. */
  markSent(): void {
    this.#isSent = true;
    this.#sentAt = this.#context.clock.now();
    this.reservation.sent();
  }

  /** The call has failed. Gives everything back, unless the request was sent. */
  abandon(): void {
    if (this.#isSent) return;
    this.reservation.cancel();
    this.#context.budget.release();
  }

  /** The call has succeeded. If its request bypassed our `fetch`, it counts as charged in full. */
  finish(): void {
    if (!this.#isSent) this.settleAsCharged();
    if (this.refusals.again !== undefined) this.#context.budget.release();
  }

  /** No response came, so the charge is unknown. Assumes that the provider charged the call. */
  settleAsCharged(): void {
    this.reservation.settleFromResponse();
    this.#context.budget.settle();
  }

  /**
   * Reads limits and usage from the response. Returns the response that the SDK gets, unless
   * `again` says that the call must be sent once more.
   */
  async receive(response: Response): Promise<Response> {
    const { status } = response;
    this.#learnLimits(response);
    if (status < 400) return this.#meter(response);
    try {
      return await this.refusals.failed(response);
    } finally {
      // An error costs nothing. A call that is sent again keeps its reservation in the budget.
      if (this.refusals.again === undefined) this.#context.budget.release();
    }
  }

  /** Any response may show the limits, a refusal above all. */
  #learnLimits({ headers }: Response): void {
    const { lane, clock } = this.#context;
    lane.feedback.observe(this.reservation, readLimits(headers, wallNow(clock)));
  }

  #meter(response: Response): Response {
    const { question, call } = this.#context;
    question?.accepted();
    // After a pause, only what the body says shows that the provider is well again. Before the first
    // one, nobody waits for a response that its caller may read much later.
    if (this.reservation.admission.call.epoch === 0) this.reservation.answered();
    if (isNeverRead(response)) {
      this.reservation.settleFromResponse();
      this.#context.budget.settle();
      return response;
    }
    // Nothing here may hold the response: that nobody reads it shows when it is collected.
    const { headers, status } = response;
    let read: void | Promise<void>;
    return meterResponse(response, {
      hideUsageChunk: question?.isAsked === true,
      isStream: call.stream,
      clock: this.#context.clock,
      onAnswer: () => this.reservation.answered(),
      onFailure: (failure) => {
        read = this.refusals.inBody(headers, failure);
      },
      onEnd: (seen) => {
        const end = { ...seen, usage: seen.usage ?? usageInHeaders(headers) };
        question?.heard(end);
        if (read instanceof Promise) read.then(() => this.#end(end, status)).catch(() => {});
        else this.#end(end, status);
      },
    });
  }

  #end(end: ResponseEnd, status: number): void {
    if (end.failure !== undefined && isNothing(end)) this.#endWithNothing();
    else this.#settle(end, status);
  }

  /** The call has failed before anything was produced. */
  #endWithNothing(): void {
    if (this.refusals.isInBody) this.reservation.refused();
    else this.reservation.settleFromResponse(NOTHING_USED);
    this.#context.budget.release();
  }

  /**
   * Settles with the usage that the response reports, where it can be true; else with the output
   * that was streamed, if the response is not complete; else with what was reserved.
   */
  #settle(
    { usage: reported, seenOutputTokens, complete, isDone, failure }: ResponseEnd,
    status: number,
  ): void {
    const { lane, provider, call, estimate, budget, key, clock } = this.#context;
    const { maxOutputTokens } = call;
    const usage = believedUsage(reported, { estimate, maxOutputTokens, seenOutputTokens });
    const { inputTokens, expectedOutputTokens: outputTokens } = estimate;
    const isWhole = complete && failure === undefined;
    lane.feedback.used({ inputTokens, outputTokens }, usage, () => ({
      callId: this.reservation.callId,
      key,
      usd: usage && this.#context.usdOf(usage),
      provider: provider.name,
      path: this.#context.path,
      latencyMs: wholeMs(clock.now() - this.#sentAt),
      status,
    }));
    const isAll = isWhole || (isDone === true && failure === undefined);
    if (usage !== undefined && isAll) estimate.learn(usage);
    const seen = { ...NOTHING_SEEN, inputTokens, outputTokens: seenOutputTokens };
    const isSeen = !isWhole && seenOutputTokens > 0;
    const known = usage ?? (isSeen ? seen : undefined);
    this.reservation.settleFromResponse(known && provider.settle(known, call));
    budget.settle(known);
  }
}

/** Not every SDK reads the body of such a response, so that its end might never come. */
function isNeverRead({ status, headers }: Response): boolean {
  return status === 204 || headers.get('content-length') === '0';
}

function isNothing({ usage, seenOutputTokens }: ResponseEnd): boolean {
  return usage === undefined && seenOutputTokens === 0;
}
