import { expect, it } from 'vitest';
import { RestingCalls } from '../../src/lane/resting-calls.ts';
import { FastClock } from '../support/fast-clock.ts';

it('a call rests until its time, and leaves nothing behind', async () => {
  const clock = new FastClock();
  const resting = new RestingCalls(clock);
  let at: number | undefined;
  void resting.rest(500, new AbortController().signal).then(() => {
    at = clock.now();
  });
  expect(resting.size).toBe(1);
  await clock.run();
  expect([at, resting.size, clock.pending]).toEqual([500, 0, 0]);
});

it('a call that is aborted, or whose lane is closed, rests no longer', async () => {
  const clock = new FastClock();
  const resting = new RestingCalls(clock);
  const controller = new AbortController();
  const aborted = resting.rest(500, controller.signal);
  const closed = resting.rest(500, undefined);
  controller.abort(new Error('enough'));
  await expect(aborted).rejects.toThrow('enough');
  resting.rejectAll(new Error('closed'));
  await expect(closed).rejects.toThrow('closed');
  await expect(resting.rest(500, controller.signal)).rejects.toThrow('enough');
  expect([resting.size, clock.pending]).toEqual([0, 0]);
});
