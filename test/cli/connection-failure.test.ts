import { APIConnectionError } from 'openai';
import { expect, it, onTestFinished, vi } from 'vitest';
import { BatchSession } from '../../src/cli/batch-session.ts';
import { isConnectionFailure, reasonOf } from '../../src/cli/connection-failure.ts';
import { ProgressLine } from '../../src/cli/progress-line.ts';
import { readEntries, surveyOf } from '../../src/cli/requests-file.ts';
import { ResultsFile } from '../../src/cli/results-file.ts';
import type { Send } from '../../src/cli/send.ts';
import { createRateLimiter } from '../../src/limiter.ts';
import { createVirtualClock } from '../../src/testing/index.ts';
import { ids, openaiLine, World } from './support/world.ts';

const refused = new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED') });

it('says the deepest cause of a connection that has failed', () => {
  const failure = new APIConnectionError({ cause: refused });
  expect([isConnectionFailure(failure), isConnectionFailure(refused)]).toEqual([true, false]);
  expect(reasonOf(failure)).toBe('Connection error (connect ECONNREFUSED)');
  expect(reasonOf(new Error('Alone.'))).toBe('Alone');
  const endless = new Error('Endless');
  endless.cause = endless;
  expect(reasonOf(endless)).toBe('Endless (Endless)');
});

const clock = createVirtualClock();

/** Runs a batch of five calls. */
async function ran(send: Send): Promise<{ session: BatchSession; world: World }> {
  const world = new World();
  world.write(
    'in.jsonl',
    ids(5).map((id) => openaiLine(id)),
  );
  const limiter = createRateLimiter({ clock });
  const results = await ResultsFile.open(world.path('out.jsonl'), { retryFailed: false });
  onTestFinished(() => results.close());
  const said = { out: () => {}, err: (text: string) => world.said('err', text), isTerminal: false };
  const line = new ProgressLine(
    { ...said, env: {}, onInterrupt: () => () => {} },
    { quiet: true, json: false },
  );
  const session = new BatchSession({ limiter, send, results, line, clock });
  const path = world.path('in.jsonl');
  const survey = await surveyOf(
    path,
    undefined,
    () => false,
    () => {},
  );
  await clock.run(session.run(readEntries(path, undefined, survey), 5));
  return { session, world };
}

const fine = { kind: 'answered', status: 200, requestId: '', body: '{}' } as const;

it('a batch says once why nothing happens, and goes on', async () => {
  let sent = 0;
  const { session, world } = await ran(async () => {
    if (sent++ < 12) throw new APIConnectionError({ cause: refused });
    return fine;
  });
  expect([session.recorded, session.failed, world.results().length]).toEqual([5, 0, 5]);
  expect(world.err).toBe(
    "The host can't be reached: Connection error (connect ECONNREFUSED); calls are tried again for 10 minutes\n",
  );
});

it('a batch stops after ten minutes of a host that can’t be reached, and records none of its calls', async () => {
  const start = clock.now();
  const { session } = await ran(async () => {
    throw new APIConnectionError({ cause: refused });
  });
  expect(session.stopped).toMatchObject({
    exitCode: 3,
    message:
      "The host can't be reached: Connection error (connect ECONNREFUSED), and no call has succeeded for 10 minutes",
  });
  expect(session.recorded).toBe(0);
  expect(clock.now() - start).toBeLessThan(12 * 60_000);
});

it('a call that fails while others go well is recorded as failed', async () => {
  const { session, world } = await ran(async ({ customId }) => {
    await new Promise<void>((resolve) => void clock.setTimeout(resolve, 1000));
    if (customId === 'id-0') throw new APIConnectionError({ cause: refused });
    return fine;
  });
  expect([session.stopped, session.recorded, session.failed]).toEqual([undefined, 5, 1]);
  expect(world.results().at(-1)).toMatchObject({ error: { code: 'connection_error' } });
});

it('a batch stops where its disk says late that it has kept nothing', async () => {
  const world = new World();
  world.write(
    'in.jsonl',
    ids(100).map((id) => openaiLine(id)),
  );
  const limiter = createRateLimiter({ clock });
  const results = await ResultsFile.open(world.path('out.jsonl'), { retryFailed: false });
  onTestFinished(() => results.close());
  const sync = vi.spyOn(results, 'sync').mockImplementation(() => {
    throw Object.assign(new Error('i/o error'), { code: 'EIO' });
  });
  onTestFinished(() => sync.mockRestore());
  const line = new ProgressLine(
    { out: () => {}, err: () => {}, isTerminal: false, env: {}, onInterrupt: () => () => {} },
    { quiet: true, json: false },
  );
  const send: Send = async () => {
    await new Promise<void>((resolve) => void clock.setTimeout(resolve, 700));
    return { kind: 'answered', status: 200, requestId: '', body: '{}' };
  };
  const session = new BatchSession({ limiter, send, results, line, clock });
  const path = world.path('in.jsonl');
  const [some, none] = [() => {}, () => false];
  const survey = await surveyOf(path, undefined, none, some);
  await clock.run(session.run(readEntries(path, undefined, survey), 100));
  expect(session.stopped?.message).toBe('i/o error');
  expect(session.recorded).toBeLessThan(100);
});

it('`limits` says in one line why its call has failed', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const world = new World();
  let exitCode: number | undefined;
  const running = world.run('limits', { fetch: () => Promise.reject(refused) });
  void running.then((code) => {
    exitCode = code;
  });
  // The SDK's own retries take real time.
  while (exitCode === undefined) {
    await new Promise((resolve) => setImmediate(resolve));
    await vi.advanceTimersByTimeAsync(1000);
  }
  await running;
  expect([exitCode, world.err]).toEqual([
    1,
    'The call failed: Connection error (connect ECONNREFUSED)\n',
  ]);
});
