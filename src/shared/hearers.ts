/** Who hears messages, of all the cells that one process has open in a store. */
export class Hearers {
  readonly #byAddress = new Map<string, Set<(text: string) => void>>();

  /** Calls `hear` with the messages to that member of that cell. Returns what ends that. */
  add(name: string, member: string, hear: (text: string) => void): () => void {
    const address = `${member}\n${name}`;
    const hearers = this.#byAddress.get(address) ?? new Set();
    this.#byAddress.set(address, hearers.add(hear));
    return () => {
      hearers.delete(hear);
      if (hearers.size === 0) this.#byAddress.delete(address);
    };
  }

  /** A message: the member and the name of the cell, each with a line feed behind it, and the text. */
  tell(message: string): void {
    const end = message.indexOf('\n', message.indexOf('\n') + 1);
    for (const hear of this.#byAddress.get(message.slice(0, end)) ?? []) {
      hear(message.slice(end + 1));
    }
  }
}

/** A name for this process that no other one has. */
export function newMemberName(): string {
  return crypto.randomUUID().replaceAll('-', '').slice(0, 16);
}
