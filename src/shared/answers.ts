import { type Kept, LAPSE_MS } from './value.ts';
import type { Rules } from './value-rules.ts';

/** The answers to one member, from when it hears of them until they are acknowledged. */
export class Answers<Command, Answer> {
  readonly #lapse: Rules<unknown, Command, Answer>['lapse'];
  #unconfirmed: Kept<Answer>[] = [];
  /** The number of the last that was heard. */
  #heard = 0;

  constructor(lapse: Rules<unknown, Command, Answer>['lapse']) {
    this.#lapse = lapse;
  }

  get isEmpty(): boolean {
    return this.#unconfirmed.length === 0;
  }

  /** All that the value keeps for the member: those that weren't heard before are new. */
  hear(kept: readonly Kept<Answer>[]): void {
    for (const each of kept) {
      if (each.number <= this.#heard) continue;
      this.#heard = each.number;
      this.#unconfirmed.push(each);
    }
  }

  /** They weren't acknowledged: what stays true is to be acknowledged another time. */
  putBack(answers: readonly Kept<Answer>[]): void {
    const lasting = answers.filter(({ answer }) => this.#lapse(answer) === undefined);
    this.#unconfirmed.unshift(...lasting);
  }

  /** Those that may be acknowledged still. The others lapse: nobody acts on them. */
  takeFresh(now: number): readonly Kept<Answer>[] {
    const all = this.#unconfirmed;
    this.#unconfirmed = [];
    return all.filter((each) => this.isFresh(each, now));
  }

  isFresh({ at, answer }: Kept<Answer>, now: number): boolean {
    return now <= at + LAPSE_MS || this.#lapse(answer) === undefined;
  }

  /** Until when all these may be acknowledged. */
  lastMoment(answers: readonly Kept<Answer>[]): number {
    const lapsing = answers.filter(({ answer }) => this.#lapse(answer) !== undefined);
    return Math.min(...lapsing.map(({ at }) => at + LAPSE_MS));
  }

  /** The member has written the value, and with it took all answers up to that number. */
  tookAll(last: number): void {
    this.#heard = Math.max(this.#heard, last);
    this.#unconfirmed = this.#unconfirmed.filter(({ number }) => number > last);
  }

  /** Numbers begin anew. */
  reset(): void {
    this.#heard = 0;
    this.#unconfirmed = [];
  }
}
