import { expect, it } from 'vitest';
import {
  areRefusedToo,
  type Followers,
  haveMostPassed,
  newFollowers,
  noteFollower,
} from '../../../src/rules/learning/followers.ts';
import type { GrantedCall } from '../../../src/rules/ticket.ts';

function call(order: number, tokens = 10, epoch = 0): GrantedCall {
  const cost = { requests: 1, tokens };
  return { id: order, cost, at: 0, epoch, taken: { requests: order, tokens: 10 * order } };
}

function after(...calls: readonly (readonly [GrantedCall, boolean])[]): Followers {
  const followers = newFollowers();
  noteFollower(followers, call(10), true);
  for (const [each, isRefused] of calls) noteFollower(followers, each, isRefused);
  return followers;
}

const range = (from: number, count: number): number[] =>
  Array.from({ length: count }, (_, i) => from + i);

it('a limit that was used up lets no call pass that was sent after a refused one', () => {
  expect(haveMostPassed(after(...range(11, 7).map((n) => [call(n), false] as const)), 0)).toBe(
    true,
  );
  const refused = after(...range(11, 5).map((n) => [call(n), true] as const));
  expect([haveMostPassed(refused, 0), areRefusedToo(refused, 0)]).toEqual([false, true]);
});

it('calls that were sent before, cost less, or came after the pause say nothing', () => {
  const before = range(1, 9).map((n) => [call(n), false] as const);
  const smaller = range(11, 9).map((n) => [call(n, 9), false] as const);
  const later = range(11, 9).map((n) => [call(n, 10, 1), false] as const);
  for (const calls of [before, smaller, later]) {
    expect(haveMostPassed(after(...calls), 0)).toBe(false);
  }
});

it('where a quarter of all calls is refused by chance, a quarter of those that follow says nothing', () => {
  const quarter = after(...range(11, 12).map((n) => [call(n), n % 4 === 0] as const));
  expect([haveMostPassed(quarter, 0), areRefusedToo(quarter, 0)]).toEqual([false, false]);
  expect(haveMostPassed(quarter, 0.25)).toBe(true);
  const most = after(...range(11, 12).map((n) => [call(n), n % 4 !== 0] as const));
  expect([areRefusedToo(most, 0), areRefusedToo(most, 0.7)]).toEqual([true, false]);
});
