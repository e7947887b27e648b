import type { Attempt } from './attempt.ts';
import type { ClientPipeline } from './client-pipeline.ts';
import type { ApiRequest, Fetch } from './openai-client.ts';
import { webResponse } from './web-response.ts';

/** What sends the requests of one client, and knows for which attempt it is called. */
export class FollowedFetch {
  readonly #pipeline: ClientPipeline;
  /** Attempts by their headers, the one object that also reaches `fetch`. */
  readonly #byHeaders = new WeakMap<object, Attempt>();

  constructor(pipeline: ClientPipeline) {
    this.#pipeline = pipeline;
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

  /** Sends a request, for its attempt where there is one. */
  async send(fetch: Fetch, url: unknown, init?: ApiRequest): Promise<Response> {
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
