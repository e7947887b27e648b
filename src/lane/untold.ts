/**
 * What is to be told of calls that wait, where only a store knows that they have to: it is told
 * once the question that was asked after a call had come is answered, or not asked at all.
 */
export class Untold {
  /** Of calls that nobody has been asked about yet, and of those under question. */
  #unasked: (() => void)[] = [];
  #asked: (() => void)[] = [];

  add(tell: () => void): void {
    this.#unasked.push(tell);
  }

  /** A question is asked: about all calls that have come. */
  asking(): void {
    this.#asked = [...this.#asked, ...this.#unasked];
    this.#unasked = [];
  }

  /** The question is answered: calls that have had their answer still wait. */
  answered(): void {
    const asked = this.#asked;
    this.#asked = [];
    for (const tell of asked) tell();
  }

  /** Nobody is asked. */
  tellAll(): void {
    this.asking();
    this.answered();
  }

  /** Calls that nobody has been asked about are gone. */
  forget(): void {
    this.#unasked = [];
  }
}
