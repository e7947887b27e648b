import type { Clock } from '../clock.ts';
import type { LaneCommand, LaneTerms } from '../rules/commands.ts';
import type { LaneOpening, LaneState } from '../rules/lane-state.ts';
import type { GrantedCall } from '../rules/ticket.ts';
import { usedWithin } from '../shared/lane-room.ts';
import type { AskedCalls } from './asked-calls.ts';
import type { GrantedCalls } from './granted-calls.ts';
import type { KnownLane, LaneValue } from './known-lane.ts';
import { NewsDelay } from './news-delay.ts';
import { packedUse, stateAlone } from './outage.ts';
import type { Outages } from './outages.ts';

/** What a process has of a shared lane. */
export interface MemberParts {
  readonly value: Pick<LaneValue, 'send' | 'close'>;
  readonly known: KnownLane;
  readonly asked: AskedCalls;
  readonly granted: GrantedCalls;
}

/** This process as a member of a shared lane: all that it tells the lane, and when. */
export class LaneMembership {
  readonly #parts: MemberParts;
  readonly #clock: Clock;
  readonly #delay: NewsDelay;
  #terms: LaneTerms;
  #onLeft: (() => void) | undefined;

  constructor(parts: MemberParts, opening: LaneOpening, clock: Clock) {
    this.#parts = parts;
    this.#clock = clock;
    this.#delay = new NewsDelay(opening.isCold, clock.now());
    this.#terms = opening;
  }

  /** What others wait for goes at once; all else waits a while for it, to go along. */
  tell(command: LaneCommand): void {
    if (command.kind === 'configure') this.#terms = command.terms;
    const { value, known, granted } = this.#parts;
    const { learning, limits } = known.state;
    const slots = Math.min(learning.concurrency.limit, this.#terms.inFlight.most);
    if (command.kind === 'ended') granted.ended(command.call);
    value.send(command, this.#delay.of(command, slots, limits, this.#clock.now()));
    if (command.kind === 'ended') this.#leaveIfUnused();
  }

  /** Says what the lane is to begin with. */
  join(): void {
    this.tell({ kind: 'configure', terms: this.#terms });
  }

  /** Asks for the calls at the front of the queue. */
  ask(): void {
    this.tell({ kind: 'ask', tickets: this.#parts.asked.ask(this.#aheadMs) });
  }

  /** A call of this process was let through at that time of the store's. */
  granted(call: GrantedCall, at: number): void {
    this.#parts.granted.granted(call, at);
    this.#delay.granted(call.epoch, this.#clock.now());
  }

  /** The calls of this process have to wait. */
  blocked(): void {
    this.#delay.blocked(this.#clock.now());
  }

  /** The lane as it is known, for this process alone. */
  stateAlone(): LaneState {
    const { known } = this.#parts;
    return stateAlone({ state: known.state, at: known.now() }, this.#terms, this.#clock.now());
  }

  /** What the store has to be told where it has lost the lane. `pending`: what it wasn't told yet. */
  restated(pending: readonly LaneCommand[], { keeper, used }: Outages): LaneCommand[] {
    const { known, asked, granted } = this.#parts;
    return [
      { kind: 'configure', terms: this.#terms },
      { kind: 'recall', ...packedUse(known.state.limits, known.now()) },
      ...(used === undefined ? [] : [used]),
      ...usedWithin(pending),
      { kind: 'join', inFlight: granted.inFlight },
      { kind: 'ask', tickets: keeper === undefined ? asked.ask(this.#aheadMs) : [] },
    ];
  }

  /** Leaves as soon as no call is in flight; then `onLeft` is called. */
  leave(onLeft: () => void): void {
    this.#onLeft = onLeft;
    this.#leaveIfUnused();
  }

  #leaveIfUnused(): void {
    if (this.#onLeft === undefined || this.#parts.granted.inFlight > 0) return;
    this.#onLeft();
    void this.#parts.value.close();
  }

  /** By how much the store's time is ahead of this clock. */
  get #aheadMs(): number {
    return this.#parts.known.now() - this.#clock.now();
  }
}
