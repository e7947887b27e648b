import { beforeEach, expect, it } from 'vitest';
import { BatchBook } from '../../src/batch-api/batch-book.ts';
import { Journal, type OpenBatch } from '../../src/batch-api/journal.ts';
import { PackedIds } from '../../src/batch-api/packed-ids.ts';
import { PackedLines } from '../../src/batch-api/packed-lines.ts';
import { FULL_PURSE } from '../../src/batch-api/purse.ts';
import { Rounds } from '../../src/batch-api/rounds.ts';
import { RunControl } from '../../src/batch-api/run-control.ts';
import type { BatchVendor } from '../../src/batch-api/vendor.ts';
import { createVirtualClock } from '../../src/testing/index.ts';

let journal: Journal;
let said: string[];
let book: BatchBook;
let rounds: Rounds;
let names: number;

beforeEach(() => {
  journal = new Journal({ append: () => {} });
  [said, names] = [[], 0];
  book = new BatchBook(journal, FULL_PURSE, new Set());
  const vendor = { limits: { requests: 100, bytes: 1e9 } } as unknown as BatchVendor;
  rounds = new Rounds({ vendor, journal, say: (text) => void said.push(text) }, book);
});

function batchOf(count: number): OpenBatch {
  const ids = new PackedIds(Array.from({ length: count }, () => `call ${names++}`));
  return book.open({ token: `batch ${names}`, url: '', ids, lines: new PackedLines(), usd: 0 }, 0)!;
}
const live = (): string[] => [...(journal.left as Set<string>)];

it('sends again what the vendor had no room for, when a batch has ended', () => {
  batchOf(3);
  rounds.deferred(batchOf(4));
  expect([rounds.isWanted, rounds.isDue, rounds.limits.requests]).toEqual([true, false, 100]);
  rounds.ended();
  expect([rounds.isDue, live()]).toEqual([true, []]);
});

it('makes smaller batches where one alone is too large, down to a call that goes live', () => {
  rounds.deferred(batchOf(5));
  expect([rounds.limits.requests, live()]).toEqual([3, []]);
  rounds.begin();
  rounds.deferred(batchOf(1));
  expect([rounds.isWanted, live()]).toEqual([false, ['call 5']]);
});

it('sends live what the vendor refuses, unless the error is about all batches', () => {
  rounds.refused(batchOf(2), new Error('no such model'));
  expect([live(), rounds.isWanted]).toEqual([['call 0', 'call 1'], false]);
  expect(said).toEqual(['The provider refused a batch: no such model. Its requests are sent live']);
  const noKey = Object.assign(new Error('no key'), { status: 401 });
  expect(() => rounds.refused(batchOf(1), noKey)).toThrow('no key');
  expect([live().length, journal.open.size]).toEqual([2, 0]);
});

it.each([
  ['400 of OpenAI', { code: 'billing_hard_limit_reached', message: 'Billing hard limit reached' }],
  ['429 of OpenAI', { code: 'insufficient_quota', message: 'You exceeded your current quota' }],
  ['400 of Anthropic', { error: { message: 'Your credit balance is too low to access the API' } }],
])(
  'stops where money is lacking, and sends nothing live for twice the price: %s',
  (name, error) => {
    const status = Number(name.slice(0, 3));
    const unpaid = Object.assign(new Error('unpaid'), { status, error });
    expect(() => rounds.refused(batchOf(2), unpaid)).toThrow('unpaid');
    expect([live(), rounds.isWanted, journal.open.size]).toEqual([[], false, 0]);
  },
);

it('makes smaller batches where a proxy takes no such upload, down to a 64th', () => {
  const tooLarge = Object.assign(new Error('too large'), { status: 413 });
  for (const [size, limit] of [
    [100, 50],
    [50, 25],
    [25, 13],
    [13, 7],
    [7, 4],
    [4, 2],
  ] as const) {
    rounds.begin();
    rounds.refused(batchOf(size), tooLarge);
    expect([rounds.isDue, rounds.limits.requests, live()]).toEqual([true, limit, []]);
  }
  rounds.begin();
  rounds.refused(batchOf(2), tooLarge);
  expect([rounds.isWanted, live().length]).toEqual([false, 2]);
});

it('has another round where money ran short, once a batch has ended', () => {
  rounds.isShort = true;
  expect(rounds.isWanted).toBe(false);
  rounds.ended();
  expect(rounds.isDue).toBe(true);
  rounds.begin();
  expect([rounds.isDue, rounds.isShort]).toEqual([false, false]);
});

it('wakes all that rest where a run is canceled, and ends it with the first reason where it is stopped', async () => {
  const clock = createVirtualClock();
  const control = new RunControl(clock);
  const rested = control.rest(60_000);
  control.cancel();
  await rested;
  control.expectGoingOn();
  control.stop(new Error('first'));
  control.stop(new Error('second'));
  expect(() => control.expectGoingOn()).toThrow('first');
  await control.rest(60_000);
  expect([control.isCanceled, clock.now()]).toEqual([true, 0]);
});
