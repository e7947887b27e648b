import type { BudgetReservation } from '../budget/budget-reservation.ts';
import { wallNow } from '../clock.ts';
import { wholeMs } from '../duration.ts';
import type { BodyFailure } from '../http/body-failure.ts';
import { readErrorBody } from '../http/error-body.ts';
import { readLimits } from '../http/headers.ts';
import { meterResponse, type ResponseEnd } from '../http/metered-response.ts';
import { mayRefuse } from '../http/refusal.ts';
import { believedUsage } from '../http/usage-believed.ts';
import type { Reservation } from '../lane/reservation.ts';
import type { Refusal } from '../model/refusal.ts';
import { ProviderRefusal } from '../provider-refusal.ts';
import { RateLimitExceeded } from '../rate-limit-exceeded.ts';
import type { AttemptContext } from './attempt-context.ts';
import { type ReadResponse, readError } from './error-response.ts';
import { markedFinal } from './final-response.ts';

/** No provider needs more characters to say why it refuses a call. */
const MOST_WORDS = 500;

const NOTHING_SEEN = { inputTokens: 0, outputTokens: 0, cachedInputTokens: 0, cacheWriteTokens: 0 };
/** The usage of a call that the provider turned down: one request, no tokens. */
const NOTHING_USED = { requests: 1, tokens: 0, inputTokens: 0, outputTokens: 0 };

/**
 * One admitted HTTP request, until its response has been read to the end.
 *
 * Invariant: the reservation ends exactly once. If a response came, `receive` sees to it; else one of
 * `abandon`, `finish` and `settleAsCharged` does. Those that come later do nothing.
 */
export class Attempt {
  readonly reservation: Reservation;
  readonly #context: AttemptContext;
  /** When the call was first refused, and how often before; each attempt passes it to the next one. */
  readonly #firstRefusedAt: number | undefined;
  readonly #earlier: number;
  #isSent = false;
  #sentAt = 0;
  #again: 'refused' | 'without usage' | undefined;
  #refusedAt: number | undefined;
  #isRefusedInBody = false;
  #refusalKind: Refusal['kind'] | undefined;
  #retryAt: number | undefined;
  #refusal: ReadResponse | undefined;
  #isReplayed = false;

  /** `previous`: the call's attempt before, if that was refused. */
  constructor(reservation: Reservation, context: AttemptContext, previous?: Attempt) {
    this.reservation = reservation;
    this.#context = context;
    this.#firstRefusedAt = previous?.firstRefusedAt;
    this.#earlier = previous?.refusals ?? 0;
  }

  /** Why the call must be sent again; `undefined` if it must not. */
  get again(): 'refused' | 'without usage' | undefined {
    return this.#again;
  }

  /** The lowered limit on the call's output; `undefined` if it keeps its own. */
  get loweredOutput(): number | undefined {
    const { isLowered, maxOutputTokens } = this.#context.call;
    return isLowered === true ? maxOutputTokens : undefined;
  }

  /** The call's reservation in the budget. The next attempt takes it over. */
  get budget(): BudgetReservation {
    return this.#context.budget;
  }

  get firstRefusedAt(): number | undefined {
    return this.#firstRefusedAt ?? this.#refusedAt;
  }

  /** How often the call was refused. */
  get refusals(): number {
    return this.#earlier + (this.#refusedAt === undefined ? 0 : 1);
  }

  /** Why the provider refused it, where the response of an error says so. */
  get refusalKind(): Refusal['kind'] | undefined {
    return this.#refusalKind;
  }

  /** When the call may ask again, in milliseconds. */
  get retryAt(): number | undefined {
    return this.#retryAt;
  }

  /** Whether the provider has refused it for a limit, and the call may be sent again. */
  get isRefused(): boolean {
    return this.#refusedAt !== undefined;
  }

  /**
   * Whether the caller gets this attempt's refusal instead of `error`: the call can't be sent again,
   * as its lane takes none.
   */
  answersFor(error: unknown): boolean {
    const isPause = error instanceof RateLimitExceeded && error.cause instanceof ProviderRefusal;
    this.#isReplayed = isPause && this.#refusal !== undefined;
    return this.#isReplayed;
  }

  /** The refusal that the caller gets, once more; `undefined` unless it answers for an error. */
  get replay(): Response | undefined {
    if (this.#refusal === undefined || !this.#isReplayed) return undefined;
    return markedFinal(this.#refusal.soFar());
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
    if (this.#again !== undefined) this.#context.budget.release();
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
      return await this.#failed(response);
    } finally {
      // An error costs nothing. A call that is sent again keeps its reservation in the budget.
      if (this.#again === undefined) this.#context.budget.release();
    }
  }

  async #failed(response: Response): Promise<Response> {
    const { status } = response;
    const { question } = this.#context;
    const mayBeField = question?.mayBeRefused(status) === true;
    if (!mayRefuse(status) && !mayBeField) {
      this.reservation.settleFromResponse(status < 500 ? NOTHING_USED : {});
      return response;
    }
    const read = await readError(response, this.#context.clock);
    if (question?.isRefused(status, read.text) === true) {
      this.#again = 'without usage';
      this.reservation.settleFromResponse(NOTHING_USED);
    }
    return this.#refused(response, read);
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
    return meterResponse(response, {
      hideUsageChunk: question?.isAsked === true,
      isStream: call.stream,
      onAnswer: () => this.reservation.answered(),
      onFailure: (failure) => this.#failedInBody(headers, failure),
      onEnd: (end) => {
        if (end.failure !== undefined && isNothing(end)) this.#endWithNothing();
        else this.#settle(end, status);
        question?.heard(end);
      },
    });
  }

  /**
   * The body of a success holds an error. It stops the lane as the same error response would; but the
   * call isn't sent again, because its caller has the body already.
   */
  #failedInBody(answered: Headers, { status, body }: BodyFailure): void {
    const { provider, clock } = this.#context;
    const headers = withoutWait(answered);
    const refusal = provider.classify({ status, headers, body, now: wallNow(clock) });
    if (refusal !== undefined) this.#stopLane(refusal, status, body);
    this.#isRefusedInBody = refusal !== undefined;
  }

  /** The call has failed before anything was produced. */
  #endWithNothing(): void {
    if (this.#isRefusedInBody) this.reservation.refused();
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
    lane.feedback.used({
      callId: this.reservation.callId,
      key,
      estimated: { inputTokens, outputTokens },
      actual: usage,
      usd: usage && this.#context.usdOf(usage),
      provider: provider.name,
      path: this.#context.path,
      latencyMs: wholeMs(clock.now() - this.#sentAt),
      status,
    });
    const isAll = isWhole || (isDone === true && failure === undefined);
    if (usage !== undefined && isAll) estimate.learn(usage);
    const seen = { ...NOTHING_SEEN, inputTokens, outputTokens: seenOutputTokens };
    const isSeen = !isWhole && seenOutputTokens > 0;
    const known = usage ?? (isSeen ? seen : undefined);
    this.reservation.settleFromResponse(known && provider.settle(known, call));
    budget.settle(known);
  }

  #refused(response: Response, read: ReadResponse): Response {
    const { provider, clock } = this.#context;
    const { status, headers } = response;
    const refusal = provider.classify({ status, headers, body: read.text, now: wallNow(clock) });
    this.#refusalKind = refusal?.kind;
    if (refusal === undefined)
      this.reservation.settleFromResponse(status < 500 ? NOTHING_USED : {});
    else this.#obey(refusal, response, read);
    // The SDK reads an error to its end: what is sent again must not wait for that.
    const copy = this.#again === undefined ? read.whole() : read.soFar();
    return refusal !== undefined && this.#isOurs(refusal, response) ? markedFinal(copy) : copy;
  }

  /** Pauses the lane if the refusal asks for it. */
  #stopLane(refusal: Refusal, status: number, body: string): void {
    const { kind, retryAfterMs, stated } = refusal;
    const { feedback } = this.#context.lane;
    if (kind === 'money' || kind === 'too-large') {
      feedback.told(this.reservation, stated);
      return;
    }
    const error = new ProviderRefusal(messageOf(body), status);
    feedback.refuse(this.reservation, kind, retryAfterMs, refusal, {
      earlier: this.#earlier,
      error,
    });
  }

  /**
   * Whether we decide if the call is sent again, and not the SDK: what is for good is never sent
   * again, unless the host asks for it, and a 429 by us. Under all other statuses the caller sees what
   * the SDK makes of them, as long as the lane takes calls.
   */
  #isOurs({ kind }: Refusal, { status, headers }: Response): boolean {
    if (kind === 'capacity') return this.#context.lane.isSpent;
    const isFinal = kind === 'money' || kind === 'too-large';
    return isFinal ? headers.get('x-should-retry') !== 'true' : status === 429;
  }

  /** Pauses the lane if the refusal asks for it, and sends the call again if that is ours to do. */
  #obey(refusal: Refusal, { status }: Response, read: ReadResponse): void {
    const { kind, retryAfterMs, retryable } = refusal;
    const { lane, mayRetry, maxPauseMs, clock } = this.#context;
    const isFinal = kind === 'money' || kind === 'too-large';
    this.#stopLane(refusal, status, read.text);
    this.reservation.refused();
    if (isFinal || !mayRetry || !retryable) return;
    this.#refusedAt = clock.now();
    this.#refusal = read;
    if (kind === 'capacity' || status !== 429) return;
    this.#retryAt = lane.retryAt(kind, retryAfterMs, this.#earlier);
    const heldUntil = Math.max(lane.pausedUntil ?? 0, this.#retryAt);
    const isInTime = heldUntil - (this.firstRefusedAt ?? 0) <= maxPauseMs;
    if (isInTime && !lane.isSpent) this.#again = 'refused';
  }
}

/** The provider's own words, for whoever looks for the cause. */
function messageOf(body: string): string {
  return readErrorBody(body).message.slice(0, MOST_WORDS);
}

/** Not every SDK reads the body of such a response, so that its end might never come. */
function isNeverRead({ status, headers }: Response): boolean {
  return status === 204 || headers.get('content-length') === '0';
}

function isNothing({ usage, seenOutputTokens }: ResponseEnd): boolean {
  return usage === undefined && seenOutputTokens === 0;
}

/** Hosts send `retry-after` with successes too, and mean nothing by it. */
function withoutWait(headers: Headers): Headers {
  const rest = new Headers(headers);
  for (const name of ['retry-after', 'retry-after-ms']) rest.delete(name);
  return rest;
}
