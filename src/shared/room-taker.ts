import type { Clock } from '../clock.ts';
import type { Asked, Cell, Ending, Seen, Taken } from './cell.ts';
import type { Exchange } from './exchange.ts';
import { UNTOLD_MS } from './outbox.ts';
import { LAPSE_MS } from './value.ts';
import type { Rules, Taking } from './value-rules.ts';

/** After there was no room twice, none is looked for: so long, and twice as long each time. */
const FULL_MS = 10;
const LONGEST_FULL_MS = 1000;
/** So often in a row another room is waited for. */
const MOST_ENDINGS = 4;
/** What nobody has asked about since is told to the writer after so long. */
const TOLD_MS = 2 * UNTOLD_MS;

export interface RoomTakerParts<State, Command, Answer> {
  readonly exchange: Exchange<State, Command, Answer>;
  readonly cell: Cell;
  readonly rules: Rules<State, Command, Answer>;
  readonly clock: Clock;
  readonly send: (command: Command) => void;
  /** There is more to do. */
  readonly again: () => void;
  readonly wait: (ms: number) => Promise<void>;
  readonly random: () => number;
}

/**
 * Takes what a member asks for from the room that the last write has left. That is one operation, and
 * nobody decides; the writer hears of it later.
 */
export class RoomTaker<State, Command, Answer> {
  readonly #parts: RoomTakerParts<State, Command, Answer>;
  /** In the clock's time. */
  #fullUntil = 0;
  /** How often in a row there was no room. */
  #refused = 0;
  /** How often in a row the room was about to end. */
  #endings = 0;

  constructor(parts: RoomTakerParts<State, Command, Answer>) {
    this.#parts = parts;
  }

  /** How what the member asks for may be taken; `undefined`: it has to ask. */
  get taking(): Taking<Command, Answer> | undefined {
    const { exchange, cell, rules, clock } = this.#parts;
    const { outbox, answers, asked } = exchange.standing;
    if (cell.take === undefined || rules.taking === undefined || !exchange.canAsk) return undefined;
    if (!outbox.wasIn || outbox.isLeaving || asked !== undefined) return undefined;
    if (!answers.isEmpty || clock.now() < this.#fullUntil) return undefined;
    const { commands } = outbox.asked;
    return commands.length > 0 ? rules.taking(commands, exchange.now()) : undefined;
  }

  /** Returns what is to be decided about, where there was no room and nobody hears the note. */
  async take(taking: Taking<Command, Answer>): Promise<Seen | undefined> {
    const { exchange, cell, clock, again } = this.#parts;
    const { outbox } = exchange.standing;
    const { incarnation } = outbox;
    const { numbers } = outbox.asked;
    const { amounts, taken } = taking;
    const at = exchange.now();
    const isSent = outbox.isOverdue(at);
    const note = outbox.note(at, [], taken);
    const otherwise = outbox.note(at);
    const asked = exchange.asking();
    const notAfter = at + LAPSE_MS;
    const undo = (): void => {
      outbox.took(numbers, taken, at);
      this.#undo(taking);
    };
    const doubt = { version: undefined, expected: '', order: note.order, until: notAfter };
    const reply: Taken | Ending | Asked = await exchange.timed(
      () => cell.take!({ amounts, note, isSent, otherwise, notAfter }),
      { ...doubt, answers: [], undo },
    );
    if (outbox.incarnation !== incarnation || reply.kind === 'late') {
      again();
      return undefined;
    }
    if (reply.kind === 'ending') return this.#again();
    exchange.agenda.said();
    if (reply.kind !== 'taken') {
      this.#full();
      exchange.standing.hasAsked(asked);
      return reply.kind === 'seen' ? reply : undefined;
    }
    this.#refused = 0;
    this.#endings = 0;
    outbox.took(numbers, taken, at);
    exchange.standing.hasAsked(undefined);
    exchange.keeper.took(reply.version);
    exchange.agenda.speakBy = Math.min(exchange.agenda.speakBy, clock.now() + TOLD_MS);
    const answers = taking.answers(reply.text, reply.before);
    exchange.actOn(answers.map((answer) => ({ number: 0, at: reply.now, answer })));
    return isSent && !reply.isHeard ? this.#tell() : undefined;
  }

  /** Another room is about to be made: it takes from that one, or asks. */
  async #again(): Promise<undefined> {
    const { exchange, wait, random, again, clock } = this.#parts;
    if (this.#endings++ === MOST_ENDINGS) {
      this.#endings = 0;
      this.#fullUntil = clock.now() + FULL_MS;
    } else await wait(Math.max(1, exchange.time.roundTripMs) * (0.5 + random()));
    again();
  }

  #full(): void {
    const forMs = Math.min(LONGEST_FULL_MS, FULL_MS * 2 ** this.#refused);
    if (this.#refused++ > 0) this.#fullUntil = this.#parts.clock.now() + forMs;
  }

  /** Nobody heard it: what was taken is to be decided about by this member. */
  #tell(): Promise<Seen> | undefined {
    const { exchange, again } = this.#parts;
    if (exchange.keeper.own === undefined) return exchange.read();
    exchange.standing.mustSpeak = true;
    again();
    return undefined;
  }

  /** It was taken, and the answer is lost: it goes back, and is asked for anew. */
  #undo({ answers }: Taking<Command, Answer>): void {
    const { rules, send } = this.#parts;
    for (const answer of answers('', [])) {
      const lapse = rules.lapse(answer);
      if (lapse !== undefined) send(lapse);
    }
  }
}
