import type { Attempt } from './attempt.ts';
import type { ClientPipeline } from './client-pipeline.ts';
import type { ApiRequest, Fetch, OpenAIClient } from './openai-client.ts';
import { webResponse } from './web-response.ts';

/** The original of each hooked `fetch`, so that a clone of a wrapped client isn't hooked twice. */
const behind = new WeakMap<Fetch, Fetch>();

export function unhooked(fetch: Fetch): Fetch {
  return behind.get(fetch) ?? fetch;
}

/** The `fetch` of one client, which knows for which attempt it is called. */
export class FollowedFetch {
  readonly #pipeline: ClientPipeline;
  /** Attempts by their headers, the one object that also reaches `fetch`. */
  readonly #byHeaders = new WeakMap<object, Attempt>();

  constructor(pipeline: ClientPipeline) {
    this.#pipeline = pipeline;
  }

  /** Also hooks a `fetch` that is set later, even one that calls the previous one. */
  install(client: OpenAIClient, fetch: Fetch): void {
    let hooked = this.#hooked(fetch);
    const set = (next: Fetch): void => {
      hooked = this.#hooked(unhooked(next));
    };
    const accessor = { get: () => hooked, set, configurable: true, enumerable: true };
    Object.defineProperty(client, 'fetch', accessor);
  }

  #hooked(fetch: Fetch): Fetch {
    // A proxy, because the SDK looks at the properties that a custom `fetch` may have.
    const hooked = new Proxy(fetch, {
      apply: (_target, _self, [url, init]: Parameters<Fetch>) => this.#send(fetch, url, init),
    });
    behind.set(hooked, fetch);
    return hooked;
  }

  /** Follows the headers: Bedrock and Vertex clients replace them after our hook. */
  follow(request: ApiRequest, attempt: Attempt): void {
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
    if (attempt === undefined || attempt.isSent)
      return attempt?.refusals.replay ?? fetch(url, init);
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
