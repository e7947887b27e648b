import OpenAI from 'openai';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RateLimiter } from '../../src/limiter.ts';
import { createVirtualClock, type VirtualClock } from '../../src/testing/index.ts';
import { withRateLimit } from '../../src/with-rate-limit.ts';
import { type Keeping, START, World } from './limiter-contract.ts';

type Fetch = typeof globalThis.fetch;

const FLIGHT_MS = 500;
const ANSWER = {
  id: 'chatcmpl-1',
  object: 'chat.completion',
  choices: [{ index: 0, message: { role: 'assistant', content: 'hi' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 10, completion_tokens: 1, total_tokens: 11 },
};

/** A provider that refuses the first request, and answers all others after half a second. */
class Upstream {
  readonly #counts = new Map<number, number>();
  readonly #world: World;
  readonly #message: string;

  constructor(world: World, message: string) {
    this.#world = world;
    this.#message = message;
  }

  /** How many requests came when. */
  get requests(): string[] {
    return [...this.#counts].map(([at, count]) => `${at}: ${count}`);
  }

  /** A client of it, and of `limiter`. */
  client(limiter: RateLimiter, baseURL: string): OpenAI {
    const options = { apiKey: 'key', logLevel: 'off' as const, baseURL, fetch: this.#fetch };
    return withRateLimit(new OpenAI(options), { limiter });
  }

  readonly #fetch: Fetch = async () => {
    const { ms, clock } = this.#world;
    const isFirst = this.#counts.size === 0;
    this.#counts.set(ms, (this.#counts.get(ms) ?? 0) + 1);
    if (isFirst) return this.#refusal();
    await new Promise<void>((resolve) => clock.setTimeout(resolve, FLIGHT_MS));
    return Response.json(ANSWER);
  };

  #refusal(): Response {
    const error = { message: this.#message, type: 'rate_limit_error', code: 'rate_limit_exceeded' };
    return Response.json({ error }, { status: 429, headers: { 'retry-after': '1' } });
  }
}

function ask(client: OpenAI, model: string): Promise<unknown> {
  const messages = [{ role: 'user' as const, content: 'Say hi' }];
  return client.chat.completions.create({ model, messages, max_tokens: 8 });
}

/** What a limiter does after a refusal, wherever its limits are kept. */
export function refusalContract(
  name: string,
  keep: (clock: VirtualClock) => Promise<Keeping>,
): void {
  describe(`a limiter whose limits are kept in ${name}, after a refusal`, () => {
    let world: World;
    beforeEach(async () => {
      const clock = createVirtualClock({ start: START });
      world = new World(clock, await keep(clock));
    });
    afterEach(() => world.close());

    it('lets one call go where no limit paces a lane, and twice as many after each round trip', async () => {
      const upstream = new Upstream(world, 'Slow.');
      const client = upstream.client(world.limiter(), 'https://api.deepseek.com');
      const refused = ask(client, 'deepseek-v4-flash');
      await world.clock.advance(500);
      const calls = Array.from({ length: 160 }, () => ask(client, 'deepseek-v4-flash'));
      await world.clock.run(Promise.all([refused, ...calls]));
      expect(upstream.requests).toEqual([
        '0: 1',
        '1000: 1',
        '1500: 2',
        '2000: 4',
        '2500: 8',
        '3000: 16',
        '3500: 32',
        '4000: 64',
        '4500: 34',
      ]);
    });
  });
}
