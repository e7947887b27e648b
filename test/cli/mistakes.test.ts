import { expect, it } from 'vitest';
import { createSimulator, createVirtualClock } from '../../src/testing/index.ts';
import { anthropicLine, ids, openaiLine, World } from './support/world.ts';

const clock = createVirtualClock({ start: 1_800_000_000_000 });

it.each([
  ['plan in.jsonl --teir 1', "Unknown option --teir; did you mean '--tier'? (--help lists them)"],
  ['plan in.jsonl --quite', "Unknown option --quite; did you mean '--quiet'? (--help lists them)"],
  ['plan in.jsonl -x', 'Unknown option -x (--help lists them)'],
  [
    'plan in.jsonl --acount-tier 1',
    "Unknown option --acount-tier; did you mean '--account-tier'? (--help lists them)",
  ],
  [
    'plan in.jsonl --tier 1 --account-tier 2',
    '--tier is the older name of --account-tier: give only one of them',
  ],
  ['plan in.jsonl --tier', '--tier needs a value'],
  ['plan in.jsonl --tier --json', "--tier needs a value, not '--json'"],
  ['plan in.jsonl --json=yes', "--json takes no value, not 'yes'"],
  ['plan in.jsonl --key=', '--key needs a value'],
  ['plan in.jsonl --concurrency 1.5', "--concurrency must be a whole number from 1, not '1.5'"],
  [
    'plan in.jsonl --via batch-api --batch-size 0',
    "--batch-size must be a whole number from 1, not '0'",
  ],
  ['plan in.jsonl --batch-size 5', '--batch-size needs --via batch-api'],
  ['plan in.jsonl --max-usd 0', "--max-usd must be a positive number, not '0'"],
  [
    'plan in.jsonl --redis http://me:secret@host',
    '--redis must be a URL such as redis://localhost:6379',
  ],
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
  ['limits --base-url http://localhost:1/v1', openaiLine, "'Tier 1', "],
] as const)('`%s` lists the tiers where it is given another one', async (args, line, known) => {
  const world = new World();
  world.write(
    'in.jsonl',
    ids(2).map((id) => line(id)),
  );
  const fetch = (): never => expect.fail('nothing is sent');
  expect(await world.run(`${args} --account-tier gold`, { clock, fetch })).toBe(2);
  expect(world.err).toMatch(/^--account-tier must be one of .*, not 'gold'\n$/);
  expect(world.err).toContain(known);
});

it('says so where there is nothing to send, and where no line can be used', async () => {
  const world = new World();
  const said = async (args: string): Promise<unknown> => {
    world.out = '';
    world.err = '';
    const exitCode = await world.run(args, { clock, fetch: () => expect.fail('nothing is sent') });
    return [exitCode, world.out + world.err];
  };
  world.write('in.jsonl', []);
  const none = `There are no requests in ${world.path('in.jsonl')}\n`;
  expect(await said('plan in.jsonl')).toEqual([0, none]);
  expect(await said('batch in.jsonl -o out.jsonl')).toEqual([0, none]);
  world.write('in.jsonl', ['[', ']']);
  const unusable = expect.stringMatching(/^No line of the file can be used$/m);
  expect(await said('plan in.jsonl')).toEqual([2, unusable]);
  expect(await said('batch in.jsonl -o out.jsonl')).toEqual([2, unusable]);
});

it('names the keys of all providers where none is set', async () => {
  const world = new World();
  expect(await world.run('limits', { clock, env: {} })).toBe(2);
  expect(world.err).toContain('set OPENAI_API_KEY or ANTHROPIC_API_KEY. ');
  const simulator = createSimulator({ clock, provider: 'anthropic' });
  expect(await world.sent('limits', clock, simulator, { env: { ANTHROPIC_API_KEY: 'a' } })).toBe(0);
  expect(world.out).toContain('api.anthropic.com');
});

it("tells a price that isn't known as what --max-usd can't be kept with", async () => {
  const world = new World();
  world.write('in.jsonl', [openaiLine('a', { model: 'our-own' })]);
  const simulator = createSimulator({ clock });
  expect(await world.sent('batch in.jsonl -o out.jsonl --max-usd 1', clock, simulator)).toBe(3);
  expect(world.err).toMatch(/^--max-usd can't be kept: .*our-own/m);
});
