import type { Clock } from '../clock.ts';
import type { HeadroomError } from '../errors.ts';
import type { LaneCommand } from '../rules/commands.ts';
import { change, type Decision, decide } from '../rules/decide.ts';
import { type LaneState, memberOf } from '../rules/lane-state.ts';
import type { Ticket } from '../rules/ticket.ts';
import type { Turns } from '../rules/turns.ts';
import type { OthersLine } from './others-line.ts';

/** Keeps the value of one lane, and has the rules decide on it. */
export interface LaneKeeper {
  /** The lane as it is known here: not to be changed. */
  readonly state: LaneState;
  /** Whose turn it is among the callers that wait here. */
  readonly turns: Turns;
  /** Whether `ask` is answered before it returns. Else the answer comes later. */
  readonly isLocal: boolean;
  /** Whether several processes share the lane, also while their store is lost. */
  readonly isShared: boolean;
  /** What other processes have in line, where processes share the lane. */
  readonly others?: OthersLine | undefined;
  /** The lane's own time, which its value is in, in milliseconds since the epoch. */
  now(): number;
  /** Nothing goes, for the store is lost; `undefined` where something may. */
  readonly closedBy: HeadroomError | undefined;
  /** This process's part of what may be in flight. */
  readonly share: number;
  /** Tells what has happened. What follows from it for calls that wait is decided with `ask`. */
  tell(command: LaneCommand): void;
  /** Asks for the calls at the front of the queue, instead of those it asked for before. */
  ask(tickets: readonly Ticket[]): void;
  /** Called with each decision, and whenever others have changed the lane. Set once. */
  onDecision: (decision: Decision) => void;
  /** Whether somebody wants to know how long calls wait. Set once. */
  isAsked: () => boolean;
  /** The value as it is now: where processes share it, as all of them know it. */
  refresh(): Promise<LaneState>;
  /** Nothing is asked any more. */
  close(): void;
}

/** Into so many slots a trailing window is divided where processes share it: small, and fine enough. */
export const SHARED_SLOTS = 32;
/** The name of the only process. */
const SELF = '';

/** A lane that is kept in this process's memory: decided in the same tick, by nobody else. */
export class LocalKeeper implements LaneKeeper {
  readonly state: LaneState;
  readonly isLocal = true;
  readonly isShared = false;
  readonly closedBy = undefined;
  readonly share = 1;
  onDecision: (decision: Decision) => void = () => {};
  isAsked: () => boolean = () => false;
  readonly #clock: Clock;

  constructor(state: LaneState, clock: Clock) {
    this.state = state;
    this.#clock = clock;
  }

  get turns(): Turns {
    return this.state.turns;
  }

  tell(command: LaneCommand): void {
    change(this.state, [{ member: SELF, command }], this.#clock.now());
  }

  /** The queue keeps the order of its callers in the state itself: no `ask` command is needed. */
  ask(tickets: readonly Ticket[]): void {
    const self = memberOf(this.state, SELF);
    self.tickets = [...tickets];
    self.granted = [];
    this.onDecision(decide(this.state, [], this.#clock.now()));
  }

  now(): number {
    return this.#clock.now();
  }

  async refresh(): Promise<LaneState> {
    return this.state;
  }

  close(): void {}
}
