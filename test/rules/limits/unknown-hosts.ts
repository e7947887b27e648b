import { UNKNOWN_SHAPE } from '../../../src/model/limits.ts';
import type { LaneCommand } from '../../../src/rules/commands.ts';
import { change, decide } from '../../../src/rules/decide.ts';
import { type LaneState, newLane } from '../../../src/rules/lane-state.ts';
import type { GrantedCall } from '../../../src/rules/ticket.ts';
import { createRandom } from '../../../src/testing/index.ts';
import { policyOf } from './policies.ts';

const START = 1_767_225_600_000;

type Server = (at: number) => boolean;

/** A sixtieth of the limit in each second by the server's clock. */
export function byTheSecond(rpm: number, offsetMs: number): Server {
  const used = new Map<number, number>();
  return (at) => {
    const second = Math.floor((at + offsetMs) / 1000);
    const before = used.get(second) ?? 0;
    const passes = before === 0 || before + 1 <= rpm / 60;
    if (passes) used.set(second, before + 1);
    return passes;
  };
}

/** Admits at most `rpm` in any minute. */
export function byTheMinute(rpm: number): Server {
  const taken: number[] = [];
  return (at) => {
    while (taken[0] !== undefined && taken[0] <= at - 60_000) taken.shift();
    if (taken.length >= rpm) return false;
    taken.push(at);
    return true;
  };
}

/** Admits at most `rpm` in each minute of the clock. */
export function byTheClock(rpm: number): Server {
  const used = new Map<number, number>();
  return (at) => {
    const minute = Math.floor(at / 60_000);
    const before = used.get(minute) ?? 0;
    if (before < rpm) used.set(minute, before + 1);
    return before < rpm;
  };
}

/** A bucket that holds so many seconds of the limit. */
export function bucketOf(seconds: number, rpm: number): Server {
  const full = (rpm * seconds) / 60;
  let level = full;
  let last = START;
  return (at) => {
    level = Math.min(full, level + ((at - last) * rpm) / 60_000);
    last = at;
    if (level < 1 - 1e-9) return false;
    level--;
    return true;
  };
}

export interface Run {
  readonly rpm: number;
  readonly calls: number;
  readonly answerMs: number;
  readonly seed: number;
  /** Calls arrive one by one, so far from each other. @default 0, all at once */
  readonly everyMs?: number;
  /** After its grant, a call is sent within so long, as with a store. @default 0, at once */
  readonly sentWithinMs?: number;
}

/** Calls through a lane whose limit is given and whose host nobody knows. */
export function run(
  server: Server,
  { rpm, calls, answerMs, seed, everyMs = 0, sentWithinMs = 0 }: Run,
): { ms: number; refused: number } {
  const limit = { dimension: 'requests', max: rpm, windowMs: 60_000, source: 'given' } as const;
  const most = Number.POSITIVE_INFINITY;
  const policy = policyOf(UNKNOWN_SHAPE);
  const state: LaneState = newLane(
    { start: [limit], policy, inFlight: { start: most, most }, isCold: false },
    START,
  );
  const random = createRandom(seed);
  const events: { at: number; tell: () => void }[] = [];
  let left = everyMs === 0 ? calls : 0;
  if (everyMs > 0) {
    for (let each = 0; each < calls; each++)
      events.push({ at: START + each * everyMs, tell: () => void left++ });
  }
  let nextId = 0;
  let asked: number[] = [];
  let refused = 0;
  let now = START;
  const tell = (command: LaneCommand): void => change(state, [{ member: 'a', command }], now);
  const end = (call: GrantedCall, isRefused: boolean): void => {
    if (isRefused) {
      refused++;
      left++;
      tell({ kind: 'refused', call, cause: 'rate', retryAfterMs: 1000, words: {} });
    }
    tell({ kind: 'answered', call, isRefused });
    tell({ kind: 'ended', call, actual: call.cost, wasAnswered: true, isRefused });
  };
  const arrive = (call: GrantedCall): void => {
    const passes = server(now);
    events.push({ at: now + (passes ? answerMs : 20), tell: () => end(call, !passes) });
  };
  while (left > 0 || events.length > 0) {
    while (asked.length < Math.min(64, left)) asked.push(nextId++);
    const tickets = asked.map((id) => {
      const place = { id, since: 0, priority: 0, key: '', weight: 1 };
      return { ...place, cost: { requests: 1 }, expects: [], deadline: undefined };
    });
    const decision = decide(state, [{ member: 'a', command: { kind: 'ask', tickets } }], now);
    for (const { call } of decision.granted) {
      asked = asked.filter((id) => id !== call.id);
      left--;
      const sentAt = now + Math.floor(sentWithinMs * random());
      if (sentWithinMs > 0) {
        events.push({ at: sentAt, tell: () => tell({ kind: 'sent', call }) });
      }
      events.push({ at: sentAt + 20 + Math.floor(40 * random()), tell: () => arrive(call) });
    }
    if (decision.granted.length > 0) continue;
    events.sort((one, other) => one.at - other.at);
    const wakesAt = now + Math.ceil(decision.blocked?.waitMs ?? Number.POSITIVE_INFINITY);
    now = Math.min(events[0]?.at ?? Number.POSITIVE_INFINITY, wakesAt);
    while (events[0] !== undefined && events[0].at <= now) events.shift()?.tell();
  }
  return { ms: now - START, refused };
}
