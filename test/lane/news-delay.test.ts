import { expect, test } from 'vitest';
import { NewsDelay } from '../../src/lane/news-delay.ts';
import type { LaneCommand } from '../../src/rules/commands.ts';

const FREE = Number.POSITIVE_INFINITY;
const LIMITS = { meters: [{ limit: { dimension: 'tokens', max: 1000 } }] } as never;
const call = { at: 0, cost: { requests: 1, tokens: 30 } } as never;
const ended = (tokens: number): LaneCommand => ({
  ...{ kind: 'ended', call, actual: { requests: 1, tokens }, wasAnswered: true, isRefused: false },
});
const answered: LaneCommand = { kind: 'answered', call, isRefused: false };

test('what others wait for goes at once', () => {
  const delay = new NewsDelay(false, 0);
  expect(delay.of({ kind: 'ask', tickets: [] }, FREE, LIMITS, 0)).toBe(0);
  expect(delay.of({ kind: 'resume' }, FREE, LIMITS, 0)).toBe(0);
  expect(delay.of(ended(30), 5, LIMITS, 0)).toBe(0);
});

test('the end of a call waits, and less where it gives back what others may wait for', () => {
  const delay = new NewsDelay(false, 0);
  expect(delay.of(ended(15), FREE, LIMITS, 0)).toBe(200);
  delay.blocked(0);
  expect(delay.of(ended(15), FREE, LIMITS, 4999)).toBe(20);
  expect(delay.of(ended(30), FREE, LIMITS, 4999)).toBe(500);
  expect(delay.of(ended(15), FREE, LIMITS, 5000)).toBe(200);
});

test('the end of a call that gives back a fiftieth of a limit is told soon: others may wait for it', () => {
  const delay = new NewsDelay(false, 0);
  expect(delay.of(ended(11), FREE, LIMITS, 0)).toBe(200);
  expect(delay.of(ended(10), FREE, LIMITS, 0)).toBe(20);
});

test('answers go at once while calls go as others are answered: for a minute', () => {
  expect(new NewsDelay(true, 0).of(answered, FREE, LIMITS, 59_999)).toBe(0);
  const delay = new NewsDelay(false, 0);
  expect(delay.of(answered, FREE, LIMITS, 0)).toBe(500);
  delay.granted(1, 1000);
  delay.granted(1, 30_000);
  expect(delay.of(answered, FREE, LIMITS, 60_999)).toBe(0);
  expect(delay.of(answered, FREE, LIMITS, 61_000)).toBe(500);
});
