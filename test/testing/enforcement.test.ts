import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  createSimulator,
  createVirtualClock,
  type LogEntry,
  type SimulatorEnforcement,
} from '../../src/testing/index.ts';
import { sendChat } from './requests.ts';

const TPM = 6_000;
const MINUTE = 60_000;

/** Calls of so many tokens, each so long after the one before. */
const calls = (largest: number) =>
  fc.array(
    fc.record({
      gapMs: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 30_000 })),
      tokens: fc.integer({ min: 1, max: largest }),
    }),
    { minLength: 1, maxLength: 40 },
  );

async function logOf(
  enforcement: SimulatorEnforcement,
  schedule: readonly { gapMs: number; tokens: number }[],
): Promise<readonly LogEntry[]> {
  const clock = createVirtualClock({ quietTurns: 1, start: 12_345 });
  const limits = { tpm: TPM };
  const simulator = createSimulator({ clock, enforcement, limits, countFailed: false });
  for (const { gapMs, tokens } of schedule) {
    await clock.advance(gapMs);
    await sendChat(simulator, tokens);
  }
  return simulator.log;
}

/** What was admitted from `from` on, but before the entry itself. */
function admitted(log: readonly LogEntry[], entry: LogEntry, from: (time: number) => boolean) {
  return log
    .filter((other) => other.id < entry.id && other.admitted && from(other.time))
    .reduce((sum, other) => sum + other.cost.tokens, 0);
}

/** Whether each call was admitted exactly when the definition of its enforcement allows it. */
function expectDefinition(
  log: readonly LogEntry[],
  allows: (entry: LogEntry, log: readonly LogEntry[]) => boolean,
): void {
  for (const entry of log) expect([entry, entry.admitted]).toEqual([entry, allows(entry, log)]);
}

/**
 * A bucket by its envelope: whatever earlier call the count begins with, no more was admitted since
 * than the burst and what has been refilled.
 */
function withinEnvelope(burst: number) {
  return (entry: LogEntry, log: readonly LogEntry[]): boolean =>
    log
      .filter((first) => first.id <= entry.id && (first.admitted || first.id === entry.id))
      .every((first) => {
        const since = log.filter(
          ({ id, admitted: passed }) => passed && id >= first.id && id < entry.id,
        );
        const sum = since.reduce((total, other) => total + other.cost.tokens, entry.cost.tokens);
        return sum * MINUTE <= burst * MINUTE + (entry.time - first.time) * TPM;
      });
}

describe('any schedule is admitted exactly as the definition says', () => {
  const check = (
    largest: number,
    enforcement: SimulatorEnforcement,
    allows: (entry: LogEntry, log: readonly LogEntry[]) => boolean,
  ) =>
    fc.assert(
      fc.asyncProperty(calls(largest), async (schedule) => {
        expectDefinition(await logOf(enforcement, schedule), allows);
      }),
      { numRuns: 60 },
    );

  test('bucket: the limit, and what a minute refills', () =>
    check(TPM, 'bucket', withinEnvelope(TPM)));

  test('bucket-10s: a sixth of the limit, and what a minute refills', () =>
    check(TPM / 6, 'bucket-10s', withinEnvelope(TPM / 6)));

  test('sliding: no trailing minute above the limit', () =>
    check(TPM, 'sliding', (entry, log) => {
      const used = admitted(log, entry, (time) => time > entry.time - MINUTE);
      return used + entry.cost.tokens <= TPM;
    }));

  test('fixed: no minute of the wall clock above the limit', () =>
    check(TPM, 'fixed', (entry, log) => {
      const minute = Math.floor(entry.time / MINUTE);
      const used = admitted(log, entry, (time) => Math.floor(time / MINUTE) === minute);
      return used + entry.cost.tokens <= TPM;
    }));

  test('slices: a sixtieth in a second of the wall clock, or one larger call alone', () =>
    check(TPM, 'slices', (entry, log) => {
      const second = Math.floor(entry.time / 1_000);
      const used = admitted(log, entry, (time) => Math.floor(time / 1_000) === second);
      return used === 0 || used + entry.cost.tokens <= TPM / 60;
    }));
});

describe('a call that is larger than', () => {
  const enforcements = ['bucket', 'bucket-10s', 'sliding', 'fixed', 'slices'] as const;

  test.each(enforcements)('the limit never passes (%s)', async (enforcement) => {
    const [entry] = await logOf(enforcement, [{ gapMs: 0, tokens: TPM + 1 }]);
    expect(entry).toMatchObject({ admitted: false, status: 429, limit: 'tpm' });
  });

  test('a 10 s bucket passes only when that is full, and overdraws it', async () => {
    const log = await logOf('bucket-10s', [
      { gapMs: 0, tokens: 3_000 },
      { gapMs: 20_000, tokens: 1 },
      { gapMs: 10, tokens: 1 },
      { gapMs: 9_999, tokens: 3_000 },
      { gapMs: 1, tokens: 3_000 },
    ]);
    expect(log.map((entry) => entry.admitted)).toEqual([true, false, true, false, true]);
  });
});

test.each(['bucket', 'bucket-10s', 'sliding', 'fixed', 'slices'] as const)(
  '%s: whoever waits as long as a 429 says passes, whatever came before',
  async (enforcement) => {
    await fc.assert(
      fc.asyncProperty(calls(TPM), fc.integer({ min: 1, max: TPM }), async (schedule, tokens) => {
        const clock = createVirtualClock({ quietTurns: 1 });
        const limits = { tpm: TPM, rpm: 20 };
        const simulator = createSimulator({ clock, enforcement, limits, countFailed: false });
        for (const call of schedule) {
          await clock.advance(call.gapMs);
          await sendChat(simulator, call.tokens);
        }
        const refused = await sendChat(simulator, tokens);
        if (refused.status === 200) return;
        await clock.advance(Number(refused.headers.get('retry-after-ms')));
        expect((await sendChat(simulator, tokens)).status).toBe(200);
      }),
      { numRuns: 30 },
    );
  },
);

test('a daily limit is a bucket of a day, whatever the minute is', async () => {
  const clock = createVirtualClock();
  const limits = { rpd: 2 };
  const simulator = createSimulator({ clock, limits, enforcement: 'slices', countFailed: false });
  const statuses = async () => (await sendChat(simulator, 1)).status;
  expect([await statuses(), await statuses(), await statuses()]).toEqual([200, 200, 429]);
  await clock.advance(12 * 3_600_000 - 1);
  expect(await statuses()).toBe(429);
  await clock.advance(1);
  expect(await statuses()).toBe(200);
});
