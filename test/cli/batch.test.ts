import { stripVTControlCharacters } from 'node:util';
import { expect, it } from 'vitest';
import { createSimulator, createVirtualClock } from '../../src/testing/index.ts';
import { anthropicLine, ids, openaiLine, World } from './support/world.ts';

const clock = createVirtualClock({ start: 1_800_000_000_000 });
const LIMITS = { rpm: 600, tpm: 1_000_000 };
const openai = (options = {}) => createSimulator({ clock, limits: LIMITS, ...options });
const ALL = 'batch in.jsonl -o out.jsonl --limits rpm=600';

it('records each answer in the format of OpenAI, as the server gave it', async () => {
  const world = new World();
  world.write(
    'in.jsonl',
    ids(20).map((id) => openaiLine(id)),
  );
  const simulator = openai();
  expect(await world.sent(ALL, clock, simulator)).toBe(0);
  const results = world.results();
  expect(results.map(({ custom_id }) => custom_id).toSorted()).toEqual(ids(20).toSorted());
  for (const { id, custom_id, response, error } of results) {
    expect({ id, error, status: response.status_code }).toEqual({
      id: custom_id,
      error: null,
      status: 200,
    });
    expect(response.body).toMatchObject({ object: 'chat.completion', model: 'gpt-4o-mini' });
  }
  expect(world.err).toMatch(
    /20 recorded \(0 failed\), 0 recorded before, 0 unusable; \d+ s, \$0\.00\d+, 0 429s/,
  );
});

it('records each answer in the format of Anthropic', async () => {
  const world = new World();
  world.write(
    'in.jsonl',
    ids(5).map((id) => anthropicLine(id)),
  );
  const simulator = openai({ provider: 'anthropic', limits: { rpm: 600 } });
  expect(await world.sent(ALL, clock, simulator)).toBe(0);
  for (const { custom_id, result } of world.results()) {
    expect(ids(5)).toContain(custom_id);
    expect(result).toMatchObject({ type: 'succeeded', message: { type: 'message' } });
  }
});

it('shows as failed what has an error as result, and not what was not sent', async () => {
  const world = new World();
  world.write(
    'in.jsonl',
    ids(40).map((id) => openaiLine(id)),
  );
  const fetch = async (): Promise<Response> =>
    Response.json({ error: { message: 'No', type: 'invalid' } }, { status: 400 });
  const shown = (): object[] =>
    world.out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
  expect(await world.sent(`${ALL} --json`, clock, { fetch })).toBe(1);
  expect(shown().at(-1)).toMatchObject({ done: 40, failed: 40, total: 40 });
  world.out = '';
  const tooLittle = 'batch in.jsonl -o none.jsonl --json --max-usd 0.0000001';
  expect(await world.sent(tooLittle, clock, { fetch })).toBe(3);
  expect(shown().at(-1)).toMatchObject({ done: 0, failed: 0, total: 40 });
});

it('records failures, says so in its exit code, and sends them again only where it is asked to', async () => {
  const world = new World();
  world.write('in.jsonl', [openaiLine('good'), openaiLine('bad')]);
  let sent = 0;
  let isBroken = true;
  const simulator = openai();
  const fetch: typeof globalThis.fetch = async (input, init) => {
    sent++;
    if (!isBroken || !String(init?.body).includes('Item bad')) return simulator.fetch(input, init);
    return Response.json({ error: { message: 'Item is bad', type: 'invalid' } }, { status: 400 });
  };
  expect(await world.sent(ALL, clock, { fetch })).toBe(1);
  expect(world.results().find(({ custom_id }) => custom_id === 'bad').response).toEqual({
    ...{ status_code: 400, request_id: '' },
    body: { error: { message: 'Item is bad', type: 'invalid' } },
  });
  isBroken = false;
  expect(await world.sent(ALL, clock, { fetch })).toBe(1);
  expect(sent).toBe(2);
  expect(await world.sent(`${ALL} --retry-failed`, clock, { fetch })).toBe(0);
  expect(sent).toBe(3);
  expect(world.results().map(({ custom_id }) => custom_id)).toEqual(['good', 'bad']);
});

it('says that nothing is left, needs no key, and ends well', async () => {
  const world = new World();
  world.write(
    'in.jsonl',
    ids(3).map((id) => openaiLine(id)),
  );
  expect(await world.sent(`${ALL} --quiet`, clock, openai())).toBe(0);
  world.err = '';
  const fetch = (): never => expect.fail('nothing is sent');
  expect(await world.run('batch in.jsonl -o out.jsonl', { clock, fetch, env: {} })).toBe(0);
  const path = world.path('out.jsonl');
  expect(world.err).toContain(`${path} has 3 results: these requests are not sent again\n`);
  expect(world.err).toContain(`Nothing to send: all 3 requests already have a result in ${path}\n`);
  world.err = '';
  expect(await world.run(`${ALL} --quiet`, { clock, fetch, env: {} })).toBe(0);
  expect(world.err).toBe('');
  expect(world.results()).toHaveLength(3);
});

it('tells of lines that can not be used, and sends the others; nothing with --strict', async () => {
  const world = new World();
  const url = 'https://elsewhere.test/v1/chat/completions';
  world.write('in.jsonl', [
    ...['{ torn', '[]', openaiLine('a'), '', openaiLine('a'), { ...openaiLine('b'), url }],
    ...[openaiLine('c', { stream: true }), anthropicLine('d'), { custom_id: 'e' }],
    ...[{ ...openaiLine('f'), method: 'GET' }, openaiLine('')],
  ]);
  const simulator = openai();
  expect(await world.sent(`${ALL} --strict`, clock, simulator)).toBe(2);
  expect(simulator.stats().requests).toBe(0);
  world.err = '';
  expect(await world.sent(ALL, clock, simulator)).toBe(1);
  expect(simulator.stats().requests).toBe(1);
  expect(world.err.match(/^Line \d+ can't be used: .*$/gm)).toEqual([
    "Line 1 can't be used: it is not a JSON object",
    "Line 2 can't be used: it is not a JSON object",
    "Line 5 can't be used: an earlier line has the same `custom_id`, 'a'",
    "Line 6 can't be used: `url` must be a path such as /v1/chat/completions",
    "Line 7 can't be used: `body.stream` must not be true",
    "Line 8 can't be used: it has Anthropic's format, unlike the lines before it",
    "Line 9 can't be used: it has neither `body` nor `params`",
    "Line 10 can't be used: `method` must be POST, not GET",
    "Line 11 can't be used: it has no `custom_id`",
  ]);
});

it.each([
  [100, 'cut'],
  [1, 'completed'],
])('mends a last line of which %d bytes are missing: it is %s', async (missing, torn) => {
  const world = new World();
  world.write(
    'in.jsonl',
    ids(3).map((id) => openaiLine(id)),
  );
  const simulator = openai();
  await world.sent(ALL, clock, simulator);
  const whole = world.text('out.jsonl');
  world.write('out.jsonl', [whole.slice(0, -missing)], '');
  expect(await world.sent(ALL, clock, simulator)).toBe(0);
  expect(world.err).toContain(
    `Its last line was incomplete: it was ${torn === 'cut' ? 'removed' : torn}`,
  );
  expect(
    world
      .results()
      .map(({ custom_id }) => custom_id)
      .toSorted(),
  ).toEqual(ids(3));
  expect(simulator.stats().requests).toBe(torn === 'cut' ? 4 : 3);
});

it('stops on a full disk with a message, leaves no torn line, and goes on later', async () => {
  const world = new World();
  world.write(
    'in.jsonl',
    ids(300).map((id) => openaiLine(id)),
  );
  const simulator = openai({ latency: 100 });
  const { writeSync } = await import('node:fs');
  let written = 0;
  const write = (fd: number, bytes: Uint8Array): number => {
    if (written > 20_000) throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
    written += bytes.length;
    // The last bytes before the end of the disk: half of a line.
    return writeSync(fd, written > 20_000 ? bytes.subarray(0, bytes.length / 2) : bytes);
  };
  expect(await world.sent(`${ALL} --concurrency 20`, clock, simulator, { write })).toBe(3);
  expect(world.err).toContain('The disk is full. Run the same command again to resume');
  expect(world.text('out.jsonl').endsWith('\n')).toBe(true);
  const recorded = world.results().length;
  expect(recorded).toBeGreaterThan(10);
  const before = simulator.stats().requests;
  expect(before).toBeLessThan(300);
  expect(await world.sent(ALL, clock, simulator)).toBe(0);
  expect(simulator.stats().requests - before).toBe(300 - recorded);
  expect(new Set(world.results().map(({ custom_id }) => custom_id)).size).toBe(300);
});

it('stops where the budget is spent, and never exceeds it', async () => {
  const world = new World();
  world.write(
    'in.jsonl',
    ids(300).map((id) => openaiLine(id)),
  );
  const simulator = openai({ latency: 100 });
  expect(await world.sent(`${ALL} --max-usd 0.001`, clock, simulator)).toBe(3);
  expect(world.err).toMatch(
    /--max-usd: the next call may cost \$\S+, and \$\S+ of \$0\.0010 is left\. Run the same/,
  );
  const { inputTokens, outputTokens } = simulator.stats();
  const usd = (inputTokens * 0.15 + outputTokens * 0.6) / 1e6;
  expect(usd).toBeLessThanOrEqual(0.001);
  expect(usd).toBeGreaterThan(0.00095);
});

it('stops at once where the key is refused, and records nothing of it', async () => {
  const world = new World();
  world.write(
    'in.jsonl',
    ids(300).map((id) => openaiLine(id)),
  );
  const body = JSON.stringify({ error: { message: 'Incorrect API key', code: 'invalid_api_key' } });
  const fetch = async (): Promise<Response> => {
    return new Response(body, { status: 401, headers: { 'content-type': 'application/json' } });
  };
  expect(await world.sent(ALL, clock, { fetch })).toBe(3);
  expect(world.err).toContain('accepts no more calls: 401 Incorrect API key');
  expect(world.text('out.jsonl')).toBe('');
});

it('waits for a network that is gone, and goes on', async () => {
  const world = new World();
  world.write(
    'in.jsonl',
    ids(5).map((id) => openaiLine(id)),
  );
  const simulator = openai();
  const backAt = clock.now() + 60_000;
  const fetch: typeof globalThis.fetch = async (input, init) => {
    if (clock.now() < backAt) throw new TypeError('fetch failed');
    return simulator.fetch(input, init);
  };
  expect(await world.sent(ALL, clock, { fetch })).toBe(0);
  expect(world.results()).toHaveLength(5);
}, 60_000);

it('lets calls in flight end when it is interrupted, and exits with 130', async () => {
  const world = new World();
  world.write(
    'in.jsonl',
    ids(3000).map((id) => openaiLine(id)),
  );
  const simulator = openai({ latency: 5000 });
  const onInterrupt = (callback: () => void): (() => void) => clock.setTimeout(callback, 2000);
  expect(await world.sent(ALL, clock, simulator, { onInterrupt })).toBe(130);
  const { requests, inFlight } = simulator.stats();
  expect([world.results().length, inFlight]).toEqual([requests, 0]);
  expect(requests).toBeGreaterThan(0);
  expect(requests).toBeLessThan(600);
});

it.each([
  ['', 0, /batch requests\.jsonl -o results\.jsonl/],
  ['help', 0, /batch requests\.jsonl -o results\.jsonl/],
  ['limits in.jsonl', 2, /^Unexpected argument: \S+in\.jsonl$/m],
  ['--version', 0, /^\d+\.\d+\.\d+/],
  ['frobnicate', 2, /Unknown command 'frobnicate'/],
  ['batch in.jsonl', 2, /Name a file for the results/],
  ['batch none.jsonl -o out.jsonl', 2, /There is no file/],
  ['batch in.jsonl -o in.jsonl', 2, /name another file/],
  ['batch in.jsonl -o out.jsonl --max-usd no', 2, /--max-usd must be a positive number, not 'no'/],
  ['batch in.jsonl -o out.jsonl --limits rpm', 2, /--limits must look like/],
  ['batch in.jsonl -o out.jsonl --account-tier huge', 2, /--account-tier must be one of 'Free', /],
  ['batch in.jsonl -o none/out.jsonl', 2, /ENOENT/],
  ['batch in.jsonl -o out.jsonl --redis nowhere', 2, /--redis must be a URL/],
  ['batch in.jsonl -o out.jsonl --unknown', 2, /Unknown option --unknown/],
])('exits where it is asked %j with %d, and says why', async (args, exitCode, text) => {
  const world = new World();
  world.write('in.jsonl', [openaiLine('a')]);
  expect(await world.run(args.trim())).toBe(exitCode);
  expect(world.out + world.err).toMatch(text);
});

it('says which key it needs, and warns of one on the command line', async () => {
  const world = new World();
  world.write('in.jsonl', [openaiLine('a')]);
  expect(await world.run(ALL, { env: {} })).toBe(2);
  expect(world.err).toContain(
    'There is no API key: set OPENAI_API_KEY. (If your host needs no key, --base-url is enough)',
  );
  expect(await world.sent(`${ALL} --key sk-1`, clock, openai(), { env: {} })).toBe(0);
  expect(world.err).toContain('others on this machine can see a --key');
});

it('shows its progress as lines of JSON, or as one line of a terminal', async () => {
  const world = new World();
  world.write(
    'in.jsonl',
    ids(30).map((id) => openaiLine(id)),
  );
  await world.sent(`${ALL} --json`, clock, openai({ latency: 3000 }));
  const told = world.out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(told.at(-1)).toMatchObject({ done: 30, failed: 0, total: 30, refused: 0 });
  const other = new World();
  other.write(
    'in.jsonl',
    ids(30).map((id) => openaiLine(id)),
  );
  await other.sent(ALL, clock, openai({ latency: 3000 }), { isTerminal: true });
  const drawn = `${'█'.repeat(24)}  30/30\n`;
  expect(other.err).toContain(drawn);
  expect(other.err).toMatch(/\n\$[\d.]+ · 0 429s · \d+ % of 600 RPM · \d+ % of 1000k TPM\n/);
  const narrow = new World();
  narrow.write(
    'in.jsonl',
    ids(30).map((id) => openaiLine(id)),
  );
  const io = { isTerminal: true, columns: 20 };
  await narrow.sent(ALL, clock, openai({ latency: 3000 }), io);
  const shown = stripVTControlCharacters(narrow.err).split('\n').slice(0, -3);
  expect(shown.length).toBeGreaterThan(1);
  for (const line of shown) expect(line.length).toBeLessThanOrEqual(20);
});
