import type { Call } from '../model/call.ts';
import { callIdOf, newCallNumber } from '../model/call-id.ts';
import { isObject } from '../model/json.ts';
import type { Attempt } from './attempt.ts';
import type { HookedRequest } from './hooked-request.ts';
import type { RequestOptions } from './openai-client.ts';
import type { UsageQuestion } from './usage-habits.ts';

/** The options of a call that the SDK has been given, or the copy of them that is sent. */
export type SentOptions = RequestOptions & { body?: unknown };

/** What the SDK calls `makeRequest` with, besides the options. */
export type Rest = readonly [retriesRemaining: number | null, ...rest: unknown[]];

/** Of nearly all calls, and shared by them: a first attempt, and no other. */
const FIRST: Rest = [null, undefined];

/** The same, as one list for first attempts. */
export function sharedRest(rest: Rest): Rest {
  return rest.length === 2 && rest[0] === null && rest[1] === undefined ? FIRST : rest;
}

/** One call: the options that are sent for it, and its attempts so far. */
export class OutgoingCall implements HookedRequest {
  /** The caller's, until there is an attempt. Then a copy, by which the SDK's retries are known. */
  options: SentOptions;
  /** As limits see it: with the deployment, where it has one. */
  readonly path: string;
  /** The caller's body. */
  readonly body: unknown;
  /** Whether we ask for the stream's usage; `undefined` where it is no streamed chat. */
  readonly question: UsageQuestion | undefined;
  /** What its provider meters of it. */
  readonly call: Call;
  readonly mayRetry: boolean;
  rest: Rest;
  /** The last attempt that was admitted. */
  current: Attempt | undefined = undefined;
  /** All attempts so far, and those of them that we made without the SDK's knowledge. */
  attempt = 1;
  resends = 0;
  readonly #number: number = newCallNumber();

  constructor(
    options: SentOptions,
    { path, call }: { readonly path: string; readonly call: Call },
    question: UsageQuestion | undefined,
    maxRetries: number,
    rest: Rest,
  ) {
    this.options = options;
    this.path = path;
    this.body = options.body;
    this.question = question;
    this.call = call;
    this.mayRetry = maxRetries > 0 && isReplayable(options);
    this.rest = rest;
  }

  get method(): string {
    return this.options.method;
  }

  get signal(): AbortSignal | undefined {
    return this.options.signal ?? undefined;
  }

  /** Its name in events. */
  get callId(): string {
    return callIdOf(this.#number);
  }

  /** The attempt before, if that was refused. */
  get previous(): Attempt | undefined {
    return this.current?.refusals.isRefused === true ? this.current : undefined;
  }

  /** Sets the body of the attempt: the caller's, or a copy with its output lowered. */
  lowerOutput(attempt: Attempt): void {
    const { options } = this;
    const body = attempt.lowered(options.path, this.body);
    if (options.body !== body) options.body = body;
  }
}

/** Whether the body can be sent twice. A stream can't: sending consumes it. */
export function isReplayable({ body, __metadata }: RequestOptions): boolean {
  if (__metadata?.hasStreamingBody === true) return false;
  return !isObject(body) || !(Symbol.asyncIterator in body || 'next' in body);
}
