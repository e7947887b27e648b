import { expect, it } from 'vitest';
import { createSimulator, createVirtualClock } from '../../src/testing/index.ts';
import { anthropicLine, ids, openaiLine, World } from './support/world.ts';

const clock = createVirtualClock({ start: 1_800_000_000_000 });

it('tells tokens, cost and time for each tier, the limit that binds, and half the price', async () => {
  const world = new World();
  world.write(
    'in.jsonl',
    ids(500).map((id) => openaiLine(id)),
  );
  expect(await world.run('plan in.jsonl --json', { clock })).toBe(0);
  const plans = JSON.parse(world.out);
  const tiers = ['Free', 'Tier 1', 'Build', 'Tier 3', 'Launch', 'Grow'];
  expect(plans.map(({ tier }: { tier: string }) => tier)).toEqual(tiers);
  for (const { calls, usd, batchUsd, tokens } of plans) {
    expect(calls).toBe(500);
    expect(batchUsd).toBeCloseTo(usd / 2, 12);
    expect(tokens.output).toBe(8000);
  }
  world.out = '';
  expect(await world.run('plan in.jsonl', { clock })).toBe(0);
  expect(world.out).toMatch(/^ {2}Build \(Tier 2\): \d+ s until/m);
  world.out = '';
  expect(await world.run('plan in.jsonl --account-tier 1', { clock })).toBe(0);
  expect(world.out).toMatch(
    /^500 calls, \d+ tokens in, up to 8000 out: \$0\.0056, or \$0\.0028 with --via batch-api$/m,
  );
  expect(world.out).toMatch(/^ {2}Tier 1: \d+ s until the last call is sent, held back by \w+$/m);
  // The older name of the option.
  const told = world.out;
  world.out = '';
  expect(await world.run('plan in.jsonl --tier 1', { clock })).toBe(0);
  expect(world.out).toBe(told);
});

it('tells of all hosts that publish limits for the models, and of no others', async () => {
  const world = new World();
  const hosts = async (...models: readonly string[]): Promise<Set<string>> => {
    world.out = '';
    world.write(
      'in.jsonl',
      models.map((model, index) => openaiLine(`id-${index}`, { model })),
    );
    expect(await world.run('plan in.jsonl --json', { clock })).toBe(0);
    const plans: readonly { readonly host: string }[] = JSON.parse(world.out);
    return new Set(plans.map(({ host }) => host));
  };
  const [openai, cerebras, groq] = ['api.openai.com', 'api.cerebras.ai', 'api.groq.com'];
  expect(await hosts('gpt-4o-mini')).toEqual(new Set([openai]));
  expect(await hosts('gpt-oss-120b')).toEqual(new Set([cerebras, groq]));
  expect(await hosts('gpt-oss-120b', 'llama-3.3-70b-versatile')).toEqual(new Set([groq]));
  // Nobody publishes limits for both.
  expect(await hosts('gpt-oss-120b', 'gpt-4o-mini')).toEqual(new Set([openai]));
  await hosts('llama-3.3-70b-versatile');
  world.out = '';
  expect(await world.run('plan in.jsonl', { clock })).toBe(0);
  expect(world.out).toMatch(/^ {2}api\.groq\.com, Free: \d+ s until/m);
});

it('sends nothing, needs no key, and leaves out what is recorded already', async () => {
  const world = new World();
  world.write(
    'in.jsonl',
    ids(10).map((id) => anthropicLine(id)),
  );
  world.write('out.jsonl', [
    { custom_id: 'id-1', result: { type: 'succeeded' } },
    { custom_id: 'id-2', result: { type: 'errored' } },
  ]);
  const fetch = (): never => expect.fail('nothing is sent');
  const io = { clock, fetch, env: {} };
  const dry = 'batch in.jsonl -o out.jsonl --dry-run --limits rpm=60';
  expect(await world.run(dry, io)).toBe(0);
  expect(world.out).toMatch(/^8 calls, /);
  expect(await world.run(`${dry} --retry-failed`, io)).toBe(0);
  expect(world.out).toMatch(/^9 calls, /m);
  expect(world.results()).toHaveLength(2);
  world.out = '';
  world.write('in.jsonl', [anthropicLine('id-1'), '{ torn']);
  expect(await world.run(dry, io)).toBe(1);
  expect(world.out).toBe('There is nothing left to send\n');
});

it('says so where nobody knows the limits', async () => {
  const world = new World();
  world.write('in.jsonl', [openaiLine('a')]);
  expect(await world.run('plan in.jsonl --base-url http://localhost:1/v1', { clock })).toBe(0);
  expect(world.out).toContain('  localhost:1: limits unknown, give --limits\n');
});

it('leaves out what is no call to a model, and names its line', async () => {
  const world = new World();
  const unknown = { ...openaiLine('b'), url: '/v1/nothing' };
  world.write('in.jsonl', [openaiLine('a'), unknown]);
  expect(await world.run('plan in.jsonl --limits rpm=60', { clock })).toBe(1);
  expect(world.err).toContain(
    "Line 2 can't be used: its path, /v1/nothing, is not known as a call to a model",
  );
  expect(world.out).toMatch(/^1 call, /);
});

const COUNT = 500;

/** The command's progress when 20 calls have ended, as it tells it, once a second. */
function early({ out }: World): { etaMs: number; usd: number; done: number; afterMs: number } {
  const told = out.trimEnd().split('\n');
  const progress = told.map((line, index) => ({
    ...JSON.parse(line),
    afterMs: (index + 1) * 1000,
  }));
  return progress.find(({ done }) => done >= 20) ?? expect.fail('no such progress');
}

const OPENAI = {
  provider: 'openai' as const,
  line: openaiLine,
  url: 'https://api.openai.com/v1',
  limits: { rpm: 300 },
  // A token for each word of three letters.
  characters: 4,
  price: { input: 0.15, output: 0.6 },
};
const ANTHROPIC = {
  provider: 'anthropic' as const,
  line: anthropicLine,
  url: 'https://api.anthropic.com',
  limits: { rpm: 300, itpm: 40_000 },
  // Of prose.
  characters: 3.5,
  price: { input: 1, output: 5 },
};

it.each([OPENAI, ANTHROPIC])(
  'foresees a run of $provider: its time within 3 %, its cost within 5 %',
  async (given) => {
    const { provider, line, url, limits, characters, price } = given;
    const world = new World();
    const content = 'the sun and one old fox saw six '.repeat(20);
    const messages = [{ role: 'user', content }];
    const lines = ids(COUNT).map((id) => line(id, { messages }));
    world.write('in.jsonl', lines);
    const shown = Object.entries(limits).map((pair) => pair.join('='));
    const args = `in.jsonl --base-url ${url} --limits ${shown}`;
    expect(await world.run(`plan ${args} --json`, { clock })).toBe(0);
    const [plan] = JSON.parse(world.out);
    world.out = '';
    const countTokens = (text: string): number => Math.ceil(text.length / characters);
    const options = { clock, provider, limits, latency: 1000, countTokens };
    const simulator = createSimulator(options);
    const start = clock.now();
    expect(await world.sent(`batch ${args} -o out.jsonl --json`, clock, simulator)).toBe(0);
    const { inputTokens, outputTokens, status429 } = simulator.stats();
    expect(status429).toBe(0);
    const usd = (inputTokens * price.input + outputTokens * price.output) / 1e6;
    expect(Math.abs(plan.usd / usd - 1)).toBeLessThan(0.05);
    const sentMs = (simulator.log.at(-1)?.time ?? 0) - start;
    expect(Math.abs(sentMs / plan.durationMs - 1)).toBeLessThan(0.03);
    const { afterMs, etaMs, done, usd: spent } = early(world);
    expect(Math.abs((afterMs + etaMs) / (clock.now() - start) - 1)).toBeLessThan(0.03);
    expect(Math.abs(((spent / done) * COUNT) / usd - 1)).toBeLessThan(0.05);
  },
);

it.each([
  [1000, 2000],
  [(_: unknown, random: () => number) => 500 + 6000 * random(), 3000],
] as const)(
  'foresees the time at any moment after a burst whose output counts as it is produced',
  async (latency, count) => {
    const world = new World();
    const messages = [{ role: 'user', content: 'hello world' }];
    const lines = ids(count).map((id) => anthropicLine(id, { messages, max_tokens: 200 }));
    world.write('in.jsonl', lines);
    const limits = { rpm: 1000, itpm: 450_000, otpm: 90_000 };
    const reply = () => ({ outputTokens: 60 });
    const options = { clock, provider: 'anthropic', limits, latency, reply } as const;
    const start = clock.now();
    const args = 'batch in.jsonl -o out.jsonl --limits rpm=1000,itpm=450000,otpm=90000 --json';
    expect(await world.sent(args, clock, createSimulator(options))).toBe(0);
    const tookMs = clock.now() - start;
    const told = world.out.trimEnd().split('\n').slice(0, 60);
    for (const [index, line] of told.entries()) {
      const { done, etaMs } = JSON.parse(line);
      // By then it is known that the host lets a burst through.
      if (done >= 100)
        expect(Math.abs(((index + 1) * 1000 + etaMs) / tookMs - 1)).toBeLessThan(0.03);
    }
  },
);

it('tells what a key may do, by the headers of one small call', async () => {
  const world = new World();
  const simulator = createSimulator({ clock, limits: { rpm: 500, tpm: 30_000 } });
  expect(await world.sent('limits --provider openai', clock, simulator)).toBe(0);
  expect(world.out).toMatch(/^api\.openai\.com\/gpt-4o-mini$/m);
  expect(world.out).toMatch(/^ {2}500 requests per 60 s, 499 left \(headers\)$/m);
  expect(world.out).toMatch(/^ {2}30000 tokens per 60 s, \d+ left \(headers\)$/m);
  expect(simulator.stats().requests).toBe(1);
});

it('says so where the response shows no limits', async () => {
  const world = new World();
  const simulator = createSimulator({ clock, provider: 'compatible' });
  const args = 'limits --base-url http://127.0.0.1:1/v1 --model any';
  expect(await world.sent(args, clock, simulator)).toBe(0);
  expect(world.out).toBe('127.0.0.1:1/any\n  its response shows no limits\n');
});
