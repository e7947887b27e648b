import { createRateLimiter, type RateLimiter } from '../../src/limiter.ts';
import type { RateLimiterOptions } from '../../src/options.ts';
import {
  type RateLimitedFetch,
  type RateLimitedFetchOptions,
  rateLimitedFetch,
} from '../../src/rate-limited-fetch.ts';
import {
  createSimulator,
  createVirtualClock,
  type Simulator,
  type SimulatorOptions,
  type VirtualClock,
} from '../../src/testing/index.ts';
import type { Fetch } from '../sdk/sdks.ts';

export const CHAT_URL = 'https://api.openai.com/v1/chat/completions';
export const MESSAGES_URL = 'https://api.anthropic.com/v1/messages';

/** A chat of some 10 tokens, as `fetch` takes it. */
export function chat(extra: object = {}, init: RequestInit = {}): RequestInit {
  const body = {
    model: 'gpt-4o',
    max_tokens: 8,
    messages: [{ role: 'user', content: 'Say hi' }],
    ...extra,
  };
  return {
    method: 'POST',
    headers: { authorization: 'Bearer key', 'content-type': 'application/json' },
    body: JSON.stringify(body),
    ...init,
  };
}

export interface FetchBench {
  readonly clock: VirtualClock;
  readonly limiter: RateLimiter;
  readonly fetch: RateLimitedFetch;
}

/** A limited `fetch` before `base`. */
export function fetchBench(
  base: (clock: VirtualClock) => Fetch,
  limiterOptions: RateLimiterOptions = {},
  options: Omit<RateLimitedFetchOptions, keyof RateLimiterOptions | 'fetch'> = {},
): FetchBench {
  const clock = createVirtualClock();
  const limiter = createRateLimiter({ clock, ...limiterOptions });
  return { clock, limiter, fetch: rateLimitedFetch({ limiter, fetch: base(clock), ...options }) };
}

/** The same before a simulated provider. */
export function simulatedFetch(
  simulated: SimulatorOptions = {},
  limiterOptions: RateLimiterOptions = {},
  options: Omit<RateLimitedFetchOptions, keyof RateLimiterOptions | 'fetch'> = {},
): FetchBench & { readonly simulator: Simulator } {
  let simulator: Simulator | undefined;
  const bench = fetchBench(
    (clock) => {
      simulator = createSimulator({ clock, ...simulated });
      return simulator.fetch;
    },
    limiterOptions,
    options,
  );
  if (simulator === undefined) throw new Error('No simulator');
  return { ...bench, simulator };
}
