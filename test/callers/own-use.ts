import type { Caller } from '../../src/callers/caller.ts';
import type { Cost } from '../../src/model/limits.ts';
import { take as takeFrom } from '../../src/rules/limits/limit-waits.ts';

/** Takes a call's cost from its caller's own limits, as the rules do when it goes. */
export function take({ own }: Caller, cost: Cost, now: number): void {
  own.inFlight++;
  takeFrom(own.limits, cost, now);
}
