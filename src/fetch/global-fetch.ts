import type { FetchFunction } from './outgoing-request.ts';

/** The global `fetch` as it is when it is called: mocks and proxies may replace it. */
export const globalFetch: FetchFunction = (input, init) => globalThis.fetch(input, init);
