import type { MeteredLimit } from '../gate/meter.ts';
import type { Learned } from '../model/learned.ts';
import {
  type Dimension,
  isUpstream,
  type Limit,
  type LimitSource,
  MINUTE_MS,
  type Subject,
} from '../model/limits.ts';
import type { ObservedLimit, Sighting } from '../model/observed-limit.ts';

const SOURCES: readonly LimitSource[] = ['given', 'published', 'guess', 'headers', 'refusal'];

/**
 * The limits of one lane and where each comes from. What was given is an upper bound: headers and
 * refusals may lower it, never raise it. A published limit, guessed or not, gives way to what they
 * show; one that they don't show stays.
 */
export class LaneLimits {
  #start: ReadonlyMap<string, MeteredLimit>;
  #inForce: Map<string, MeteredLimit>;
  /** What headers and refusals have shown last, whatever is in force. */
  readonly #shown = new Map<string, MeteredLimit>();
  /** The windows of limits that responses state without them. */
  readonly #windows: readonly Subject[];
  /** What headers showed of a limit when a refusal stated less: not believed until it changes. */
  readonly #disproved = new Map<string, number>();
  /** What headers have shown once, and is hard to believe. */
  readonly #doubted = new Map<string, number>();

  constructor(start: readonly MeteredLimit[], windows: readonly Subject[] = []) {
    this.#start = new Map(start.map((limit) => [keyOf(limit), limit]));
    this.#inForce = new Map(this.#start);
    this.#windows = windows;
  }

  /**
   * Starts from other limits. What headers and refusals have shown counts for them as well; what was
   * found by trying doesn't. Returns whether they are others.
   */
  restart(start: readonly MeteredLimit[]): boolean {
    if (areSame(start, [...this.#start.values()])) return false;
    this.#start = new Map(start.map((limit) => [keyOf(limit), limit]));
    this.#inForce = new Map(this.#start);
    for (const { source, ...limit } of this.#shown.values()) this.#set(limit, source);
    return true;
  }

  get inForce(): readonly MeteredLimit[] {
    return [...this.#inForce.values()];
  }

  /** Those that the provider enforces. */
  get upstream(): readonly MeteredLimit[] {
    return this.inForce.filter(isUpstream);
  }

  /**
   * Whether anything is known of the provider's limits: given, published, shown by a response or found by
   * trying. A guess that nothing has confirmed yet may be far off.
   */
  get isKnown(): boolean {
    return this.upstream.some((limit) => !isMereGuess(limit, this.#start.get(keyOf(limit))));
  }

  /** What a response shows, each limit once: of two for the same dimension the stricter counts. */
  sightings(observed: readonly ObservedLimit[]): Sighting[] {
    const isSplit = observed.some(({ dimension }) => dimension === 'inputTokens');
    const seen = new Map<string, Sighting>();
    for (const each of observed) {
      // Anthropic's `tokens` is the sum of its two, which are there as well.
      if (isSplit && each.dimension === 'tokens') continue;
      const sighting = this.#sighting(each);
      if (sighting === undefined) continue;
      seen.set(keyOf(sighting), stricter(seen.get(keyOf(sighting)), sighting));
    }
    return [...seen.values()];
  }

  /**
   * Without what is hard to believe: that a limit which headers have shown is less than half of
   * that now, or holds for a day as well. It counts when another response says the same: what
   * waits is not turned away for a single one that went astray.
   */
  confirmed(sightings: readonly Sighting[]): Sighting[] {
    return sightings.filter((sighting) => {
      const key = keyOf(sighting);
      if (!this.#isOdd(sighting) || this.#doubted.get(key) === sighting.max) return true;
      this.#doubted.set(key, sighting.max);
      return false;
    });
  }

  #isOdd(sighting: Sighting): boolean {
    const before = this.#shown.get(keyOf(sighting));
    if (before !== undefined) return before.source === 'headers' && sighting.max < before.max / 2;
    const minutely = { dimension: sighting.dimension, windowMs: MINUTE_MS };
    const isKnown = this.#inForce.has(keyOf(sighting));
    return sighting.windowMs > MINUTE_MS && !isKnown && this.#shown.has(keyOf(minutely));
  }

  /** Takes over what headers show; returns the limits that are others now. */
  learn(sightings: readonly Sighting[]): MeteredLimit[] {
    const believed = sightings.filter((each) => this.#disproved.get(keyOf(each)) !== each.max);
    for (const sighting of believed) this.#disproved.delete(keyOf(sighting));
    return believed.flatMap((sighting) => this.#set(sighting, 'headers'));
  }

  /** Goes on with the limits that another process has learned. */
  adopt(limits: Learned['limits']): void {
    this.#inForce.clear();
    for (const { source, ...limit } of limits) {
      const known = SOURCES.find((each) => each === source) ?? 'headers';
      this.#inForce.set(keyOf(limit), { ...limit, source: known });
      this.#show(limit, known);
    }
  }

  /** Takes over what a refusal states: it has been enforced, whatever headers show. */
  told(limits: readonly Limit[]): MeteredLimit[] {
    return limits.flatMap((limit) => {
      const before = this.#inForce.get(keyOf(limit));
      if (before?.source === 'headers') {
        if (before.max <= limit.max) return [];
        this.#disproved.set(keyOf(limit), before.max);
      }
      return this.#set(limit, 'refusal');
    });
  }

  /** Takes over what was found by trying. */
  guess(limit: Limit): MeteredLimit[] {
    return this.#set(limit, 'guess');
  }

  #set(limit: Limit, source: LimitSource): MeteredLimit[] {
    this.#show(limit, source);
    const key = keyOf(limit);
    const before = this.#inForce.get(key);
    const now = inForce(this.#start.get(key), limit, source);
    if (before?.max === now.max && before.source === now.source) return [];
    this.#inForce.set(key, now);
    return [now];
  }

  #show({ dimension, max, windowMs }: Limit, source: LimitSource): void {
    if (source !== 'headers' && source !== 'refusal') return;
    this.#shown.set(keyOf({ dimension, windowMs }), { dimension, max, windowMs, source });
  }

  #sighting({
    dimension,
    limit,
    remaining,
    resetMs,
    windowMs,
  }: ObservedLimit): Sighting | undefined {
    if (limit === undefined || limit <= 0) return undefined;
    const ofSize = this.inForce.find((each) => each.dimension === dimension && each.max === limit);
    const known = ofSize?.windowMs ?? this.#onlyWindow(dimension) ?? MINUTE_MS;
    const sighting = { dimension, max: limit, remaining, windowMs: windowMs ?? known };
    return resetMs === undefined ? sighting : { ...sighting, resetMs };
  }

  #onlyWindow(dimension: Dimension): number | undefined {
    const [one, other] = this.#windows.filter((each) => each.dimension === dimension);
    return other === undefined ? one?.windowMs : undefined;
  }
}

/** Whether these are the same limits, from the same sources. */
export function areSame(one: readonly MeteredLimit[], other: readonly MeteredLimit[]): boolean {
  const isIn = ({ max, source, ...limit }: MeteredLimit): boolean =>
    other.some(
      (each) => keyOf(each) === keyOf(limit) && each.max === max && each.source === source,
    );
  return one.length === other.length && one.every(isIn);
}

function keyOf({ dimension, windowMs }: Subject): string {
  return `${dimension}/${windowMs}`;
}

/** A limit that was a guess to begin with, and is as it was. */
function isMereGuess(limit: MeteredLimit, start: MeteredLimit | undefined): boolean {
  return limit.source === 'guess' && start?.source === 'guess' && start.max === limit.max;
}

function inForce(
  start: MeteredLimit | undefined,
  { dimension, max, windowMs }: Limit,
  source: LimitSource,
): MeteredLimit {
  if (start?.source === 'given' && start.max <= max) return start;
  return { dimension, max, windowMs, source };
}

function stricter(one: Sighting | undefined, other: Sighting): Sighting {
  if (one === undefined) return other;
  const max = Math.min(one.max, other.max);
  const remaining = Math.min(one.remaining ?? Infinity, other.remaining ?? Infinity);
  return { ...one, max, remaining: remaining === Infinity ? undefined : remaining };
}
