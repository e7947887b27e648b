import { type Gate, isSameLimit, isSure } from '../gate/gate.ts';
import type { MeteredLimit } from '../gate/meter.ts';
import { type Dimension, type Limit, MINUTE_MS, type Subject } from '../model/limits.ts';
import { type Episode, Guess } from './guess.ts';
import type { LaneLimits } from './lane-limits.ts';
import type { Throughput } from './throughput.ts';

/** What most hosts count, where nothing is known of one. */
const USUAL_MEASURES: readonly Subject[] = [
  { dimension: 'requests', windowMs: MINUTE_MS },
  { dimension: 'tokens', windowMs: MINUTE_MS },
];
/** A limit that has been holding the line up for so long is used. */
const USED_MS = 45_000;
/** A given limit of which less than this share was taken, and no more was possible, is wrong. */
const FAR_OFF = 0.3;

interface Guessed {
  readonly subject: Subject;
  readonly guess: Guess;
}

/** The limits of one lane that nobody has stated: guessed, and found by trying. */
export class Guesses {
  readonly #gate: Gate;
  readonly #limits: LaneLimits;
  readonly #throughput: Throughput;
  readonly #measures: readonly Subject[];
  #guesses: Guessed[];

  /** `measures`: what the host counts. */
  constructor(
    { gate, limits, measures = USUAL_MEASURES }: GuessesOptions,
    throughput: Throughput,
    now: number,
  ) {
    this.#gate = gate;
    this.#limits = limits;
    this.#throughput = throughput;
    this.#measures = measures;
    this.#guesses = limits.upstream
      .filter((limit) => limit.source === 'guess' && isShort(limit))
      .map((limit) => guessed(limit, now));
  }

  /** Whether the host limits nothing but the calls in flight. */
  get countsNothing(): boolean {
    return this.#measures.length === 0 && this.#limits.upstream.length === 0;
  }

  /** Whether a refusal for `dimension`, where that was said, can be for none of the sure limits. */
  explains(dimension: Dimension | undefined, since: number): boolean {
    const sure = this.#limits.upstream.filter((limit) => isShort(limit) && isSure(limit));
    const meant = sure.filter((limit) => limit.dimension === (dimension ?? limit.dimension));
    return meant.every((limit) => limit.source === 'given' && this.#isFarOff(limit, since));
  }

  /** Whether hardly any of a given limit could be used in the minute before a refusal. */
  #isFarOff(limit: MeteredLimit, since: number): boolean {
    if (!this.#throughput.hasMinute(since)) return false;
    const taken = this.#throughput.inMinute(limit.dimension, since);
    return taken < (FAR_OFF * limit.max * MINUTE_MS) / limit.windowMs;
  }

  /** Calls were refused, for `dimension` where that was said: makes or lowers guesses. */
  episode(episode: Omit<Episode, 'taken'>, since: number, dimension: Dimension | undefined): void {
    for (const subject of this.#subjects(dimension)) {
      const taken = this.#taken(subject.dimension, since, episode.isRamp);
      if (taken <= 0) continue;
      const { guess } = this.#guessOf(subject, episode.now);
      guess.episode({ ...episode, taken });
      this.#adopt(subject, guess);
    }
  }

  /** A call was answered. Returns whether a guess was raised. */
  answered(now: number): boolean {
    let isRaised = false;
    for (const { subject, guess } of this.#guesses) {
      if (!guess.answered(() => this.#isUsed(subject, now), now)) continue;
      this.#adopt(subject, guess);
      isRaised = true;
    }
    return isRaised;
  }

  /** Limits have become known: what was guessed of them doesn't count any more. */
  forget(known: readonly Subject[]): void {
    this.#guesses = this.#guesses.filter(
      ({ subject }) => !known.some((each) => isSameLimit(each, subject)),
    );
  }

  /** What may have been exceeded: the limits that aren't sure, and what the host counts. */
  #subjects(dimension: Dimension | undefined): Subject[] {
    const { upstream } = this.#limits;
    const unsure = upstream.filter((limit) => !isSure(limit) || limit.source === 'given');
    const counted = this.#measures.filter(
      (each) => !upstream.some((limit) => isSameLimit(limit, each)),
    );
    const all = [...unsure, ...counted].filter(isShort);
    if (dimension === undefined) return all;
    const named = all.filter((each) => each.dimension === dimension);
    return named.length > 0 ? named : [{ dimension, windowMs: MINUTE_MS }];
  }

  /** A ramp is judged by the rate, however long it has been going; any other limit by the amount. */
  #taken(dimension: Dimension, since: number, isRamp: boolean): number {
    const throughput = this.#throughput;
    return isRamp ? throughput.perMinute(dimension, since) : throughput.inMinute(dimension, since);
  }

  #guessOf(subject: Subject, now: number): Guessed {
    const known = this.#guesses.find((each) => isSameLimit(each.subject, subject));
    if (known !== undefined) return known;
    const limit = this.#limits.inForce.find((each) => isSameLimit(each, subject));
    const made = limit ? guessed(limit, now) : { subject, guess: new Guess(Infinity, now) };
    this.#guesses.push(made);
    return made;
  }

  #adopt({ dimension, windowMs }: Subject, { max }: Guess): void {
    this.#limits.guess({ dimension, windowMs, max: (max * windowMs) / MINUTE_MS });
  }

  #isUsed(subject: Subject, now: number): boolean {
    return this.#gate.busyMs(subject, now) >= USED_MS;
  }
}

export interface GuessesOptions {
  readonly gate: Gate;
  readonly limits: LaneLimits;
  readonly measures?: readonly Subject[] | undefined;
}

/** A given or published limit is an upper bound, a guess none. */
function guessed(limit: MeteredLimit, now: number): Guessed {
  const perMinute = (limit.max * MINUTE_MS) / limit.windowMs;
  const most = limit.source === 'guess' ? Number.POSITIVE_INFINITY : perMinute;
  return { subject: limit, guess: new Guess(perMinute, now, most) };
}

function isShort({ windowMs }: Subject | Limit): boolean {
  return windowMs <= MINUTE_MS;
}
