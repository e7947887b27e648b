import { Caution } from './caution.ts';
import type { LimitsEvent, PauseCause } from './events.ts';
import { type Gate, isSameLimit } from './gate.ts';
import type { LaneLimits } from './lane-limits.ts';
import type { Limit } from './limits.ts';
import type { Admission } from './reservation.ts';
import type { Learned } from './stores/shared-lane.ts';
import type { ObservedLimit } from './wire/headers.ts';

/** A change in others' share of a limit that is told. */
const TOLD_SHARE = 0.2;

export type LimitNews = Pick<LimitsEvent, 'limits' | 'lowered' | 'othersShare'>;

/** What a lane learns of its limits, from headers and from refusals, and passes on to its gate. */
export class LaneLearning {
  readonly #gate: Gate;
  readonly #limits: LaneLimits;
  readonly #tell: (news: LimitNews) => void;
  readonly #caution = new Caution();
  #toldShare = 0;
  /** Given limits of which it was said that headers show less: once is enough. */
  readonly #toldLowered = new Set<Limit>();

  /** `tell` is called with the limits to begin with, and with each change. */
  constructor(gate: Gate, limits: LaneLimits, tell: (news: LimitNews) => void) {
    this.#gate = gate;
    this.#limits = limits;
    this.#tell = tell;
    this.#news([]);
  }

  /** Whether any limit paces the lane. */
  get isPaced(): boolean {
    return this.#limits.inForce.length > 0;
  }

  /** Takes over what a response shows; returns whether that was anything. */
  observe({ at, taken }: Admission, observed: readonly ObservedLimit[], now: number): boolean {
    const sightings = this.#limits.sightings(observed);
    const given = this.#limits.inForce.filter(({ source }) => source === 'given');
    const changed = this.#limits.learn(sightings);
    if (changed.length > 0) this.#gate.adopt(this.#limits.inForce, now);
    this.#gate.observe(sightings, at, taken, now);
    const lowered = given.filter((limit) => changed.some((each) => isSameLimit(each, limit)));
    const news = lowered.filter((limit) => !this.#toldLowered.has(limit));
    for (const limit of news) this.#toldLowered.add(limit);
    if (changed.length > 0 || this.#othersHaveChanged()) this.#news(news);
    return sightings.length > 0;
  }

  /** Goes on with what another process has learned. */
  adopt({ limits, rateShare, strictness }: Learned, now: number): void {
    this.#limits.adopt(limits);
    this.#gate.adopt(this.#limits.inForce, now);
    this.#caution.adopt(rateShare, strictness, now);
    this.#gate.tune(this.#caution.tuning, now);
    this.#news([]);
  }

  /** A call was answered, well or badly. */
  answered(now: number): void {
    if (this.#caution.answered(now)) this.#gate.tune(this.#caution.tuning, now);
  }

  /** A call was refused for a limit. */
  refused(): void {
    this.#caution.refused();
  }

  /** An episode of refusals has begun. */
  episode(cause: PauseCause, now: number): void {
    if (this.#caution.episode(cause, now)) this.#gate.tune(this.#caution.tuning, now);
  }

  #othersHaveChanged(): boolean {
    return Math.abs(this.#gate.othersShare - this.#toldShare) >= TOLD_SHARE;
  }

  #news(lowered: LimitNews['lowered']): void {
    const { othersShare } = this.#gate;
    this.#toldShare = othersShare;
    this.#tell({ limits: this.#limits.inForce, lowered, othersShare });
  }
}
