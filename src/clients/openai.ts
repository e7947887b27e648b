import { providerFor } from '../providers/directory.ts';
import type { Call } from '../providers/provider.ts';
import type { Admission, Upstream } from './admission.ts';
import type { Attempt } from './attempt.ts';
import type { ClientAdapter } from './client.ts';
import { countResends } from './retry-count.ts';
import { hasMethods, hostOf, isObject } from './shape.ts';
import { asksForNoUsage, withUsage } from './stream-usage.ts';

type Fetch = (url: unknown, init?: { headers?: unknown }) => Promise<Response>;

/** Of the SDK's `FinalRequestOptions`, what is read here. The same in openai 5, 6 and 7. */
interface RequestOptions {
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
  readonly signal?: AbortSignal | null;
  readonly maxRetries?: number;
  readonly headers?: unknown;
  readonly __metadata?: { readonly hasStreamingBody?: boolean };
}

/**
 * The parts of an OpenAI client that the hook relies on; all are there in openai 5, 6 and 7,
 * most of them not public. `makeRequest` runs once for each attempt, before any timer; the SDK's
 * own retries call it again.
 */
interface OpenAIClient {
  readonly baseURL: string;
  readonly maxRetries: number;
  readonly deploymentName?: string | undefined;
  readonly apiVersion?: string | undefined;
  fetch: Fetch;
  withOptions(options: object): OpenAIClient;
  makeRequest(
    options: unknown,
    retriesRemaining: number | null,
    ...rest: unknown[]
  ): Promise<unknown>;
  prepareRequest(request: { headers?: unknown }, context: { options: object }): Promise<void>;
}

const METHODS = ['withOptions', 'makeRequest', 'prepareRequest', 'fetch'] as const;

export const openaiAdapter: ClientAdapter = {
  accepts: (client) => 'chat' in client && 'baseURL' in client && hasMethods(client, METHODS),
  upstream: (client) => upstreamOf(asOpenAI(client)),
  wrap(client, admission, rewrap) {
    const original = asOpenAI(client);
    return new OpenAIHook(original.withOptions({}), unhooked(original.fetch), admission).install(
      rewrap,
    );
  },
};

/** `accepts` has looked at what TypeScript can't: the SDK declares most of it private. */
function asOpenAI(client: object): OpenAIClient {
  return client as OpenAIClient;
}

function upstreamOf(client: OpenAIClient): Upstream {
  const { baseURL } = client;
  const azure = client.apiVersion !== undefined && client.constructor.name.startsWith('Azure');
  return {
    provider: providerFor({ sdk: 'openai', baseURL, azure }),
    host: hostOf(baseURL),
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

/** Ties one client's attempts to an admission. */
class OpenAIHook {
  readonly #client: OpenAIClient;
  readonly #admission: Admission;
  /** The attempt that each options object stands for now: a retry reuses the object. */
  readonly #byOptions = new WeakMap<object, Attempt>();
  /** The attempt that a request's headers belong to: they are what reaches `fetch`. */
  readonly #byHeaders = new WeakMap<object, Attempt>();
  /** How often we have sent a call again ourselves, which the SDK doesn't know. */
  readonly #resends = new WeakMap<object, number>();
  /** Options whose body asks for usage because we did. */
  readonly #askedByUs = new WeakSet<object>();
  #fetch: Fetch;

  constructor(client: OpenAIClient, fetch: Fetch, admission: Admission) {
    this.#client = client;
    this.#fetch = fetch;
    this.#admission = admission;
  }

  /** Puts the hook's methods on this one client object, over those of its class. */
  install(rewrap: (client: object) => object): object {
    const client = this.#client;
    const { makeRequest, prepareRequest, withOptions } = client;
    const fetch: Fetch = (url, init) => this.#send(url, init);
    behind.set(fetch, this.#fetch);
    const methods = {
      makeRequest: (options: RequestOptions, retriesRemaining: number | null, ...rest: unknown[]) =>
        this.#request(makeRequest, options, retriesRemaining, rest),
      prepareRequest: async (request: { headers?: unknown }, context: { options: object }) => {
        await prepareRequest.call(client, request, context);
        this.#prepared(request, context.options);
      },
      withOptions: (options: object) => rewrap(withOptions.call(client, options)),
    };
    for (const [name, value] of Object.entries(methods)) {
      Object.defineProperty(client, name, { value, writable: true, configurable: true });
    }
    const set = (inner: Fetch): void => {
      this.#fetch = unhooked(inner);
      behind.set(fetch, this.#fetch);
    };
    Object.defineProperty(client, 'fetch', {
      get: () => fetch,
      set,
      configurable: true,
      enumerable: true,
    });
    return client;
  }

  /** One attempt of the SDK's, and those that follow it because the provider was out of room. */
  async #request(
    makeRequest: OpenAIClient['makeRequest'],
    given: RequestOptions | PromiseLike<RequestOptions>,
    retriesRemaining: number | null,
    rest: unknown[],
  ): Promise<unknown> {
    const options = await given;
    const pass = (sent: RequestOptions): Promise<unknown> =>
      makeRequest.call(this.#client, sent, retriesRemaining, ...rest);
    const call = this.#admission.describe(this.#described(options));
    if (call === undefined) return pass(options);
    let earlier: Attempt | undefined;
    for (;;) {
      const sent = this.#asksForUsage(options);
      const attempt = await this.#admit(sent, call, earlier);
      if (attempt === undefined) return pass(options);
      this.#byOptions.set(sent, attempt);
      try {
        const result = await pass(sent);
        attempt.conclude();
        return result;
      } catch (error) {
        attempt.abandon();
        if (attempt.again === undefined) throw error;
        this.#noteResend(attempt, options, sent);
        earlier = attempt;
      }
    }
  }

  /** `undefined` where the caller has given up meanwhile: the SDK has its own error for that. */
  async #admit(
    options: RequestOptions,
    call: Call,
    earlier: Attempt | undefined,
  ): Promise<Attempt | undefined> {
    const signal = options.signal ?? undefined;
    const maxRetries = options.maxRetries ?? this.#client.maxRetries;
    const mayRetry = maxRetries > 0 && isReplayable(options);
    const attempt = 1 + (this.#resends.get(options) ?? 0);
    const hidesUsage = this.#askedByUs.has(options);
    const request = { ...this.#described(options), signal, mayRetry, hidesUsage, earlier, attempt };
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

  /** The options as they are sent: a stream that doesn't say what it used is asked to. */
  #asksForUsage(options: RequestOptions): RequestOptions {
    if (refusesUsage.has(this.#client.baseURL) || !asksForNoUsage(options.path, options.body)) {
      return options;
    }
    const sent = { ...options, body: withUsage(options.body) };
    this.#askedByUs.add(sent);
    const resends = this.#resends.get(options);
    if (resends !== undefined) this.#resends.set(sent, resends);
    return sent;
  }

  #noteResend(attempt: Attempt, options: RequestOptions, sent: RequestOptions): void {
    if (attempt.again === 'without usage') refusesUsage.add(this.#client.baseURL);
    const resends = (this.#resends.get(sent) ?? 0) + 1;
    for (const each of [options, sent]) this.#resends.set(each, resends);
  }

  #prepared(request: { headers?: unknown }, options: object): void {
    const attempt = this.#byOptions.get(options);
    if (attempt === undefined || !isObject(request.headers)) return;
    this.#byHeaders.set(request.headers, attempt);
    countResends(request.headers, this.#resends.get(options) ?? 0, this.#client.maxRetries);
  }

  async #send(url: unknown, init?: { headers?: unknown }): Promise<Response> {
    const fetch = this.#fetch;
    const attempt = isObject(init?.headers) ? this.#byHeaders.get(init.headers) : undefined;
    if (attempt === undefined) return fetch(url, init);
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

/** Whether the SDK could send the body twice: not what is read while it is sent. */
function isReplayable({ body, __metadata }: RequestOptions): boolean {
  if (__metadata?.hasStreamingBody === true) return false;
  return !isObject(body) || !(Symbol.asyncIterator in body || 'next' in body);
}
