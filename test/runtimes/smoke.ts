import { createRateLimiter, rateLimitedFetch } from '../../src/index.ts';
import { createSimulator, createVirtualClock } from '../../src/testing/index.ts';

/** What a runtime has made of the package: as JSON, for the process that started it. */
export async function smoke(): Promise<object> {
  const clock = createVirtualClock();
  const limits = { rpm: 5 };
  const simulator = createSimulator({ clock, limits });
  const limiter = createRateLimiter({ clock, limits });
  const fetch = rateLimitedFetch({ limiter, fetch: simulator.fetch });
  const ask = async (stream: boolean): Promise<number> => {
    const response = await fetch('https://api.openai.com/v1/chat/completions', {
      method: 'POST',
      headers: { authorization: 'Bearer key', 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'gpt-4o', max_tokens: 8, stream, messages: MESSAGES }),
    });
    await response.text();
    return response.status;
  };
  const calls = Array.from({ length: 12 }, (_, index) => ask(index % 2 === 1));
  const statuses = await clock.run(Promise.all(calls));
  const error: unknown = await limiter.acquire({ requests: 9 }).catch((reason) => reason);
  const [lane] = limiter.snapshot();
  return {
    statuses: [...new Set(statuses)],
    refused: simulator.stats().status429,
    hasWaited: clock.now() > 60_000,
    calls: lane?.totals.calls,
    inFlight: lane?.inFlight,
    outputTokens: lane?.totals.actual.outputTokens === outputOf(simulator.log),
    error: error instanceof Error ? error.name : error,
  };
}

const MESSAGES = [{ role: 'user', content: 'Say hi' }];

function outputOf(log: readonly { readonly outputTokens: number }[]): number {
  return log.reduce((sum, { outputTokens }) => sum + outputTokens, 0);
}
