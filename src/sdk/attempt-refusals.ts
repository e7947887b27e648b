import { wallNow } from '../clock.ts';
import type { BodyFailure } from '../http/body-failure.ts';
import type { ReadRefusal } from '../http/refusal-reader.ts';
import { mayRefuse } from '../http/refusing-statuses.ts';
import type { Reservation } from '../lane/reservation.ts';
import type { Refusal } from '../model/refusal.ts';
import { ProviderRefusal } from '../provider-refusal.ts';
import { RateLimitExceeded } from '../rate-limit-exceeded.ts';
import type { AttemptContext } from './attempt-context.ts';
import { type ReadResponse, readError } from './error-response.ts';
import { markedFinal } from './final-response.ts';
import { type RefusalReader, refusalReader } from './refusal-reader.ts';

/** The usage of a call that the provider turned down: one request, no tokens. */
export const NOTHING_USED = { requests: 1, tokens: 0, inputTokens: 0, outputTokens: 0 };

/**
 * The refusals of one call, up to those of one attempt: pauses the lane, ends the reservation, and says
 * whether the call is sent again.
 */
export class AttemptRefusals {
  /** Why the call must be sent again; `undefined` if it must not. */
  again: 'refused' | 'without usage' | undefined = undefined;
  /** Whether it is the body of a success that refuses the call. */
  isInBody = false;
  readonly #reservation: Reservation;
  readonly #context: AttemptContext;
  /** When the call was first refused, and how often before; each attempt passes it to the next one. */
  readonly #firstRefusedAt: number | undefined;
  readonly #earlier: number;
  #refusedAt: number | undefined = undefined;
  #kind: Refusal['kind'] | undefined = undefined;
  #retryAt: number | undefined = undefined;
  #refusal: ReadResponse | undefined = undefined;
  #isReplayed = false;

  /** `previous`: those until the attempt before, if that was refused. */
  constructor(reservation: Reservation, context: AttemptContext, previous?: AttemptRefusals) {
    this.#reservation = reservation;
    this.#context = context;
    this.#firstRefusedAt = previous?.firstRefusedAt;
    this.#earlier = previous?.count ?? 0;
  }

  get firstRefusedAt(): number | undefined {
    return this.#firstRefusedAt ?? this.#refusedAt;
  }

  /** How often the call was refused. */
  get count(): number {
    return this.#earlier + (this.#refusedAt === undefined ? 0 : 1);
  }

  /** Why the provider refused it, where the response of an error says so. */
  get kind(): Refusal['kind'] | undefined {
    return this.#kind;
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

  /** An error: reads it, and returns the response that the SDK gets. */
  async failed(response: Response): Promise<Response> {
    const { status } = response;
    const { question } = this.#context;
    const mayBeField = question?.mayBeRefused(status) === true;
    if (!mayRefuse(status) && !mayBeField) {
      this.#reservation.settleFromResponse(status < 500 ? NOTHING_USED : {});
      return response;
    }
    const { limiter, clock } = this.#context;
    const [read, reader] = await Promise.all([
      readError(response, clock),
      mayRefuse(status) ? refusalReader(limiter) : undefined,
    ]);
    if (question?.isRefused(status, read.text) === true) {
      this.again = 'without usage';
      this.#reservation.settleFromResponse(NOTHING_USED);
    }
    return this.#refused(response, read, reader);
  }

  /**
   * The body of a success holds an error. It stops the lane as the same error response would; but the
   * call isn't sent again, because its caller has the body already. A promise where the code that
   * reads it must be loaded.
   */
  inBody(headers: Headers, failure: BodyFailure): void | Promise<void> {
    const { limiter, clock } = this.#context;
    const now = wallNow(clock);
    const read = (reader: RefusalReader | undefined): void => {
      const refusal = reader?.refusalInBody(failure, { headers, now });
      if (refusal !== undefined) this.#stopLane(refusal);
      this.isInBody = refusal !== undefined;
    };
    const reader = refusalReader(limiter);
    return reader instanceof Promise ? reader.then(read) : read(reader);
  }

  #refused(response: Response, read: ReadResponse, reader: RefusalReader | undefined): Response {
    const { status, headers } = response;
    const now = wallNow(this.#context.clock);
    const found = reader?.refusalIn({ status, headers, body: read.text, now });
    this.#kind = found?.refusal.kind;
    if (found === undefined) this.#reservation.settleFromResponse(status < 500 ? NOTHING_USED : {});
    else this.#obey(found, read);
    // The SDK reads an error to its end: what is sent again must not wait for that.
    const copy = this.again === undefined ? read.whole() : read.soFar();
    return found !== undefined && this.#isOurs(found.refusal, response) ? markedFinal(copy) : copy;
  }

  /** Pauses the lane if the refusal asks for it. */
  #stopLane({ refusal, status, words }: ReadRefusal): void {
    const { kind, retryAfterMs, stated } = refusal;
    const { feedback } = this.#context.lane;
    if (kind === 'money' || kind === 'too-large') {
      feedback.told(this.#reservation, stated);
      return;
    }
    const error = new ProviderRefusal(words, status);
    feedback.refuse(this.#reservation, kind, retryAfterMs, refusal, {
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
    if (kind === 'capacity') return this.#context.lane.pauses.isSpent;
    const isFinal = kind === 'money' || kind === 'too-large';
    return isFinal ? headers.get('x-should-retry') !== 'true' : status === 429;
  }

  /** Pauses the lane if the refusal asks for it, and sends the call again if that is ours to do. */
  #obey(found: ReadRefusal, read: ReadResponse): void {
    const { status } = found;
    const { kind, retryAfterMs, retryable } = found.refusal;
    const { lane, mayRetry, maxPauseMs, clock } = this.#context;
    const isFinal = kind === 'money' || kind === 'too-large';
    this.#stopLane(found);
    this.#reservation.refused();
    if (isFinal || !mayRetry || !retryable) return;
    this.#refusedAt = clock.now();
    this.#refusal = read;
    if (kind === 'capacity' || status !== 429) return;
    this.#retryAt = lane.pauses.retryAt(kind, retryAfterMs, this.#earlier);
    const heldUntil = Math.max(lane.pauses.until ?? 0, this.#retryAt);
    const isInTime = heldUntil - (this.firstRefusedAt ?? 0) <= maxPauseMs;
    if (isInTime && !lane.pauses.isSpent) this.again = 'refused';
  }
}
