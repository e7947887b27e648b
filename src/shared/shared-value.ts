import { type Clock, random as chance, systemClock } from '../clock.ts';
import type { Cell } from './cell.ts';
import { dueOf } from './due.ts';
import { Exchange } from './exchange.ts';
import { MemberStep } from './member-step.ts';
import { RoomTaker } from './room-taker.ts';
import { SerialLoop } from './serial-loop.ts';
import { type Told, unpackTold } from './told-text.ts';
import type { Turnstile } from './turnstile.ts';
import type { Restate, Rules } from './value-rules.ts';
import { unpackValue } from './value-text.ts';

export interface SharedValueOptions<State, Command, Answer> {
  readonly cell: Cell;
  readonly rules: Rules<State, Command, Answer>;
  /** The name of this process: no other one has it, and a new process has a new one. */
  readonly member: string;
  /** Called with each answer, once, when it is to be acted on. `at`: when it was decided. */
  readonly act: (answer: Answer, at: number) => void;
  readonly restate: Restate<Command>;
  /** Whether this member waits for an answer. */
  readonly isWaiting: () => boolean;
  /** Whether it holds anything that is free once it isn't heard for a lease. @default always */
  readonly isHolding?: (() => boolean) | undefined;
  /** Called when the store fails, and, without an error, when it is back. */
  readonly onStore?: ((error?: unknown) => void) | undefined;
  /** Called when all that was sent is applied. */
  readonly onApplied?: (() => void) | undefined;
  /** Called with the number of members, whenever this one hears of the value. */
  readonly onMembers?: ((members: number) => void) | undefined;
  /** A member that isn't heard for so long is gone. */
  readonly leaseMs: number;
  readonly clock?: Clock | undefined;
  /** Calls of many callers need it: what is done about it goes before what is done about others. */
  readonly isCommon?: boolean | undefined;
  /** What the operations on all values of the store go through. */
  readonly turnstile?: Turnstile | undefined;
  /** At least 0, below 1. */
  readonly random?: (() => number) | undefined;
}

/**
 * One member's side of a value that several processes share. Whoever wrote last (the *writer*)
 * decides for all; the others ask it. An answer is acted on once, and only after the store has taken
 * its acknowledgment: so it can't be taken back and given to another. While nobody waits, members take
 * from the room that the last write has left, and nobody decides.
 *
 * All operations on the cell go one after the other. What an operation has done whose answer is lost
 * is found out before anything else.
 */
export class SharedValue<State, Command, Answer> {
  readonly #options: SharedValueOptions<State, Command, Answer>;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #leaseMs: number;
  readonly #exchange: Exchange<State, Command, Answer>;
  readonly #loop: SerialLoop;
  readonly #step: MemberStep<State, Command, Answer>;
  readonly #stopListening: () => void;

  constructor(options: SharedValueOptions<State, Command, Answer>) {
    const { cell, rules, member, act, restate } = options;
    const { clock = systemClock, random = chance, leaseMs } = options;
    this.#options = options;
    this.#clock = clock;
    this.#random = random;
    this.#leaseMs = leaseMs;
    this.#loop = new SerialLoop({
      ...{ clock, random, step: () => this.#step.run(), onIdle: () => this.#arm() },
      onFailure: (error, isFirst) => {
        this.#exchange.standing.mustSpeak = true;
        if (isFirst) options.onStore?.(error);
      },
      onRecovery: () => options.onStore?.(),
      isBackground: () => !options.isWaiting(),
      turnstile: options.turnstile,
      isPressing: () => options.isCommon === true || isUnderWay(this.#exchange),
    });
    const exchange = new Exchange({
      ...{ cell, rules, member, leaseMs, clock, act, restate },
      onMembers: (members) => this.#loop.isStopped || options.onMembers?.(members),
      send: (command) => this.send(command),
      again: () => this.#loop.again(),
      wait: (ms) => this.#loop.wait(ms),
    });
    this.#exchange = exchange;
    const taker = new RoomTaker({
      ...{ exchange, cell, rules, clock, random },
      wait: (ms) => this.#loop.wait(ms),
      send: (command) => this.send(command),
      again: () => this.#loop.again(),
    });
    this.#step = new MemberStep({
      ...{ exchange, taker, loop: this.#loop, member, clock, random },
      unheard: () => cell.unheard?.(),
    });
    this.#stopListening = cell.listen?.((text) => this.#hear(text)) ?? (() => {});
  }

  /** As the value names this process. */
  get member(): string {
    return this.#options.member;
  }

  /** The store's time, as far as it is known: exact to half a round trip after the first answer. */
  now(): number {
    return this.#exchange.now();
  }

  /** The value as this member knows it: only where it was the last to write. */
  get state(): State | undefined {
    return this.#exchange.keeper.own?.rules;
  }

  /** The value as it is in the store; `undefined` where it can't be had. */
  async read(): Promise<State | undefined> {
    if (this.state !== undefined) return this.state;
    const { text, now } = await this.#exchange.read();
    const value = unpackValue<State, Answer>(this.#options.rules, text, now);
    return value === undefined || 'kind' in value ? undefined : value.rules;
  }

  /**
   * Has a command applied once, after all that were sent before. With `withinMs` it waits so long
   * for others to go with, and then for the next decision: for what nobody waits for.
   */
  send(command: Command, withinMs = 0): void {
    this.#exchange.standing.outbox.push(command, withinMs === 0);
    this.#exchange.agenda.speakBy = Math.min(
      this.#exchange.agenda.speakBy,
      this.#clock.now() + withinMs,
    );
    if (withinMs === 0) this.#loop.again();
    else if (!this.#loop.isBusy) this.#arm();
  }

  /** Leaves: what this member has is free. */
  async close(): Promise<void> {
    await this.#loop.stop();
    this.#exchange.agenda.cancel();
    const { outbox } = this.#exchange.standing;
    outbox.isLeaving = true;
    try {
      if (outbox.wasIn) await this.#leave();
    } catch {}
    this.#stopListening();
    // What fails here is nobody's concern any more.
    this.#options.onStore?.();
  }

  async #leave(): Promise<void> {
    const own = this.#exchange.keeper.own;
    if (own === undefined && this.#options.cell.ask !== undefined) {
      await this.#options.cell.ask(this.#exchange.standing.outbox.note(this.now()));
      return;
    }
    const value = own ?? this.#exchange.opened(await this.#exchange.read());
    if (value !== undefined) await this.#exchange.attempt(value);
  }

  #hear(text: string): void {
    if (this.#loop.isStopped) return;
    const told = unpackTold<Answer>(text);
    if (told !== undefined) this.#hearTold(told);
    else if (text !== '') this.#hearNote(text);
    else {
      this.#exchange.agenda.mustLook = true;
      this.#loop.again();
    }
  }

  #hearTold(told: Told<Answer>): void {
    if (!this.#exchange.standing.hear(told)) return;
    this.#exchange.agenda.newsAt = this.#clock.now();
    // Another member has written.
    if (!this.#exchange.isWriting) this.#exchange.keeper.handOver();
    if (this.#exchange.standing.hasToSay) this.#loop.again();
    else if (!this.#loop.isBusy) this.#arm();
  }

  #hearNote(text: string): void {
    this.#exchange.keeper.hear(text);
    if (this.#exchange.isWriting) return;
    if (this.#exchange.keeper.own === undefined) {
      this.#exchange.agenda.mustLook = true;
      this.#step.mustDecide = true;
    }
    if (this.#step.mustDecide || this.#exchange.keeper.isAsked) this.#loop.again();
  }

  #arm(): void {
    const { member, isWaiting, isHolding, onApplied } = this.#options;
    const isAllApplied = this.#exchange.standing.outbox.pending.length === 0;
    if (isAllApplied) onApplied?.();
    const isInBackground = !isWaiting();
    const due = dueOf(this.#exchange, {
      ...{
        member,
        isWaiting: !isInBackground,
        isHolding: !isAllApplied || isHolding?.() !== false,
      },
      leaseMs: this.#leaseMs,
      ...{ now: this.#clock.now(), luck: this.#random() },
    });
    const speak = (): void => {
      this.#exchange.standing.mustSpeak = true;
    };
    this.#exchange.agenda.set(due, speak, isInBackground);
  }
}

/** Something was asked, here or by others, that comes to nothing if it has to wait for long. */
function isUnderWay<State, Command, Answer>({
  standing,
  keeper,
}: Exchange<State, Command, Answer>): boolean {
  const { answers, asked, doubt } = standing;
  return !answers.isEmpty || asked !== undefined || doubt !== undefined || keeper.isAsked;
}
