import { systemClock } from '../../clock.ts';
import {
  type Asked,
  type Cell,
  type Cells,
  type Note,
  type Seen,
  type Write,
  writtenVersion,
} from '../../shared/cell.ts';

const PATIENCE_MS = 10_000;

/** An empty store for one test of `cellContract`. */
export interface CellStore {
  /** Opens the store once more, as another process would. */
  join(): Promise<Cells>;
  /** Deletes all data. If omitted, the loss of data isn't tested. */
  clear?(): Promise<void>;
  /** Restarts the server. If omitted, restarts aren't tested. */
  restart?(): Promise<void>;
  /** Ends all connections, after the test. */
  close(): Promise<void>;
}

/** One member's view of the cell under test. */
export class TestedMember {
  readonly cells: Cells;
  readonly name: string;
  readonly cell: Cell;
  readonly #heard: string[] = [];
  #order = 0;

  constructor(cells: Cells, lane: string, part?: string) {
    this.cells = cells;
    this.name = part === undefined ? cells.member : `${cells.member}.${part}`;
    this.cell = cells.open(lane, part);
  }

  /** Writes after what is there. */
  async write(more: Partial<Write> = {}): ReturnType<Cell['write']> {
    return this.cell.write(writeAfter(await this.cell.read(), more));
  }

  note(text: string, more: Partial<Note> = {}): Note {
    return { member: this.name, order: ++this.#order, text, ...more };
  }

  async ask(note: Note, notAfter?: number): Promise<Asked> {
    if (this.cell.ask === undefined) throw new Error('Expected that the cell has `ask`');
    return this.cell.ask(note, notAfter);
  }

  listen(): void {
    if (this.cell.listen === undefined) throw new Error('Expected that the cell has `listen`');
    this.cell.listen((text) => this.#heard.push(text));
  }

  /** The next message, in the order in which they came. */
  async hears(): Promise<string> {
    await until('a message arrives', () => this.#heard.length > 0);
    return this.#heard.shift() ?? '';
  }
}

/** A store, and members that use one cell of it. */
export class Scene {
  readonly store: CellStore;
  readonly lane = 'lane {ü}:1';
  readonly #joined: Cells[] = [];

  constructor(store: CellStore) {
    this.store = store;
  }

  async join(part?: string): Promise<TestedMember> {
    const cells = await this.store.join();
    this.#joined.push(cells);
    return new TestedMember(cells, this.lane, part);
  }

  async close(): Promise<void> {
    for (const cells of this.#joined) await cells.close();
    await this.store.close();
  }
}

/** The tests of one kind, by what each of them says. */
export type CellTests = Readonly<Record<string, (scene: Scene) => Promise<void>>>;

export function writeAfter(seen: Seen, more: Partial<Write> = {}): Write {
  const { version: expected, now: at } = seen;
  const version = nextVersion(expected);
  return { expected, version, text: 'text', at, taken: [], messages: [], ...more };
}

export function nextVersion(version: string): string {
  return `${Number(writtenVersion(version).split('.')[0]) + 1}.a`;
}

/** Waits until `test` holds, and takes failures for not yet. */
export async function until(what: string, test: () => boolean | Promise<boolean>): Promise<void> {
  const giveUpAt = systemClock.now() + PATIENCE_MS;
  while (!(await attempt(test))) {
    if (systemClock.now() > giveUpAt) throw new Error(`Waited in vain until ${what}`);
    await new Promise<void>((resolve) => void systemClock.setTimeout(resolve, 10));
  }
}

async function attempt(test: () => boolean | Promise<boolean>): Promise<boolean> {
  try {
    return await test();
  } catch {
    return false;
  }
}
