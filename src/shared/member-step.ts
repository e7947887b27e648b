import type { Clock } from '../clock.ts';
import type { Seen } from './cell.ts';
import type { Exchange } from './exchange.ts';
import type { RoomTaker } from './room-taker.ts';
import type { SerialLoop } from './serial-loop.ts';
import type { Value } from './value.ts';
import type { Next, Taking } from './value-rules.ts';
import { ANSWER_MS, isOverdue } from './watch.ts';

interface StepParts<State, Command, Answer> {
  /** An answer was sent, and has not arrived. */
  readonly unheard: () => void;
  readonly exchange: Exchange<State, Command, Answer>;
  readonly taker: RoomTaker<State, Command, Answer>;
  readonly loop: SerialLoop;
  readonly member: string;
  readonly clock: Clock;
  readonly random: () => number;
}

/** The longest pause after a conflict. */
const MOST_JITTER_MS = 50;

/**
 * What a member does next: it finds out what became of an operation whose answer was lost; decides,
 * as the writer; looks into the cell, and decides where the writer ought to have; takes from the room
 * that was left; or asks the writer.
 */
export class MemberStep<State, Command, Answer> {
  readonly #exchange: Exchange<State, Command, Answer>;
  readonly #taker: RoomTaker<State, Command, Answer>;
  readonly #loop: SerialLoop;
  readonly #member: string;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #unheard: () => void;
  /** The cell takes this member for the writer, and it doesn't know. */
  mustDecide = false;

  constructor(parts: StepParts<State, Command, Answer>) {
    const { exchange, taker, loop, member, clock, random, unheard } = parts;
    this.#unheard = unheard;
    this.#exchange = exchange;
    this.#taker = taker;
    this.#loop = loop;
    this.#member = member;
    this.#clock = clock;
    this.#random = random;
  }

  async run(): Promise<void> {
    const { doubt, hasToSay } = this.#exchange.standing;
    this.#exchange.agenda.cancel();
    if (doubt !== undefined) return this.#exchange.settle(doubt);
    if (this.#exchange.keeper.own !== undefined) return this.#serve(this.#exchange.keeper.own);
    if (this.#exchange.agenda.mustLook || (hasToSay && !this.#exchange.canAsk)) return this.#look();
    if (!hasToSay) return;
    const { taking } = this.#taker;
    if (taking !== undefined) return this.#take(taking);
    const seen = await this.#exchange.ask();
    if (seen !== undefined) await this.#decide(seen);
  }

  async #take(taking: Taking<Command, Answer>): Promise<void> {
    const seen = await this.#taker.take(taking);
    if (seen !== undefined) await this.#decide(seen);
  }

  /** As the writer. */
  async #serve(value: Value<State, Answer>): Promise<void> {
    const { nextLoss } = this.#exchange.keeper;
    const isLoss =
      nextLoss < this.#exchange.now() && !this.#exchange.keeper.hasLookedSince(nextLoss);
    if (this.#exchange.agenda.mustLook || isLoss) {
      this.#exchange.agenda.mustLook = false;
      const seen = await this.#exchange.read();
      if (!this.#exchange.keeper.stillOwn(seen)) return this.#decide(seen);
    }
    const isDue = value.next !== undefined && value.next.at <= this.#exchange.now();
    const isLost = this.#exchange.keeper.hasLookedSince(this.#exchange.keeper.nextLoss);
    const { outbox, mustSpeak } = this.#exchange.standing;
    const mustDecide = isDue || isLost || this.#exchange.keeper.isAsked || mustSpeak;
    if (!mustDecide && outbox.urgent === 0) return;
    const taking = mustDecide ? undefined : this.#taker.taking;
    if (taking !== undefined) return this.#take(taking);
    if (!this.#exchange.canAsk) await this.#giveWay();
    await this.#decide();
  }

  /** Who has written knows the newest value, and would win each time against who has to read it. */
  async #giveWay(): Promise<void> {
    await this.#loop.wait(this.#exchange.time.roundTripMs * (1 + this.#random()));
  }

  async #look(): Promise<void> {
    this.#exchange.agenda.mustLook = false;
    const { asked: before } = this.#exchange.standing;
    const seen = await this.#exchange.read();
    const isLate = before !== undefined && this.#clock.now() > before.at + ANSWER_MS;
    const value = this.#exchange.opened(seen);
    const { asked, hasToSay } = this.#exchange.standing;
    const isUnanswered = isLate && asked === before;
    // It was answered: only the message is missing.
    if (isLate && asked === undefined && value !== undefined) this.#unheard();
    const mustWrite = this.mustDecide || isUnanswered || (hasToSay && !this.#exchange.canAsk);
    this.mustDecide = false;
    if (value === undefined) return;
    if (mustWrite || this.#isForMe(value.next, seen.now)) await this.#decide(seen);
    else if (hasToSay) this.#loop.again();
  }

  /** Something is due that the writer ought to have done, or that this member does without a writer. */
  #isForMe(next: Next | undefined, storeNow: number): boolean {
    if (isOverdue(next, storeNow)) return true;
    const isMine = !this.#exchange.canAsk && next?.member === this.#member;
    return isMine && next.at <= storeNow;
  }

  /** Decides for all, until it is written or another member does. */
  async #decide(seen?: Seen): Promise<void> {
    let latest = seen;
    for (let tries = 0; !this.#loop.isStopped; tries++) {
      const value =
        latest === undefined ? this.#exchange.keeper.own : this.#exchange.opened(latest);
      if (value === undefined) return;
      const reply = await this.#exchange.attempt(value, this.#nowAfter(latest, tries));
      if (reply.kind === 'written') return;
      if (reply.kind === 'asked') return this.#leaveToAnother();
      await this.#stepBack(tries);
      latest = reply.kind === 'seen' ? reply : await this.#exchange.read();
    }
  }

  /** After a conflict, or where the write came too late. */
  async #stepBack(tries: number): Promise<void> {
    const longestMs = Math.min(MOST_JITTER_MS, this.#exchange.time.roundTripMs * 2 ** tries) / 2;
    await this.#loop.wait(this.#random() * longestMs);
  }

  /** The estimate may be off: it is surely later than the last answer's time. */
  #nowAfter(seen: Seen | undefined, tries: number): number {
    if (seen === undefined) return this.#exchange.now();
    return tries % 2 === 1 ? seen.now : Math.max(seen.now, this.#exchange.now());
  }

  #leaveToAnother(): void {
    this.#exchange.keeper.handOver();
    this.#exchange.agenda.said();
    this.#exchange.standing.hasAsked(undefined);
  }
}
