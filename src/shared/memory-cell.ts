import { type Clock, systemClock } from '../clock.ts';
import {
  type Asked,
  type Cell,
  type Cells,
  type Ending,
  hasRoom,
  isTimely,
  type Note,
  OLDEST_MS,
  type Room,
  type Seen,
  type Take,
  type Taken,
  versionAfter,
  type Write,
  type Written,
  writtenVersion,
} from './cell.ts';

interface KeptText {
  /** As it was written. */
  version: string;
  text: string;
  /** The member that wrote last. */
  writer: string;
  readonly inbox: Map<string, Note>;
  room: Room | undefined;
  /** Until when a write is awaited that makes another room. */
  endingUntil: number;
  /** What was taken since the last write, and how often. */
  sums: readonly number[];
  takes: number;
}

const UNTAKEN = { sums: [], takes: 0, endingUntil: 0, room: undefined };

type Hear = (name: string, text: string) => void;

/** Cells in the memory of this process: for tests, and as the example of a store of one's own. */
export class MemoryStore {
  readonly #clock: Clock;
  readonly #cells = new Map<string, KeptText>();
  readonly #members = new Map<string, Set<Hear>>();

  constructor(clock: Clock = systemClock) {
    this.#clock = clock;
  }

  /** The cells as `member` uses them. */
  cellsOf(member: string): Cells {
    const opened = new Set<() => void>();
    return {
      member,
      open: (name, part) => {
        const own = part === undefined ? member : `${member}.${part}`;
        return new MemoryCell(this, name, own, opened);
      },
      close: async () => {
        for (const end of opened) end();
      },
    };
  }

  /** Forgets everything. */
  clear(): void {
    this.#cells.clear();
  }

  get now(): number {
    return this.#clock.now();
  }

  at(name: string): KeptText {
    let cell = this.#cells.get(name);
    if (cell === undefined) {
      cell = { version: '', text: '', writer: '', inbox: new Map(), ...UNTAKEN };
      this.#cells.set(name, cell);
    }
    return cell;
  }

  listen(member: string, hear: Hear): () => void {
    const listeners = this.#members.get(member) ?? new Set();
    this.#members.set(member, listeners.add(hear));
    return () => void listeners.delete(hear);
  }

  /** Returns how many listen. */
  send(name: string, to: string, text: string): number {
    const listeners = [...(this.#members.get(to) ?? [])];
    for (const hear of listeners) void Promise.resolve().then(() => hear(name, text));
    return listeners.length;
  }
}

class MemoryCell implements Cell {
  readonly #store: MemoryStore;
  readonly #name: string;
  readonly #member: string;
  readonly #opened: Set<() => void>;

  constructor(store: MemoryStore, name: string, member: string, opened: Set<() => void>) {
    this.#store = store;
    this.#name = name;
    this.#member = member;
    this.#opened = opened;
  }

  async read(): Promise<Seen> {
    const { version: written, takes, text, inbox } = this.#store.at(this.#name);
    const version = versionAfter(written, takes);
    return { kind: 'seen', version, text, inbox: [...inbox.values()], now: this.#store.now };
  }

  async write(write: Write): Promise<Written> {
    const { now } = this.#store;
    const cell = this.#store.at(this.#name);
    if (versionAfter(cell.version, cell.takes) !== write.expected) {
      const isOwn = cell.version !== '' && cell.version === writtenVersion(write.expected);
      if (isOwn) Object.assign(cell, { room: undefined, endingUntil: now + OLDEST_MS });
      return write.otherwise === undefined ? this.read() : this.ask(write.otherwise);
    }
    if (!isTimely(write.at, now)) return { kind: 'late', now };
    cell.version = write.version;
    cell.text = write.text;
    cell.writer = write.isLast ? '' : this.#member;
    Object.assign(cell, UNTAKEN, { room: write.room });
    for (const { member, order } of write.taken) {
      const left = cell.inbox.get(member);
      if (left !== undefined && left.order <= order) cell.inbox.delete(member);
    }
    for (const { to, text } of write.messages) this.#store.send(this.#name, to, text);
    return { kind: 'written', now, inbox: [...cell.inbox.values()] };
  }

  async ask(note: Note, notAfter = Number.POSITIVE_INFINITY): Promise<Asked> {
    const { now } = this.#store;
    if (now > notAfter) return { kind: 'late', now };
    this.#leave(note);
    return this.#send(note) ? { kind: 'asked', now } : this.read();
  }

  async take(take: Take): Promise<Taken | Ending | Asked> {
    const { now } = this.#store;
    const { amounts, note, otherwise, notAfter } = take;
    if (now > notAfter) return { kind: 'late', now };
    const cell = this.#store.at(this.#name);
    const { room, sums: before } = cell;
    if (now <= cell.endingUntil) return { kind: 'ending', now };
    if (room === undefined || !hasRoom(room, amounts, before, now)) return this.ask(otherwise);
    cell.sums = amounts.map((each, i) => each + (before[i] ?? 0));
    cell.takes += 1;
    this.#leave(note);
    const version = versionAfter(cell.version, cell.takes);
    const isHeard = take.isSent && this.#send(note);
    return { kind: 'taken', now, version, before, text: room.text, isHeard };
  }

  #leave({ member, order, text }: Note): void {
    const { inbox } = this.#store.at(this.#name);
    const left = inbox.get(member);
    if (left === undefined || left.order < order) inbox.set(member, { member, order, text });
  }

  /** Whether the member that wrote last has received it. */
  #send({ member, text }: Note): boolean {
    const { writer } = this.#store.at(this.#name);
    const isOther = writer !== '' && writer !== member;
    return isOther && this.#store.send(this.#name, writer, text) > 0;
  }

  listen(hear: (text: string) => void): () => void {
    const end = this.#store.listen(this.#member, (name, text) => {
      if (name === this.#name) hear(text);
    });
    this.#opened.add(end);
    return end;
  }
}
