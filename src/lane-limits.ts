import { type Limit, type LimitSource, MINUTE_MS } from './limits.ts';
import type { MeteredLimit } from './meter.ts';
import type { Learned } from './stores/shared-lane.ts';
import type { ObservedLimit } from './wire/headers.ts';

const SOURCES: readonly LimitSource[] = ['given', 'published', 'guess', 'headers'];

/** What a response shows of one limit, with its window known. */
export interface Sighting extends Limit {
  readonly remaining: number | undefined;
}

/**
 * The limits of one lane and where each comes from. What was given is an upper bound: headers may
 * lower it, never raise it. A published limit, guessed or not, gives way to what headers show.
 */
export class LaneLimits {
  readonly #start: ReadonlyMap<string, MeteredLimit>;
  readonly #inForce: Map<string, MeteredLimit>;

  constructor(start: readonly MeteredLimit[]) {
    this.#start = new Map(start.map((limit) => [keyOf(limit), limit]));
    this.#inForce = new Map(this.#start);
  }

  get inForce(): readonly MeteredLimit[] {
    return [...this.#inForce.values()];
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
   * Takes over what was seen; returns the limits that are others now. A guess that one of them
   * contradicts was made for another account: all of it goes.
   */
  learn(sightings: readonly Sighting[]): MeteredLimit[] {
    const changed = sightings.flatMap((sighting) => this.#learnOne(sighting));
    const isWrong = changed.some((limit) => this.#guessed(limit) !== limit.max);
    if (isWrong) this.#dropGuesses();
    return changed;
  }

  /** Goes on with the limits that another process has learned. */
  adopt(limits: Learned['limits']): void {
    this.#inForce.clear();
    for (const { source, ...limit } of limits) {
      const known = SOURCES.find((each) => each === source) ?? 'headers';
      this.#inForce.set(keyOf(limit), { ...limit, source: known });
    }
  }

  #learnOne(sighting: Sighting): MeteredLimit[] {
    const key = keyOf(sighting);
    const before = this.#inForce.get(key);
    const now = inForce(this.#start.get(key), sighting);
    if (before?.max === now.max && before.source === now.source) return [];
    this.#inForce.set(key, now);
    return [now];
  }

  #guessed(limit: Limit): number | undefined {
    const start = this.#start.get(keyOf(limit));
    return start?.source === 'guess' ? start.max : limit.max;
  }

  #dropGuesses(): void {
    for (const [key, { source }] of this.#inForce) {
      if (source === 'guess') this.#inForce.delete(key);
    }
  }

  #sighting({ dimension, limit, remaining, windowMs }: ObservedLimit): Sighting | undefined {
    if (limit === undefined || limit <= 0) return undefined;
    const known = this.inForce.find((each) => each.dimension === dimension && each.max === limit);
    return { dimension, max: limit, remaining, windowMs: windowMs ?? known?.windowMs ?? MINUTE_MS };
  }
}

function keyOf({ dimension, windowMs }: Limit): string {
  return `${dimension}/${windowMs}`;
}

function inForce(
  start: MeteredLimit | undefined,
  { dimension, max, windowMs }: Sighting,
): MeteredLimit {
  if (start?.source === 'given' && start.max <= max) return start;
  return { dimension, max, windowMs, source: 'headers' };
}

function stricter(one: Sighting | undefined, other: Sighting): Sighting {
  if (one === undefined) return other;
  const max = Math.min(one.max, other.max);
  const remaining = Math.min(one.remaining ?? Infinity, other.remaining ?? Infinity);
  return { ...one, max, remaining: remaining === Infinity ? undefined : remaining };
}
