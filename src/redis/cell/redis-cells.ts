import type {
  Asked,
  Cell,
  Ending,
  Note,
  Seen,
  Take,
  Taken,
  Write,
  Written,
} from '../../shared/cell.ts';
import { Hearers } from '../../shared/hearers.ts';
import { Hearing } from '../../shared/hearing.ts';
import type { ServerCells } from '../../shared/server-store.ts';
import { Underway } from '../../shared/underway.ts';
import { UnusableCell } from '../../shared/unusable-cell.ts';
import type { RedisLink } from '../link.ts';
import { replyCode } from '../reply.ts';
import { askedIn, cellReply, seenInReply, takenInReply } from './cell-reply.ts';
import { CELL_SCRIPT } from './cell-script.ts';
import { type Listen, Subscription } from './subscription.ts';

/** Everything is forgotten that nobody has written for so long. */
const LIFETIME_MS = 24 * 60 * 60 * 1000;
/** What the names of keys must not be confused by. */
const UNSAFE = /[^\w.:/@-]/g;

export interface RedisCellsOptions {
  readonly link: RedisLink;
  readonly prefix: string;
  readonly member: string;
  readonly subscribe: Listen;
}

/** Cells in Redis, and the one channel on which this member is told of all of them. */
export class RedisCells implements ServerCells {
  readonly member: string;
  /** Whether the server has ever let it do more than read, and what it said last instead. */
  wasReached = false;
  failure: unknown;
  readonly #link: RedisLink;
  readonly #underway = new Underway();
  readonly #tag: string;
  readonly hearers: Hearers = new Hearers();
  readonly #subscription: Subscription;
  readonly #hearing = new Hearing();

  constructor({ link, prefix, member, subscribe }: RedisCellsOptions) {
    this.member = member;
    this.#link = link;
    // A cluster keeps the keys of one tag together.
    this.#tag = `{${prefix}}`;
    const hear = (text: string): void => {
      this.#hearing.heard();
      this.hearers.tell(text);
    };
    this.#subscription = new Subscription(subscribe, this.channel + this.member, hear);
  }

  /** Resolves once messages arrive, or it is clear that they won't. */
  listening(): Promise<boolean> {
    return this.#subscription.opened();
  }

  get isListening(): boolean {
    return this.#subscription.isLive;
  }

  /** A message that was sent has not arrived. */
  unheard(): void {
    if (this.isListening && this.#hearing.unheard()) this.#subscription.renew();
  }

  get channel(): string {
    return `${this.#tag}:to:`;
  }

  open(name: string, part?: string, keepMs: number = LIFETIME_MS): Cell {
    const member = part === undefined ? this.member : `${this.member}.${part}`;
    return new RedisCell(this, { name, member, keepMs });
  }

  async run(
    { name, member, keepMs }: CellOf,
    operation: string,
    args: readonly string[],
  ): Promise<unknown> {
    const safe = name.replace(UNSAFE, (char) => `%${char.codePointAt(0)?.toString(16) ?? ''}`);
    const keys = ['cell', 'inbox'].map((kind) => `${this.#tag}:${kind}:${safe}`);
    const own = [
      operation,
      member,
      String(Math.ceil(Math.max(keepMs, LIFETIME_MS))),
      this.channel,
      name,
    ];
    try {
      const answer = await this.#underway.of(this.#link.run(CELL_SCRIPT, keys, [...own, ...args]));
      this.wasReached ||= hasWritten(operation, answer);
      this.#subscription.answered();
      return answer;
    } catch (error) {
      this.failure = error;
      this.#subscription.failed();
      throw replyCode(error) === 'WRONGTYPE' ? ofAnotherType(keys, error) : error;
    }
  }

  /** Who leaves at this moment still says so. */
  async close(): Promise<void> {
    await this.#underway.over();
    this.#subscription.close();
    this.#link.close();
  }
}

function ofAnotherType(keys: readonly string[], cause: unknown): UnusableCell {
  const names = keys.map((key) => `\`${key}\``).join(' or ');
  const remedy = 'delete it, or use another `prefix`';
  return new UnusableCell(`${names} holds something else in this Redis: ${remedy}`, { cause });
}

/** Which cell, of which member, and how long its text is kept. */
interface CellOf {
  readonly name: string;
  readonly member: string;
  readonly keepMs: number;
}

class RedisCell implements Cell {
  readonly #cells: RedisCells;
  readonly #of: CellOf;

  constructor(cells: RedisCells, of: CellOf) {
    this.#cells = cells;
    this.#of = of;
  }

  get isListening(): boolean {
    return this.#cells.isListening;
  }

  async read(): Promise<Seen> {
    return seenInReply(await this.#run('read', []));
  }

  async ask(note: Note, notAfter?: number): Promise<Asked> {
    const isLimited = notAfter !== undefined && Number.isFinite(notAfter);
    const until = isLimited ? micros(notAfter) : '';
    return askedIn(await this.#run('ask', [String(note.order), note.text, until]));
  }

  async write(write: Write): Promise<Written> {
    const { expected, version, text, at, taken, messages, otherwise, isLast, room } = write;
    const args = [
      ...[expected, version, text, micros(at), isLast ? '' : this.#of.member],
      ...[String(otherwise?.order ?? ''), otherwise?.text ?? '', String(taken.length)],
      ...[room ? numbers([Math.round(room.until * 1000), ...room.atMost]) : '', room?.text ?? ''],
      ...taken.flatMap(({ member, order }) => [member, String(order)]),
      ...messages.flatMap((message) => [message.to, message.text]),
    ];
    return cellReply(await this.#run('write', args));
  }

  async take({
    amounts,
    note,
    isSent,
    otherwise,
    notAfter,
  }: Take): Promise<Taken | Ending | Asked> {
    const notes = [String(note.order), note.text, micros(notAfter)];
    const others = [String(otherwise.order), otherwise.text, isSent ? '1' : '', numbers(amounts)];
    return takenInReply(await this.#run('take', [...notes, ...others]));
  }

  listen(hear: (text: string) => void): () => void {
    return this.#cells.hearers.add(this.#of.name, this.#of.member, hear);
  }

  unheard(): void {
    this.#cells.unheard();
  }

  #run(operation: string, args: readonly string[]): Promise<unknown> {
    return this.#cells.run(this.#of, operation, args);
  }
}

function numbers(list: readonly number[]): string {
  return list.join(' ');
}

function micros(ms: number): string {
  return String(Math.round(ms * 1000));
}

/** Whether the script came past a command that writes: who may read may still lack that right. */
function hasWritten(operation: string, answer: unknown): boolean {
  const kind = Array.isArray(answer) ? answer[0] : undefined;
  return (
    kind === 'written' ||
    kind === 'asked' ||
    kind === 'taken' ||
    (operation === 'ask' && kind === 'seen')
  );
}
