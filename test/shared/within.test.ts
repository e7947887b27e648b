import fc from 'fast-check';
import { expect, it } from 'vitest';
import { within } from '../../src/shared/within.ts';
import { Process, WorldClock } from './world.ts';

const LIMIT_MS = 1000;

/** When `within` ended, and how: the answer reaches the process at `answerAt`, if it runs then. */
async function ended(answerAt: number, stall?: { at: number; forMs: number }): Promise<string> {
  const world = new WorldClock();
  const start = world.now();
  const process = new Process(world, 'p');
  const answer = new Promise<string>((resolve) => {
    // An event loop that was blocked runs its timers first, and then hears what has arrived.
    const hear = (): unknown => world.setTimeout(() => resolve('answered'), 0);
    process.setTimeout(hear, answerAt);
  });
  if (stall !== undefined) world.setTimeout(() => process.stall(stall.forMs), stall.at);
  let line = 'waits';
  const tell = (what: string): void => {
    line = `${world.now() - start} ${what}`;
  };
  within(answer, LIMIT_MS, process).then(tell, (error: Error) => tell(error.name));
  await world.run(start + 1_000_000);
  return line;
}

it('waits for an answer as long as it may, and no longer', async () => {
  expect(await ended(999)).toBe('999 answered');
  expect(await ended(1001)).toBe('1000 TimedOut');
});

it('takes no answer for missing that came while the process itself stood still', async () => {
  const late = fc.record({
    answerAt: fc.integer({ min: 1, max: LIMIT_MS }),
    before: fc.integer({ min: 1, max: LIMIT_MS }),
    forMs: fc.integer({ min: LIMIT_MS, max: 60_000 }),
  });
  const property = fc.asyncProperty(late, async ({ answerAt, before, forMs }) => {
    const at = Math.max(0, answerAt - before);
    expect(await ended(answerAt, { at, forMs })).toBe(`${at + forMs} answered`);
  });
  await fc.assert(property);
});

it('gives up a silent store even if the process is late each time', async () => {
  const world = new WorldClock();
  const process = new Process(world, 'p');
  const stall = (): void => {
    process.stall(400);
    world.setTimeout(stall, 500);
  };
  stall();
  let error: unknown;
  within(new Promise(() => {}), LIMIT_MS, process).catch((thrown: unknown) => {
    error = thrown;
  });
  await world.run(world.now() + 20 * LIMIT_MS);
  expect(error).toMatchObject({ name: 'TimedOut' });
});
