import type { LimitsEvent } from '../events.ts';
import { type Gate, isSameLimit, isSure } from '../gate/gate.ts';
import type { MeteredLimit, MeterOptions } from '../gate/meter.ts';
import type { Admission } from '../lane/reservation.ts';
import type { Learned } from '../model/learned.ts';
import { type Cost, type Dimension, type Limit, MINUTE_MS, type Subject } from '../model/limits.ts';
import type { ObservedLimit, Sighting } from '../model/observed-limit.ts';
import type { PauseCause, Stated } from '../model/refusal.ts';
import { Caution } from './caution.ts';
import type { Concurrency } from './concurrency.ts';
import { Damper } from './damper.ts';
import { Guesses } from './guesses.ts';
import { areSame, type LaneLimits } from './lane-limits.ts';
import { ShortSight } from './short-sight.ts';
import { SteadyShare } from './steady-share.ts';
import { Throughput } from './throughput.ts';

export type LimitNews = Pick<LimitsEvent, 'limits' | 'lowered' | 'othersShare' | 'concurrency'>;

export interface LearningOptions {
  readonly gate: Gate;
  readonly limits: LaneLimits;
  readonly concurrency: Concurrency;
  /** What the host counts. @default requests and tokens a minute */
  readonly measures?: readonly Subject[] | undefined;
  /** Called with the limits to begin with, and with each change, though not with every flicker. */
  readonly tell: (news: LimitNews) => void;
}

/** Fewer calls than these had no rate that a ramp error could mean. */
const LEAST_CALLS_OF_A_RAMP = 20;

/** What a refusal says besides its kind. */
export interface RefusalWords {
  readonly dimension?: Dimension | 'concurrency' | undefined;
  readonly stated?: Stated | undefined;
}

/** Refusals in a row, which one pause answers. */
interface Episode {
  readonly cause: PauseCause;
  readonly since: number;
  readonly dimension: Dimension | 'concurrency' | undefined;
  /** What a limit that the refusal stated was the cause of says nothing else. */
  readonly isExplained: boolean;
  /** Calls in flight as it began, those included that are refused in it. */
  readonly inFlight: number;
  refusals: number;
}

/** What is given anew. */
interface Anew {
  readonly start: readonly MeteredLimit[];
  readonly headroom: MeterOptions['headroom'];
  readonly tells: boolean;
}

/**
 * What a lane learns of its limits, from headers and from refusals, and passes on to its gate.
 *
 * Longer than most files: each source of news has its few lines here. What they teach is elsewhere.
 */
export class LaneLearning {
  readonly #options: LearningOptions;
  readonly #caution: Caution;
  readonly #throughput = new Throughput();
  readonly #shortSight = new ShortSight(
    ({ dimension, max }, now) => this.#throughput.inMinute(dimension, now) / max,
  );
  #guesses: Guesses;
  readonly #damper = new Damper();
  readonly #refused = new WeakSet<Admission>();
  #episode: Episode | undefined;
  #resumedAt: number | undefined;
  #answers = 0;
  readonly #others = new SteadyShare();
  #isNewsDue = false;
  #lowered: Limit[] = [];
  /** Given limits of which it was said that the provider shows less: once is enough. */
  readonly #toldLowered = new Set<Limit>();

  constructor(options: LearningOptions, now: number) {
    this.#options = options;
    this.#caution = new Caution(options.limits.upstream.some(({ source }) => source === 'given'));
    this.#guesses = new Guesses(options, this.#throughput, now);
    this.#isNewsDue = true;
    this.#news(now);
  }

  /** Whether any limit paces the lane. */
  get isPaced(): boolean {
    return this.#options.limits.upstream.length > 0;
  }

  /** A call has been let through. */
  sent(cost: Cost, now: number): void {
    this.#throughput.add(cost, now);
  }

  /** A call has ended, and cost `actual`. */
  ended(admission: Admission, actual: Cost): void {
    if (this.#refused.has(admission)) return;
    this.#throughput.correct(admission.cost, actual, admission.at);
  }

  /** Goes on from limits and a headroom that are given anew; `tells` even of the same limits. */
  configure({ start, headroom, tells }: Anew, now: number): void {
    const { limits, gate } = this.#options;
    const before = limits.inForce;
    if (limits.restart(start)) this.#guesses = new Guesses(this.#options, this.#throughput, now);
    const { inForce } = limits;
    gate.configure(inForce, headroom, now);
    if (!tells && areSame(before, inForce)) return;
    const given = start.filter(({ source }) => source === 'given');
    this.#lowered.push(...given.filter((limit) => !inForce.includes(limit)));
    this.#tell();
  }

  /** Takes over what a response shows; returns what of it is believed. */
  observe({ at, taken }: Admission, observed: readonly ObservedLimit[], now: number): Sighting[] {
    const { limits, gate } = this.#options;
    const shown = limits.confirmed(limits.sightings(observed));
    const sightings = shown.map((each) => this.#shortSight.corrected(each, now));
    this.#change(() => limits.learn(sightings), now);
    gate.observe(sightings, at, taken, now);
    this.#news(now);
    return sightings;
  }

  /** Goes on with what another process has learned. */
  adopt({ limits, rateShare, strictness }: Learned, now: number): void {
    const { gate } = this.#options;
    this.#options.limits.adopt(limits);
    gate.adopt(this.#options.limits.inForce, now);
    this.#caution.adopt(rateShare, strictness, now);
    gate.tune(this.#caution.tuning, now);
    this.#isNewsDue = true;
    this.#news(now);
  }

  /** Takes over what a refusal states; returns whether that was news. */
  told({ limits: stated, concurrency }: Stated, now: number): boolean {
    const { limits } = this.#options;
    const before = this.#options.concurrency.limit;
    if (concurrency !== undefined) this.#options.concurrency.told(concurrency);
    const isOther = this.#options.concurrency.limit !== before;
    const isNews = this.#change(() => limits.told(stated), now) || isOther;
    this.#isNewsDue ||= isOther;
    this.#news(now);
    return isNews;
  }

  /** A call was answered, well or badly; `isFull`: as many are in flight as may be. */
  answered(admission: Admission, isFull: boolean, now: number): void {
    if (this.#refused.has(admission)) return;
    const { limits, gate, concurrency } = this.#options;
    this.#answers++;
    if (this.#caution.answered(now)) gate.tune(this.#caution.tuning, now);
    const isRaised = this.#guesses.answered(now);
    if (isRaised) gate.adopt(limits.inForce, now);
    this.#isNewsDue ||= concurrency.answered(isFull, now) || isRaised;
    this.#news(now);
  }

  /** A call was refused for a limit: any, also one of an episode that has been told of. */
  refused(admission: Admission): void {
    this.#refused.add(admission);
    this.#throughput.correct(admission.cost, {}, admission.at);
    this.#caution.refused();
    if (this.#episode !== undefined) this.#episode.refusals++;
  }

  /** An episode of refusals has begun, while `inFlight` calls were under way. */
  episode(cause: PauseCause, words: RefusalWords, inFlight: number, now: number): void {
    const { dimension, stated } = words;
    this.#shortSight.refused(now);
    const isExplained = stated !== undefined && this.told(stated, now);
    this.#episode = { cause, since: now, dimension, isExplained, inFlight, refusals: 1 };
  }

  /** The pause is over: draws the conclusions of the refusals that began it. */
  resumed(now: number): void {
    const episode = this.#episode;
    this.#episode = undefined;
    if (episode === undefined) return;
    const { cause, dimension, isExplained } = episode;
    const isLimit = cause === 'rate' || cause === 'ramp';
    if (isLimit && !isExplained) {
      if (dimension === 'concurrency' || this.#guesses.countsNothing) this.#narrow(episode, now);
      else this.#lower(episode, dimension, now);
    }
    this.#options.gate.drain(now, cause === 'daily', dimension);
    this.#answers = 0;
    this.#resumedAt = now;
    this.#news(now);
  }

  #narrow({ inFlight, refusals }: Episode, now: number): void {
    // A probe that is refused has found nothing out.
    if (this.#answers === 0) return;
    this.#options.concurrency.episode(inFlight - refusals, refusals, now);
    this.#isNewsDue = true;
  }

  #lower(episode: Episode, dimension: Dimension | undefined, now: number): void {
    const { cause, since, refusals } = episode;
    const { gate, limits } = this.#options;
    const wasPaced = this.isPaced;
    const isRamp = cause === 'ramp';
    const isGuess = this.#guesses.explains(dimension, since);
    const hadRate = this.#answers >= (isRamp ? LEAST_CALLS_OF_A_RAMP : 1);
    if (isGuess && hadRate) {
      const isMeasured = this.#throughput.hasMinute(since);
      const wasPaused = this.#resumedAt !== undefined && since - this.#resumedAt < MINUTE_MS;
      const facts = { now, isMeasured, wasPaused, refusals, isRamp };
      this.#guesses.episode(facts, since, dimension);
      gate.adopt(limits.inForce, now);
      this.#isNewsDue = true;
    }
    // Where there were no limits, there was no shape that could have been wrong.
    if (!wasPaced || (isGuess && isRamp)) return;
    if (isGuess) this.#caution.tightenOnly(now);
    else this.#caution.episode(cause, now, hadRate ? this.#used(since) : 1);
    gate.tune(this.#caution.tuning, now);
  }

  /** The rate before, as a share of what the sure limits let through at present. */
  #used(since: number): number {
    const { limits, gate } = this.#options;
    const shares = limits.inForce
      .filter((limit) => isSure(limit) && limit.windowMs <= MINUTE_MS)
      .map((limit) => this.#throughput.perMinute(limit.dimension, since) / gate.perMinute(limit));
    return Math.min(1, Math.max(0, ...shares.filter(Number.isFinite)));
  }

  /** Learns limits; what is given and lowered by that is told of once. */
  #change(learn: () => readonly Limit[], now: number): boolean {
    const { limits, gate } = this.#options;
    const given = limits.inForce.filter(({ source }) => source === 'given');
    const changed = learn();
    if (changed.length === 0) return false;
    this.#guesses.forget(changed);
    gate.adopt(limits.inForce, now);
    const lowered = given.filter((limit) => changed.some((each) => isSameLimit(each, limit)));
    const news = lowered.filter((limit) => !this.#toldLowered.has(limit));
    for (const limit of news) this.#toldLowered.add(limit);
    this.#lowered.push(...news);
    this.#isNewsDue = true;
    return true;
  }

  /** Tells what is new, if anything is, and if not too much was told lately. */
  #news(now: number): void {
    if (this.#others.isNews(this.#options.gate.othersShare(now), now)) this.#isNewsDue = true;
    if (!this.#isNewsDue) return;
    if (this.#damper.passes(now)) this.#tell();
  }

  #tell(): void {
    const { limits, concurrency, tell } = this.#options;
    const othersShare = this.#others.told;
    const lowered = this.#lowered;
    this.#isNewsDue = false;
    this.#lowered = [];
    tell({ limits: limits.inForce, lowered, othersShare, concurrency: concurrency.limit });
  }
}
