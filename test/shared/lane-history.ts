import fc from 'fast-check';
import type { Cost } from '../../src/model/limits.ts';
import type { PauseCause } from '../../src/model/refusal.ts';
import type { LaneCommand } from '../../src/rules/commands.ts';
import type { LaneOpening } from '../../src/rules/lane-state.ts';
import type { GrantedCall, Ticket } from '../../src/rules/ticket.ts';
import type { LaneAnswer } from '../../src/shared/lane-answer.ts';
import type { Sent } from '../../src/shared/value-rules.ts';
import { someCall } from '../rules/lanes.ts';
import { limits, policies } from '../rules/limits/limit-histories.ts';

/** What may happen next to a lane. `which` and `size` choose among what there is. */
export interface Step {
  readonly afterMs: number;
  readonly what: LaneCommand['kind'];
  readonly member: string;
  readonly which: number;
  readonly size: number;
  readonly cause: PauseCause;
  readonly isSo: boolean;
}

/** As often as they are written here. */
const KINDS: readonly LaneCommand['kind'][] = [
  ...(['ask', 'ask', 'ask', 'ask', 'ask', 'sent', 'answered', 'answered', 'ended'] as const),
  ...(['ended', 'ended', 'observed', 'observed', 'refused', 'told', 'configure'] as const),
  ...(['pause', 'resume', 'reconsider', 'join', 'used', 'lapse', 'presence', 'leave'] as const),
];

const step: fc.Arbitrary<Step> = fc.record({
  afterMs: fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(0, 1, 10, 100) },
    { weight: 4, arbitrary: fc.double({ min: 0, max: 3000, noNaN: true }) },
    { weight: 1, arbitrary: fc.constantFrom(-5, 61_000, 3_600_000) },
  ),
  what: fc.constantFrom(...KINDS),
  member: fc.constantFrom('a.1', 'b.2', 'c.3'),
  which: fc.nat(1000),
  size: fc.double({ min: 0, max: 1, noNaN: true }),
  cause: fc.constantFrom<PauseCause[]>('rate', 'daily', 'ramp', 'capacity'),
  isSo: fc.boolean(),
});

export const histories: fc.Arbitrary<Step[]> = fc.array(step, {
  ...{ minLength: 30, maxLength: 300, size: 'max' },
});

export const openings: fc.Arbitrary<LaneOpening> = fc.record({
  start: limits,
  policy: fc.record({ policy: policies, slots: fc.constantFrom(0, 32) }).map((each) => ({
    ...{ ...each.policy, slots: each.slots },
  })),
  inFlight: fc.constantFrom(
    { start: 4, most: 8 },
    { start: 1000, most: Number.POSITIVE_INFINITY },
    { start: Number.POSITIVE_INFINITY, most: Number.POSITIVE_INFINITY },
  ),
  isCold: fc.boolean(),
});

/** What processes know of their calls, and say of them. */
export class Callers {
  readonly #waiting = new Map<string, Ticket[]>();
  /** Calls that were granted, where their process may not have heard of it when it asks again. */
  readonly #granted = new Map<string, Ticket[]>();
  readonly #flying: { readonly member: string; readonly call: GrantedCall }[] = [];
  readonly #opening: LaneOpening;
  #ids = 0;

  constructor(opening: LaneOpening) {
    this.#opening = opening;
  }

  /** The command of a step; `undefined` where there is nothing that it could be about. */
  command(step: Step, now: number): Sent<LaneCommand> | undefined {
    const { member, what } = step;
    if (what === 'leave') this.#waiting.delete(member);
    if (what === 'ask') return { member, command: this.#ask(step, now) };
    const own = ownCommand(step, this.#opening);
    if (own !== undefined) return { member, command: own };
    const place = this.#flying.length === 0 ? -1 : step.which % this.#flying.length;
    const flying = this.#flying[place];
    if (flying === undefined) return undefined;
    if (what === 'ended' || what === 'lapse') this.#flying.splice(place, 1);
    return { member: flying.member, command: callCommand(step, flying.call) };
  }

  /** The calls of a member that have asked and were not answered. */
  waiting(member: string): readonly Ticket[] {
    return this.#waiting.get(member) ?? [];
  }

  isWaiting(member: string): boolean {
    return this.waiting(member).length > 0;
  }

  hear(answers: ReadonlyMap<string, readonly LaneAnswer[]>): void {
    for (const [member, list] of answers) {
      for (const answer of list) {
        if (answer.kind === 'blocked' || answer.kind === 'lapsed') continue;
        const waiting = this.#waiting.get(member) ?? [];
        this.#waiting.set(
          member,
          waiting.filter(({ id }) => id !== answer.id),
        );
        if (answer.kind !== 'granted') continue;
        this.#flying.push({ member, call: answer.call });
        this.#granted.set(
          member,
          waiting.filter(({ id }) => id === answer.id),
        );
      }
    }
  }

  #ask({ member, which, size, isSo }: Step, now: number): LaneCommand {
    const id = ++this.#ids;
    const key = `key${which % 5}`;
    const more = isSo ? { sharedKey: key } : {};
    const place = {
      id,
      since: now - (which % 50),
      priority: which % 3,
      key,
      weight: 1 + (which % 2),
    };
    const cost = costOf(size * size, this.#opening);
    const ticket: Ticket = {
      ...place,
      ...more,
      cost,
      expects: ['outputTokens'],
      deadline: undefined,
    };
    const waiting = [...(this.#waiting.get(member) ?? []), ticket].slice(-8);
    this.#waiting.set(member, waiting);
    const unheard = isSo ? (this.#granted.get(member) ?? []) : [];
    return { kind: 'ask', tickets: [...unheard, ...waiting] };
  }
}

function ownCommand(step: Step, { start, policy }: LaneOpening): LaneCommand | undefined {
  const { what, which, size, isSo } = step;
  const [limit] = start;
  switch (what) {
    case 'told':
      return {
        kind: what,
        call: someCall(which),
        stated: { limits: limit ? [limit] : [], concurrency: isSo ? 1 + (which % 9) : undefined },
      };
    case 'configure':
      return {
        kind: what,
        terms: {
          start: start.map((each) => ({ ...each, max: 1 + Math.floor(each.max * 2 * size) })),
          policy,
          inFlight: { start: 2 + (which % 20), most: Number.POSITIVE_INFINITY },
        },
      };
    case 'pause':
      return { kind: what, forMs: size * 5000 };
    case 'resume':
    case 'reconsider':
    case 'leave':
      return { kind: what };
    case 'join':
      return { kind: what, inFlight: which % 4 };
    case 'used':
      return { kind: what, cost: costOf(size / 5, { start, policy }) };
    case 'presence':
      return { kind: what, isHere: which % 4 > 0 };
    default:
      return undefined;
  }
}

function callCommand({ what, which, size, cause, isSo }: Step, call: GrantedCall): LaneCommand {
  switch (what) {
    case 'sent':
    case 'lapse':
      return { kind: what, call };
    case 'answered':
      return { kind: what, call, isRefused: which % 10 === 0 };
    case 'observed': {
      const limit = 1 + (which % 3) * 500;
      const shown = { limit, remaining: Math.floor(limit * size), resetMs: 60_000 * size };
      const windowMs = isSo ? 60_000 : undefined;
      return { kind: what, call, observed: [{ dimension: 'requests', ...shown, windowMs }] };
    }
    case 'refused': {
      const retryAfterMs = isSo ? size * 3000 : undefined;
      return { kind: what, call, cause, retryAfterMs, words: isSo ? { dimension: 'tokens' } : {} };
    }
    default: {
      const actual = Object.entries(call.cost).map(([key, amount]) => [key, amount * 1.3 * size]);
      const ends = {
        actual: Object.fromEntries(actual),
        wasAnswered: isSo,
        isRefused: which % 7 === 0,
      };
      return { kind: 'ended', call, ...ends };
    }
  }
}

function costOf(size: number, { start }: Pick<LaneOpening, 'start' | 'policy'>): Cost {
  const costs = start.map(({ dimension, max }) => [dimension, max * size * 0.3]);
  return { requests: 1, ...Object.fromEntries(costs) };
}
