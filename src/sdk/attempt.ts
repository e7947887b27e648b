import type { Charge } from '../budget/budget-charge.ts';
import type { Clock } from '../clock.ts';
import { readLimits } from '../http/headers.ts';
import { meterResponse, type ResponseEnd } from '../http/metered-response.ts';
import type { Lane } from '../lane/lane.ts';
import type { Reservation } from '../lane/reservation.ts';
import type { Call } from '../model/call.ts';
import type { Refusal } from '../model/refusal.ts';
import type { Provider } from '../providers/provider.ts';
import type { Estimated } from '../tokens/calibration/calibration.ts';
import { finalised, readError, replayed } from './error-response.ts';

/** What an attempt needs to know of its call. */
export interface AttemptContext {
  readonly lane: Lane;
  readonly provider: Provider;
  readonly call: Call;
  readonly estimate: Estimated;
  /** What the call takes of the budget. */
  readonly charge: Charge;
  readonly key: string | undefined;
  /** Whether the caller allows retries, and the body can be sent again. */
  readonly mayRetry: boolean;
  /** We asked for the usage of a stream, the caller did not. */
  readonly hidesUsage: boolean;
  /** When a call of its kind must be given up: `maxPauseMs` after its first refusal. */
  readonly maxPauseMs: number;
  readonly clock: Clock;
}

/** Answers whose reason is worth reading; of any other error only the status counts. */
const TELLING_STATUSES: readonly number[] = [402, 413, 429, 503, 529];
/** How a host may answer to a field that it doesn't know. */
const FIELD_REFUSED: readonly number[] = [400, 422];

const NOTHING_SEEN = { inputTokens: 0, outputTokens: 0, cachedInputTokens: 0, cacheWriteTokens: 0 };
/** A call that the provider has turned down is a request, and no more. */
const NOTHING_USED = { requests: 1, tokens: 0, inputTokens: 0, outputTokens: 0 };

/**
 * One HTTP request that has been let through, until its response has been read to the end.
 *
 * Invariant: one of `abandon`, `conclude`, `lose` and `receive` ends the reservation, however the
 * request goes.
 */
export class Attempt {
  readonly reservation: Reservation;
  readonly #context: AttemptContext;
  /** When the call was first refused; carried from attempt to attempt. */
  readonly #firstRefusedAt: number | undefined;
  #isSent = false;
  #again: 'refused' | 'without usage' | undefined;
  #refusedAt: number | undefined;

  constructor(reservation: Reservation, context: AttemptContext, firstRefusedAt?: number) {
    this.reservation = reservation;
    this.#context = context;
    this.#firstRefusedAt = firstRefusedAt;
  }

  /** Why the call is to be sent again, if it is. */
  get again(): 'refused' | 'without usage' | undefined {
    return this.#again;
  }

  /** The most output that the call may have, where that is less than it asked for. */
  get loweredOutput(): number | undefined {
    const { isLowered, maxOutputTokens } = this.#context.call;
    return isLowered === true ? maxOutputTokens : undefined;
  }

  /** What the call takes of the budget; kept by the attempt that takes this one's place. */
  get charge(): Charge {
    return this.#context.charge;
  }

  get firstRefusedAt(): number | undefined {
    return this.#firstRefusedAt ?? this.#refusedAt;
  }

  get isSent(): boolean {
    return this.#isSent;
  }

  /** The request goes out now. */
  send(): void {
    this.#isSent = true;
  }

  /** The call has failed: gives everything back, unless the request went out. */
  abandon(): void {
    if (this.#isSent) return;
    this.reservation.cancel();
    this.#context.charge.release();
  }

  /** The call has succeeded. Where its request went out by a way we can't see, it was charged. */
  conclude(): void {
    if (!this.#isSent) this.lose();
    if (this.#again !== undefined) this.#context.charge.release();
  }

  /** No response came. Whether the provider has charged the call is unknown: say that it has. */
  lose(): void {
    this.reservation.conclude();
    this.#context.charge.settle();
  }

  /**
   * Reads what the response says of limits and usage. Returns the response that the SDK is to see;
   * `again` says whether the call should be sent once more instead.
   */
  async receive(response: Response): Promise<Response> {
    const { status } = response;
    this.#learn(response);
    if (status < 400) return this.#meter(response);
    try {
      return await this.#failed(response);
    } finally {
      // An error costs nothing; a call that goes again keeps what it has reserved.
      if (this.#again === undefined) this.#context.charge.release();
    }
  }

  async #failed(response: Response): Promise<Response> {
    const { status } = response;
    const mayBeField = this.#context.hidesUsage && FIELD_REFUSED.includes(status);
    if (!TELLING_STATUSES.includes(status) && !mayBeField) {
      this.reservation.conclude(status < 500 ? NOTHING_USED : {});
      return response;
    }
    const body = await readError(response, this.#context.clock);
    if (mayBeField && body.includes('stream_options')) {
      this.#again = 'without usage';
      this.reservation.conclude(NOTHING_USED);
    }
    return this.#refused(response, body);
  }

  /** Any response may show the limits, a refusal above all. */
  #learn({ headers }: Response): void {
    const { lane, clock } = this.#context;
    lane.observe(this.reservation, readLimits(headers, clock.now()));
  }

  #meter(response: Response): Response {
    this.reservation.answered();
    if (isNeverRead(response)) {
      this.reservation.conclude();
      this.#context.charge.settle();
      return response;
    }
    const onEnd = (end: ResponseEnd): void => this.#settle(end);
    return meterResponse(response, { hideUsageChunk: this.#context.hidesUsage, onEnd });
  }

  /**
   * With the usage that the response names; else with the output that was seen; else, where there
   * was none to be seen, with what was reserved.
   */
  #settle({ usage, seenOutputTokens, complete }: ResponseEnd): void {
    const { lane, provider, call, estimate, charge, key } = this.#context;
    const { inputTokens, expectedOutputTokens: outputTokens } = estimate;
    lane.used(key, { inputTokens, outputTokens }, usage);
    if (usage !== undefined && complete) estimate.learn(usage);
    const seen = { ...NOTHING_SEEN, inputTokens, outputTokens: seenOutputTokens };
    const isSeen = !complete && seenOutputTokens > 0;
    const known = usage ?? (isSeen ? seen : undefined);
    this.reservation.conclude(known && provider.settle(known, call));
    charge.settle(known);
  }

  #refused(response: Response, body: string): Response {
    const { provider, clock } = this.#context;
    const { status, headers } = response;
    const refusal = provider.classify({ status, headers, body, now: clock.now() });
    if (refusal === undefined) this.reservation.conclude(status < 500 ? NOTHING_USED : {});
    else this.#obey(refusal);
    const copy = replayed(response, body);
    return refusal === undefined || refusal.kind === 'capacity' ? copy : finalised(copy);
  }

  /** Pauses the lane where the refusal asks for it. Retrying is for us, except for capacity. */
  #obey(refusal: Refusal): void {
    const { kind, retryAfterMs, retryable } = refusal;
    const { lane, mayRetry, maxPauseMs, clock } = this.#context;
    const isFinal = kind === 'money' || kind === 'too-large';
    if (isFinal) lane.told(refusal.stated);
    else lane.refuse(this.reservation, kind, retryAfterMs, refusal);
    this.reservation.refused();
    if (isFinal || kind === 'capacity' || !mayRetry || !retryable) return;
    this.#refusedAt = clock.now();
    const heldUntil = lane.pausedUntil ?? clock.now();
    const isInTime = heldUntil - (this.firstRefusedAt ?? 0) <= maxPauseMs;
    if (isInTime) this.#again = 'refused';
  }
}

/** The SDKs don't all read the body of such an answer: its end might never be seen. */
function isNeverRead({ status, headers }: Response): boolean {
  return status === 204 || headers.get('content-length') === '0';
}
