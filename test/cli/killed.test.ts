import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { createRandom, createSimulator } from '../../src/testing/index.ts';
import { ids, openaiLine, World } from './support/world.ts';

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const COUNT = 1000;
const SEED = 20_261_129;

/** Runs the command in a process of its own; kills it once the file of results has so many lines. */
function run(world: World, url: string, killAt: number | undefined): Promise<number | null> {
  const files = ['batch', world.path('in.jsonl'), '-o', world.path('out.jsonl')];
  const how = ['--base-url', `${url}/v1`, '--limits', 'rpm=30000', '--quiet'];
  const child = spawn(process.execPath, [MAIN, ...files, ...how], { stdio: 'ignore' });
  const timer = setInterval(() => {
    if (killAt !== undefined && linesIn(world) >= killAt) child.kill('SIGKILL');
  }, 5);
  return new Promise((resolve) =>
    child.once('close', (exitCode) => {
      clearInterval(timer);
      resolve(exitCode);
    }),
  );
}

function linesIn(world: World): number {
  const path = world.path('out.jsonl');
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
}, 60_000);
