import type { VirtualClock } from '../src/testing/index.ts';

type Fetch = typeof globalThis.fetch;

/** A delay on the wire, in milliseconds of virtual time. */
export type Delay = () => number;

/** `fetch`, with `upMs` of virtual time before each request arrives and `downMs` before its response. */
export function delayed(fetch: Fetch, clock: VirtualClock, upMs: Delay, downMs: Delay): Fetch {
  const sleep = (ms: number): Promise<void> =>
    new Promise((resolve) => clock.setTimeout(resolve, ms));
  return async (input, init) => {
    await sleep(upMs());
    const response = await fetch(input, init);
    await sleep(downMs());
    return response;
  };
}
