import fc from 'fast-check';
import type { Cost } from '../../src/model/limits.ts';
import type { LaneCommand, MemberCommand } from '../../src/rules/commands.ts';
import { type Decision, decide, type Grant } from '../../src/rules/decide.ts';
import type { LaneOpening, LaneState } from '../../src/rules/lane-state.ts';
import { limitsOf } from '../../src/rules/limits/limit-set.ts';
import { limitSet, readUse } from '../../src/rules/limits/limits-codec.ts';
import { someCall } from './lanes.ts';
import { limits, policies } from './limits/limit-histories.ts';
import { ticketOf } from './tickets.ts';

/** Something that happens to a lane. What it means depends on what has happened before. */
export interface LaneStep {
  readonly afterMs: number;
  readonly kind: LaneCommand['kind'];
  readonly member: string;
  readonly nth: number;
  readonly count: number;
  readonly share: number;
  readonly isSo: boolean;
}

const inFlight = fc.record({
  start: fc.constantFrom(3, 50, Number.POSITIVE_INFINITY),
  most: fc.constantFrom(2, 10, Number.POSITIVE_INFINITY),
});

export const openings: fc.Arbitrary<LaneOpening> = fc.record({
  start: limits,
  policy: policies.map((policy) => ({ ...policy, slots: 12 })),
  inFlight,
  isCold: fc.boolean(),
});

const KINDS: readonly LaneCommand['kind'][] = [
  ...(['ask', 'ask', 'ask', 'ask', 'ask', 'ask', 'ask', 'ask', 'sent', 'sent'] as const),
  ...(['answered', 'answered', 'answered', 'ended', 'ended', 'ended', 'ended'] as const),
  ...([
    'observed',
    'observed',
    'refused',
    'told',
    'configure',
    'reconsider',
    'pause',
    'resume',
  ] as const),
  ...(['lapse', 'presence', 'used', 'recall', 'add', 'join', 'leave'] as const),
];

const step: fc.Arbitrary<LaneStep> = fc.record({
  afterMs: fc.oneof(
    fc.constantFrom(0, 1, 50, -20, 61_000),
    fc.integer({ min: 0, max: 3000 }),
    fc.double({ min: 0, max: 500, noNaN: true }),
  ),
  kind: fc.constantFrom(...KINDS),
  member: fc.constantFrom('one', 'two', 'three'),
  nth: fc.nat(1000),
  count: fc.nat(6),
  share: fc.double({ min: 0, max: 1, noNaN: true }),
  isSo: fc.boolean(),
});

export const laneHistories: fc.Arbitrary<LaneStep[]> = fc.array(step, {
  minLength: 30,
  maxLength: 200,
  size: 'max',
});

/** A lane to which things happen. Two that know the same go on alike. */
export class LaneHistory {
  state: LaneState;
  #sent: Grant[] = [];
  #lastId = 0;

  constructor(state: LaneState) {
    this.state = state;
  }

  play(step: LaneStep, now: number): Decision {
    const command = this.#command(step, now);
    const commands: MemberCommand[] =
      command === undefined ? [] : [{ member: step.member, command }];
    const decision = decide(this.state, commands, now);
    this.#sent.push(...decision.granted);
    return decision;
  }

  #command(step: LaneStep, now: number): LaneCommand | undefined {
    const { kind, count, share, isSo, nth } = step;
    switch (kind) {
      case 'ask':
        return {
          kind,
          tickets: Array.from({ length: count }, (_, i) => this.#ticket(step, i, now)),
        };
      case 'pause':
        return { kind, forMs: 5000 * share };
      case 'configure': {
        const { policy } = this.state.limits;
        const bounds = { start: 1 + count, most: 1 + nth };
        return { kind, terms: { start: this.#limits(share), policy, inFlight: bounds } };
      }
      case 'told':
        return {
          kind,
          call: someCall(nth, now),
          stated: { limits: this.#limits(share), concurrency: isSo ? 1 + count : undefined },
        };
      case 'used':
        return { kind, cost: this.#cost(share) };
      case 'join':
        return { kind, inFlight: count };
      case 'presence':
        return { kind, isHere: isSo || count > 2 };
      case 'resume':
      case 'reconsider':
      case 'leave':
        return { kind };
      // Of shared lanes alone.
      case 'took':
        return undefined;
      case 'recall':
      case 'add': {
        const limits = JSON.stringify(limitSet.pack(this.state.limits, now));
        return { kind, at: now, limits, use: readUse({ limits, at: now }) };
      }
      default:
        return this.#feedback(kind, step);
    }
  }

  #feedback(
    kind: 'sent' | 'answered' | 'ended' | 'observed' | 'refused' | 'lapse',
    { nth, share, isSo, count }: LaneStep,
  ): LaneCommand | undefined {
    const index = this.#sent.length === 0 ? 0 : nth % this.#sent.length;
    const call = this.#sent[index]?.call;
    if (call === undefined) return undefined;
    if (kind === 'ended' || kind === 'lapse') this.#sent.splice(index, 1);
    switch (kind) {
      case 'sent':
      case 'lapse':
        return { kind, call };
      case 'answered':
        return { kind, call, isRefused: isSo };
      case 'ended':
        return { kind, call, actual: this.#cost(share), wasAnswered: isSo, isRefused: false };
      case 'observed': {
        const observed = this.#limits(1).map(({ max: limit, ...each }) => ({
          ...{ ...each, limit },
          remaining: Math.floor(limit * share),
        }));
        return { kind, call, observed };
      }
      case 'refused': {
        const cause = isSo ? 'rate' : 'capacity';
        return {
          kind,
          call,
          cause,
          retryAfterMs: count === 0 ? undefined : 500 * count,
          words: {},
        };
      }
    }
  }

  #limits(share: number) {
    return limitsOf(this.state.limits).map(({ dimension, max, windowMs }) => ({
      ...{ dimension, windowMs, source: 'given' as const },
      max: Math.max(1, Math.round(max * (0.5 + share))),
    }));
  }

  #cost(share: number): Cost {
    const costs = limitsOf(this.state.limits).map(({ dimension, max }) => {
      return [dimension, Math.round((max * share ** 4) / 5)] as const;
    });
    return Object.fromEntries(costs);
  }

  #ticket({ nth, share, isSo, count }: LaneStep, index: number, now: number) {
    const id = ++this.#lastId;
    const key = `key ${(nth + index) % 4}`;
    const expects = isSo ? (['outputTokens'] as const) : [];
    const cost = this.#cost((share * (index + 1)) / (count + 1));
    return ticketOf({
      id,
      key,
      since: now,
      priority: nth % 3,
      weight: 1 + (nth % 2),
      cost,
      expects,
    });
  }
}
