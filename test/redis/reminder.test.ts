import { expect, it } from 'vitest';
import { Reminder } from '../../src/redis/reminder.ts';
import { createVirtualClock, type VirtualClock } from '../../src/testing/index.ts';

function reminderOf(clock: VirtualClock): { reminder: Reminder; saidAt: number[] } {
  const saidAt: number[] = [];
  const reminder = new Reminder(clock, () => void saidAt.push(clock.now()));
  return { reminder, saidAt };
}

it('says it again every second, for as long as it is worth saying', async () => {
  const clock = createVirtualClock();
  const { reminder, saidAt } = reminderOf(clock);
  reminder.spoke(3500);
  await clock.advance(10_000);
  expect(saidAt).toEqual([1000, 2000, 3000]);
  expect(clock.pending).toBe(0);
});

it('says nothing while others speak of it', async () => {
  const clock = createVirtualClock();
  const { reminder, saidAt } = reminderOf(clock);
  reminder.spoke(5000);
  for (let i = 0; i < 10; i++) {
    await clock.advance(250);
    reminder.spoke();
  }
  await clock.advance(10_000);
  expect(saidAt).toEqual([3500, 4500]);
});

it('leaves no timer behind once it is stopped, or has nothing to say', async () => {
  const clock = createVirtualClock();
  const { reminder, saidAt } = reminderOf(clock);
  reminder.spoke();
  expect(clock.pending).toBe(0);
  reminder.spoke(5000);
  reminder.stop();
  expect([clock.pending, reminder.isDue]).toEqual([0, false]);
  await clock.advance(10_000);
  expect(saidAt).toEqual([]);
});
