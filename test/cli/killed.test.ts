import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { EXIT } from '../../src/cli/exit-code.ts';
import { createRandom, createSimulator } from '../../src/testing/index.ts';
import { ids, openaiLine, World } from './support/world.ts';

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const FULL_DISK = fileURLToPath(new URL('./support/full-disk.ts', import.meta.url));
const COUNT = 1200;
const BATCHED = 1000;
const SEED = 20_261_129;

/** The command in a process of its own. `diskBytes`: so much fits the disk. */
function started(
  world: World,
  url: string,
  { diskBytes, more = [] }: { diskBytes?: number | undefined; more?: readonly string[] } = {},
): ChildProcess {
  const files = ['batch', world.path('in.jsonl'), '-o', world.path('out.jsonl')];
  const how = ['--base-url', `${url}/v1`, '--limits', 'rpm=60000', '--quiet', ...more];
  const first = diskBytes === undefined ? [] : ['--import', FULL_DISK];
  const env = { ...process.env, DISK_BYTES: String(diskBytes) };
  return spawn(process.execPath, [...first, MAIN, ...files, ...how], { stdio: 'ignore', env });
}

/** Resolves to its exit code, or to `null` if it was killed. */
function ended(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => child.once('close', resolve));
}

it('killed three times at random moments and once by a full disk, it sends no recorded call twice', async () => {
  const world = new World();
  world.write(
    'in.jsonl',
    ids(COUNT).map((id) => openaiLine(id)),
  );
  /** Calls of the present run, and after how many it is killed. */
  let sent: string[] = [];
  let killAfter = 0;
  let child: ChildProcess | undefined;
  const simulator = createSimulator({
    limits: { rpm: 60_000, tpm: 100_000_000 },
    latency: 30,
    reply: ({ body }) => {
      sent.push(/Item (id-\d+)/.exec(JSON.stringify(body))?.[1] ?? '');
      if (sent.length === killAfter) child?.kill('SIGKILL');
      return 'fine';
    },
  });
  const { url, close } = await simulator.listen();
  const random = createRandom(SEED);
  const recorded = new Set<string>();
  /** One more run. What had been recorded before is not sent in it. */
  const goOn = async (killedAfter: number, diskBytes?: number): Promise<number | null> => {
    sent = [];
    killAfter = killedAfter;
    child = started(world, url, { diskBytes });
    const exitCode = await ended(child);
    expect(sent.filter((id) => recorded.has(id))).toEqual([]);
    const before = recorded.size;
    for (const { custom_id } of world.results()) recorded.add(custom_id);
    expect(recorded.size).toBeGreaterThan(before);
    return exitCode;
  };
  const some = (): number => Math.floor((0.5 + 0.5 * random()) * (COUNT / 5));
  expect(await goOn(some())).toBe(null);
  const lineBytes = world.text('out.jsonl').length / recorded.size;
  expect(await goOn(0, Math.floor(lineBytes * (some() + random())))).toBe(EXIT.stopped);
  expect(await goOn(some())).toBe(null);
  expect(await goOn(some())).toBe(null);
  expect(await goOn(0)).toBe(EXIT.fine);
  expect(
    world
      .results()
      .map(({ custom_id }) => custom_id)
      .toSorted(),
  ).toEqual(ids(COUNT).toSorted());
  expect(simulator.stats().status429).toBe(0);
  await close();
}, 240_000);

it('killed when it has submitted batches, and started again, it collects them, and sends nothing', async () => {
  const world = new World();
  world.write(
    'in.jsonl',
    ids(BATCHED).map((id) => openaiLine(id)),
  );
  const simulator = createSimulator({ batches: { durationMs: 1000 } });
  const { url, close } = await simulator.listen();
  const more = ['--via', 'batch-api', '--batch-size', '100'];
  const killed = started(world, url, { more });
  // All ten are planned and submitted: for one that may not be, the next run waits half a minute.
  const timer = setInterval(() => {
    if (linesIn(world, 'out.jsonl.batches') >= 20) killed.kill('SIGKILL');
  }, 5);
  expect(await ended(killed)).toBe(null);
  clearInterval(timer);
  expect(await ended(started(world, url, { more }))).toBe(EXIT.fine);
  const sizes = simulator.batches.map(({ customIds }) => customIds.length);
  expect([sizes, simulator.log.length]).toEqual([Array(10).fill(100), 0]);
  expect(
    world
      .results()
      .map(({ custom_id }) => custom_id)
      .toSorted(),
  ).toEqual(ids(BATCHED).toSorted());
  await close();
}, 120_000);

function linesIn(world: World, name: string): number {
  const path = world.path(name);
  return existsSync(path) ? readFileSync(path, 'utf8').split('\n').length - 1 : 0;
}
