import type { CountsResponses } from '../tokens/remote-count.ts';
import type { ClientAdapter } from './client.ts';
import { classMethod, hasMethods, keepState } from './client-object.ts';
import type { ClientPipeline } from './client-pipeline.ts';
import { isFinal } from './final-response.ts';
import { HookedFetch, unhooked } from './hooked-fetch.ts';
import { lateCounter } from './late-counter.ts';
import type { OpenAICalls, SendableCall } from './openai-calls.ts';
import {
  type ApiRequest,
  asOpenAI,
  canBeCopied,
  copyOf,
  type Fetch,
  isAzure,
  type OpenAIClient,
  type RequestOptions,
} from './openai-client.ts';
import type { Rest } from './outgoing-call.ts';

/** What calls need, loaded with the first one. */
let code: typeof import('./openai-calls.ts') | undefined;

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
  async loadCalls() {
    code = await import('./openai-calls.ts');
  },
  wrap(client, pipeline, rewrap) {
    const original = asOpenAI(client);
    const clone = copyOf(original, {}, classMethod(original, 'withOptions'));
    keepState(original, clone);
    return new OpenAIHook(clone, pipeline).install(unhooked(original.fetch), rewrap);
  },
};

/** Sends the attempts of one client through a pipeline. */
class OpenAIHook {
  readonly #client: OpenAIClient;
  readonly #pipeline: ClientPipeline;
  readonly #makeRequest: OpenAIClient['makeRequest'];
  readonly #fetch = new HookedFetch();
  #calls: OpenAICalls | undefined;

  constructor(client: OpenAIClient, pipeline: ClientPipeline) {
    this.#client = client;
    this.#pipeline = pipeline;
    this.#makeRequest = client.makeRequest;
  }

  /** Overrides methods on this client object, not on its class. */
  install(fetch: Fetch, rewrap: (client: object) => object): object {
    const client = this.#client;
    const { prepareRequest, shouldRetry, withOptions } = client;
    const methods = {
      makeRequest: (options: RequestOptions, ...rest: Rest) => this.#request(options, rest),
      prepareRequest: async (request: ApiRequest, context: { options: object }) => {
        await prepareRequest.call(client, request, context);
        this.#calls?.prepared(request, context.options);
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
        .then((options) => this.#pipeline.with(() => this.#loaded().begin(options, rest, resolve)))
        .catch(reject);
    });
    return turn.then(this.#take);
  }

  /** Sends what may be sent now. */
  readonly #take = (turn: SendableCall): Promise<unknown> => this.#loaded().take(turn);

  /** @throws before the code of calls is loaded, with the pipeline */
  #loaded(): OpenAICalls {
    if (this.#calls === undefined && code !== undefined) {
      const parts = { client: this.#client, makeRequest: this.#makeRequest, fetch: this.#fetch };
      this.#calls = new code.OpenAICalls(this.#pipeline, parts);
    }
    if (this.#calls === undefined) throw new Error('The code for calls is not loaded yet');
    return this.#calls;
  }
}
