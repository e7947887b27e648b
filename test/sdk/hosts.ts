import type { RateLimiterOptions } from '../../src/options.ts';
import type { VirtualClock } from '../../src/testing/index.ts';
import { type Bench, bench } from './bench.ts';
import type { EachSdk } from './sdks.ts';

export const SECOND = 1000;
export const MINUTE: number = 60 * SECOND;
/** How long a host takes to answer. */
export const LATENCY = 100;

/** A limited client of a host that takes a moment to answer. */
export function setUp(
  sdk: EachSdk,
  answer: () => Response,
  limiter: RateLimiterOptions = {},
): Bench & { requests: number[] } {
  const made = bench(sdk, fetch, { limiter });
  const requests = answering(made, answer);
  return { ...made, requests };
}

/** Has the client's host answer so after a moment; the times of its requests. */
export function answering(
  { client, clock }: Pick<Bench, 'client' | 'clock'>,
  answer: (body: string) => Response,
): number[] {
  const requests: number[] = [];
  client.fetch = async (input, init) => {
    requests.push(clock.now());
    const text = await new Request(input, init).text();
    await sleep(clock, LATENCY);
    return answer(text);
  };
  return requests;
}

export function sleep(clock: VirtualClock, ms: number): Promise<void> {
  return new Promise((resolve) => clock.setTimeout(resolve, ms));
}

export interface End {
  readonly error: unknown;
  /** When the call came and ended, in virtual milliseconds. */
  readonly from: number;
  readonly at: number;
}

export async function ending(
  clock: VirtualClock,
  call: () => PromiseLike<unknown>,
  atMs = 0,
): Promise<End> {
  if (atMs > 0) await sleep(clock, atMs);
  const from = clock.now();
  try {
    await call();
    return { error: undefined, from, at: clock.now() };
  } catch (error) {
    return { error, from, at: clock.now() };
  }
}
