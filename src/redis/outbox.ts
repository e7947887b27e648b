import type { Note } from '../stores/shared-lane.ts';

/** So many notes are kept while the server is lost. */
const MOST = 10_000;
/** So many are sent at once: a script must not keep others waiting. */
const BATCH = 500;

const LASTING: readonly Note['kind'][] = ['ended', 'answered', 'used', 'learned'];

/** Notes that are still to be sent. */
export class Outbox {
  #notes: Note[] = [];

  get isEmpty(): boolean {
    return this.#notes.length === 0;
  }

  add(note: Note): void {
    this.#notes.push(note);
    if (this.#notes.length > MOST) this.#notes.shift();
  }

  /** The next batch. */
  take(): Note[] {
    return this.#notes.splice(0, BATCH);
  }

  /** Keeps what will still be true when the server is back: how calls have ended, what was learned. */
  keepOutcomes(): void {
    this.#notes = this.#notes.filter(({ kind }) => LASTING.includes(kind));
  }
}
