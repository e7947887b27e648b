import { type Cost, plus } from '../model/limits.ts';
import { read } from '../rules/codec.ts';
import type { LaneCommand } from '../rules/commands.ts';
import { change, type Decision, decide } from '../rules/decide.ts';
import { laneState } from '../rules/lane-codec.ts';
import { type LaneOpening, type LaneState, newLane } from '../rules/lane-state.ts';
import { readUse } from '../rules/limits/limits-codec.ts';
import { WaitingLine } from '../rules/line-order.ts';
import { noteTaken } from '../rules/taken.ts';
import { type LaneAnswer, type LaneReply, newsOf } from './lane-answer.ts';
import { type Asker, packedRoom, takingOf } from './lane-room.ts';
import type { Decided, Next, Rules, Sent } from './value-rules.ts';

/** Grows with each change that older processes can't follow: of the packed form, or of commands. */
const LANE_FORMAT = 11;
/** Since then, the packed form is the same. */
const READABLE = 11;

/** How the text of a lane is read. */
export const readLane: Pick<Rules<LaneState, LaneCommand, LaneAnswer>, 'format' | 'unpack'> = {
  format: LANE_FORMAT,
  unpack: (text, now, format) =>
    format >= READABLE && format <= LANE_FORMAT ? read(laneState, text, now) : undefined,
};

/**
 * The rules of a lane that several processes share. `opening`: of a lane that nobody has used yet;
 * `asker`: what the process knows of its own calls, for it to take them from a room.
 */
export function laneRules(
  opening: LaneOpening,
  asker?: Asker,
): Rules<LaneState, LaneCommand, LaneAnswer> {
  return {
    ...sharedLaneRules((now) => newLane(opening, now)),
    taking: (asked, now) => asker && takingOf(asked, asker, now),
  };
}

/** The same, of a process that has no calls. */
export function sharedLaneRules(
  initial: (now: number) => LaneState,
): Rules<LaneState, LaneCommand, LaneAnswer> {
  return {
    ...readLane,
    initial,
    decide: (state, commands, now) => decided(state, commands, now),
    pack: (state, now) => JSON.stringify(laneState.pack(state, now)),
    leave: () => ({ kind: 'leave' }),
    lapse: (answer, earlier = []) =>
      answer.kind === 'granted'
        ? { kind: 'lapse', call: answer.call, earlier: costOf(earlier) }
        : undefined,
    presence: (isHere) => ({ kind: 'presence', isHere }),
    room: packedRoom,
  };
}

function costOf(answers: readonly LaneAnswer[]): Cost {
  return answers.reduce(
    (sum: Cost, each) => (each.kind === 'granted' ? plus(sum, each.call.cost) : sum),
    {},
  );
}

function decided(
  state: LaneState,
  commands: readonly Sent<LaneCommand>[],
  now: number,
): Decided<LaneAnswer> {
  const answers: AnswersByMember = new Map();
  const { epoch } = state.recovery;
  for (const sent of commands) {
    const { member, command } = received(sent);
    if (command.kind === 'took') noteTaken(state, member, command.calls, now);
    else change(state, [{ member, command }], now);
    if (command.kind === 'lapse') tell(answers, member, { kind: 'lapsed', id: command.call.id });
  }
  // Calls go only once all is known: others may have gone from the room, and count first.
  const last = decide(state, [], now);
  tellDecided(answers, last);
  const asked = new Set(
    commands.flatMap(({ member, command }) => (command.kind === 'ask' ? [member] : [])),
  );
  // A new pause may be longer than others' calls may wait.
  const isPaused = state.recovery.epoch !== epoch;
  const told = isPaused ? Object.keys(state.members) : asked;
  for (const member of told) tellBlocked(answers, state, member, last);
  return { answers: withNews(answers, state), next: nextOf(state, last, now) };
}

function withNews(answers: AnswersByMember, state: LaneState): Map<string, LaneAnswer[]> {
  const common = { news: newsOf(state), members: Object.keys(state.members).length };
  return new Map(
    [...answers].map(([to, list]) => [to, list.map((each) => ({ ...common, ...each }))]),
  );
}

type AnswersByMember = Map<string, LaneReply[]>;

function tellDecided(answers: AnswersByMember, { granted, unfit }: Decision): void {
  for (const { member, ticket, call } of granted) {
    tell(answers, member, { kind: 'granted', id: ticket.id, call });
  }
  for (const { member, ticket, limit, cost } of unfit) {
    tell(answers, member, { kind: 'unfit', id: ticket.id, limit, cost });
  }
}

function tellBlocked(
  answers: AnswersByMember,
  state: LaneState,
  member: string,
  { blocked }: Decision,
): void {
  const isWaiting = (state.members[member]?.tickets.length ?? 0) > 0;
  if (blocked !== undefined && isWaiting) {
    tell(answers, member, { kind: 'blocked', reason: blocked.reason });
  }
}

function tell(answers: AnswersByMember, member: string, answer: LaneReply): void {
  const known = answers.get(member);
  if (known === undefined) answers.set(member, [answer]);
  else known.push(answer);
}

/** Whoever has the first call that waits is the one to decide again, when it may go. */
function nextOf(state: LaneState, { blocked }: Decision, now: number): Next | undefined {
  const line = new WaitingLine(state);
  const [first] = line.inOrder();
  if (first === undefined || blocked === undefined) return undefined;
  if (blocked.waitMs === Number.POSITIVE_INFINITY) return undefined;
  return { at: now + Math.max(0, blocked.waitMs), member: line.memberOf(first) };
}

/** As rules take it. JSON has no infinite numbers: calls in flight without a bound arrive as null. */
function received({ member, command }: Sent<LaneCommand>): Sent<LaneCommand> {
  if (command.kind === 'recall' || command.kind === 'add') {
    return { member, command: { ...command, use: readUse(command) } };
  }
  if (command.kind !== 'configure') return { member, command };
  const { start, most } = command.terms.inFlight;
  const inFlight = { start: finite(start), most: finite(most) };
  const { maxPauseMs } = command.terms;
  const patience = maxPauseMs === null ? { maxPauseMs: finite(maxPauseMs) } : {};
  return { member, command: { ...command, terms: { ...command.terms, ...patience, inFlight } } };
}

function finite(bound: number | null): number {
  return bound ?? Number.POSITIVE_INFINITY;
}
