import fc from 'fast-check';
import { expect, it } from 'vitest';
import { levels } from '../../../src/rules/limits/limit-levels.ts';
import {
  drain,
  type LimitSet,
  limitsOf,
  newLimitSet,
  observeBalance,
  settle,
  tune,
} from '../../../src/rules/limits/limit-set.ts';
import { take, takeAsHead, wait } from '../../../src/rules/limits/limit-waits.ts';
import { limitSet } from '../../../src/rules/limits/limits-codec.ts';
import { costOf, histories, limits, policies, START, type Step } from './limit-histories.ts';
import { policyOf } from './policies.ts';
import { stored } from './stored.ts';

/** Some of what may happen, and the waits that it leads to. */
function play(set: LimitSet, step: Step, now: number): unknown {
  const cost = costOf(limitsOf(set), step);
  if (step.what === 'take') take(set, cost, now);
  if (step.what === 'settle') settle(set, cost, {}, now - 10, now);
  if (step.what === 'tune') tune(set, step.tuning, now);
  if (step.what === 'drain') drain(set, now, step.dimension);
  if (step.what === 'observe') {
    const sightings = limitsOf(set).map((each) => ({ ...each, remaining: each.max / 2 }));
    observeBalance(set, sightings, now - 10, set.taken, now);
  }
  const taken = step.what === 'head' ? takeAsHead(set, cost, now) : undefined;
  return [taken, wait(set, cost, now), levels(set, now)];
}

it('limits are read from a store as they were written, and go on alike', () => {
  const slots = fc.constantFrom(0, 12, 128);
  fc.assert(
    fc.property(limits, policies, slots, histories, (start, policy, slots, history) => {
      const kept = newLimitSet(start, { ...policy, slots }, START);
      let read = structuredClone(kept);
      let now = START;
      for (const step of history) {
        now += step.afterMs;
        expect(play(read, step, now)).toEqual(play(kept, step, now));
        read = stored(limitSet, read, now);
        expect(read).toEqual(kept);
      }
    }),
    { numRuns: 50 },
  );
});

it('the value of a busy lane stays small with slots', () => {
  const policy = { ...policyOf({ enforcement: 'slices', burstSeconds: 60 }), slots: 12 };
  const limit = { dimension: 'tokens', max: 60_000, windowMs: 60_000, source: 'given' } as const;
  const set = newLimitSet([limit], policy, START);
  for (let now = START; now < START + 600_000; now += 100) {
    takeAsHead(set, { tokens: 90 }, now);
  }
  const packed = JSON.stringify(limitSet.pack(set, START + 600_000));
  expect(packed.length).toBeLessThan(2000);
});
