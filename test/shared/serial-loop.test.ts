import { expect, it } from 'vitest';
import type { Clock } from '../../src/clock.ts';
import { SerialLoop } from '../../src/shared/serial-loop.ts';
import { createVirtualClock } from '../../src/testing/index.ts';

const clock = createVirtualClock();

function loopOf(step: (loop: SerialLoop) => Promise<void>): SerialLoop {
  const loop: SerialLoop = new SerialLoop({
    ...{ clock, random: () => 0.5, isBackground: () => false },
    ...{ step: () => step(loop), onIdle: () => {}, onFailure: () => {}, onRecovery: () => {} },
  });
  return loop;
}

// A store that is closed beside it waits for what is asked in the same turn, and for no timer.
it('has stopped in the turn in which its last step ends', async () => {
  let answer = (): void => {};
  const loop = loopOf(
    () =>
      new Promise((resolve) => {
        answer = resolve;
      }),
  );
  loop.again();
  await undefined;
  await undefined;
  const stopping = loop.stop();
  answer();
  await stopping;
  expect([loop.isBusy, clock.pending]).toEqual([false, 0]);
});

it('stops at once where its step only waits, or has failed', async () => {
  for (const step of [
    (loop: SerialLoop) => loop.wait(1000),
    () => Promise.reject(new Error('no answer')),
  ]) {
    const loop = loopOf(step);
    loop.again();
    for (let turn = 0; turn < 10; turn++) await undefined;
    expect(loop.isBusy).toBe(true);
    await loop.stop();
    expect([loop.isBusy, clock.pending]).toEqual([false, 0]);
  }
});

it('keeps the process alive while its step pauses, and not while it tries again what nobody waits for', async () => {
  const timers: (boolean | undefined)[] = [];
  const noting: Clock = {
    ...clock,
    now: () => clock.now(),
    setTimeout: (callback, delayMs, isBackground) => {
      timers.push(isBackground);
      return clock.setTimeout(callback, delayMs, isBackground);
    },
  };
  const loopOver = (step: (loop: SerialLoop) => Promise<void>): SerialLoop => {
    const loop: SerialLoop = new SerialLoop({
      ...{ clock: noting, random: () => 0.5, isBackground: () => true },
      ...{ step: () => step(loop), onIdle: () => {}, onFailure: () => {}, onRecovery: () => {} },
    });
    return loop;
  };
  for (const step of [
    (loop: SerialLoop) => loop.wait(1000),
    () => Promise.reject(new Error('no answer')),
  ]) {
    const loop = loopOver(step);
    loop.again();
    for (let turn = 0; turn < 10; turn++) await undefined;
    await loop.stop();
  }
  expect(timers).toEqual([false, true]);
});
