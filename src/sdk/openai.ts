import type { CountsResponses } from '../tokens/remote-count.ts';
import type { AskingCall } from './asking-call.ts';
import type { Attempt } from './attempt.ts';
import type { CallPipeline } from './call-pipeline.ts';
import type { ClientAdapter } from './client.ts';
import { classMethod, hasMethods, keepState } from './client-object.ts';
import type { ClientPipeline } from './client-pipeline.ts';
import { isFinal } from './final-response.ts';
import { NOTHING_BEFORE } from './hooked-request.ts';
import { lateCounter } from './late-counter.ts';
import {
  type ApiRequest,
  asOpenAI,
  canBeCopied,
  copyOf,
  type Fetch,
  isAzure,
  type OpenAIClient,
  type RequestOptions,
  replaceBody,
} from './openai-client.ts';
import { FollowedFetch, unhooked } from './openai-fetch.ts';
import { OutgoingCall, type Rest, sharedRest } from './outgoing-call.ts';
import { callerCounts, countResends } from './retry-count.ts';
import { asksForNoUsage, withUsage } from './stream-usage.ts';

const METHODS = ['makeRequest', 'prepareRequest', 'shouldRetry', 'fetch'] as const;

export const openaiAdapter: ClientAdapter = {
  home: 'openai',
  methods: METHODS,
  // By its shape: the SDKs of Groq, Together, Cerebras and others are generated with the same core.
  accepts: (client) =>
    'chat' in client &&
    'baseURL' in client &&
    hasMethods(client, METHODS) &&
    canBeCopied(asOpenAI(client)),
  destination(client) {
    const { baseURL } = asOpenAI(client);
    return { sdk: 'openai', baseURL, azure: isAzure(asOpenAI(client)) };
  },
  // `accepts` has found an OpenAI client; one without this endpoint is asked in vain, and then not.
  counter: (client, limiter) =>
    lateCounter(limiter, ({ openaiCounter }) =>
      openaiCounter(client as CountsResponses, { clock: limiter.clock }),
    ),
  wrap(client, pipeline, rewrap) {
    const original = asOpenAI(client);
    const clone = copyOf(original, {}, classMethod(original, 'withOptions'));
    keepState(original, clone);
    return new OpenAIHook(clone, pipeline).install(unhooked(original.fetch), rewrap);
  },
};

/** An attempt whose waiting has ended. */
type WaitedCall = AskingCall<OutgoingCall>;
/** The same, or a call that isn't metered. */
type SendableCall = WaitedCall | Pick<OutgoingCall, 'options' | 'rest'>;

/** Sends the attempts of one client through a pipeline. */
class OpenAIHook {
  readonly #client: OpenAIClient;
  readonly #pipeline: ClientPipeline;
  readonly #makeRequest: OpenAIClient['makeRequest'];
  /** Calls that have an attempt, by the copy of their options. */
  readonly #calls = new WeakMap<object, OutgoingCall>();
  readonly #fetch: FollowedFetch;

  constructor(client: OpenAIClient, pipeline: ClientPipeline) {
    this.#client = client;
    this.#pipeline = pipeline;
    this.#makeRequest = client.makeRequest;
    this.#fetch = new FollowedFetch(pipeline);
  }

  /** Overrides methods on this client object, not on its class. */
  install(fetch: Fetch, rewrap: (client: object) => object): object {
    const client = this.#client;
    const { prepareRequest, shouldRetry, withOptions } = client;
    const methods = {
      makeRequest: (options: RequestOptions, ...rest: Rest) =>
        this.#request(options, sharedRest(rest)),
      prepareRequest: async (request: ApiRequest, context: { options: object }) => {
        await prepareRequest.call(client, request, context);
        this.#prepared(request, context.options);
      },
      // Not async: older cores don't wait for what it returns.
      shouldRetry: (response: Response) => !isFinal(response) && shouldRetry.call(client, response),
      ...(withOptions && {
        withOptions: (options: object) => rewrap(copyOf(client, options, withOptions)),
      }),
    };
    for (const [name, value] of Object.entries(methods)) {
      Object.defineProperty(client, name, { value, writable: true, configurable: true });
    }
    this.#fetch.install(client, fetch);
    return client;
  }

  /**
   * One attempt of the SDK, and our resends of it after refusals. What a call that waits keeps is one
   * promise and its `AskingCall`. The promise's `then` keeps the caller's async context.
   */
  #request(asked: RequestOptions | PromiseLike<RequestOptions>, rest: Rest): Promise<unknown> {
    this.#pipeline.begin();
    const turn = new Promise<SendableCall>((resolve, reject) => {
      Promise.resolve(asked)
        .then((options) => this.#pipeline.with((each) => this.#begin(each, options, rest, resolve)))
        .catch(reject);
    });
    return turn.then(this.#take);
  }

  #begin(
    pipeline: CallPipeline,
    options: RequestOptions,
    rest: Rest,
    resolve: (turn: SendableCall) => void,
  ): void {
    // In a retry, `options.body` may be lowered: its call is known from the caller's own body.
    const known = this.#calls.get(options);
    const sending = known ?? this.#described(pipeline, options, rest);
    if (sending === undefined) {
      resolve({ options, rest });
      return;
    }
    if (known !== undefined) known.attempt++;
    sending.rest = rest;
    this.#ask(sending, undefined, resolve);
  }

  /** `undefined` for a call that isn't metered. */
  #described(
    pipeline: CallPipeline,
    options: RequestOptions,
    rest: Rest,
  ): OutgoingCall | undefined {
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
  readonly #take = async (turn: SendableCall): Promise<unknown> => {
    if (!('admitted' in turn)) return this.#send(turn);
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
  };

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

  #prepared(request: ApiRequest, options: object): void {
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
