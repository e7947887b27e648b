import type { Decided, Rules, Sent } from '../../src/shared/value-rules.ts';

/** A call that waits; `at`: when it came, by the store's time. */
export interface Ticket {
  readonly id: number;
  readonly at: number;
}

export type TicketCommand =
  | { readonly kind: 'ask'; readonly ticket: Ticket }
  /** There was room for it. */
  | { readonly kind: 'took'; readonly ticket: Ticket }
  | { readonly kind: 'end'; readonly id: number }
  | { readonly kind: 'lapse'; readonly ticket: Ticket }
  | { readonly kind: 'presence'; readonly isHere: boolean }
  | { readonly kind: 'leave' }
  | {
      readonly kind: 'anew';
      readonly waiting: readonly Ticket[];
      readonly running: readonly number[];
    };

interface Line {
  waiting: Ticket[];
  running: number[];
  /** Tickets that it has asked for, to see that none was counted twice. */
  asked: number;
  isAway: boolean;
}

export interface TicketState {
  level: number;
  at: number;
  lines: Record<string, Line>;
}

export interface TicketLimits {
  readonly capacity: number;
  readonly perMs: number;
  readonly concurrency: number;
}

export type TicketRules = Rules<TicketState, TicketCommand, Ticket>;

/** A bucket, calls in flight, and first come first served: the smallest rules worth sharing. */
export function ticketRules(limits: TicketLimits, format = 1): TicketRules {
  const { capacity } = limits;
  return {
    format,
    initial: (now) => ({ level: capacity, at: now, lines: {} }),
    decide: (state, commands, now) => decide(limits, state, commands, now),
    pack: ({ level, at, lines }, now) => JSON.stringify([level, at - now, packLines(lines, now)]),
    unpack: (text, now) => unpack(text, now),
    leave: () => ({ kind: 'leave' }),
    lapse: (ticket) => ({ kind: 'lapse', ticket }),
    presence: (isHere) => ({ kind: 'presence', isHere }),
    room: (state, now) => roomOf(limits, state, now),
    taking: (asked) => {
      const tickets = asked.flatMap((each) => (each.kind === 'ask' ? [each.ticket] : []));
      const { length } = tickets;
      if (length < asked.length) return undefined;
      const taken = tickets.map((ticket): TicketCommand => ({ kind: 'took', ticket }));
      return { amounts: [length, length], taken, answers: () => tickets };
    },
  };
}

/** Half of what is left of the bucket, and all slots; nothing while anybody waits. */
function roomOf({ concurrency }: TicketLimits, { level, lines }: TicketState, now: number) {
  const all = Object.values(lines);
  if (all.some(({ waiting }) => waiting.length > 0)) return undefined;
  const slots = concurrency - all.reduce((sum, { running }) => sum + running.length, 0);
  return { atMost: [level / 2, slots], until: now + 10_000, text: '' };
}

function decide(
  limits: TicketLimits,
  state: TicketState,
  commands: readonly Sent<TicketCommand>[],
  now: number,
): Decided<Ticket> {
  refill(limits, state, now);
  for (const { member, command } of commands) apply(state, member, command);
  const answers = new Map<string, Ticket[]>();
  let running = Object.values(state.lines).reduce((sum, line) => sum + line.running.length, 0);
  for (;;) {
    const head = headOf(state);
    if (head === undefined) return { answers };
    const [member, line] = head;
    if (running >= limits.concurrency) return { answers };
    if (state.level < 1) {
      // Half a millisecond later than exactly, so that rounding never makes it too soon.
      const at = now + (1 - state.level) / limits.perMs + 0.01;
      return { answers, next: { at, member } };
    }
    const ticket = line.waiting.shift()!;
    line.running.push(ticket.id);
    state.level -= 1;
    running += 1;
    answers.set(member, [...(answers.get(member) ?? []), ticket]);
  }
}

function refill({ capacity, perMs }: TicketLimits, state: TicketState, now: number): void {
  if (now <= state.at) return;
  state.level = Math.min(capacity, state.level + perMs * (now - state.at));
  state.at = now;
}

function apply(state: TicketState, member: string, command: TicketCommand): void {
  if (command.kind === 'leave') {
    delete state.lines[member];
    return;
  }
  const line = lineOf(state, member);
  if (command.kind === 'ask') {
    line.asked += 1;
    line.waiting.push(command.ticket);
  }
  if (command.kind === 'took') {
    line.asked += 1;
    line.running.push(command.ticket.id);
    // Later than it was: what flowed in meanwhile may have been spilt, and is not counted twice.
    state.level -= 1;
  }
  if (command.kind === 'end') line.running = line.running.filter((id) => id !== command.id);
  if (command.kind === 'presence') line.isAway = !command.isHere;
  if (command.kind === 'lapse') {
    // Its part of the bucket is lost: meanwhile others were granted what would have been spilt.
    line.running = line.running.filter((id) => id !== command.ticket.id);
    line.waiting.unshift(command.ticket);
    line.waiting.sort((one, other) => one.at - other.at || one.id - other.id);
  }
  if (command.kind === 'anew') {
    line.waiting = [...command.waiting];
    line.running = [...command.running];
  }
}

function lineOf({ lines }: TicketState, member: string): Line {
  const line = lines[member] ?? { waiting: [], running: [], asked: 0, isAway: false };
  lines[member] = line;
  return line;
}

function headOf({ lines }: TicketState): [string, Line] | undefined {
  let head: [string, Line] | undefined;
  for (const [member, line] of Object.entries(lines)) {
    const first = line.isAway ? undefined : line.waiting[0];
    if (first === undefined) continue;
    if (head === undefined || first.at < head[1].waiting[0]!.at) head = [member, line];
  }
  return head;
}

function packLines(lines: Record<string, Line>, now: number): unknown {
  return Object.entries(lines).map(([member, { waiting, running, asked, isAway }]) => {
    const packed = waiting.map(({ id, at }) => [id, Math.round((at - now) * 1000) / 1000]);
    return [member, packed, running, asked, isAway ? 1 : 0];
  });
}

function unpack(text: string, now: number): TicketState | undefined {
  try {
    const [level, at, packed] = JSON.parse(text);
    const lines: Record<string, Line> = {};
    for (const [member, waiting, running, asked, away] of packed) {
      const tickets = waiting.map(([id, since]: number[]) => ({ id, at: since! + now }));
      lines[member] = { waiting: tickets, running, asked, isAway: away === 1 };
    }
    if (typeof level !== 'number' || typeof at !== 'number') return undefined;
    return { level, at: at + now, lines };
  } catch {
    return undefined;
  }
}
