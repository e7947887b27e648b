import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Cost } from '../../src/model/limits.ts';
import type { LaneCommand } from '../../src/rules/commands.ts';
import type { LaneOpening, LaneState } from '../../src/rules/lane-state.ts';
import { laneRules } from '../../src/shared/lane-rules.ts';
import type { Sent } from '../../src/shared/value-rules.ts';
import { policyOf } from '../rules/limits/policies.ts';
import { ticketOf } from '../rules/tickets.ts';

const START = 1_700_000_000_000;
const MAX = 80;

const opening: LaneOpening = {
  start: [{ dimension: 'requests', max: MAX, windowMs: 60_000, source: 'given' }],
  policy: { ...policyOf({ enforcement: 'window', burstSeconds: 60 }), headroom: 0 },
  inFlight: { start: Number.POSITIVE_INFINITY, most: Number.POSITIVE_INFINITY },
  isCold: false,
};

/** What members say in one decision: in any order. */
const said = fc.array(
  fc.record({
    member: fc.constantFrom('a.1', 'b.2', 'c.3'),
    what: fc.constantFrom('asks', 'took', 'used'),
    calls: fc.integer({ min: 1, max: 60 }),
  }),
  { minLength: 2, maxLength: 9 },
);

function used(state: LaneState): number {
  return state.limits.taken.requests;
}

describe('one decision about what several members say', () => {
  it('lets no call go that has no room beside what others have used, whoever is heard first', () => {
    let full = 0;
    fc.assert(
      fc.property(said, (all) => {
        const rules = laneRules(opening);
        const state = rules.initial(START);
        let ids = 0;
        const waiting = new Map<string, ReturnType<typeof ticketOf>[]>();
        const commands = all.map(({ member, what, calls }): Sent<LaneCommand> => {
          const cost: Cost = { requests: 1 };
          if (what === 'used')
            return { member, command: { kind: 'used', cost: { requests: calls } } };
          const some = Array.from({ length: calls }, () => ticketOf({ id: ++ids }));
          if (what === 'took') {
            const took = some.map(({ id }) => ({ id, cost, at: START }));
            return { member, command: { kind: 'took', calls: took } };
          }
          const tickets = [...(waiting.get(member) ?? []), ...some];
          waiting.set(member, tickets);
          return { member, command: { kind: 'ask', tickets } };
        });
        const before = all.reduce((sum, { what, calls }) => sum + (what === 'asks' ? 0 : calls), 0);
        const { answers } = rules.decide(state, commands, START);
        const granted = [...answers.values()]
          .flat()
          .filter(({ kind }) => kind === 'granted').length;
        const asked = [...waiting.values()].flat().length;
        expect(granted).toBe(Math.min(asked, Math.max(0, MAX - before)));
        expect(used(state)).toBe(before + granted);
        if (before > 0 && granted < asked) full += 1;
      }),
      { numRuns: 200 },
    );
    expect(full).toBeGreaterThan(0);
  });

  it('lets none go that was asked for before a refusal, which is heard with it', () => {
    const rules = laneRules(opening);
    const state = rules.initial(START);
    const ask = (member: string, id: number): Sent<LaneCommand> => ({
      member,
      command: { kind: 'ask', tickets: [ticketOf({ id })] },
    });
    const [first] = rules.decide(state, [ask('a.1', 1)], START).answers.get('a.1') ?? [];
    if (first?.kind !== 'granted') throw new Error('The first call goes');
    const pause: LaneCommand = { kind: 'pause', forMs: 10_000 };
    const { answers } = rules.decide(
      state,
      [ask('b.2', 1), { member: 'a.1', command: pause }],
      START + 10,
    );
    expect(answers.get('b.2')?.map(({ kind }) => kind)).toEqual(['blocked']);
  });
});
