import { expect, it } from 'vitest';
import type { LimitSource, Shape } from '../../../src/model/limits.ts';
import {
  answered,
  granted,
  type Learning,
  newLearning,
} from '../../../src/rules/learning/learning.ts';
import { takeNews } from '../../../src/rules/learning/limit-news.ts';
import { configure, observe, told } from '../../../src/rules/learning/observations.ts';
import { beginEpisode, refused, resumed } from '../../../src/rules/learning/refusals.ts';
import type { LimitPolicy } from '../../../src/rules/limits/limit-policy.ts';
import { type LimitSet, limitsOf, newLimitSet } from '../../../src/rules/limits/limit-set.ts';
import { take } from '../../../src/rules/limits/limit-waits.ts';
import type { MeteredLimit } from '../../../src/rules/limits/metered-limit.ts';
import type { GrantedCall } from '../../../src/rules/ticket.ts';

const MINUTE = 60_000;
const BUCKET: Shape = { enforcement: 'bucket', burstSeconds: 10 };
const TOKENS = { tokens: BUCKET, inputTokens: BUCKET, outputTokens: BUCKET };
const POLICY: LimitPolicy = {
  shapes: { requests: BUCKET, ...TOKENS, usd: BUCKET },
  isShapeGiven: false,
  headroom: 0,
  correction: 'settled',
  slots: 0,
};
const IN_FLIGHT = { start: 8, most: 100 };

function tokens(max: number, source: LimitSource): MeteredLimit {
  return { dimension: 'tokens', max, windowMs: MINUTE, source };
}

function laneWith(...start: readonly MeteredLimit[]): [Learning, LimitSet] {
  const learning = newLearning({ start, inFlight: IN_FLIGHT }, 0);
  const set = newLimitSet(learning.known.inForce, POLICY, 0);
  takeNews(learning, set, 0);
  return [learning, set];
}

function call(learning: Learning, set: LimitSet, amount: number, now: number): GrantedCall {
  const cost = { requests: 1, tokens: amount };
  take(set, cost, now);
  granted(learning, cost, now);
  return { id: 1, cost, at: now, epoch: 0, taken: set.taken };
}

it('a given limit that is shown to be lower is told as such once, and again when given anew', () => {
  const [learning, set] = laneWith(tokens(1000, 'given'));
  const lowered = (limit: number) => {
    observe(learning, set, call(learning, set, 1, 0), [{ dimension: 'tokens', limit }], 0);
    return takeNews(learning, set, 0)?.lowered;
  };
  expect(lowered(800)).toEqual([tokens(1000, 'given')]);
  expect(lowered(1500)).toEqual([]);
  expect(lowered(800)).toEqual([]);
  lowered(1500);
  const start = [tokens(900, 'given')];
  configure(learning, set, { start, policy: POLICY, inFlight: IN_FLIGHT }, false, 0);
  expect(takeNews(learning, set, 0)).toEqual({ lowered: [], othersShare: 0 });
  expect(limitsOf(set)).toEqual(start);
  learning.throttle.level = 1;
  expect(lowered(800)).toEqual([tokens(900, 'given')]);
});

it('terms that are given anew are told at once, and no limit as lowered that isn’t', () => {
  const [learning, set] = laneWith(tokens(1000, 'given'));
  learning.throttle.level = 0;
  const start = [tokens(1000, 'given')];
  configure(learning, set, { start, policy: POLICY, inFlight: IN_FLIGHT }, false, 0);
  expect(takeNews(learning, set, 0)).toBeUndefined();
  configure(learning, set, { start, policy: POLICY, inFlight: { start: 3, most: 3 } }, false, 0);
  expect(takeNews(learning, set, 0)).toEqual({ lowered: [], othersShare: 0 });
  expect(learning.concurrency.limit).toBe(3);
});

it('refusals bring back what was taken for a rest of a second', () => {
  const [learning, set] = laneWith(tokens(30_000, 'headers'));
  const shown = { dimension: 'tokens', limit: 30_000, remaining: 300, resetMs: 700 } as const;
  const left = (now: number) => {
    const one = call(learning, set, 1, now);
    return observe(learning, set, one, [shown], now)[0]?.remaining;
  };
  for (const now of [0, 1000, 2000]) {
    expect(left(now)).toBeUndefined();
    beginEpisode(learning, set, 'capacity', {}, call(learning, set, 1, now), 1, now);
  }
  expect(left(3000)).toBe(300);
});

it('a limit that nobody has stated is what was taken in the minute before a refusal', () => {
  const [learning, set] = laneWith();
  for (let now = 0; now <= 90_000; now += 1000) {
    answered(learning, set, call(learning, set, 10, now), false, now);
  }
  const last = call(learning, set, 10, 91_000);
  refused(learning, set, last, 91_000);
  beginEpisode(learning, set, 'rate', { dimension: 'tokens' }, last, 1, 91_000);
  resumed(learning, set, 95_000);
  expect(takeNews(learning, set, 95_000)).toBeDefined();
  expect(limitsOf(set)).toEqual([tokens(590, 'guess')]);
});

it.each([
  ['three', 3, []],
  ['four', 4, [tokens(40, 'guess')]],
])('of %s calls in a minute of pauses, what is guessed', (_, passed, guessed) => {
  const [learning, set] = laneWith();
  learning.backoff.recent.calls = 100;
  learning.resumedAt = 100_000;
  for (let i = 0; i < passed; i++) {
    answered(learning, set, call(learning, set, 10, 101_000), false, 101_000);
  }
  const last = call(learning, set, 10, 102_000);
  refused(learning, set, last, 102_000);
  beginEpisode(learning, set, 'rate', { dimension: 'tokens' }, last, 1, 102_000);
  resumed(learning, set, 103_000);
  takeNews(learning, set, 103_000);
  expect(limitsOf(set)).toEqual(guessed);
});

it('a refusal that states a limit says nothing else', () => {
  const [learning, set] = laneWith(tokens(1000, 'guess'));
  const one = call(learning, set, 10, 0);
  answered(learning, set, one, false, 0);
  refused(learning, set, one, 0);
  const stated = { limits: [{ dimension: 'tokens', max: 700, windowMs: MINUTE }] } as const;
  const words = { stated: { ...stated, concurrency: undefined } };
  beginEpisode(learning, set, 'rate', words, one, 1, 0);
  resumed(learning, set, 1000);
  expect(takeNews(learning, set, 1000)).toBeDefined();
  expect(limitsOf(set)).toEqual([tokens(700, 'refusal')]);
  expect(set.tuning).toEqual({ rateShare: 1, strictness: 0 });
  expect(told(learning, set, one, { limits: [], concurrency: 5 }, 1000)).toBe(true);
  expect(takeNews(learning, set, 1000)).toBeDefined();
  expect(learning.concurrency.limit).toBe(5);
});
