/** What the names of keys must not be confused by: braces are for the hash tag, spaces for people. */
const UNSAFE = /[^\w.:/@-]/g;

/**
 * The names of everything that is kept in Redis, all with the prefix as their hash tag: a cluster
 * keeps them together, so that one script may use several.
 */
export class KeyNames {
  readonly #tag: string;

  constructor(prefix: string) {
    this.#tag = `{${prefix}}`;
  }

  /** When the server began to know anything of the store. */
  get birth(): string {
    return `${this.#tag}:birth`;
  }

  /** When all who had lost the server go on with it. */
  get comeback(): string {
    return `${this.#tag}:comeback`;
  }

  lane(name: string): string {
    return `${this.#tag}:lane:${escaped(name)}`;
  }

  /** What a process was answered last in a lane, in case the answer is lost. */
  answer(lane: string, process: string): string {
    return `${this.#tag}:answer:${escaped(lane)}:${process}`;
  }

  caller(id: string): string {
    return `${this.#tag}:caller:${escaped(id)}`;
  }

  /** Whose turn it is between callers, in one lane. */
  turn(lane: string, caller: string): string {
    return `${this.#tag}:turn:${escaped(lane)}:${escaped(caller)}`;
  }

  account(id: string, windowMs: number): string {
    return `${this.#tag}:account:${windowMs}:${escaped(id)}`;
  }
}

function escaped(name: string): string {
  return name.replace(UNSAFE, (char) => `%${char.codePointAt(0)?.toString(16) ?? ''}`);
}
