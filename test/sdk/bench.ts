import { createRateLimiter, type RateLimiter } from '../../src/limiter.ts';
import type { RateLimiterOptions } from '../../src/options.ts';
import {
  createSimulator,
  createVirtualClock,
  type Simulator,
  type SimulatorOptions,
  type VirtualClock,
} from '../../src/testing/index.ts';
import { type RateLimited, withRateLimit } from '../../src/with-rate-limit.ts';
import type { AnyClient, ClientOptions, EachSdk, Fetch } from './sdks.ts';

export interface Bench {
  readonly clock: VirtualClock;
  readonly limiter: RateLimiter;
  readonly client: RateLimited<AnyClient>;
  /** Not limited, otherwise the same. */
  readonly bare: AnyClient;
}

/** A limited client and its clock. */
export function bench(
  sdk: EachSdk,
  fetch: Fetch,
  {
    client = {},
    limiter: options = {},
  }: { client?: ClientOptions; limiter?: RateLimiterOptions } = {},
  clock: VirtualClock = createVirtualClock(),
): Bench {
  const limiter = createRateLimiter({ clock, ...options });
  const bare = sdk.make({ fetch, ...client });
  return { clock, limiter, bare, client: inNoTime(withRateLimit(bare, { limiter }), clock) };
}

export interface SimulatedBench extends Bench {
  readonly simulator: Simulator;
}

/** A limited client before a simulated provider. */
export function simulated(
  sdk: EachSdk,
  options: SimulatorOptions = {},
  made: { client?: ClientOptions; limiter?: RateLimiterOptions } = {},
): SimulatedBench {
  const clock = createVirtualClock();
  const simulator = createSimulator({ provider: sdk.provider, clock, ...options });
  return { ...bench(sdk, simulator.fetch, made, clock), simulator };
}

/** The SDKs sleep between retries by the wall clock: let it be no time, and hold the virtual one. */
export function inNoTime<C extends object>(client: C, clock: VirtualClock): C {
  const value = (): number => {
    const release = clock.hold();
    setTimeout(release, 3);
    return 0;
  };
  return Object.defineProperty(client, 'calculateDefaultRetryTimeoutMillis', { value });
}

/** What is under way in all lanes of a limiter. */
export function underWay(limiter: RateLimiter): { inFlight: number; queued: number } {
  const lanes = limiter.snapshot();
  const sum = (of: 'inFlight' | 'queued'): number => lanes.reduce((all, lane) => all + lane[of], 0);
  return { inFlight: sum('inFlight'), queued: sum('queued') };
}

export const NOTHING = { inFlight: 0, queued: 0 };

/** A request as the server saw it. */
export interface Seen {
  readonly at: number;
  readonly url: string;
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body: unknown;
}

/** What a server answers: a response, or an error that `fetch` rejects with. */
export type Answer = (() => Response) | Error;

/** A server that answers by a script; the last answer stands for all after it. */
export function scripted(
  clock: { now(): number },
  ...answers: readonly Answer[]
): { fetch: Fetch; seen: Seen[] } {
  const seen: Seen[] = [];
  const fetch: Fetch = async (input, init) => {
    const request = new Request(input, init);
    const { url, method } = request;
    const text = await request.text();
    const headers = Object.fromEntries(new Headers(init?.headers));
    seen.push({ at: clock.now(), url, method, headers, body: parsed(text) });
    init?.signal?.throwIfAborted();
    const answer = answers[Math.min(seen.length, answers.length) - 1];
    if (answer === undefined || answer instanceof Error) throw answer;
    return answer();
  };
  return { fetch, seen };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

export function json(body: unknown, init: ResponseInit = {}): () => Response {
  return () =>
    new Response(JSON.stringify(body), {
      ...init,
      headers: { 'content-type': 'application/json', ...init.headers },
    });
}

/** A 429 of a limit, with these headers. */
export function refused(headers: Record<string, string> = {}, message = 'Slow.'): () => Response {
  const error = { message, type: 'rate_limit_error', code: 'rate_limit_exceeded', param: null };
  return json({ type: 'error', error }, { status: 429, headers });
}

/** The server's fault: the SDKs try again by themselves. */
export function broken(status = 500): () => Response {
  return json({ type: 'error', error: { message: 'Oops', type: 'api_error' } }, { status });
}

/** Server-sent events. */
export function events(...blocks: readonly string[]): () => Response {
  return () =>
    new Response(blocks.map((block) => `${block}\n\n`).join(''), {
      headers: { 'content-type': 'text/event-stream' },
    });
}

/** How a promise ended: `['ok', value]` or `['failed', error]`. */
export async function outcome(promise: PromiseLike<unknown>): Promise<[string, unknown]> {
  try {
    return ['ok', await promise];
  } catch (error) {
    return ['failed', error];
  }
}

/** An error as far as a caller can tell it from another. */
export function described(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { error };
  const { name, message } = error;
  const rest = Object.fromEntries(Object.entries(error));
  const headers = 'headers' in error ? error.headers : undefined;
  return {
    ...rest,
    name,
    message,
    class: error.constructor.name,
    headers: headers instanceof Headers ? [...headers] : headers,
    cause: error.cause === undefined ? undefined : String(error.cause),
  };
}
