import { Answers } from './answers.ts';
import type { Doubt } from './doubt.ts';
import { Outbox } from './outbox.ts';
import { type Told, toldOf } from './told-text.ts';
import type { Value } from './value.ts';
import type { Next, Restate, Rules } from './value-rules.ts';

export interface StandingOptions<Command, Answer> {
  readonly member: string;
  readonly lapse: Rules<unknown, Command, Answer>['lapse'];
  readonly restate: Restate<Command>;
  /** Called with the number of members, whenever this member hears of the value. */
  readonly onMembers?: ((members: number) => void) | undefined;
}

/** What an ask was about, and when it was sent. */
export interface OpenAsk {
  readonly last: number;
  readonly at: number;
}

/** What one member knows of its own place in the value: what it has said, and what it was answered. */
export class Standing<Command, Answer> {
  readonly outbox: Outbox<Command>;
  readonly answers: Answers<Command, Answer>;
  /** What the writer hasn't answered yet. */
  asked: OpenAsk | undefined;
  doubt: Doubt<Answer> | undefined;
  /** A note is due although nobody waits for it. */
  mustSpeak = false;
  next: Next | undefined;
  /** This member looks after the writer. */
  isSecond = false;
  readonly #options: StandingOptions<Command, Answer>;
  /** Of the newest value that this member knows of. */
  #generation = 0;
  #count = 0;

  constructor(options: StandingOptions<Command, Answer>) {
    this.#options = options;
    this.outbox = new Outbox(options.member);
    this.answers = new Answers(options.lapse);
  }

  /** Whether it knows of a value. */
  get hasHeard(): boolean {
    return this.#generation > 0;
  }

  get hasToSay(): boolean {
    const isUnasked = this.outbox.urgent > (this.asked?.last ?? 0);
    return isUnasked || !this.answers.isEmpty || this.mustSpeak;
  }

  /** A note with everything is about to be sent. Returns what it asks. */
  asking(now: number): OpenAsk | undefined {
    this.mustSpeak = false;
    const last = this.outbox.urgent;
    return last === 0 ? undefined : { last, at: now };
  }

  /** It was sent. Its answer may have come first, on another way. */
  hasAsked(asked: OpenAsk | undefined): void {
    this.asked = this.outbox.urgent === 0 ? undefined : (asked ?? this.asked);
  }

  /** The cell held this value. */
  learn(value: Value<unknown, Answer>): void {
    const { generation, count, next } = value;
    // What was read first may be heard last.
    if (generation === this.#generation && count < this.#count) return;
    const members = Object.keys(value.members).length;
    this.#news({
      generation,
      count,
      next,
      isSecond: value.second === this.#options.member,
      members,
    });
    this.find(value);
  }

  /** What a value knows of this member. */
  find(value: Value<unknown, Answer>): void {
    const known = value.members[this.#options.member];
    if (known !== undefined) this.#told(toldOf(value, this.#options.member, known));
    else if (this.outbox.wasIn) this.rejoin();
  }

  /** The writer has told it. Whether that is news. */
  hear(told: Told<Answer>): boolean {
    const isOld = told.generation === this.#generation && told.count < this.#count;
    if (isOld || told.generation < this.#generation) return false;
    this.#news(told);
    this.#told(told);
    return true;
  }

  /** Says anew what it waits for: whatever it was given before is void. */
  rejoin(): void {
    this.outbox.rejoin(this.#options.restate(this.outbox.pending));
    this.answers.reset();
    this.asked = undefined;
    this.doubt = undefined;
  }

  #news({ generation, count, next, isSecond, members }: News): void {
    this.#generation = generation;
    this.#count = count;
    this.next = next;
    this.isSecond = isSecond;
    if (members !== undefined) this.#options.onMembers?.(members);
  }

  #told(told: Told<Answer>): void {
    if (this.outbox.isStranger(told)) {
      this.rejoin();
      return;
    }
    if (!this.outbox.progress(told)) return;
    this.answers.hear(told.kept);
    if (told.isAway) this.mustSpeak = true;
    if (this.asked !== undefined && told.applied >= this.asked.last) this.asked = undefined;
  }
}

type News = Pick<Told<unknown>, 'generation' | 'count' | 'next' | 'isSecond' | 'members'>;
