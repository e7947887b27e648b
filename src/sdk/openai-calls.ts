import { isObject } from '../model/json.ts';
import type { AskingCall } from './asking-call.ts';
import type { Attempt } from './attempt.ts';
import type { ClientPipeline } from './client-pipeline.ts';
import { FollowedFetch } from './followed-fetch.ts';
import type { HookedFetch } from './hooked-fetch.ts';
import { NOTHING_BEFORE } from './hooked-request.ts';
import type { ApiRequest, OpenAIClient, RequestOptions } from './openai-client.ts';
import { callText, endsRefused } from './outer-retries.ts';
import { OutgoingCall, type Rest, sharedRest } from './outgoing-call.ts';
import { callerCounts, countResends } from './retry-count.ts';
import { asksForNoUsage, withUsage } from './stream-usage.ts';

/** An attempt whose waiting has ended. */
type WaitedCall = AskingCall<OutgoingCall>;
/** The same, or a call that isn't metered. */
export type SendableCall = WaitedCall | Pick<OutgoingCall, 'options' | 'rest'>;

/** What of a client sends its calls. */
interface Sending {
  readonly client: OpenAIClient;
  /** As it was before it was hooked. */
  readonly makeRequest: OpenAIClient['makeRequest'];
  readonly fetch: HookedFetch;
}

/** Sends the attempts of one client through its pipeline. Loaded with the first call. */
export class OpenAICalls {
  readonly #client: OpenAIClient;
  readonly #pipeline: ClientPipeline;
  readonly #makeRequest: OpenAIClient['makeRequest'];
  /** Calls that have an attempt, by the copy of their options. */
  readonly #calls = new WeakMap<object, OutgoingCall>();
  readonly #fetch: FollowedFetch;

  constructor(pipeline: ClientPipeline, { client, makeRequest, fetch }: Sending) {
    this.#client = client;
    this.#pipeline = pipeline;
    this.#makeRequest = makeRequest;
    this.#fetch = new FollowedFetch(pipeline);
    fetch.sender = (...sent) => this.#fetch.send(...sent);
  }

  /** Asks for an attempt's turn. */
  begin(options: RequestOptions, given: Rest, resolve: (turn: SendableCall) => void): void {
    const rest = sharedRest(given);
    // In a retry, `options.body` may be lowered: its call is known from the caller's own body.
    const known = this.#calls.get(options);
    const sending = known ?? this.#described(options, rest);
    if (sending === undefined) {
      resolve({ options, rest });
      return;
    }
    if (known !== undefined) known.attempt++;
    sending.rest = rest;
    this.#ask(sending, undefined, resolve);
  }

  /** `undefined` for a call that isn't metered. */
  #described(options: RequestOptions, rest: Rest): OutgoingCall | undefined {
    const pipeline = this.#pipeline.ready;
    const { deploymentName, baseURL } = this.#client;
    const { method, body } = options;
    const prefix = deploymentName === undefined ? '' : `/deployments/${deploymentName}`;
    const path = `${prefix}${options.path}`;
    const call = pipeline.describe({ method, path, body });
    if (call === undefined) return undefined;
    const question = asksForNoUsage(options.path, body)
      ? pipeline.habits.question(baseURL, call.model)
      : undefined;
    const maxRetries = options.maxRetries ?? this.#client.maxRetries;
    return new OutgoingCall(options, { path, call }, question, maxRetries, rest);
  }

  #ask(
    sending: OutgoingCall,
    earlier: Attempt | undefined,
    settled: (turn: WaitedCall) => void,
  ): void {
    const { previous } = sending;
    const isFirst = earlier === undefined && previous === undefined;
    const before = isFirst ? NOTHING_BEFORE : { earlier, previous };
    this.#pipeline.ready.ask(sending, sending.call, before, settled);
  }

  /** Sends what may be sent now. */
  async take(turn: SendableCall): Promise<unknown> {
    if (!('admitted' in turn)) return this.#send(turn);
    const { path, body, mayRetry, current } = turn.request;
    // The SDK's own retries are within the first one.
    if (!mayRetry || current !== undefined) return this.#taken(turn);
    const end = this.#pipeline.ready.outerRetries.begin(() => callText(path, body));
    try {
      const result = await this.#taken(turn);
      end(false);
      return result;
    } catch (error) {
      end(endsRefused(error, turn.request.current));
      throw error;
    }
  }

  async #taken(turn: WaitedCall): Promise<unknown> {
    const sending = turn.request;
    for (let asking = turn; ; ) {
      const attempt = this.#admitted(asking);
      if (attempt === undefined) return this.#send(sending);
      try {
        this.#track(sending, attempt);
        const result = await this.#send(sending);
        attempt.finish();
        return result;
      } catch (error) {
        attempt.abandon();
        sending.question?.failed();
        if (attempt.refusals.again === undefined) throw error;
        sending.resends++;
        sending.attempt++;
      }
      asking = await new Promise<WaitedCall>((settled) => this.#ask(sending, attempt, settled));
    }
  }

  #send({ options, rest }: Pick<OutgoingCall, 'options' | 'rest'>): Promise<unknown> {
    return this.#makeRequest.call(this.#client, options, ...rest);
  }

  /**
   * `undefined` if the caller aborted meanwhile, or its lane takes no calls and this one was refused:
   * the SDK throws its own error for that.
   */
  #admitted(asking: WaitedCall): Attempt | undefined {
    const { question, signal, previous } = asking.request;
    try {
      return asking.admitted;
    } catch (error) {
      question?.failed();
      if (signal?.aborted === true || previous?.refusals.answersFor(error) === true)
        return undefined;
      throw error;
    }
  }

  #track(sending: OutgoingCall, attempt: Attempt): void {
    if (!this.#calls.has(sending.options)) {
      sending.options = { ...sending.options };
      this.#calls.set(sending.options, sending);
    }
    sending.current = attempt;
    sending.lowerOutput(attempt);
  }

  /** The SDK has made the request of an attempt. */
  prepared(request: ApiRequest, options: object): void {
    const sending = this.#calls.get(options);
    const attempt = sending?.current;
    if (sending === undefined || attempt === undefined) return;
    const { resends } = sending;
    const { defaultHeaders } = this.#client._options ?? {};
    if (resends > 0 && !callerCounts(sending.options.headers, defaultHeaders)) {
      countResends(request.headers, resends);
    }
    // Changes the text: the caller's object must not be read a second time.
    if (sending.question?.isAsked === true) replaceBody(request, withUsage(request.body));
    this.#fetch.follow(request, attempt);
  }
}

/** Sets the text of a request. Older cores count its bytes before. */
function replaceBody(request: ApiRequest, body: unknown): void {
  const { headers } = request;
  request.body = body;
  if (isObject(headers) && 'content-length' in headers) {
    Reflect.deleteProperty(headers, 'content-length');
  }
}
