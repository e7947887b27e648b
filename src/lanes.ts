import type { GuardedEmitter } from './events.ts';
import { Gate } from './gate.ts';
import { Lane } from './lane.ts';
import { LaneLimits } from './lane-limits.ts';
import type { Correction, Dimension, Enforcement, Shape } from './limits.ts';
import { Meter, type MeteredLimit } from './meter.ts';
import type { Settings } from './options.ts';
import type { Preset } from './presets/preset.ts';

/** What decides where a call waits, besides the model. */
export interface LaneKey {
  /** The upstream host, or another name for who enforces the limits. */
  readonly host: string;
  readonly model: string;
  /** What shares a limit with the model; the lane's name. @default the model */
  readonly family?: string | undefined;
  /** What the host does about charges that were wrong. @default 'settled' */
  readonly correction?: Correction | undefined;
  /** Responses will tell of the limits. */
  readonly learns?: boolean | undefined;
  /** What is published of the limits. */
  readonly preset?: Preset | undefined;
  /** How that host is believed to enforce a limit in a dimension. */
  readonly shape: (dimension: Dimension) => Shape;
}

/** The burst of an enforcement that was given without one, in seconds. */
const BURST_SECONDS: Readonly<Record<Enforcement, number>> = {
  bucket: 60,
  window: 60,
  slices: 0.25,
};

/** The lanes of one limiter, each opened when it is first asked for. */
export class Lanes implements Iterable<Lane> {
  readonly #settings: Settings;
  readonly #emitter: GuardedEmitter;
  readonly #lanes = new Map<string, Lane>();
  #isClosed = false;

  constructor(settings: Settings, emitter: GuardedEmitter) {
    this.#settings = settings;
    this.#emitter = emitter;
  }

  [Symbol.iterator](): Iterator<Lane> {
    return this.#lanes.values();
  }

  /** The lane of one upstream limit. */
  get(key: LaneKey): Lane {
    const name = nameOf(key);
    const known = this.#lanes.get(name);
    if (known !== undefined) return known;
    const lane = this.#open(name, key);
    this.#lanes.set(name, lane);
    if (this.#isClosed) lane.close();
    return lane;
  }

  /** Closes all of them, and those that are opened later. */
  close(): void {
    this.#isClosed = true;
    for (const lane of this) lane.close();
  }

  #open(
    name: string,
    { model, shape, preset, learns = false, correction = 'settled' }: LaneKey,
  ): Lane {
    const { clock, headroom, maxPauseMs, maxQueue } = this.#settings;
    const given = this.#settings.limits(model);
    const isGiven = given.limits.length > 0;
    const published = isGiven ? undefined : preset;
    const concurrency = Math.min(
      given.concurrency,
      this.#settings.concurrency,
      published?.concurrency ?? Number.POSITIVE_INFINITY,
    );
    const limits = new LaneLimits(
      isGiven
        ? given.limits.map((limit): MeteredLimit => ({ ...limit, source: 'given' }))
        : publishedLimits(published),
    );
    const meterOf = (limit: MeteredLimit): Meter =>
      new Meter(
        limit,
        { shape: this.#shape(shape(limit.dimension)), headroom, correction },
        clock.now(),
      );
    const gate = new Gate(limits.inForce, meterOf);
    const common = { lane: name, model, clock, maxPauseMs, maxQueue, emitter: this.#emitter };
    return new Lane({
      ...common,
      gate,
      limits,
      concurrency,
      isCold: learns && !isGiven,
    });
  }

  /** What was given, else what the provider's profile says. */
  #shape(profile: Shape): Shape {
    const { enforcement, burstSeconds } = this.#settings;
    if (enforcement === undefined) return { ...profile, ...(burstSeconds && { burstSeconds }) };
    return { enforcement, burstSeconds: burstSeconds ?? BURST_SECONDS[enforcement] };
  }
}

/** The lane's name: calls whose keys have the same share its limits. */
export function nameOf({ host, family, model }: LaneKey): string {
  return `${host}/${family ?? model}`;
}

function publishedLimits(preset: Preset | undefined): MeteredLimit[] {
  const source = preset?.isGuess === false ? 'published' : 'guess';
  return (preset?.limits ?? []).map((limit) => ({ ...limit, source }));
}
