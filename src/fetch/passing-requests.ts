import { parseJson } from '../model/json.ts';
import { mayRunModel, noteUncounted } from '../sdk/uncounted.ts';
import type { FetchInit, FetchInput, Target } from './outgoing-request.ts';
import { readBody } from './request-body.ts';

/** So many paths are looked at: a body is read for it. */
const MOST_PATHS = 100;

/** Looks at the first request to each path that passes without limits, whether it should have any. */
export class PassingRequests {
  readonly #known = new Set<string>();

  /** Leaves the request as it is. */
  note({ url, method }: Target, input: FetchInput, init: FetchInit | undefined): void {
    const { hostname, pathname: path } = url;
    const id = `${hostname} ${path}`;
    if (this.#known.size >= MOST_PATHS || this.#known.has(id)) return;
    if (!mayRunModel(hostname, { method, path })) return;
    this.#known.add(id);
    void bodyOf(input, init).then((body) => noteUncounted(hostname, { method, path, body }));
  }
}

/** What a body says. Never rejects. */
async function bodyOf(input: FetchInput, init: FetchInit | undefined): Promise<unknown> {
  if (init?.body !== undefined || !(input instanceof Request)) {
    return (await readBody(init?.body)).value;
  }
  const isJson = /\bjson\b/i.test(input.headers.get('content-type') ?? '');
  return isJson && !input.bodyUsed
    ? input
        .clone()
        .text()
        .then(parseJson, () => {})
    : undefined;
}
