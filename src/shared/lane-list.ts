import type { Clock } from '../clock.ts';
import type { Cell, Seen } from './cell.ts';
import { type OperatorWord, withWord, wordsNow } from './operator-pauses.ts';
import type { Store } from './store.ts';
import { listOf } from './value-text.ts';

/** A lane that some process has used. */
export interface ListedLane {
  readonly lane: string;
  /** Of the first call. */
  readonly model: string;
}

interface DatedLane extends ListedLane {
  /** When it was last noted, in seconds of the store's time. */
  readonly at: number;
}

/** What the list holds. */
interface Listed {
  readonly lanes: readonly DatedLane[];
  /** In the store's time. */
  readonly words: readonly OperatorWord[];
}

/**
 * Called with what operators have said, and the store's time, while a lane is opened: as it is known
 * first, and again where it has changed before others know of the lane. `undefined`: nobody knows.
 */
export type WordsHearer = (words: readonly OperatorWord[] | undefined, now: number) => void;

/** So many are listed; those that were noted longest ago give way. */
export const MOST_LISTED = 256;
/** What nobody has noted for so long is forgotten. */
const KEEP_SECONDS = 24 * 3600;
/** Whether a lane that is used is still listed is looked up so often: the store may forget. */
const LOOK_MS = 60_000;
/** An entry is renewed once it is so old. */
const FRESH_SECONDS = 1800;
/** After a failure. */
const RETRY_MS = 10_000;
/** A longer name than any model has isn't listed. */
const LONGEST_NAME = 300;
/** Others may write at the same time, but hardly so often. */
const TRIES = 20;
/** Since 2, it may hold what operators have said; without that, older processes can keep it. */
const LIST_FORMAT = 2;
const MOST_WORDS = 256;

/**
 * Which lanes a store holds, and what operators have said of them, in a cell of its own. Whoever
 * opens a lane notes it, where nobody has done so lately, and hears which are paused; who pauses
 * lanes hears of those that others have open. So neither misses the other. It has no writer that
 * decides: each compares and sets.
 */
export class LaneList {
  readonly #cell: Cell;
  readonly #clock: Clock;
  /** When each lane is to be looked up again, in the clock's time. */
  readonly #lookAt = new Map<string, number>();
  readonly #unsaid = new Map<string, string>();
  /** Of lanes that are being opened. */
  readonly #hearers = new Map<string, WordsHearer>();
  #isBusy = false;

  constructor(store: Pick<Store, 'open'>, clock: Clock) {
    this.#cell = store.open('lanes');
    this.#clock = clock;
  }

  /** A lane is used here. */
  note({ lane, model }: ListedLane): void {
    const now = this.#clock.now();
    if ((this.#lookAt.get(lane) ?? 0) > now) return;
    this.#lookLater([lane], LOOK_MS);
    this.#unsaid.set(lane, model);
    if (!this.#isBusy) void this.#tell();
  }

  /** A lane is opened here: it may be paused already. */
  open(lane: ListedLane, hear: WordsHearer): void {
    this.#hearers.set(lane.lane, hear);
    this.#lookAt.delete(lane.lane);
    this.note(lane);
  }

  /** An operator stops lanes for `forMs`, or lets them go on. Returns all that are listed. */
  async say(model: string | undefined, forMs: number): Promise<readonly ListedLane[]> {
    const { lanes } = await this.#change(({ lanes: known, words }, now) => {
      const word = { model, until: now + forMs };
      return { lanes: known, words: withWord(words, word, now).slice(-MOST_WORDS) };
    });
    return lanes;
  }

  /** All that are listed, the one that was noted last first. Rejects where the store fails. */
  async read(): Promise<readonly ListedLane[]> {
    return listIn(await this.#cell.read())?.lanes ?? [];
  }

  async #tell(): Promise<void> {
    this.#isBusy = true;
    // What is opened in the same turn goes together.
    await undefined;
    while (this.#unsaid.size > 0) {
      const said = new Map(this.#unsaid);
      this.#unsaid.clear();
      await this.#add(said).catch(() => {
        this.#lookLater(said.keys(), RETRY_MS);
        this.#hear(said, undefined, this.#clock.now());
      });
    }
    this.#isBusy = false;
  }

  async #add(lanes: ReadonlyMap<string, string>): Promise<void> {
    await this.#change((list, now) => {
      this.#hear(lanes, list.words, now);
      return withLanes(list, lanes, now);
    });
    for (const lane of lanes.keys()) this.#hearers.delete(lane);
  }

  #hear(lanes: ReadonlyMap<string, string>, words: Listed['words'] | undefined, now: number): void {
    for (const lane of lanes.keys()) this.#hearers.get(lane)?.(words, now);
  }

  /** Changes the list, unless `change` returns `undefined`. Returns it as it was before. */
  async #change(change: (list: Listed, now: number) => Listed | undefined): Promise<Listed> {
    let seen = await this.#cell.read();
    for (let tries = 0; tries < TRIES; tries++) {
      const list = listIn(seen);
      const changed = change(list ?? NOTHING_LISTED, seen.now);
      // A newer process keeps the list in its own way.
      if (list === undefined || changed === undefined) return list ?? NOTHING_LISTED;
      const text = textOf(changed);
      const write = { expected: seen.version, version: crypto.randomUUID(), text, at: seen.now };
      const reply = await this.#cell.write({ ...write, taken: [], messages: [], isLast: true });
      if (reply.kind === 'written') return list;
      seen = reply.kind === 'seen' ? reply : await this.#cell.read();
    }
    throw new Error('Others have written all the time');
  }

  #lookLater(lanes: Iterable<string>, ms: number): void {
    for (const lane of lanes) {
      this.#lookAt.delete(lane);
      this.#lookAt.set(lane, this.#clock.now() + ms);
    }
    for (const [oldest] of this.#lookAt) {
      if (this.#lookAt.size <= MOST_LISTED) return;
      this.#lookAt.delete(oldest);
    }
  }
}

const NOTHING_LISTED: Listed = { lanes: [], words: [] };

/** The list with these lanes; `undefined` where all of them were noted lately. */
function withLanes(
  { lanes, words }: Listed,
  added: ReadonlyMap<string, string>,
  now: number,
): Listed | undefined {
  const at = Math.floor(now / 1000);
  const isFresh = (each: DatedLane): boolean => at - each.at < FRESH_SECONDS;
  const fresh = new Set(lanes.filter(isFresh).map(({ lane }) => lane));
  const news = [...added].filter(
    ([lane, model]) => !fresh.has(lane) && Math.max(lane.length, model.length) <= LONGEST_NAME,
  );
  if (news.length === 0) return undefined;
  const names = new Set(news.map(([lane]) => lane));
  const rest = lanes.filter(({ lane }) => !names.has(lane));
  return { lanes: [...news.map(([lane, model]) => ({ lane, model, at })), ...rest], words };
}

function textOf({ lanes, words }: Listed): string {
  const format = words.length > 0 ? LIST_FORMAT : 1;
  const said = words.map(({ until, model }) => [until, model ?? null]);
  const used = lanes.slice(0, MOST_LISTED).map(({ lane, model, at }) => [lane, model, at]);
  return JSON.stringify([format, ...said, ...used]);
}

/** `undefined` where a newer version of this package has written it. */
function listIn({ text, now }: Seen): Listed | undefined {
  const [format, ...rows] = listOf(text) ?? [];
  if (typeof format === 'number' && format > LIST_FORMAT) return undefined;
  const oldest = now / 1000 - KEEP_SECONDS;
  const lanes = rows.flatMap((row) => entryOf(row) ?? []).filter(({ at }) => at >= oldest);
  return { lanes, words: wordsNow(rows.flatMap(wordsOf), now) };
}

function entryOf(row: unknown): DatedLane | undefined {
  const [lane, model, at]: readonly unknown[] = Array.isArray(row) ? row : [];
  const isEntry = typeof lane === 'string' && typeof model === 'string' && typeof at === 'number';
  return isEntry ? { lane, model, at } : undefined;
}

function wordsOf(row: unknown): OperatorWord[] {
  const [until, model]: readonly unknown[] = Array.isArray(row) ? row : [];
  if (typeof until !== 'number') return [];
  if (model === null) return [{ until, model: undefined }];
  return typeof model === 'string' ? [{ until, model }] : [];
}
