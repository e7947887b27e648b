import type { FetchFunction } from './outgoing-request.ts';

let isSending = false;

/** The global `fetch` as it is when it is called: mocks and proxies may replace it. */
export const globalFetch: FetchFunction = (input, init) => {
  isSending = true;
  try {
    return globalThis.fetch(input, init);
  } finally {
    isSending = false;
  }
};

/** Whether the request at hand is one that `globalFetch` sends. Known only until its first `await`. */
export function isSendingGlobally(): boolean {
  return isSending;
}
