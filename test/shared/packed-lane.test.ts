import fc from 'fast-check';
import { expect, it } from 'vitest';
import { laneRules } from '../../src/shared/lane-rules.ts';
import type { Decided } from '../../src/shared/value-rules.ts';
import { Callers, histories, openings, type Step } from './lane-history.ts';

/** A moment near today, with a fraction as clocks have it. */
const START = 1_795_934_355_645.4392;
/** The time of a member that writes may be behind that of the one before. */
const BEHIND_MS = 1.7;

/** What is answered to a history, and the lane after it. */
type Told = readonly [answers: unknown, next: Decided<unknown>['next'], packed: string];

it('decides bit for bit the same, whether a lane is kept in memory or packed between all steps', () => {
  let granted = 0;
  const same = (opening: Parameters<typeof laneRules>[0], steps: readonly Step[]): void => {
    const rules = laneRules(opening);
    const callers = new Callers(opening);
    let now = START;
    const kept = rules.initial(now);
    let packed = rules.pack(rules.initial(now), now);
    let packedAt = now;
    for (const [i, step] of steps.entries()) {
      now += step.afterMs;
      const command = callers.command(step, now);
      const commands = command === undefined ? [] : [command];
      const inMemory = rules.decide(kept, structuredClone(commands), now);
      const read = rules.unpack(packed, packedAt, rules.format);
      if (read === undefined) throw new Error(`Step ${i}: what was packed can't be read`);
      const inStore = rules.decide(read, JSON.parse(JSON.stringify(commands)), now);
      packedAt = now - (step.isSo ? BEHIND_MS : 0);
      packed = rules.pack(read, packedAt);
      const told = ({ answers, next }: typeof inMemory, text: string): Told => [
        [...answers],
        next,
        text,
      ];
      expect(told(inStore, packed)).toEqual(told(inMemory, rules.pack(kept, packedAt)));
      granted += [...inMemory.answers.values()]
        .flat()
        .filter(({ kind }) => kind === 'granted').length;
      callers.hear(inMemory.answers);
    }
  };
  fc.assert(fc.property(openings, histories, same), {
    numRuns: 100,
    interruptAfterTimeLimit: 100_000,
  });
  expect(granted).toBeGreaterThan(1000);
});
