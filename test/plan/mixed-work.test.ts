import OpenAI from 'openai';
import { expect, it } from 'vitest';
import { createRateLimiter, withRateLimit } from '../../src/index.ts';
import {
  createRandom,
  createSimulator,
  createVirtualClock,
  type SimulatorLimits,
} from '../../src/testing/index.ts';

const COUNT = 240;
const MODEL = 'gpt-4o-mini';
/** So many calls have ended when it is asked how long the rest will take. */
const ASKED_AFTER = [1, 5, 10, 20, 40, 80];

interface Item {
  readonly characters: number;
  readonly most: number | undefined;
  readonly output: number;
}

type Pick = (least: number, most: number) => number;

const WORKS: Readonly<Record<string, (pick: Pick) => Item>> = {
  'any max_tokens': (pick) => {
    const most = [16, 64, 256, 500, 1000, 2000][pick(0, 6)] ?? 16;
    return { characters: pick(100, 4000), most, output: Math.min(most, pick(10, 400)) };
  },
  'max_tokens in half of them': (pick) => {
    const most = pick(0, 2) === 0 ? undefined : pick(100, 1500);
    return { characters: pick(100, 4000), most, output: Math.min(most ?? 600, pick(10, 600)) };
  },
};

const LIMITS: readonly SimulatorLimits[] = [
  { rpm: 60, tpm: 20_000 },
  { rpm: 3000, tpm: 60_000 },
];

const rows = Object.keys(WORKS).flatMap((work) =>
  LIMITS.flatMap((limits) => [10, 50].map((window) => [work, limits, window] as const)),
);

it.each(rows)('is what happens: OpenAI, %s, %o, %i at a time', async (work, limits, window) => {
  const random = createRandom(1);
  const pick: Pick = (least, most) => Math.floor(least + (most - least) * random());
  const items = Array.from({ length: COUNT }, () => (WORKS[work] ?? expect.fail())(pick));
  const clock = createVirtualClock({ start: 1_800_000_000_000 });
  const simulator = createSimulator({
    ...{ clock, limits, charge: 'characters' },
    // Long answers come late, and say what was left long ago.
    latency: { firstByteMs: 600, perTokenMs: 10 },
    reply: ({ body }) => ({ outputTokens: Number(body.seed) }),
  });
  const limiter = createRateLimiter({ clock, limits });
  const account = { apiKey: 'any', baseURL: 'https://api.openai.com', fetch: simulator.fetch };
  const client = withRateLimit(new OpenAI(account), { limiter });
  const path = '/v1/chat/completions';
  const bodyOf = ({ characters, most, output }: Item) => {
    const content = 'the sun and one old fox saw six '.repeat(125).slice(0, characters);
    return { model: MODEL, max_tokens: most, seed: output, messages: [{ role: 'user', content }] };
  };
  const start = clock.now();
  const told: number[] = [];
  const run = async (): Promise<void> => {
    let ended = 0;
    const ask = (item: Item) => client.post(path, { body: bodyOf(item) });
    for await (const result of limiter.map(items, ask, { window })) {
      expect(result).toHaveProperty('value');
      if (!ASKED_AFTER.includes(++ended)) continue;
      const [{ queued } = { queued: 0 }] = limiter.snapshot();
      const rest = items.slice(simulator.log.length + queued);
      const planned = rest.map((item) => ({
        provider: 'openai' as const,
        path,
        body: bodyOf(item),
      }));
      const at = clock.now();
      const { durationMs = Number.NaN } = await limiter.plan(planned);
      told.push(at - start + durationMs);
    }
  };
  await clock.run(run());
  const sentMs = (simulator.log.at(-1)?.time ?? 0) - start;
  expect(simulator.stats().status429).toBe(0);
  for (const ms of told) expect(Math.abs(ms - sentMs)).toBeLessThan(Math.max(6000, 0.03 * sentMs));
});
