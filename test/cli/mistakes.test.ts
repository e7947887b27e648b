import { expect, it } from 'vitest';
import { createSimulator, createVirtualClock } from '../../src/testing/index.ts';
import { anthropicLine, ids, openaiLine, World } from './support/world.ts';

const clock = createVirtualClock({ start: 1_800_000_000_000 });

it.each([
  ['plan in.jsonl --teir 1', "Unknown option --teir; did you mean '--tier'? (--help lists them)"],
  ['plan in.jsonl --quite', "Unknown option --quite; did you mean '--quiet'? (--help lists them)"],
  ['plan in.jsonl -x', 'Unknown option -x (--help lists them)'],
  ['plan in.jsonl --tier', '--tier needs a value'],
  ['plan in.jsonl --tier --json', "--tier needs a value, not '--json'"],
  ['plan in.jsonl --json=yes', "--json takes no value, not 'yes'"],
  ['plna in.jsonl', "Unknown command 'plna': use batch, plan or limits; did you mean 'plan'?"],
])('`%s` exits with 2: %s', async (args, message) => {
  const world = new World();
  world.write('in.jsonl', [openaiLine('a')]);
  expect([await world.run(args, { clock }), world.err]).toEqual([2, `${message}\n`]);
});

it.each([
  ['plan in.jsonl', openaiLine, "'Tier 1', "],
  ['batch in.jsonl -o out.jsonl', openaiLine, "'Tier 1', "],
  ['batch in.jsonl -o out.jsonl --dry-run', anthropicLine, "'Start', "],
  ['limits --provider openai', openaiLine, "'Tier 1', "],
] as const)('`%s` lists the tiers where it is given another one', async (args, line, known) => {
  const world = new World();
  world.write(
    'in.jsonl',
    ids(2).map((id) => line(id)),
  );
  const fetch = (): never => expect.fail('nothing is sent');
  expect(await world.run(`${args} --tier gold`, { clock, fetch })).toBe(2);
  expect(world.err).toMatch(/^--tier must be one of .*, not 'gold'\n$/);
  expect(world.err).toContain(known);
});

it('names the keys of all providers where none is set', async () => {
  const world = new World();
  expect(await world.run('limits', { clock, env: {} })).toBe(2);
  expect(world.err).toContain('set OPENAI_API_KEY or ANTHROPIC_API_KEY. ');
  const simulator = createSimulator({ clock, provider: 'anthropic' });
  expect(await world.sent('limits', clock, simulator, { env: { ANTHROPIC_API_KEY: 'a' } })).toBe(0);
  expect(world.out).toContain('api.anthropic.com');
});
