/** So many calls in a row may pass an older one of a lower priority; then that one goes. */
const PASSING_CALLS = 9;
/** Of keys that don't wait, so many may be remembered before the old ones are looked for. */
const SPENT_KEPT = 32;
/** They are looked for as each so-many-eth key ends: that takes time for each key. */
const FORGOTTEN_AFTER = 16;

/** Where one key stands, in virtual time. */
export interface KeyClock {
  /** When its first waiting call may start, and when its last served one ended. */
  start: number;
  finish: number;
  /** Its share of the lane beside keys of weight 1. */
  weight: number;
  /** Of keys that start at the same time, the one that came first goes first. */
  order: number;
  /** Calls in a row that passed an older one of a lower priority. */
  passing: number;
  /** Whether calls of it wait. */
  isWaiting: boolean;
  /** Whether calls of it wait, and none of its own limits holds the first one back. */
  isReady: boolean;
}

/**
 * Whose turn it is, among the keys whose calls wait in one lane.
 *
 * Start-time fair queueing (Goyal, Vin, Cheng 1996): a call of size s, of a key of weight w, starts
 * at virtual time max(V, end of the key's last call) and ends s / w later; the least start goes
 * first, and V is the start of the last one that did. So a key with ten thousand calls delays
 * another's first call by no more than one call.
 *
 * In the original, V stands still while ever new keys come with one call each, and a key with a
 * second call would wait for ever. Here V moves on with each call, by its share of all that wait;
 * but nobody starts later than one call of its own after the first in line.
 */
export interface Turns {
  virtual: number;
  /** What V is at least when the next call goes. */
  ahead: number;
  /** Of all keys that are ready. */
  weight: number;
  lastOrder: number;
  /** Keys that wait, and keys whose last call has not ended in virtual time. */
  keys: Record<string, KeyClock>;
}

export function newTurns(): Turns {
  return { virtual: 0, ahead: 0, weight: 0, lastOrder: 0, keys: {} };
}

/**
 * A key that had nothing to wait for has a call of that size. `head`: of the ready keys, the one
 * that starts first.
 */
export function begin(
  turns: Turns,
  key: string,
  call: { readonly size: number; readonly weight: number },
  head: KeyClock | undefined,
): KeyClock {
  const clock = turns.keys[key] ?? newClock();
  turns.keys[key] = clock;
  clock.isWaiting = true;
  clock.order = ++turns.lastOrder;
  makeReady(turns, clock, call, head);
  return clock;
}

function newClock(): KeyClock {
  const unset = { start: 0, finish: 0, weight: 1, order: 0, passing: 0 };
  return { ...unset, isWaiting: false, isReady: false };
}

/** The key's limits of its own don't hold it back any more. */
export function makeReady(
  turns: Turns,
  clock: KeyClock,
  { size, weight }: { readonly size: number; readonly weight: number },
  head: KeyClock | undefined,
): void {
  if (clock.isReady) return;
  const latest = head ? Math.min(turns.virtual, head.start + size / weight) : turns.virtual;
  clock.weight = weight;
  clock.start = Math.max(latest, clock.finish);
  clock.isReady = true;
  turns.weight += weight;
}

/** The key's limits of its own hold it back: it stands in nobody's way. */
export function makeHeld(turns: Turns, clock: KeyClock): void {
  if (!clock.isReady) return;
  clock.isReady = false;
  turns.weight -= clock.weight;
}

/** A call of that size goes. `isHead`: of the ready keys, this one started first. */
export function serve(turns: Turns, clock: KeyClock, size: number, isHead: boolean): void {
  turns.virtual = Math.max(turns.ahead, isHead ? clock.start : 0);
  turns.ahead = turns.virtual + (turns.weight > 0 ? size / turns.weight : 0);
  clock.finish = startAfter(clock, size);
  clock.start = clock.finish;
}

/** When a key may start its next call, if the one of that size goes that is its first now. */
export function startAfter(
  { start, weight }: Pick<KeyClock, 'start' | 'weight'>,
  size: number,
): number {
  return start + size / weight;
}

/** The key has no waiting call any more. `waiting`: the keys that have. */
export function end(turns: Turns, key: string, waiting: number): void {
  const clock = turns.keys[key];
  if (clock === undefined) return;
  makeHeld(turns, clock);
  clock.isWaiting = false;
  clock.passing = 0;
  if (waiting === 0) reset(turns);
  else if (clock.finish <= turns.virtual) delete turns.keys[key];
  else if (clock.order % FORGOTTEN_AFTER === 0) forgetSpent(turns, waiting);
}

/** Of the ready keys, the one that starts first. */
export function firstOf({ keys }: Turns): KeyClock | undefined {
  let first: KeyClock | undefined;
  for (const key in keys) {
    const clock = keys[key];
    if (clock?.isReady !== true) continue;
    if (first === undefined || startsBefore(clock, first)) first = clock;
  }
  return first;
}

/** Whose turn comes first, of two clocks. */
export function startsBefore(
  one: Pick<KeyClock, 'start' | 'order'>,
  other: Pick<KeyClock, 'start' | 'order'>,
): boolean {
  return one.start < other.start || (one.start === other.start && one.order < other.order);
}

/** Nobody waits: nobody has had more than another. */
export function reset(turns: Turns): void {
  turns.virtual = 0;
  turns.ahead = 0;
  turns.weight = 0;
  turns.keys = {};
}

/** Among one key's calls: whether `one` goes before `other`. `oldest`: the one that waits longest. */
export function goesFirst<T extends CallRank>(
  clock: KeyClock,
  one: T,
  other: T,
  oldest: T,
): boolean {
  if (clock.passing >= PASSING_CALLS && (one === oldest || other === oldest)) return one === oldest;
  if (one.priority !== other.priority) return one.priority > other.priority;
  return isOlder(one, other);
}

/** What decides among one key's calls. */
export interface CallRank {
  readonly priority: number;
  /** When it came, in milliseconds since the epoch; and its number in its process. */
  readonly since: number;
  readonly id: number;
}

export function isOlder(one: CallRank, other: CallRank): boolean {
  return one.since < other.since || (one.since === other.since && one.id < other.id);
}

/** Notes that `call` goes, while `oldest` of its key's waits: each tenth call is the oldest. */
export function countPassing(clock: KeyClock, call: CallRank, oldest: CallRank): void {
  if (call === oldest) clock.passing = 0;
  else if (call.priority > oldest.priority) clock.passing++;
}

/** Keys whose last call has ended in virtual time need no memory. */
function forgetSpent(turns: Turns, waiting: number): void {
  const all = Object.entries(turns.keys);
  if (all.length <= 2 * waiting + SPENT_KEPT) return;
  for (const [key, { isWaiting, finish }] of all) {
    if (!isWaiting && finish <= turns.virtual) delete turns.keys[key];
  }
}
