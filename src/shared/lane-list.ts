import type { Clock } from '../clock.ts';
import type { Cell, Seen } from './cell.ts';
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
const LIST_FORMAT = 1;

/**
 * Which lanes a store holds: names alone, in a cell of its own. Whoever opens a lane notes it, where
 * nobody has done so lately. It has no writer that decides: each compares and sets.
 */
export class LaneList {
  readonly #cell: Cell;
  readonly #clock: Clock;
  /** When each lane is to be looked up again, in the clock's time. */
  readonly #lookAt = new Map<string, number>();
  readonly #unsaid = new Map<string, string>();
  #isBusy = false;

  constructor(store: Pick<Store, 'open'>, clock: Clock) {
    this.#cell = store.open('lanes');
    this.#clock = clock;
  }

  /** A lane is used here. */
  note({ lane, model }: ListedLane): void {
    const now = this.#clock.now();
    if ((this.#lookAt.get(lane) ?? 0) > now) return;
    if (Math.max(lane.length, model.length) > LONGEST_NAME) return;
    this.#lookLater([lane], LOOK_MS);
    this.#unsaid.set(lane, model);
    if (!this.#isBusy) void this.#tell();
  }

  /** All that are listed, the one that was noted last first. Rejects where the store fails. */
  async read(): Promise<readonly ListedLane[]> {
    return entriesIn(await this.#cell.read()) ?? [];
  }

  async #tell(): Promise<void> {
    this.#isBusy = true;
    // What is opened in the same turn goes together.
    await undefined;
    while (this.#unsaid.size > 0) {
      const said = new Map(this.#unsaid);
      this.#unsaid.clear();
      await this.#add(said).catch(() => this.#lookLater(said.keys(), RETRY_MS));
    }
    this.#isBusy = false;
  }

  async #add(lanes: ReadonlyMap<string, string>): Promise<void> {
    let seen = await this.#cell.read();
    for (let tries = 0; tries < TRIES; tries++) {
      const entries = entriesIn(seen);
      // A newer process keeps the list in its own way.
      if (entries === undefined) return;
      const text = withLanes(entries, lanes, seen.now);
      if (text === undefined) return;
      const write = { expected: seen.version, version: crypto.randomUUID(), text, at: seen.now };
      const reply = await this.#cell.write({ ...write, taken: [], messages: [], isLast: true });
      if (reply.kind === 'written') return;
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

/** The list with these lanes, as text; `undefined` where all of them were noted lately. */
function withLanes(
  entries: readonly DatedLane[],
  lanes: ReadonlyMap<string, string>,
  now: number,
): string | undefined {
  const at = Math.floor(now / 1000);
  const isFresh = (each: DatedLane): boolean => at - each.at < FRESH_SECONDS;
  const fresh = new Set(entries.filter(isFresh).map(({ lane }) => lane));
  const news = [...lanes].filter(([lane]) => !fresh.has(lane));
  if (news.length === 0) return undefined;
  const names = new Set(news.map(([lane]) => lane));
  const rest = entries.filter(({ lane }) => !names.has(lane));
  const all = [...news.map(([lane, model]) => ({ lane, model, at })), ...rest];
  return JSON.stringify([LIST_FORMAT, ...all.slice(0, MOST_LISTED).map(packed)]);
}

function packed({ lane, model, at }: DatedLane): unknown {
  return [lane, model, at];
}

/** `undefined` where a newer version of this package has written it. */
function entriesIn({ text, now }: Seen): DatedLane[] | undefined {
  const [format, ...rows] = listOf(text) ?? [];
  if (typeof format === 'number' && format > LIST_FORMAT) return undefined;
  const oldest = now / 1000 - KEEP_SECONDS;
  return rows.flatMap((row) => entryOf(row) ?? []).filter(({ at }) => at >= oldest);
}

function entryOf(row: unknown): DatedLane | undefined {
  const [lane, model, at]: readonly unknown[] = Array.isArray(row) ? row : [];
  const isEntry = typeof lane === 'string' && typeof model === 'string' && typeof at === 'number';
  return isEntry ? { lane, model, at } : undefined;
}
