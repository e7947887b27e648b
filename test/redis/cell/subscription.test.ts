import { expect, test } from 'vitest';
import { Subscription } from '../../../src/redis/cell/subscription.ts';

test('one by which nothing comes is closed, and another takes its place', async () => {
  const closed: number[] = [];
  let begun = 0;
  const subscription = new Subscription(
    async ({ opening }) => {
      const number = ++begun;
      const close = (): void => void closed.push(number);
      opening(close);
      return { isLive: true, isOver: false, close };
    },
    'channel',
    () => {},
  );
  await subscription.opened();
  subscription.renew();
  expect([subscription.isLive, closed]).toEqual([false, [1]]);
  await subscription.opened();
  expect([subscription.isLive, begun, closed]).toEqual([true, 2, [1]]);
  subscription.close();
  subscription.renew();
  expect([begun, closed]).toEqual([2, [1, 2]]);
});
