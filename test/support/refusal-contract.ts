import OpenAI from 'openai';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { manualKey } from '../../src/lane/lane-key.ts';
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

/** A provider that refuses the first request, or others, and answers all others after half a second. */
class Upstream {
  /** Whether it refuses the request after so many others. */
  refuses: (others: number) => boolean = (others) => others === 0;
  retryAfter = '1';
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
    const others = [...this.#counts.values()].reduce((sum, each) => sum + each, 0);
    this.#counts.set(ms, (this.#counts.get(ms) ?? 0) + 1);
    if (this.refuses(others)) return this.#refusal();
    await new Promise<void>((resolve) => clock.setTimeout(resolve, FLIGHT_MS));
    return Response.json(ANSWER);
  };

  #refusal(): Response {
    const error = { message: this.#message, type: 'rate_limit_error', code: 'rate_limit_exceeded' };
    return Response.json({ error }, { status: 429, headers: { 'retry-after': this.retryAfter } });
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

    it('lets another call go first where the first one after a pause comes to nothing', async () => {
      const limiter = world.limiter();
      const refused = await world.clock.run(limiter.acquire({}));
      const lane = limiter.core.lane(manualKey('default'));
      lane.feedback.refuse(refused, 'rate', 1000);
      refused.settle();
      const calls = ['a', 'b', 'c'].map((each) =>
        world.call(limiter, each, {}, { flightMs: 60_000 }),
      );
      const first = limiter.acquire({}, { priority: 1 });
      await world.clock.advance(1200);
      (await first).cancel();
      // Nobody waits a second for its answer.
      await world.clock.advance(700);
      expect(world.lines.map((line) => line.split(' ')[1])).toEqual(['a']);
      await world.run(...calls);
    });

    it('keeps no call of any process for longer than a minute after maxPauseMs', async () => {
      const upstream = new Upstream(world, 'Nein.');
      upstream.refuses = () => true;
      const options = { limits: { rpm: 600 }, maxPauseMs: 120_000 };
      const clients = world.processes(3, options).map((limiter) => {
        return upstream.client(limiter, 'https://llm.example/v1');
      });
      const ends: number[] = [];
      const calls = clients.flatMap((client) =>
        Array.from({ length: 5 }, async () => {
          await ask(client, 'm').catch(() => {});
          ends.push(world.ms);
        }),
      );
      await world.clock.run(Promise.all(calls));
      expect(ends).toHaveLength(15);
      expect(Math.max(...ends)).toBeLessThanOrEqual(180_000);
    });

    it('has one call try in a long pause, and lets all processes go on when that passes', async () => {
      const upstream = new Upstream(world, 'Nein.');
      upstream.retryAfter = '86400';
      upstream.refuses = (others) => others < 2;
      const [one, two] = world.processes(2, { limits: { rpm: 600 } });
      const base = 'https://llm.example/v1';
      const failed = (limiter: RateLimiter): Promise<string> =>
        ask(upstream.client(limiter, base), 'm').then(
          () => 'ok',
          (error: Error) => error.constructor.name,
        );
      expect(await world.clock.run(failed(one!))).toBe('RateLimitError');
      // Of those that wait for it, one tries.
      const waiting = [one!, two!, two!].map(failed);
      const told = (await world.clock.run(Promise.all(waiting))).toSorted();
      expect(told).toEqual(['RateLimitError', 'RateLimitExceeded', 'RateLimitExceeded']);
      // A process that has just started knows the pause.
      const third = world.processes(1, { limits: { rpm: 600 } })[0]!;
      for (const each of [one!, two!]) {
        expect(await world.clock.run(failed(each))).toBe('RateLimitExceeded');
      }
      await world.clock.advance(600_000);
      expect(await world.clock.run(failed(third))).toBe('ok');
      expect(await world.clock.run(failed(two!))).toBe('ok');
    });

    it('costs no later call of any process more than a minute for what one response says', async () => {
      const upstream = new Upstream(world, 'Please try again in 3 hours.');
      upstream.retryAfter = '86400';
      const clients = world.processes(3, { limits: { rpm: 600 } }).map((limiter) => {
        return upstream.client(limiter, 'https://llm.example/v1');
      });
      await world.clock.run(ask(clients[0]!, 'm').catch(() => {}));
      const since = world.ms;
      const ends: number[] = [];
      const calls = clients.flatMap((client) =>
        Array.from({ length: 4 }, () => ask(client, 'm').then(() => ends.push(world.ms - since))),
      );
      await world.clock.run(Promise.all(calls));
      expect(ends).toHaveLength(12);
      expect(Math.max(...ends)).toBeLessThanOrEqual(60_000);
    });

    it.each([
      ['tokens', 'on tokens per min (TPM)', [9.01, -8]],
      ['requests', 'on requests per min (RPM)', [-0.99, 992]],
      ['no limit', '', [-0.99, -8]],
    ])('has nothing left of the limits that a refusal is for: %s', async (_, words, levels) => {
      const upstream = new Upstream(world, `Rate limit reached for gpt-4o ${words}.`);
      const limiter = world.limiter({ limits: { rpm: 60, tpm: 6000 } });
      const refused = ask(upstream.client(limiter, 'https://api.openai.com/v1'), 'gpt-4o');
      // A second's pause, a burst of ten seconds from now on, and a probe of nine tokens.
      await world.clock.advance(1010);
      const [lane] = limiter.snapshot();
      expect(lane?.limits.map(({ level }) => level)).toEqual(
        levels.map((each) => expect.closeTo(each, 6)),
      );
      await world.clock.run(refused);
    });

    it('lets calls go at once that need little of the limit that was refused', async () => {
      const upstream = new Upstream(world, 'Rate limit reached on tokens per min (TPM).');
      const limiter = world.limiter({ limits: { rpm: 600, tpm: 60_000 } });
      const client = upstream.client(limiter, 'https://api.openai.com/v1');
      const refused = ask(client, 'gpt-4o');
      await world.clock.advance(500);
      const calls = Array.from({ length: 54 }, () => ask(client, 'gpt-4o'));
      await world.clock.run(Promise.all([refused, ...calls]));
      expect(upstream.requests).toEqual(['0: 1', '1000: 1', '1500: 54']);
    });
  });
}
