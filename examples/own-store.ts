// A store of one's own, on a database that can compare and set. `read` and `write` are all that a
// store needs; without `ask` and `listen`, processes look at it now and then instead of being told.
import { type Cell, isTimely, type Seen, type Store, type Write, type Written } from 'llm-headroom';

interface Row {
  readonly version: string;
  readonly text: string;
}

/** Stands for a database: a table of rows, and a round trip to it. */
export class Database {
  readonly #rows = new Map<string, Row>();

  /** The row of that name, and the database's time. */
  async select(name: string): Promise<{ readonly row: Row | undefined; readonly now: number }> {
    await roundTrip();
    return { row: this.#rows.get(name), now: Date.now() };
  }

  /** Replaces the row if `isRight` holds for what it is, and for the time: in one transaction. */
  async update(
    name: string,
    row: Row,
    isRight: (now: number, version: string) => boolean,
  ): Promise<boolean> {
    await roundTrip();
    const isDone = isRight(Date.now(), this.#rows.get(name)?.version ?? '');
    if (isDone) this.#rows.set(name, row);
    return isDone;
  }

  clear(): void {
    this.#rows.clear();
  }
}

/** Limits that all processes with the same database share: `createRateLimiter({ store })`. */
export function ownStore(database: Database): Store {
  return {
    // A process that is started again is another one.
    member: crypto.randomUUID(),
    open: (name) => new OwnCell(database, name),
    close: async () => {},
  };
}

class OwnCell implements Cell {
  readonly #database: Database;
  readonly #name: string;

  constructor(database: Database, name: string) {
    this.#database = database;
    this.#name = name;
  }

  async read(): Promise<Seen> {
    const { row, now } = await this.#database.select(this.#name);
    const { version = '', text = '' } = row ?? {};
    return { kind: 'seen', version, text, inbox: [], now };
  }

  async write({ expected, version, text, at }: Write): Promise<Written> {
    const isRight = (now: number, found: string): boolean =>
      found === expected && isTimely(at, now);
    const isDone = await this.#database.update(this.#name, { version, text }, isRight);
    const seen = await this.read();
    if (isDone) return { kind: 'written', inbox: [], now: seen.now };
    // Of the version that was expected, it came too late; or another process has written.
    return seen.version === expected ? { kind: 'late', now: seen.now } : seen;
  }
}

function roundTrip(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1));
}
