import type { ApiRequest, Fetch, OpenAIClient } from './openai-client.ts';

/** The original of each hooked `fetch`, so that a clone of a wrapped client isn't hooked twice. */
const behind = new WeakMap<Fetch, Fetch>();

export function unhooked(fetch: Fetch): Fetch {
  return behind.get(fetch) ?? fetch;
}

/** The `fetch` of one client. */
export class HookedFetch {
  /** Sends what the client's calls send, once there are any. */
  sender: ((fetch: Fetch, url: unknown, init?: ApiRequest) => Promise<Response>) | undefined;

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
      apply: (_target, _self, [url, init]: Parameters<Fetch>) =>
        (this.sender ?? unfollowed)(fetch, url, init),
    });
    behind.set(hooked, fetch);
    return hooked;
  }
}

async function unfollowed(fetch: Fetch, url: unknown, init?: ApiRequest): Promise<Response> {
  return fetch(url, init);
}
