/** After so many messages in a row that have not arrived, none will. */
const UNHEARD = 3;

/**
 * Whether the connection by which messages come is dead although it looks alive, as one is whose other
 * end is gone without a word.
 */
export class Hearing {
  #unheard = 0;

  /** A message has arrived. */
  heard(): void {
    this.#unheard = 0;
  }

  /** One that was sent has not. Returns whether there is to be another connection. */
  unheard(): boolean {
    this.#unheard += 1;
    if (this.#unheard < UNHEARD) return false;
    this.#unheard = 0;
    return true;
  }
}
