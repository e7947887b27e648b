import type { Message } from './cell.ts';
import type { Said } from './note-text.ts';
import { packTold, toldOf } from './told-text.ts';
import { type Kept, LAPSE_MS, type Member, newMember, type Value } from './value.ts';
import type { Rules, Sent } from './value-rules.ts';

/** What a member decides from. */
export interface Basis<Command> {
  readonly me: string;
  /** Also my own. */
  readonly notes: Iterable<Said<Command>>;
  /** The store's time. */
  readonly now: number;
  /** The store's time at which the inbox was read: a note that came later isn't among the notes. */
  readonly lookedAt: number;
  readonly leaseMs: number;
}

/** What came of it. It holds once the value is written. */
export interface Turn<Answer> {
  /** The answers to me, which are acknowledged by being written. */
  readonly mine: readonly Kept<Answer>[];
  readonly messages: readonly Message[];
  /** The value doesn't know me any more. */
  readonly amOut: boolean;
}

/** One decision about the whole value, for all members. Changes `value`. */
export function turn<State, Command, Answer>(
  rules: Rules<State, Command, Answer>,
  value: Value<State, Answer>,
  basis: Basis<Command>,
): Turn<Answer> {
  return new Deciding(rules, value, basis).run();
}

class Deciding<State, Command, Answer> {
  readonly #rules: Rules<State, Command, Answer>;
  readonly #value: Value<State, Answer>;
  readonly #basis: Basis<Command>;
  readonly #sent: Sent<Command>[] = [];
  readonly #told = new Set<string>();
  /** Members that the value doesn't know, with their incarnations. */
  readonly #out = new Map<string, number>();
  readonly #mine: Kept<Answer>[] = [];
  readonly #lapsed: Answer[] = [];

  constructor(
    rules: Rules<State, Command, Answer>,
    value: Value<State, Answer>,
    basis: Basis<Command>,
  ) {
    this.#rules = rules;
    this.#value = value;
    this.#basis = basis;
    value.at = Math.max(value.at, basis.now);
  }

  run(): Turn<Answer> {
    const { me, notes } = this.#basis;
    const value = this.#value;
    const before = Object.keys(value.members).length;
    for (const said of notes) this.#hear(said);
    this.#takeMine();
    this.#lapse();
    this.#dismissUnheard();
    const { answers, next } = this.#rules.decide(value.rules, this.#sent, value.at);
    for (const [name, each] of answers) this.#answer(name, each);
    this.#appointSecond();
    if ((value.next === undefined) !== (next === undefined)) this.#told.add(value.second);
    // A value that was begun anew may be older than what its members were told.
    // Its share, should it have to go on alone, is smaller for each that has joined.
    const members = Object.keys(value.members);
    if (value.count === 0 || members.length > before)
      for (const name of members) this.#told.add(name);
    value.next = next;
    value.writer = me;
    value.count += 1;
    const amOut = this.#out.has(me);
    const told = [...this.#told, ...this.#out.keys()].filter((name) => name !== me);
    return { mine: this.#mine, messages: messagesOf(value, new Set(told), this.#out), amOut };
  }

  #hear(said: Said<Command>): void {
    const { members } = this.#value;
    const known = members[said.member];
    if (known !== undefined && said.order <= known.order) return;
    if (!this.#isIn(said, known)) {
      const isOld = known !== undefined && said.incarnation <= known.incarnation;
      if (said.first !== 1 || isOld || said.isLeaving) {
        this.#refuse(said, known);
        return;
      }
      if (known !== undefined) this.#dismiss(said.member, known);
      members[said.member] = newMember(said.incarnation, this.#value.at);
    }
    this.#listen(said, members[said.member]!);
  }

  #isIn({ incarnation, generation, first }: Said<Command>, known?: Member<Answer>): boolean {
    if (known?.incarnation !== incarnation || first > known.applied + 1) return false;
    return generation === 0 || generation === this.#value.generation;
  }

  #refuse(said: Said<Command>, known?: Member<Answer>): void {
    const { member, order, incarnation, isLeaving } = said;
    if (known !== undefined) known.order = order;
    if (!isLeaving) this.#out.set(member, incarnation);
    else if (known?.incarnation === incarnation) this.#dismiss(member, known);
  }

  #listen(said: Said<Command>, known: Member<Answer>): void {
    const { member, first, commands, acks } = said;
    known.order = said.order;
    known.heardAt = Math.max(known.heardAt, Math.min(said.at, this.#value.at));
    if (known.isAway) {
      known.isAway = false;
      this.#sent.push({ member, command: this.#rules.presence(true) });
    }
    if (acks.length > 0) known.kept = known.kept.filter(({ number }) => !acks.includes(number));
    for (const command of commands.slice(known.applied + 1 - first)) {
      this.#sent.push({ member, command });
    }
    known.applied = Math.max(known.applied, first + commands.length - 1);
    // It is told so even if it was told before: it asks because it hasn't heard.
    if (commands.length > 0) this.#told.add(member);
    if (said.isLeaving) this.#dismiss(member, known);
  }

  /** What others have granted me: I take it now, while I have the value. */
  #takeMine(): void {
    const known = this.#value.members[this.#basis.me];
    if (known === undefined) return;
    for (const each of known.kept) {
      const isOld = each.at + LAPSE_MS < this.#basis.now;
      if (!isOld || !this.#takeBack(this.#basis.me, each.answer)) this.#mine.push(each);
    }
    known.kept = [];
  }

  #lapse(): void {
    for (const [member, known] of Object.entries(this.#value.members)) {
      known.kept = known.kept.filter(({ at, answer }) => {
        if (at + LAPSE_MS >= this.#basis.lookedAt || !this.#takeBack(member, answer)) return true;
        if (!known.isAway) this.#sent.push({ member, command: this.#rules.presence(false) });
        known.isAway = true;
        return false;
      });
    }
  }

  /** Whether the answer lapses: nobody acts on it any more. */
  #takeBack(member: string, answer: Answer): boolean {
    const command = this.#rules.lapse(answer, this.#lapsed);
    if (command === undefined) return false;
    this.#lapsed.push(answer);
    this.#sent.push({ member, command });
    return true;
  }

  #dismissUnheard(): void {
    const { me, lookedAt, leaseMs } = this.#basis;
    for (const [member, known] of Object.entries(this.#value.members)) {
      if (member !== me && known.heardAt + leaseMs < lookedAt) this.#dismiss(member, known);
    }
  }

  #dismiss(member: string, { kept }: Member<Answer>): void {
    for (const { answer } of kept) this.#takeBack(member, answer);
    this.#sent.push({ member, command: this.#rules.leave() });
    delete this.#value.members[member];
  }

  #answer(name: string, answers: readonly Answer[]): void {
    const { me } = this.#basis;
    const known = this.#value.members[name];
    if (known === undefined) return;
    const { at } = this.#value;
    const kept = answers.map((answer) => ({ number: ++known.answered, at, answer }));
    if (name === me) this.#mine.push(...kept);
    else known.kept.push(...kept);
    this.#told.add(name);
  }

  #appointSecond(): void {
    const value = this.#value;
    const isFit = (name: string): boolean => {
      const known = value.members[name];
      return known !== undefined && name !== this.#basis.me && !known.isAway;
    };
    if (isFit(value.second)) return;
    const heardAt = (name: string): number => value.members[name]?.heardAt ?? 0;
    const fit = Object.keys(value.members).filter(isFit);
    value.second = fit.reduce(
      (one, other) => (heardAt(other) > heardAt(one) ? other : one),
      fit[0] ?? '',
    );
    this.#told.add(value.second);
  }
}

/** What members are told: their answers, or, those in `out`, that they are no members. */
function messagesOf<Answer>(
  value: Value<unknown, Answer>,
  told: ReadonlySet<string>,
  out: ReadonlyMap<string, number>,
): Message[] {
  const messages: Message[] = [];
  for (const name of told) {
    const incarnation = out.get(name);
    const known = value.members[name];
    if ((known ?? incarnation) === undefined) continue;
    const text = toldOf(value, name, known ?? newMember(0, value.at));
    const isOut = incarnation !== undefined && { incarnation, isOut: true };
    messages.push({ to: name, text: packTold({ ...text, ...isOut }) });
  }
  return messages;
}
