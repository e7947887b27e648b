import { type Clock, systemClock } from '../clock.ts';
import {
  type Asked,
  type Cell,
  type Ending,
  type Note,
  type Seen,
  type Take,
  type Taken,
  type Write,
  type Written,
  writtenVersion,
} from '../shared/cell.ts';
import { Hearers, newMemberName } from '../shared/hearers.ts';
import { plainName } from '../shared/plain-name.ts';
import type { ServerCells } from '../shared/server-store.ts';
import { Underway } from '../shared/underway.ts';
import { expectNumber } from '../validate.ts';
import { Listener } from './listener.ts';
import {
  expectTarget,
  type PostgresPool,
  type PostgresTarget,
  poolFor,
} from './postgres-client.ts';
import { packRoom, propertyOf, roomIn, seenInRow, takenInRow } from './rows.ts';
import { StatementRunner } from './statement-runner.ts';
import { DEFAULT_TABLE, type Statements } from './statements.ts';

export interface PostgresCellsOptions {
  /** @default 'llm_headroom_cells' */
  readonly table?: string | undefined;
  /** Milliseconds for an answer. @default 1000 */
  readonly commandTimeoutMs?: number | undefined;
  readonly clock?: Clock | undefined;
}

/** The longest payload of a notification, in bytes: a longer text is for its receiver to look up. */
const LONGEST_PAYLOAD = 7900;
const COMMAND_TIMEOUT_MS = 1000;

/**
 * Cells in PostgreSQL 11 or later, for one process. The table is created beforehand. Messages go by
 * LISTEN and NOTIFY, on a connection that is kept: a pool that gives another connection to each
 * transaction, as PgBouncer may, has none.
 */
export class PostgresCells implements ServerCells {
  readonly member: string = newMemberName();
  readonly hearers: Hearers = new Hearers();
  readonly table: string;
  /** Whether the server has ever let it do more than read, and what went wrong last instead. */
  wasReached = false;
  failure: unknown;
  readonly #pool: ReturnType<typeof poolFor>;
  readonly #runner: StatementRunner;
  readonly #listener: Listener;
  readonly #opening: Promise<void>;
  readonly #underway = new Underway();
  #closing: Promise<void> | undefined;

  /** @throws TypeError for a table's name that would have to be quoted, or what is no target */
  constructor(target: PostgresTarget, options: PostgresCellsOptions = {}) {
    const { table = DEFAULT_TABLE, commandTimeoutMs = COMMAND_TIMEOUT_MS } = options;
    const { clock = systemClock } = options;
    expectNumber('commandTimeoutMs', commandTimeoutMs, 'a positive number', (ms) => ms > 0);
    this.table = table;
    this.#runner = new StatementRunner(() => this.pool(), table, commandTimeoutMs, clock);
    expectTarget(target);
    this.#pool = poolFor(target);
    this.#pool.catch(() => {});
    this.#listener = new Listener({
      pool: () => this.pool(),
      channel: `${this.channel}${this.member}`,
      hear: (text) => this.hearers.tell(text),
      statements: this.#runner.statements,
      clock,
    });
    this.#opening = this.#listener.open();
  }

  /** Resolves once messages arrive, or the first attempt at them has failed. */
  async listening(): Promise<boolean> {
    await this.#opening;
    return this.isListening;
  }

  get isListening(): boolean {
    return this.#listener.isLive;
  }

  /** A message that was sent has not arrived. */
  unheard(): void {
    this.#listener.unheard();
  }

  get channel(): string {
    return `${this.table}_`;
  }

  async pool(): Promise<PostgresPool> {
    return (await this.#pool).pool;
  }

  open(name: string, part?: string): Cell {
    return new PostgresCell(
      this,
      plainName(name),
      part === undefined ? this.member : `${this.member}.${part}`,
    );
  }

  async run(statement: keyof Statements, values: unknown[] = []): Promise<unknown> {
    try {
      const row = await this.#underway.of(this.#runner.run(statement, values));
      // Whoever may read may still lack the right to write.
      this.wasReached ||= statement !== 'read' && statement !== 'time';
      return row;
    } catch (error) {
      this.failure = error;
      throw error;
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** That a limiter leaves, which was closed in the same turn, arrives before. */
  async #close(): Promise<void> {
    this.#listener.close();
    await this.#underway.over();
    const opened = await this.#pool.catch(() => undefined);
    if (opened?.isOurs) await opened.pool.end();
  }
}

class PostgresCell implements Cell {
  readonly #cells: PostgresCells;
  readonly #name: string;
  readonly #member: string;

  constructor(cells: PostgresCells, name: string, member: string) {
    this.#cells = cells;
    this.#name = name;
    this.#member = member;
  }

  get isListening(): boolean {
    return this.#cells.isListening;
  }

  async read(): Promise<Seen> {
    const row = await this.#cells.run('read', [this.#name]);
    return seenInRow(row ?? (await this.#cells.run('time')));
  }

  async ask(note: Note, notAfter = Number.POSITIVE_INFINITY): Promise<Asked> {
    const { member, order, text } = note;
    const sent = [this.#cells.channel, this.#payload(text)];
    const values = [this.#name, member, order, text, notAfter, ...sent];
    const row = await this.#cells.run('ask', values);
    if (row === undefined) return { kind: 'late', now: (await this.read()).now };
    const seen = seenInRow(row);
    return propertyOf(row, 'asked') === true ? { kind: 'asked', now: seen.now } : seen;
  }

  async write(write: Write): Promise<Written> {
    const { expected, version, text, at, taken, messages, otherwise, isLast, room } = write;
    const orders = Object.fromEntries(taken.map(({ member, order }) => [member, order]));
    const told = messages.map(({ to, text: said }) => {
      const [process = ''] = to.split('.');
      return [this.#cells.channel + process, `${to}\n${this.#payload(said)}`];
    });
    const left = JSON.stringify(room === undefined ? {} : { '': packRoom(room) });
    const own = [JSON.stringify(orders), JSON.stringify(told), isLast ? '' : this.#member, left];
    const values = [this.#name, expected, version, at, text, ...own];
    const row = await this.#cells.run(expected === '' ? 'begin' : 'write', values);
    if (row === undefined) return this.#refused(expected, otherwise);
    const { now, inbox } = seenInRow(row);
    return { kind: 'written', now, inbox };
  }

  async take(take: Take): Promise<Taken | Ending | Asked> {
    const { amounts, note, isSent, otherwise, notAfter } = take;
    const { member, order, text } = note;
    const sent = [isSent, this.#cells.channel, this.#payload(text)];
    const values = [this.#name, JSON.stringify(amounts), member, order, text, notAfter, ...sent];
    const row = await this.#cells.run('take', values);
    if (propertyOf(row, 'taken') === true) return takenInRow(row);
    const now = Number(propertyOf(row, 'now'));
    const isEnding = now <= notAfter && now <= roomIn(row).endingUntil;
    return isEnding ? { kind: 'ending', now } : this.ask(otherwise, notAfter);
  }

  listen(hear: (text: string) => void): () => void {
    return this.#cells.hearers.add(this.#name, this.#member, hear);
  }

  unheard(): void {
    this.#cells.unheard();
  }

  /** Why nothing was written. */
  async #refused(expected: string, otherwise: Note | undefined): Promise<Written> {
    let seen = await this.read();
    if (seen.version === expected) return { kind: 'late', now: seen.now };
    const version = writtenVersion(expected);
    if (version !== '' && writtenVersion(seen.version) === version) {
      const row = await this.#cells.run('end', [this.#name, version]);
      seen = row === undefined ? seen : seenInRow(row);
    }
    return otherwise === undefined ? seen : this.ask(otherwise);
  }

  #payload(text: string): string {
    const payload = `${this.#name}\n${text}`;
    const isShort = new TextEncoder().encode(payload).length <= LONGEST_PAYLOAD;
    return isShort ? payload : `${this.#name}\n`;
  }
}
