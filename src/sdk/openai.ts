import type { Call } from '../model/call.ts';
import { newCallId } from '../model/call-id.ts';
import { hostnameOf } from '../providers/base-url.ts';
import type { CountsResponses } from '../tokens/remote-count.ts';
import type { Attempt } from './attempt.ts';
import type { CallPipeline } from './call-pipeline.ts';
import type { ClientAdapter } from './client.ts';
import { classMethod, hasMethods, keepState } from './client-object.ts';
import type { ClientPipeline } from './client-pipeline.ts';
import { isFinal } from './final-response.ts';
import { lateCounter } from './late-counter.ts';
import {
  type ApiRequest,
  asOpenAI,
  canBeCopied,
  copyOf,
  type Fetch,
  isAzure,
  isReplayable,
  type OpenAIClient,
  type RequestOptions,
  replaceBody,
} from './openai-client.ts';
import { lowerOutput, type OutgoingCall } from './outgoing-call.ts';
import { callerCounts, countResends } from './retry-count.ts';
import { asksForNoUsage, withUsage } from './stream-usage.ts';
import { noteUncounted } from './uncounted.ts';
import { webResponse } from './web-response.ts';

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

/** The original of each hooked `fetch`, so that a clone of a wrapped client isn't hooked twice. */
const behind = new WeakMap<Fetch, Fetch>();

function unhooked(fetch: Fetch): Fetch {
  return behind.get(fetch) ?? fetch;
}

/** Sends the attempts of one client through a pipeline. */
class OpenAIHook {
  readonly #client: OpenAIClient;
  readonly #pipeline: ClientPipeline;
  readonly #calls = new WeakMap<object, OutgoingCall>();
  /** Attempts by their headers, the one object that also reaches `fetch`. */
  readonly #byHeaders = new WeakMap<object, Attempt>();

  constructor(client: OpenAIClient, pipeline: ClientPipeline) {
    this.#client = client;
    this.#pipeline = pipeline;
  }

  /** Overrides methods on this client object, not on its class. */
  install(fetch: Fetch, rewrap: (client: object) => object): object {
    const client = this.#client;
    const { makeRequest, prepareRequest, shouldRetry, withOptions } = client;
    const methods = {
      makeRequest: (options: RequestOptions, retriesRemaining: number | null, ...rest: unknown[]) =>
        this.#request(options, (sent) => makeRequest.call(client, sent, retriesRemaining, ...rest)),
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
    this.#installFetch(fetch);
    return client;
  }

  /** Also hooks a `fetch` that is set later, even one that calls the previous one. */
  #installFetch(fetch: Fetch): void {
    let hooked = this.#hooked(fetch);
    const set = (next: Fetch): void => {
      hooked = this.#hooked(unhooked(next));
    };
    const accessor = { get: () => hooked, set, configurable: true, enumerable: true };
    Object.defineProperty(this.#client, 'fetch', accessor);
  }

  #hooked(fetch: Fetch): Fetch {
    // A proxy, because the SDK looks at the properties that a custom `fetch` may have.
    const hooked = new Proxy(fetch, {
      apply: (_target, _self, [url, init]: Parameters<Fetch>) => this.#send(fetch, url, init),
    });
    behind.set(hooked, fetch);
    return hooked;
  }

  /** One attempt of the SDK, and our resends of it after refusals. */
  async #request(
    asked: RequestOptions | PromiseLike<RequestOptions>,
    makeRequest: (options: RequestOptions) => Promise<unknown>,
  ): Promise<unknown> {
    const pipeline = await this.#pipeline.load();
    const options = await asked;
    // In a retry, `options.body` may be lowered: describe the caller's own body.
    const known = this.#calls.get(options);
    const given = known === undefined ? options : { ...options, body: known.body };
    const described = this.#described(given);
    const call = pipeline.describe(described);
    if (call === undefined) {
      noteUncounted(hostnameOf(this.#client.baseURL), described);
      return makeRequest(options);
    }
    const sending = known ?? this.#track(options, call, pipeline);
    let earlier: Attempt | undefined;
    for (;;) {
      sending.attempts++;
      const attempt = await this.#admit(pipeline, sending, call, earlier);
      if (attempt === undefined) return makeRequest(sending.options);
      sending.attempt = attempt;
      lowerOutput(sending, attempt);
      try {
        const result = await makeRequest(sending.options);
        attempt.finish();
        return result;
      } catch (error) {
        attempt.abandon();
        sending.question?.failed();
        if (attempt.again === undefined) throw error;
        sending.resends++;
        earlier = attempt;
      }
    }
  }

  /**
   * `undefined` if the caller aborted meanwhile, or its lane takes no calls and this one was refused:
   * the SDK throws its own error for that.
   */
  async #admit(
    pipeline: CallPipeline,
    { options, body, question, callId, attempts: attempt, attempt: last }: OutgoingCall,
    call: Call,
    earlier: Attempt | undefined,
  ): Promise<Attempt | undefined> {
    const signal = options.signal ?? undefined;
    const maxRetries = options.maxRetries ?? this.#client.maxRetries;
    const mayRetry = maxRetries > 0 && isReplayable(options);
    const described = this.#described({ ...options, body });
    const previous = last?.isRefused === true ? last : undefined;
    const asked = { ...described, signal, mayRetry, question, callId };
    const request = { ...asked, earlier, previous, attempt };
    try {
      return await pipeline.admit(request, call);
    } catch (error) {
      question?.failed();
      if (signal?.aborted === true || previous?.answersFor(error) === true) return undefined;
      throw error;
    }
  }

  #described({ method, path, body }: RequestOptions): {
    method: string;
    path: string;
    body: unknown;
  } {
    const { deploymentName } = this.#client;
    const prefix = deploymentName === undefined ? '' : `/deployments/${deploymentName}`;
    return { method, path: `${prefix}${path}`, body };
  }

  #track(given: RequestOptions, { model }: Call, { habits }: CallPipeline): OutgoingCall {
    const options = { ...given };
    const { path, body } = options;
    const { baseURL } = this.#client;
    const question = asksForNoUsage(path, body) ? habits.question(baseURL, model) : undefined;
    const counts = { attempt: undefined, attempts: 0, resends: 0 };
    const sending = { options, body, question, callId: newCallId(), ...counts };
    this.#calls.set(options, sending);
    return sending;
  }

  #prepared(request: ApiRequest, options: object): void {
    const sending = this.#calls.get(options);
    const attempt = sending?.attempt;
    if (sending === undefined || attempt === undefined) return;
    if (!callerCounts(sending.options.headers, this.#client._options?.defaultHeaders)) {
      countResends(request.headers, sending.resends);
    }
    // Changes the text: the caller's object must not be read a second time.
    if (sending.question?.isAsked === true) replaceBody(request, withUsage(request.body));
    this.#follow(request, attempt);
  }

  /** Follows the headers: Bedrock and Vertex clients replace them after our hook. */
  #follow(request: ApiRequest, attempt: Attempt): void {
    let { headers } = request;
    const set = (next: unknown): void => {
      headers = next;
      if (typeof next === 'object' && next !== null) this.#byHeaders.set(next, attempt);
    };
    set(headers);
    const accessor = { get: () => headers, set, configurable: true, enumerable: true };
    Object.defineProperty(request, 'headers', accessor);
  }

  async #send(fetch: Fetch, url: unknown, init?: ApiRequest): Promise<Response> {
    const { headers } = init ?? {};
    const isKnown = typeof headers === 'object' && headers !== null;
    const attempt = isKnown ? this.#byHeaders.get(headers) : undefined;
    if (attempt === undefined || attempt.isSent) return attempt?.replay ?? fetch(url, init);
    attempt.markSent();
    let response: Response;
    try {
      response = webResponse(await this.#pipeline.sending(() => fetch(url, init)));
    } catch (error) {
      attempt.settleAsCharged();
      throw error;
    }
    return attempt.receive(response);
  }
}
