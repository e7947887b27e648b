import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { createRandom, createSimulator } from '../../src/testing/index.ts';
import { ids, openaiLine, World } from './support/world.ts';

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const COUNT = 1000;
const SEED = 20_261_129;

/** Runs the command in a process of its own; kills it once a file has so many lines. */
function run(
  world: World,
  url: string,
  killAt: number | undefined,
  { name = 'out.jsonl', more = [] as string[] } = {},
): Promise<number | null> {
  const files = ['batch', world.path('in.jsonl'), '-o', world.path('out.jsonl')];
  const how = ['--base-url', `${url}/v1`, '--limits', 'rpm=30000', '--quiet', ...more];
  const child = spawn(process.execPath, [MAIN, ...files, ...how], { stdio: 'ignore' });
  const timer = setInterval(() => {
    if (killAt !== undefined && linesIn(world, name) >= killAt) child.kill('SIGKILL');
  }, 5);
  return new Promise((resolve) =>
    child.once('close', (exitCode) => {
      clearInterval(timer);
      resolve(exitCode);
    }),
  );
}

function linesIn(world: World, name: string): number {
  const path = world.path(name);
  return existsSync(path) ? readFileSync(path, 'utf8').split('\n').length - 1 : 0;
}

it('killed three times at random moments, and started again, it sends no recorded call twice', async () => {
  const world = new World();
  world.write(
    'in.jsonl',
    ids(COUNT).map((id) => openaiLine(id)),
  );
  const sent: string[] = [];
  const simulator = createSimulator({
    limits: { rpm: 30_000, tpm: 100_000_000 },
    latency: 80,
    reply: ({ body }) => {
      sent.push(/Item (id-\d+)/.exec(JSON.stringify(body))?.[1] ?? '');
      return 'fine';
    },
  });
  const { url, close } = await simulator.listen();
  const random = createRandom(SEED);
  const recorded = new Set<string>();
  for (const part of [0, 1, 2]) {
    const killAt = Math.floor((part + random()) * (COUNT / 3.2)) + 10;
    expect(await run(world, url, killAt)).toBe(null);
    // What had been recorded before this run was not sent in it.
    expect(sent.filter((id) => recorded.has(id))).toEqual([]);
    for (const { custom_id } of world.results()) recorded.add(custom_id);
    expect(recorded.size).toBeGreaterThanOrEqual(killAt);
    // A request that was on its way may still arrive: the server has seen them all by then.
    sent.length = 0;
  }
  expect(await run(world, url, undefined)).toBe(0);
  expect(sent.filter((id) => recorded.has(id))).toEqual([]);
  expect(
    world
      .results()
      .map(({ custom_id }) => custom_id)
      .toSorted(),
  ).toEqual(ids(COUNT).toSorted());
  expect(simulator.stats().status429).toBe(0);
  await close();
}, 120_000);

it('killed when it has submitted batches, and started again, it collects them, and sends nothing', async () => {
  const world = new World();
  world.write(
    'in.jsonl',
    ids(COUNT).map((id) => openaiLine(id)),
  );
  const simulator = createSimulator({ batches: { durationMs: 1000 } });
  const { url, close } = await simulator.listen();
  const more = ['--via', 'batch-api', '--batch-size', '100'];
  // All ten are planned and submitted: for one that may not be, the next run waits half a minute.
  expect(await run(world, url, 20, { name: 'out.jsonl.batches', more })).toBe(null);
  expect(await run(world, url, undefined, { more })).toBe(0);
  const sizes = simulator.batches.map(({ customIds }) => customIds.length);
  expect([sizes, simulator.log.length]).toEqual([Array(10).fill(100), 0]);
  expect(
    world
      .results()
      .map(({ custom_id }) => custom_id)
      .toSorted(),
  ).toEqual(ids(COUNT).toSorted());
  await close();
}, 120_000);
