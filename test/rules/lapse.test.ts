import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Cost, plus } from '../../src/model/limits.ts';
import type { MemberCommand } from '../../src/rules/commands.ts';
import { decide, type Grant } from '../../src/rules/decide.ts';
import { levels } from '../../src/rules/limits/limit-levels.ts';
import { ended, laneOf, tickets } from './lanes.ts';

const SECOND = 1000;
/** Of a bucket into which one request a second flows. */
const BURST = 10;
const LIVE = 'live';

interface Killed {
  /** So many had calls in line, of which nobody hears any more. */
  readonly processes: number;
  readonly lapseMs: number;
  /** The others begin so much later. */
  readonly laterMs: number;
  readonly everyMs: number;
}

/** How much more was sent than the bucket of a server holds, in the worst moment; and the last wait. */
function overdrawn({ processes, lapseMs, laterMs, everyMs }: Killed) {
  const lane = laneOf(BURST);
  const dead = Array.from({ length: processes }, (_, i) => `dead ${i}`);
  const asking = (member: string): MemberCommand => {
    return { member, command: { kind: 'ask', tickets: tickets(200) } };
  };
  const kept: { member: string; call: Grant['call'] }[] = [];
  let answered: Grant[] = [];
  const server = { level: BURST, at: 0 };
  let [worst, sent, after] = [0, 0, 0];
  for (let now = 0; now < 120 * SECOND; now += everyMs) {
    const isLapsed = ({ call }: (typeof kept)[number]) => call.at + lapseMs < now;
    const lapsed = kept.filter(isLapsed);
    kept.splice(0, kept.length, ...kept.filter((each) => !isLapsed(each)));
    const commands = [
      ...answered.map((grant): MemberCommand => ({ member: LIVE, command: ended(grant) })),
      ...lapsed.map(({ member, call }, i): MemberCommand => {
        const earlier = lapsed
          .slice(0, i)
          .reduce((sum: Cost, each) => plus(sum, each.call.cost), {});
        return { member, command: { kind: 'lapse', call, earlier } };
      }),
      ...lapsed.map(({ member }): MemberCommand => {
        return { member, command: { kind: 'presence', isHere: false } };
      }),
      ...(now === 0 ? dead.map(asking) : []),
      ...(now >= laterMs && now < laterMs + everyMs ? [asking(LIVE)] : []),
    ];
    server.level = Math.min(BURST, server.level + (now - server.at) / SECOND);
    server.at = now;
    const { granted } = decide(lane, commands, now);
    answered = granted.filter(({ member }) => member === LIVE);
    for (const { member, call } of granted) {
      if (member !== LIVE) kept.push({ member, call });
      else {
        sent++;
        server.level -= 1;
        if (now >= 90 * SECOND) after++;
      }
    }
    worst = Math.max(worst, -server.level);
  }
  return { worst, sent, after };
}

test('what killed processes were granted comes back, and never more than the server has', () => {
  const killed: fc.Arbitrary<Killed> = fc.record({
    processes: fc.integer({ min: 1, max: 5 }),
    lapseMs: fc.integer({ min: 1000, max: 30_000 }),
    laterMs: fc.integer({ min: 0, max: 20_000 }),
    everyMs: fc.integer({ min: 50, max: 900 }),
  });
  fc.assert(
    fc.property(killed, (each) => {
      const { worst, sent, after } = overdrawn(each);
      expect(worst).toBeLessThanOrEqual(1e-6);
      expect(after).toBeGreaterThanOrEqual(28);
      expect(sent).toBeGreaterThanOrEqual(120 - (each.laterMs + 2 * each.lapseMs) / SECOND);
    }),
  );
});

test('a burst that a killed process was granted comes back whole', () => {
  const lane = laneOf(BURST);
  const { granted } = decide(
    lane,
    [{ member: 'dead', command: { kind: 'ask', tickets: tickets(200) } }],
    0,
  );
  expect(granted).toHaveLength(BURST);
  const lapses = granted.map(({ call }, i): MemberCommand => {
    return { member: 'dead', command: { kind: 'lapse', call, earlier: { requests: i } } };
  });
  decide(lane, [...lapses, { member: 'dead', command: { kind: 'presence', isHere: false } }], 250);
  expect(levels(lane.limits, 250)[0]?.level).toBe(BURST);
});
