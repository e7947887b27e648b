import type { Seen, Take, Write, Written } from '../../src/shared/cell.ts';
import { type Asked, type Cell, type Cells, isTimely, type Note } from '../../src/shared/cell.ts';
import type { CellStore } from '../../src/testing/index.ts';

/** Virtual time that stands still while a server is asked. */
export interface HeldTime {
  now(): number;
  during<T>(work: Promise<T>): Promise<T>;
}

/** A process may be late with what it has just decided, by the server's clock. */
const TRIES = 50;
/** A time that never comes, and more than there is room for. */
const FOREVER = 1e15;

/**
 * One cell of a real store, in virtual time: members have names of the test's choice, answers have
 * the virtual time, and a message is heard as soon as the operation that has sent it is over. So the
 * same history can be played on any store, and has to come to the same.
 */
export class TimedStore {
  readonly time: HeldTime;
  readonly #store: CellStore;
  readonly #members = new Map<string, TimedCell>();
  /** Who wrote last, and is still told of notes. */
  #writer: string | undefined;
  conflicts = 0;
  takes = 0;
  /** In virtual time. */
  roomUntil = 0;

  constructor(store: CellStore, time: HeldTime) {
    this.#store = store;
    this.time = time;
  }

  async join(name: string): Promise<TimedCell> {
    const cells = await this.#store.join();
    const cell = new TimedCell(this, name, cells);
    this.#members.set(name, cell);
    return cell;
  }

  /** Ends the connections of a member, and waits until the server has noticed. */
  async kill(name: string): Promise<void> {
    const [witness] = [...this.#members.values()].filter((each) => each.name !== name);
    await this.#members.get(name)?.end(witness);
    this.#members.delete(name);
  }

  async close(): Promise<void> {
    for (const member of this.#members.values()) await member.cells.close();
    await this.#store.close();
  }

  realName(name: string): string {
    return this.#members.get(name)?.cells.member ?? `gone.${name}`;
  }

  nameOf(real: string): string {
    const all = [...this.#members.values()];
    return all.find(({ cells }) => cells.member === real)?.name ?? real;
  }

  async told(note: Note): Promise<void> {
    if (this.#writer !== undefined) await this.#members.get(this.#writer)?.isTold(note.text);
  }

  async wrote(write: Write, by: string): Promise<void> {
    this.#writer = write.isLast ? undefined : by;
    this.roomUntil = write.room?.until ?? 0;
    for (const { to, text } of write.messages) await this.#members.get(to)?.isTold(text);
  }
}

export class TimedCell implements Cell {
  readonly name: string;
  readonly cells: Cells;
  readonly #store: TimedStore;
  readonly #cell: Cell;
  readonly #arrived: string[] = [];
  #wake: () => void = () => {};
  #hear: ((text: string) => void) | undefined;
  #isOver = false;

  constructor(store: TimedStore, name: string, cells: Cells) {
    this.#store = store;
    this.name = name;
    this.cells = cells;
    this.#cell = cells.open('lane');
    this.#cell.listen?.((text) => {
      this.#arrived.push(text);
      this.#wake();
    });
  }

  read(): Promise<Seen> {
    return this.#held(async () => this.#seen(await this.#cell.read()));
  }

  ask(note: Note, notAfter = Number.POSITIVE_INFINITY): Promise<Asked> {
    return this.#held(async () => {
      const now = this.#store.time.now();
      if (now > notAfter) return { kind: 'late', now };
      const reply = await this.#cell.ask!(this.#real(note));
      if (reply.kind === 'asked') await this.#store.told(note);
      return reply.kind === 'seen' ? this.#seen(reply) : { ...reply, now };
    });
  }

  take(take: Take): ReturnType<NonNullable<Cell['take']>> {
    return this.#held(async () => {
      const now = this.#store.time.now();
      if (now > take.notAfter) return { kind: 'late', now };
      const { note, otherwise, isSent } = take;
      const real = { note: this.#real(note), otherwise: this.#real(otherwise), notAfter: FOREVER };
      const amounts = now > this.#store.roomUntil ? [FOREVER] : take.amounts;
      const reply = await this.#cell.take!({ ...take, ...real, amounts });
      if (reply.kind === 'taken') this.#store.takes += 1;
      if (reply.kind === 'taken' && isSent && reply.isHeard) await this.#store.told(note);
      if (reply.kind === 'asked') await this.#store.told(otherwise);
      return reply.kind === 'seen' ? this.#seen(reply) : { ...reply, now };
    });
  }

  write(write: Write): Promise<Written> {
    return this.#held(() => this.#write(write));
  }

  listen(hear: (text: string) => void): () => void {
    this.#hear = hear;
    return () => {
      this.#hear = undefined;
    };
  }

  /** Waits for a message, which may be too long to be sent, and hears it. */
  async isTold(text: string): Promise<void> {
    for (;;) {
      const place = this.#arrived.findIndex((each) => each === text || each === '');
      if (place >= 0) {
        this.#arrived.splice(place, 1);
        this.#hear?.(text);
        return;
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** Nothing is done by it any more, and nobody takes it for alive. */
  async end(witness: TimedCell | undefined): Promise<void> {
    this.#isOver = true;
    const name = `of ${this.name}`;
    const own = this.cells.open(name);
    const at = Date.now();
    await own.write({ expected: '', version: '1', text: '', at, taken: [], messages: [] });
    await this.cells.close();
    if (witness === undefined) return;
    const other = witness.cells.open(name);
    for (let order = 1; ; order++) {
      const note = { member: witness.cells.member, order, text: '' };
      if ((await other.ask!(note)).kind === 'seen') return;
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }

  async #write(write: Write): Promise<Written> {
    const now = this.#store.time.now();
    if (!isTimely(write.at, now)) {
      if ((await this.#cell.read()).version === write.expected) return { kind: 'late', now };
    }
    const { otherwise } = write;
    const taken = write.taken.map(({ member, order }) => {
      return { member: this.#store.realName(member), order };
    });
    const messages = write.messages.map(({ to, text }) => {
      return { to: this.#store.realName(to), text };
    });
    const room = write.room && { ...write.room, until: FOREVER };
    const real = { ...write, room, taken, messages, otherwise: otherwise && this.#real(otherwise) };
    for (let tries = 0; tries < TRIES; tries++) {
      const reply = await this.#cell.write({ ...real, at: Date.now() });
      if (reply.kind === 'late') continue;
      if (reply.kind !== 'written') this.#store.conflicts += 1;
      if (reply.kind === 'written') await this.#store.wrote(write, this.name);
      if (reply.kind === 'asked' && otherwise !== undefined) await this.#store.told(otherwise);
      if (reply.kind === 'asked') return { kind: 'asked', now };
      return reply.kind === 'seen'
        ? this.#seen(reply)
        : { ...reply, now, inbox: this.#inbox(reply) };
    }
    throw new Error('The machine is too busy to write in time');
  }

  #held<T>(ask: () => Promise<T>): Promise<T> {
    // What a process was about to do when it was killed never happens.
    return this.#isOver ? new Promise(() => {}) : this.#store.time.during(ask());
  }

  #real(note: Note): Note {
    return { ...note, member: this.cells.member };
  }

  #seen(seen: Seen): Seen {
    return { ...seen, now: this.#store.time.now(), inbox: this.#inbox(seen) };
  }

  #inbox({ inbox }: { readonly inbox: readonly Note[] }): Note[] {
    return inbox.map((note) => ({ ...note, member: this.#store.nameOf(note.member) }));
  }
}
