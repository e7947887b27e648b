import type { UsageEvent } from '../../src/events.ts';
import { createRateLimiter } from '../../src/limiter.ts';
import type { RateLimiterOptions } from '../../src/options.ts';
import { rateLimitedFetch } from '../../src/rate-limited-fetch.ts';
import {
  createSimulator,
  createVirtualClock,
  type SimulatorOptions,
} from '../../src/testing/index.ts';
import type { Fetch } from '../sdk/sdks.ts';
import { type Integration, TEXT } from './integration.ts';

/** A framework's client over HTTP, before a simulated provider, with limits. */
export async function integrated(
  { provider, make, translate = (fetch) => fetch, reply = TEXT }: Integration,
  limits: RateLimiterOptions = {},
  simulated: SimulatorOptions = {},
  around: (fetch: Fetch) => Fetch = (fetch) => fetch,
) {
  const clock = createVirtualClock();
  const simulator = createSimulator({
    provider,
    clock,
    reply: () => reply,
    ...simulated,
  });
  const listening = await simulator.listen();
  const limiter = createRateLimiter({ clock, ...limits });
  const server = around(translate(listening.fetch));
  const fetch = rateLimitedFetch({ limiter, fetch: server });
  const told: UsageEvent['actual'][] = [];
  limiter.on('usage', ({ actual }) => told.push(actual));
  const client = make({ fetch, server, limiter, origin: listening.url });
  return { clock, simulator, listening, limiter, client, told, fetch, server };
}
