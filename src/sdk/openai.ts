import type { Call } from '../model/call.ts';
import { hostOfPreset } from '../presets/host.ts';
import { providerFor } from '../providers/directory.ts';
import { type CountsResponses, openaiCounter } from '../tokens/remote-count.ts';
import type { Upstream } from '../upstream.ts';
import type { Admission } from './admission.ts';
import type { Attempt } from './attempt.ts';
import type { ClientAdapter } from './client.ts';
import { isFinal } from './error-response.ts';
import { withOutput } from './lowered-output.ts';
import {
  type ApiRequest,
  asOpenAI,
  copyOf,
  type Fetch,
  isReplayable,
  type OpenAIClient,
  type RequestOptions,
} from './openai-client.ts';
import { classMethod, keepState } from './own-state.ts';
import { callerCounts, countResends } from './retry-count.ts';
import { hasMethods, hostnameOf, hostOf } from './shape.ts';
import { asksForNoUsage, withUsage } from './stream-usage.ts';

const METHODS = ['withOptions', 'makeRequest', 'prepareRequest', 'shouldRetry', 'fetch'] as const;

export const openaiAdapter: ClientAdapter = {
  home: 'openai',
  accepts: (client) => 'chat' in client && 'baseURL' in client && hasMethods(client, METHODS),
  upstream: (client) => upstreamOf(asOpenAI(client)),
  // `accepts` has found an OpenAI client; one without this endpoint is asked in vain, and then not.
  counter: (client, clock) => openaiCounter(client as CountsResponses, { clock }),
  wrap(client, admission, rewrap) {
    const original = asOpenAI(client);
    const clone = copyOf(original, {}, classMethod(original, 'withOptions'));
    keepState(original, clone);
    return new OpenAIHook(clone, admission).install(unhooked(original.fetch), rewrap);
  },
};

function upstreamOf(client: OpenAIClient): Upstream {
  const { baseURL } = client;
  const azure = client.apiVersion !== undefined && client.constructor.name.startsWith('Azure');
  return {
    provider: providerFor({ sdk: 'openai', baseURL, azure }),
    host: hostOf(baseURL),
    presetHost: hostOfPreset(hostnameOf(baseURL), 'openai'),
  };
}

/** The `fetch` behind each of ours, so that a clone of a wrapped client isn't hooked twice. */
const behind = new WeakMap<Fetch, Fetch>();

function unhooked(fetch: Fetch): Fetch {
  return behind.get(fetch) ?? fetch;
}

/**
 * Hosts that have refused `stream_options`, for as long as the process runs: asking again would
 * cost a request each time.
 */
const refusesUsage = new Set<string>();

/** The options of one call as they are sent, and what is known of its attempts. */
interface Sending {
  /** A copy of the caller's: an SDK's retry sends it again, another call has another one. */
  readonly options: RequestOptions & { body?: unknown };
  /** The body as the caller gave it. */
  readonly body: unknown;
  /** Whether we ask what the stream has used, because the caller doesn't. */
  asksForUsage: boolean;
  /** The attempt that it stands for now. */
  attempt: Attempt | undefined;
  /** How often it was to be sent so far, and how often of these by us, which the SDK doesn't know. */
  attempts: number;
  resends: number;
}

/** The body of each attempt is the caller's, or allows less output than that. */
function lowerOutput({ options, body }: Sending, { loweredOutput }: Attempt): void {
  if (loweredOutput !== undefined) options.body = withOutput(options.path, body, loweredOutput);
  else if (options.body !== body) options.body = body;
}

/** Ties one client's attempts to an admission. */
class OpenAIHook {
  readonly #client: OpenAIClient;
  readonly #admission: Admission;
  readonly #sendings = new WeakMap<object, Sending>();
  /** The attempt that a request's headers belong to: they are what reaches `fetch`. */
  readonly #byHeaders = new WeakMap<object, Attempt>();

  constructor(client: OpenAIClient, admission: Admission) {
    this.#client = client;
    this.#admission = admission;
  }

  /** Puts the hook's methods on this one client object, over those of its class. */
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
      shouldRetry: async (response: Response) =>
        !isFinal(response) && shouldRetry.call(client, response),
      withOptions: (options: object) => rewrap(copyOf(client, options, withOptions)),
    };
    for (const [name, value] of Object.entries(methods)) {
      Object.defineProperty(client, name, { value, writable: true, configurable: true });
    }
    this.#installFetch(fetch);
    return client;
  }

  /** A `fetch` that is set later is hooked too, also one that calls the one before it. */
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

  /** One attempt of the SDK's, and those that follow it because the provider was out of room. */
  async #request(
    asked: RequestOptions | PromiseLike<RequestOptions>,
    makeRequest: (options: RequestOptions) => Promise<unknown>,
  ): Promise<unknown> {
    const options = await asked;
    // An SDK's retry sends what an earlier attempt has made of it: the caller's own body counts.
    const known = this.#sendings.get(options);
    const given = known === undefined ? options : { ...options, body: known.body };
    const call = this.#admission.describe(this.#described(given));
    if (call === undefined) return makeRequest(options);
    const sending = known ?? this.#toBeSent(options);
    let earlier: Attempt | undefined;
    for (;;) {
      sending.attempts++;
      const attempt = await this.#admit(sending, call, earlier);
      if (attempt === undefined) return makeRequest(sending.options);
      sending.attempt = attempt;
      lowerOutput(sending, attempt);
      try {
        const result = await makeRequest(sending.options);
        attempt.conclude();
        return result;
      } catch (error) {
        attempt.abandon();
        if (attempt.again === undefined) throw error;
        if (attempt.again === 'without usage') this.#stopAsking(sending);
        sending.resends++;
        earlier = attempt;
      }
    }
  }

  /** `undefined` where the caller has given up meanwhile: the SDK has its own error for that. */
  async #admit(
    { options, body, asksForUsage: hidesUsage, attempts: attempt }: Sending,
    call: Call,
    earlier: Attempt | undefined,
  ): Promise<Attempt | undefined> {
    const signal = options.signal ?? undefined;
    const maxRetries = options.maxRetries ?? this.#client.maxRetries;
    const mayRetry = maxRetries > 0 && isReplayable(options);
    const described = this.#described({ ...options, body });
    const request = { ...described, signal, mayRetry, hidesUsage, earlier, attempt };
    try {
      return await this.#admission.admit(request, call);
    } catch (error) {
      if (signal?.aborted === true) return undefined;
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

  /** A stream that doesn't say what it used is asked to, where the host has not refused that. */
  #toBeSent(given: RequestOptions): Sending {
    const options = { ...given };
    const { path, body } = options;
    const asksForUsage = !refusesUsage.has(this.#client.baseURL) && asksForNoUsage(path, body);
    const sending = { options, body, asksForUsage, attempt: undefined, attempts: 0, resends: 0 };
    this.#sendings.set(options, sending);
    return sending;
  }

  #stopAsking(sending: Sending): void {
    refusesUsage.add(this.#client.baseURL);
    sending.asksForUsage = false;
  }

  #prepared(request: ApiRequest, options: object): void {
    const sending = this.#sendings.get(options);
    const attempt = sending?.attempt;
    if (sending === undefined || attempt === undefined) return;
    if (!callerCounts(sending.options.headers, this.#client._options?.defaultHeaders)) {
      countResends(request.headers, sending.resends);
    }
    // In the text: the caller's object has been read once, by the SDK, and isn't read again.
    if (sending.asksForUsage) request.body = withUsage(request.body);
    this.#follow(request, attempt);
  }

  /** The hooks of a Bedrock or Vertex client come after ours, and replace the headers. */
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
    if (attempt === undefined || attempt.isSent) return fetch(url, init);
    attempt.send();
    let response: Response;
    try {
      response = await fetch(url, init);
    } catch (error) {
      attempt.lose();
      throw error;
    }
    return attempt.receive(response);
  }
}
