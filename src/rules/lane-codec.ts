import type { Charges } from '../model/charge.ts';
import type { PauseCause } from '../model/refusal.ts';
import {
  type Codec,
  cost,
  dimension,
  flag,
  list,
  number,
  oneOf,
  optional,
  record,
  table,
  text,
  time,
} from './codec.ts';
import type { FlightTime, LaneMember, LaneState, LimitReport } from './lane-state.ts';
import { learning } from './learning/learning-codec.ts';
import { limitSet, meteredLimit } from './limits/limits-codec.ts';
import type { Pause } from './pause.ts';
import type { Recovery } from './recovery-state.ts';
import type { Ticket } from './ticket.ts';
import type { KeyClock, Turns } from './turns.ts';

const CAUSES: readonly PauseCause[] = ['rate', 'daily', 'ramp', 'capacity', 'operator'];

const pause: Codec<Pause> = record<Pause>({
  cause: oneOf(CAUSES),
  since: time,
  until: time,
  probeAt: time,
  isSure: flag,
});

const charges: Codec<Charges> = record<Charges>({
  bare: number,
  max: number,
  sum: number,
  expected: number,
});

/** Without `own`: a shared value never holds it. */
const ticket: Codec<Ticket> = record<Ticket>({
  id: number,
  since: time,
  priority: number,
  key: text,
  weight: number,
  cost,
  charges: optional(charges),
  ownCost: { pack: () => null, unpack: () => undefined },
  expects: list(dimension),
  deadline: optional(time),
  sharedKey: optional(text),
  refusals: optional(number),
  own: { pack: () => null, unpack: () => undefined },
});

const keyClock: Codec<KeyClock> = record<KeyClock>({
  start: number,
  finish: number,
  weight: number,
  order: number,
  passing: number,
  isWaiting: flag,
  isReady: flag,
});

const turns: Codec<Turns> = record<Turns>({
  virtual: number,
  ahead: number,
  weight: number,
  lastOrder: number,
  keys: table(keyClock),
});

const recovery: Codec<Recovery> = record<Recovery>({
  phase: oneOf<Recovery['phase']>(['open', 'paused', 'probing']),
  pause: optional(pause),
  epoch: number,
  streak: number,
  refusedSince: optional(time),
  patienceMs: number,
  allowed: number,
  unanswered: number,
  steppedAt: time,
});

const member: Codec<LaneMember> = record<LaneMember>({
  tickets: list(ticket),
  inFlight: number,
  granted: list(number),
  isAway: flag,
});

/** How a store keeps a lane: in memory, nobody needs it. */
export const laneState: Codec<LaneState> = record<LaneState>({
  at: time,
  limits: limitSet,
  learning,
  recovery,
  turns,
  members: table(member),
  flight: record<FlightTime>({ count: number, meanMs: number }),
  report: record<LimitReport>({ count: number, lowered: list(meteredLimit), othersShare: number }),
  isOpen: flag,
});
