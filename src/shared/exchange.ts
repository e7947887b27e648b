import type { Clock } from '../clock.ts';
import { Agenda } from './agenda.ts';
import type { Asked, Cell, Seen, Stored, Written } from './cell.ts';
import { OLDEST_MS } from './cell.ts';
import { type Doubt, wasDone } from './doubt.ts';
import { Standing } from './standing.ts';
import { StoreTime } from './store-time.ts';
import type { Kept, Value } from './value.ts';
import { type Draft, ValueKeeper } from './value-keeper.ts';
import type { Restate, Rules } from './value-rules.ts';
import { EMPTY_MS } from './watch.ts';

/** What the operations on a cell need of whoever decides which comes next. */
export interface ExchangeParts<State, Command, Answer> {
  readonly cell: Cell;
  readonly rules: Rules<State, Command, Answer>;
  readonly member: string;
  readonly leaseMs: number;
  readonly clock: Clock;
  readonly act: (answer: Answer, at: number) => void;
  readonly restate: Restate<Command>;
  readonly onMembers?: ((members: number) => void) | undefined;
  readonly send: (command: Command) => void;
  /** There is more to do. */
  readonly again: () => void;
  readonly wait: (ms: number) => Promise<void>;
}

/**
 * The operations of one member on a cell, and what the member knows by their answers. They go one
 * after the other; what one has done whose answer is lost is settled before the next.
 */
export class Exchange<State, Command, Answer> {
  readonly time: StoreTime = new StoreTime();
  readonly standing: Standing<Command, Answer>;
  readonly keeper: ValueKeeper<State, Command, Answer>;
  readonly agenda: Agenda;
  /** Since when the value is lost, in the clock's time. */
  emptySince: number | undefined;
  isWriting = false;
  readonly #parts: ExchangeParts<State, Command, Answer>;

  constructor(parts: ExchangeParts<State, Command, Answer>) {
    const { rules, member, leaseMs, clock, restate, onMembers, again } = parts;
    this.#parts = parts;
    const lapse: typeof rules.lapse = (answer) => rules.lapse(answer);
    this.standing = new Standing({ member, restate, onMembers, lapse });
    this.keeper = new ValueKeeper(rules, member, leaseMs);
    this.agenda = new Agenda(clock, again);
  }

  /** The store's time. */
  now(): number {
    return this.time.of(this.#parts.clock.now());
  }

  /** The member is told of answers, and can ask for them. */
  get canAsk(): boolean {
    return this.#parts.cell.ask !== undefined && this.#parts.cell.isListening !== false;
  }

  /** Sends a note with everything. Returns what is to be decided about where nobody hears it. */
  async ask(): Promise<Seen | undefined> {
    const standing = this.standing;
    const { incarnation } = standing.outbox;
    const answers = standing.answers.takeFresh(this.now());
    const numbers = answers.map(({ number }) => number);
    const note = standing.outbox.note(this.now(), numbers);
    const asked = this.asking();
    const until = standing.answers.lastMoment(answers);
    const doubt = { version: undefined, expected: '', order: note.order, until, answers };
    const ask = (): Promise<Asked> => this.#parts.cell.ask!(note, until);
    const reply = await this.timed(ask, answers.length > 0 ? doubt : undefined);
    if (reply.kind === 'late') standing.mustSpeak = true;
    if (reply.kind === 'late' || !this.#isStill(incarnation)) this.#parts.again();
    if (!this.#isStill(incarnation)) return undefined;
    if (reply.kind === 'late') {
      standing.answers.putBack(answers);
      return undefined;
    }
    this.agenda.said();
    standing.outbox.acknowledged(numbers, note.order);
    this.actOn(answers);
    standing.hasAsked(asked);
    if (reply.kind === 'seen') return reply;
    // Somebody has the value.
    this.emptySince = undefined;
    return undefined;
  }

  /** Otherwise the member has joined again meanwhile: what it was given before is void. */
  #isStill(incarnation: number): boolean {
    return this.standing.outbox.incarnation === incarnation;
  }

  asking(): ReturnType<Standing<Command, Answer>['asking']> {
    this.agenda.speakBy = Number.POSITIVE_INFINITY;
    return this.standing.asking(this.#parts.clock.now());
  }

  /** Decides for all, and writes that. */
  async attempt(value: Value<State, Answer>, now: number = this.now()): Promise<Written> {
    const { outbox } = this.standing;
    const { incarnation, isLeaving: isLast } = outbox;
    const draft = this.keeper.draft(value, outbox.said(now), now);
    const otherwise = this.canAsk ? outbox.note(now) : undefined;
    const asked = this.asking();
    const doubt = { ...draft, until: draft.at + OLDEST_MS, answers: draft.mine };
    this.isWriting = true;
    try {
      const reply = await this.timed(
        () => this.#parts.cell.write({ ...draft, otherwise, isLast }),
        doubt,
      );
      if (!this.#isStill(incarnation)) this.#parts.again();
      if (!this.#isStill(incarnation)) this.keeper.handOver();
      else if (reply.kind === 'written') this.#wrote(draft, reply);
      else if (reply.kind === 'asked') this.standing.asked = asked;
      return reply;
    } finally {
      this.isWriting = false;
    }
  }

  #wrote(draft: Draft<State, Answer>, reply: Stored): void {
    const standing = this.standing;
    this.keeper.wrote(draft, reply);
    this.agenda.said();
    this.agenda.newsAt = this.agenda.saidAt;
    this.emptySince = undefined;
    standing.asked = undefined;
    if (draft.amOut) standing.rejoin();
    else {
      standing.learn(draft.value);
      const known = draft.value.members[this.#parts.member];
      if (known !== undefined) standing.answers.tookAll(known.answered);
      this.actOn(draft.mine);
    }
    if (this.keeper.isAsked || standing.outbox.urgent > 0) this.#parts.again();
  }

  /** Looks whether an operation was done whose answer is lost; that may take until it can't be. */
  async settle(doubt: Doubt<Answer>): Promise<void> {
    const standing = this.standing;
    const { member } = this.#parts;
    const seen = await this.read();
    const value = this.opened(seen);
    this.#parts.again();
    if (standing.doubt !== doubt) return;
    const isDone = wasDone(doubt, seen, member, value?.members[member]?.order ?? 0);
    if (isDone === undefined) return this.#parts.wait(doubt.until + 1 - seen.now);
    standing.doubt = undefined;
    const { version, order, answers, undo } = doubt;
    if (undo !== undefined) return isDone ? undo() : undefined;
    // What a write that wasn't done would have granted was never granted.
    if (!isDone) return version === undefined ? standing.answers.putBack(answers) : undefined;
    const numbers = answers.map(({ number }) => number);
    if (version === undefined) standing.outbox.acknowledged(numbers, order);
    else standing.answers.tookAll(Math.max(0, ...numbers));
    this.actOn(answers);
  }

  /** Acts on those that may still be acted on, and gives the others back. */
  actOn(answers: readonly Kept<Answer>[]): void {
    for (const each of answers) {
      const lapse = this.#parts.rules.lapse(each.answer);
      const isFresh = this.standing.answers.isFresh(
        each,
        this.time.latest(this.#parts.clock.now()),
      );
      if (lapse === undefined || isFresh) this.#parts.act(each.answer, each.at);
      else this.#parts.send(lapse);
    }
  }

  /** The value in the cell, or the one to put there; `undefined` where that is for others to do. */
  opened(seen: Seen): Value<State, Answer> | undefined {
    this.agenda.newsAt = this.#parts.clock.now();
    const value = this.keeper.open(seen);
    const isNewer = value !== undefined && 'kind' in value;
    if (isNewer && seen.now < value.at + this.#parts.leaseMs) {
      // Its writers know rules that this process doesn't.
      this.standing.asked = undefined;
      return undefined;
    }
    if (value === undefined || isNewer) return this.#lost(seen.now);
    this.emptySince = undefined;
    this.#learn(() => this.standing.learn(value));
    return value;
  }

  #lost(storeNow: number): Value<State, Answer> | undefined {
    const now = this.#parts.clock.now();
    this.emptySince ??= now;
    const isNewest = this.keeper.holdsNewest(this.standing.hasHeard);
    if (!isNewest && now < this.emptySince + EMPTY_MS) return undefined;
    const value = this.keeper.begin(storeNow);
    this.#learn(() => this.standing.find(value));
    return value;
  }

  /** Who has to join again has something to say. */
  #learn(learn: () => void): void {
    const { incarnation } = this.standing.outbox;
    learn();
    if (!this.#isStill(incarnation)) this.#parts.again();
  }

  read(): Promise<Seen> {
    return this.timed(() => this.#parts.cell.read());
  }

  /** Where it fails, the doubt is to be settled. */
  async timed<Reply extends { readonly now: number }>(
    ask: () => Promise<Reply>,
    doubt?: Doubt<Answer>,
  ): Promise<Reply> {
    const sentAt = this.#parts.clock.now();
    const { incarnation } = this.standing.outbox;
    try {
      const reply = await ask();
      this.time.learn(sentAt, this.#parts.clock.now(), reply.now);
      return reply;
    } catch (error) {
      if (doubt !== undefined && this.#isStill(incarnation)) this.standing.doubt = doubt;
      throw error;
    }
  }
}
