import type { GuardedEmitter } from '../events.ts';
import { Gate } from '../gate/gate.ts';
import { Meter, type MeteredLimit } from '../gate/meter.ts';
import { Concurrency } from '../learning/concurrency.ts';
import { LaneLimits } from '../learning/lane-limits.ts';
import {
  type Correction,
  type Dimension,
  type Enforcement,
  isUpstream,
  type Shape,
  type Subject,
  UNKNOWN_SHAPE,
  USD_SHAPE,
} from '../model/limits.ts';
import type { Settings } from '../options.ts';
import type { Preset } from '../providers/preset.ts';
import { Lane } from './lane.ts';
import type { LaneTerms } from './lane-options.ts';
import type { Stage } from './stage.ts';

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
  /** What the host counts. @default requests and tokens a minute */
  readonly measures?: readonly Subject[] | undefined;
  /** Of these, what its responses state. */
  readonly states?: readonly Subject[] | undefined;
  /** How that host is believed to enforce a limit in a dimension. */
  readonly shape: (dimension: Dimension) => Shape;
}

/** The burst of an enforcement that was given without one, in seconds. */
const BURST_SECONDS: Readonly<Record<Enforcement, number>> = {
  bucket: 60,
  window: 60,
  slices: 0.25,
};

interface Open {
  readonly lane: Lane;
  readonly key: LaneKey;
}

/** So many lanes are kept, whether they are used or not. */
const KEPT = 256;
/** As many of the others are looked at, whenever one is asked for, as keep up with any that come. */
const SWEPT = 2;

/**
 * The lanes of one limiter, each opened when it is first asked for. Beyond 256 of them, those that
 * are idle are forgotten, the one that was asked for longest ago first: with their totals, and what
 * responses have shown of their limits.
 */
export class Lanes implements Iterable<Lane> {
  #settings: Settings;
  readonly #emitter: GuardedEmitter;
  /** The one that was asked for longest ago is the first. */
  readonly #open = new Map<string, Open>();
  #isClosed = false;

  constructor(settings: Settings, emitter: GuardedEmitter) {
    this.#settings = settings;
    this.#emitter = emitter;
  }

  *[Symbol.iterator](): Generator<Lane, void> {
    for (const { lane } of this.#open.values()) yield lane;
  }

  /** The lane of one upstream limit. */
  get(key: LaneKey): Lane {
    const name = nameOf(key);
    const known = this.#open.get(name);
    const lane = known?.lane ?? this.#opened(name, key);
    this.#open.delete(name);
    this.#open.set(name, { lane, key: known?.key ?? key });
    if (this.#isClosed && known === undefined) lane.close();
    this.#sweep();
    return lane;
  }

  /** A lane as it is now, or would be if it were opened. */
  stage(key: LaneKey): Stage {
    const open = this.#open.get(nameOf(key));
    if (open !== undefined) return open.lane.stage;
    const { start, inFlight } = this.#terms(key);
    const concurrency = Math.min(inFlight.start, inFlight.most);
    const gate = this.#gate(key, start);
    const now = this.#settings.clock.now();
    const isKnown = new LaneLimits(start).isKnown || key.learns !== true;
    const idle = { now, startAt: now, waiting: [], inFlight: 0, flightMs: undefined };
    return { ...idle, lane: nameOf(key), model: key.model, gate, concurrency, isKnown };
  }

  /** Goes on with other settings, in the lanes that are open as well. */
  configure(settings: Settings): void {
    this.#settings = settings;
    for (const { lane, key } of this.#open.values()) lane.configure(this.#terms(key));
  }

  /** Closes all of them, and those that are opened later. */
  close(): void {
    this.#isClosed = true;
    for (const lane of this) lane.close();
  }

  /** Those that are still used go to the end. */
  #sweep(): void {
    for (let i = 0; i < SWEPT && this.#open.size > KEPT; i++) {
      const [oldest] = this.#open;
      if (oldest === undefined) return;
      const [name, open] = oldest;
      this.#open.delete(name);
      if (!open.lane.isIdle) this.#open.set(name, open);
    }
  }

  #opened(name: string, key: LaneKey): Lane {
    const { clock, store } = this.#settings;
    const { start, inFlight, maxPauseMs, maxQueue } = this.#terms(key);
    const { model, learns = false, measures, states } = key;
    const limits = new LaneLimits(start, states);
    const concurrency = new Concurrency(inFlight.start, inFlight.most, clock.now());
    const gate = this.#gate(key, limits.inForce);
    const isCold = learns && !start.some((each) => each.source === 'given' && isUpstream(each));
    const ref = { lane: name, model, emitter: this.#emitter };
    const kept = { clock, store, maxPauseMs, maxQueue };
    return new Lane({ ...ref, ...kept, gate, limits, concurrency, measures, learns, isCold });
  }

  /** What the settings say of a lane. Given limits take the place of published ones, but in usd. */
  #terms({ model, preset }: LaneKey): LaneTerms {
    const { headroom, maxPauseMs, maxQueue } = this.#settings;
    const given = this.#settings.limits(model);
    const published = given.limits.some(isUpstream) ? undefined : preset;
    const most = Math.min(given.concurrency, this.#settings.concurrency);
    const first = published?.concurrency ?? Number.POSITIVE_INFINITY;
    const isSure = published?.isGuess === false;
    const inFlight = { start: first, most: isSure ? Math.min(most, first) : most };
    const own = given.limits.map((limit): MeteredLimit => ({ ...limit, source: 'given' }));
    const start = [...own, ...publishedLimits(published)];
    return { start, headroom, inFlight, maxPauseMs, maxQueue };
  }

  #gate(key: LaneKey, limits: readonly MeteredLimit[]): Gate {
    return new Gate(limits, (limit) => this.#meter(key, limit));
  }

  #meter({ shape, correction = 'settled' }: LaneKey, limit: MeteredLimit): Meter {
    const { headroom, clock, enforcement, burstSeconds } = this.#settings;
    const isShapeGiven = enforcement !== undefined || burstSeconds !== undefined;
    if (!isUpstream(limit)) {
      const ours = { shape: USD_SHAPE, isShapeGiven, headroom: 0, correction } as const;
      return new Meter(limit, ours, clock.now());
    }
    const kept = { shape: this.#shape(shape(limit.dimension)), isShapeGiven };
    return new Meter(limit, { ...kept, headroom, correction }, clock.now());
  }

  /** What was given, else what the provider's profile says. */
  #shape(profile: Shape): Shape {
    const { enforcement, burstSeconds } = this.#settings;
    if (enforcement === undefined) return { ...profile, ...(burstSeconds && { burstSeconds }) };
    return { enforcement, burstSeconds: burstSeconds ?? BURST_SECONDS[enforcement] };
  }
}

/** Of calls that ask the limiter itself. */
export function ownKey(model: string): LaneKey {
  return { host: 'limiter', model, shape: () => UNKNOWN_SHAPE };
}

/** The lane's name: calls whose keys have the same share its limits. */
export function nameOf({ host, family, model }: LaneKey): string {
  return `${host}/${family ?? model}`;
}

function publishedLimits(preset: Preset | undefined): MeteredLimit[] {
  const source = preset?.isGuess === false ? 'published' : 'guess';
  return (preset?.limits ?? []).map((limit) => ({ ...limit, source }));
}
