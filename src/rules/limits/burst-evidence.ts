import { amount, type Cost, type Dimension } from '../../model/limits.ts';
import { finerLimits } from './burst-policy.ts';
import {
  type BurstTrial,
  type FinerLimit,
  hold,
  recordPassed,
  recordRefused,
  refute,
} from './burst-trial.ts';
import type { LimitMeter } from './limit-meter.ts';
import type { LimitSet } from './limit-set.ts';

/** A call of a lane, and what it was sent for. */
interface Sent {
  readonly cost: Cost;
  readonly at: number;
}

/** A call was answered: requests are counted from there. */
export function answeredInTrial(set: LimitSet, { cost, at }: Sent, now: number): void {
  forEach(set, ({ limit: { dimension } }, trial, finer) => {
    const each = amount(cost, dimension);
    if (dimension === 'requests') recordPassed(trial, finer, { at, cost: each, passed: each }, now);
  });
  shareEvidence(set);
}

/** A call has ended, and cost `actual`; `undefined`: it came to nothing. */
export function endedInTrial(
  set: LimitSet,
  { cost, at }: Sent,
  actual: Cost | undefined,
  now: number,
): void {
  forEach(set, ({ limit: { dimension } }, trial, finer) => {
    if (dimension === 'requests' && actual !== undefined) return;
    const passed = actual === undefined ? 0 : takenOf(cost, actual, dimension);
    recordPassed(trial, finer, { at, cost: amount(cost, dimension), passed }, now);
  });
}

/** What is on trial, and the stage in which it is. */
const TRIALS = [
  ['second', 'tryPerSecond'],
  ['ten', 'tryTenSeconds'],
] as const;

/** A call was refused. Returns whether that was the end of a trial: then nothing else follows. */
export function refusedInTrial(set: LimitSet, { at }: Sent, now: number): boolean {
  let found = false;
  for (const [level, stage] of TRIALS) {
    const tried = set.meters.filter(({ burst }) => burst.stage === stage);
    const hasFound = tried.map(({ burst }) => recordRefused(burst[level], at, now));
    if (!hasFound.includes(true)) continue;
    found = true;
    for (const { burst } of set.meters) if (burst[level].passed === 0) hold(burst[level], now);
  }
  return found;
}

/** What is foreseen takes trials for passed: they are over within seconds. */
export function foreseeTrials(set: LimitSet): LimitSet {
  forEach(set, ({ burst: { stage } }, trial, finer) => {
    if (stage === 'tryPerSecond' || stage === 'tryTenSeconds') refute(trial, finer);
  });
  return set;
}

/** Of an estimated input, what was too much. Output that was reserved counts, used or not. */
function takenOf(cost: Cost, actual: Cost, dimension: Dimension): number {
  const counted = amount(cost, dimension);
  if (dimension === 'outputTokens' || actual.inputTokens === undefined) return counted;
  return Math.max(0, counted - Math.max(0, amount(cost, 'inputTokens') - actual.inputTokens));
}

/** Who does not count requests by the second does not count tokens so. */
function shareEvidence({ meters, share }: LimitSet): void {
  const requests = meters.filter(({ limit }) => limit.dimension === 'requests');
  for (const level of ['second', 'ten'] as const) {
    if (!requests.some((meter) => hasPassed(meter, level, share))) continue;
    for (const meter of meters) {
      for (const tried of finerLimits(meter, share)) {
        if (tried.level === level) refute(tried.trial, tried.finer);
      }
    }
  }
}

function hasPassed(meter: LimitMeter, level: 'second' | 'ten', share: number): boolean {
  const tried = finerLimits(meter, share).find((each) => each.level === level);
  return tried !== undefined && tried.trial.passed >= tried.finer.bursts;
}

function forEach(
  { meters, share }: LimitSet,
  act: (meter: LimitMeter, trial: BurstTrial, finer: FinerLimit) => void,
): void {
  for (const meter of meters) {
    for (const { trial, finer } of finerLimits(meter, share)) act(meter, trial, finer);
  }
}
