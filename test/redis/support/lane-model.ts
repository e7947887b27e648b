import { Gate, type Wait as GateWait, type Head } from '../../../src/gate/gate.ts';
import { Meter, type MeteredLimit } from '../../../src/gate/meter.ts';
import { Recovery } from '../../../src/lane/recovery.ts';
import type { Grant, Left } from '../../../src/model/grant.ts';
import { amount, type Cost, DIMENSIONS, type Dimension } from '../../../src/model/limits.ts';
import type { Answer, Ask, Candidate, Note } from '../../../src/stores/shared-lane.ts';
import type { LaneShape, TestLimit } from './lane-history.ts';

/** A call in its place, and when it must go at the latest. */
interface Place {
  readonly index: number;
  readonly cost: Cost;
  deadline: number | undefined;
}

type Decided = Pick<Answer, 'granted' | 'held' | 'wait' | 'first' | 'head'>;
type Held = Answer['held'][number];
type Wait = NonNullable<Answer['wait']>;

/** A lane of one process as memory would keep it, out of the same parts. */
export class LaneModel {
  readonly #shape: LaneShape;
  readonly #recovery = new Recovery();
  #gate: Gate | undefined;
  #limits: readonly TestLimit[];
  #caller: CallerModel | undefined;
  #pause: Answer['pause'];
  #refused: Dimension | 'concurrency' | undefined;
  #steppedAt = 0;
  #inFlight = 0;
  readonly #flight = new FlightModel();

  constructor(shape: LaneShape) {
    this.#shape = shape;
    this.#limits = shape.limits;
  }

  ask(ask: Ask, limits: readonly TestLimit[], notes: readonly Note[], now: number): Answer {
    if (this.#gate === undefined) this.#limits = limits;
    const gate = this.#opened(now);
    this.#tick(gate, now);
    if (!isSame(limits, this.#limits)) this.#change(gate, limits, now);
    this.#limits = limits;
    for (const note of notes) this.#apply(note, gate, now);
    const decided = this.#decide(ask, gate, now);
    const levels = gate.levels(now).map(({ limit, level }) => {
      return [`${limit.dimension}/${limit.windowMs}`, level] as const;
    });
    const callers = this.#caller?.settleDown(now) ?? {};
    const known = { levels: Object.fromEntries(levels), callers };
    return { now, ...decided, pause: this.#pause, learned: undefined, ...known, instances: 1 };
  }

  #change(gate: Gate, limits: readonly TestLimit[], now: number): void {
    const isGiven = limits.some(({ given }, i) => given !== this.#limits[i]?.given);
    if (isGiven) gate.configure(limits.map(metered), this.#shape.headroom, now);
    else gate.adopt(limits.map(metered), now);
  }

  #opened(now: number): Gate {
    this.#gate ??= new Gate(this.#limits.map(metered), (limit) => {
      return meterOf(limit, this.#limits, this.#shape.headroom, now);
    });
    return this.#gate;
  }

  #tick(gate: Gate, now: number): void {
    const { pause } = this.#recovery;
    const isStuck = this.#recovery.isProbing && !this.#recovery.isPassable;
    if (pause !== undefined && now >= pause.until) {
      if (pause.cause !== 'capacity')
        gate.drain(pause.until, pause.cause === 'daily', this.#refused);
      this.#recovery.resume();
      this.#steppedAt = now;
    } else if (isStuck && now - this.#steppedAt >= 1000) {
      this.#recovery.widen();
      this.#steppedAt = now;
    }
  }

  #apply(note: Note, gate: Gate, now: number): void {
    if (note.kind === 'answered') this.#answered(note.epoch, now);
    if (note.kind === 'ended') {
      gate.settle(note.taken, note.actual, note.at, now);
      if (!note.wasAnswered) this.#recovery.forget(note.epoch);
      this.#inFlight--;
      this.#flight.ended(note.at, now);
      if (note.key.id !== '') this.#callerAt(note.key.id, now)?.ended(note, now);
    }
    if (note.kind === 'seen') {
      const windows = note.sightings.map((each, i) => ({
        ...each,
        windowMs: this.#limits[i]!.windowMs,
      }));
      gate.observe(windows, note.at, note.takenThen, now);
    }
    if (note.kind === 'refused') {
      const pause = this.#recovery.refuse(note, now);
      if (pause === undefined) return;
      this.#pause = { ...pause, epoch: note.epoch + 1 };
      this.#refused = note.dimension;
    }
  }

  #answered(epoch: number, now: number): void {
    const isNews = epoch === (this.#pause?.epoch ?? 0) && this.#recovery.isProbing;
    if (isNews) this.#steppedAt = now;
    this.#recovery.answer(epoch, this.#limits.length > 0);
  }

  #callerAt(id: string, now: number): CallerModel | undefined {
    const { callerLimits, callerConcurrency } = this.#shape;
    const isLimited = callerLimits.length > 0 || callerConcurrency < Number.POSITIVE_INFINITY;
    if (isLimited) this.#caller ??= new CallerModel(id, callerLimits, callerConcurrency, now);
    this.#caller?.open();
    return this.#caller;
  }

  #decide(ask: Ask, gate: Gate, now: number): Decided {
    const calls = ask.candidates.map(({ cost, by }, index) => ({ index, cost, deadline: by }));
    const granted: Grant[] = [];
    const held = new Map<number, Held>();
    const line = (): Iterable<Place> => this.#line(ask.candidates, calls, granted, held, now);
    for (;;) {
      const [first] = line();
      const rest = { granted, held: [...held.values()] };
      if (first === undefined) {
        return { ...rest, wait: undefined, first: undefined, head: undefined };
      }
      const { index: firstIndex } = first;
      const obstacle = this.#obstacle(ask, now);
      if (obstacle !== undefined) {
        const waiting = { index: firstIndex, ...obstacle };
        return { ...rest, wait: obstacle, first: waiting, head: undefined };
      }
      const choice = next(line(), gate, this.#recovery.isProbe, now);
      if ('waitMs' in choice) {
        // The line may have held more of them back on its way.
        const wait = { waitMs: choice.waitMs, reason: choice.dimension };
        const alone = gate.wait(first.cost, now);
        const waiting = { index: firstIndex, waitMs: alone.waitMs, reason: alone.dimension };
        const waits = { wait, first: waiting, head: headOf(first, now, gate) };
        return { granted, held: [...held.values()], ...waits };
      }
      const { index } = choice;
      const candidate = ask.candidates[index]!;
      if (candidate.key.id !== '')
        this.#callerAt(candidate.key.id, now)?.take(candidate.keyCost, now);
      const isProbing = this.#recovery.isProbing;
      const epoch = this.#recovery.start();
      if (isProbing) this.#steppedAt = now;
      this.#inFlight++;
      granted.push({ index, at: now, epoch, taken: whole(gate.taken) });
    }
  }

  *#line(
    candidates: readonly Candidate[],
    calls: readonly Place[],
    granted: readonly Grant[],
    held: Map<number, Held>,
    now: number,
  ): Generator<Place> {
    for (const [index, candidate] of candidates.entries()) {
      if (granted.some((each) => each.index === index) || held.has(index)) continue;
      const wait = this.#heldBack(candidate, candidates, held, now);
      if (wait === undefined) yield calls[index]!;
      else held.set(index, { index, ...wait });
    }
  }

  #heldBack(
    { key, keyCost }: Candidate,
    candidates: readonly Candidate[],
    held: ReadonlyMap<number, Held>,
    now: number,
  ): Omit<Held, 'index'> | undefined {
    if (key.id === '') return undefined;
    const same = [...held.values()].find(({ index }) => candidates[index]?.key.id === key.id);
    if (same !== undefined) return { waitMs: same.waitMs, dimension: same.dimension };
    return this.#callerAt(key.id, now)?.wait(keyCost, now);
  }

  #obstacle(ask: Ask, now: number): Wait | undefined {
    const { pause } = this.#recovery;
    if (pause !== undefined) return { waitMs: pause.until - now, reason: 'paused' };
    if (!this.#recovery.isPassable) return { waitMs: 100, reason: 'paused' };
    if (this.#inFlight < ask.concurrency) return undefined;
    return { waitMs: this.#flight.waitMs(this.#inFlight), reason: 'concurrency' };
  }
}

/** How long calls are in flight, and how soon it is worth asking for a slot again. */
class FlightModel {
  #ms: number | undefined;

  ended(at: number, now: number): void {
    this.#ms = this.#ms === undefined ? now - at : this.#ms + 0.1 * (now - at - this.#ms);
  }

  waitMs(inFlight: number): number {
    return this.#ms === undefined ? 50 : Math.min(50, Math.max(5, this.#ms / inFlight / 2));
  }
}

/** A caller's own limits. */
class CallerModel {
  readonly #id: string;
  readonly #meters: readonly Meter[];
  readonly #concurrency: number;
  #inFlight = 0;
  #isOpen = false;
  readonly #flight = new FlightModel();

  constructor(id: string, limits: readonly TestLimit[], concurrency: number, now: number) {
    this.#id = id;
    const settled = limits.map((limit) => ({ ...limit, correction: 'settled' as const }));
    this.#meters = settled.map((limit) => meterOf(metered(limit), limits, 0, now));
    this.#concurrency = concurrency;
  }

  /** Only what was looked at changes. */
  open(): void {
    this.#isOpen = true;
  }

  wait(cost: Cost, now: number): Omit<Held, 'index'> | undefined {
    if (this.#inFlight >= this.#concurrency) {
      return { waitMs: this.#flight.waitMs(this.#inFlight), dimension: 'concurrency' };
    }
    let longest: { waitMs: number; dimension: Dimension } | undefined;
    for (const meter of this.#meters) {
      const { dimension } = meter.limit;
      const waitMs = meter.waitOfHead(amount(cost, dimension), now);
      if (waitMs > (longest?.waitMs ?? 0)) longest = { waitMs, dimension };
    }
    return longest;
  }

  take(cost: Cost, now: number): void {
    this.#inFlight++;
    for (const meter of this.#meters) meter.take(amount(cost, meter.limit.dimension), now);
  }

  ended({ keyTaken, keyActual, at }: Extract<Note, { kind: 'ended' }>, now: number): void {
    this.#inFlight--;
    this.#flight.ended(at, now);
    for (const meter of this.#meters) {
      const { dimension } = meter.limit;
      const more = amount(keyActual, dimension) - amount(keyTaken, dimension);
      if (more !== 0) meter.settle(more, at, now);
    }
  }

  /** What is left of its limits, where it was looked at. */
  settleDown(now: number): Answer['callers'] {
    const isOpen = this.#isOpen && this.#meters.length > 0;
    this.#isOpen = false;
    if (!isOpen) return {};
    const left = this.#meters.map((meter): [string, Left] => {
      return [meter.spec.id, { level: meter.level(now), resetMs: meter.resetMs(now) }];
    });
    return { [this.#id]: Object.fromEntries(left) };
  }
}

function metered({ dimension, max, windowMs }: TestLimit): MeteredLimit {
  return { dimension, max, windowMs, source: 'given' };
}

function meterOf(
  limit: MeteredLimit,
  limits: readonly TestLimit[],
  headroom: number,
  now: number,
): Meter {
  const shape = limits.find(({ dimension }) => dimension === limit.dimension)!;
  return new Meter(limit, { shape, headroom, correction: shape.correction }, now);
}

/** As `nextCall` does it: the first that goes, or how long none does. */
function next(line: Iterable<Place>, gate: Gate, isProbe: boolean, now: number): Place | GateWait {
  let head: Head | undefined;
  let soonest: GateWait = { waitMs: Number.POSITIVE_INFINITY, dimension: 'requests' };
  for (const place of line) {
    if (isProbe) gate.take(place.cost, now);
    if (isProbe) return place;
    const wait = head ? gate.takeBehind(place.cost, head, now) : gate.takeAsHead(place.cost, now);
    if (wait.waitMs === 0) return place;
    if (wait.waitMs < soonest.waitMs) soonest = wait;
    if (wait.waitMs < 100) break;
    place.deadline ??= head === undefined ? now + wait.waitMs * (1 + 0.9) : undefined;
    head ??= { cost: place.cost, by: place.deadline! };
  }
  return soonest;
}

/** The first call has a deadline once it has been seen to wait long. */
function headOf({ index, cost, deadline }: Place, now: number, gate: Gate): Answer['head'] {
  const isLong = gate.wait(cost, now).waitMs >= 100;
  return isLong && deadline !== undefined ? { index, by: deadline } : undefined;
}

function whole(cost: Cost): Cost {
  return Object.fromEntries(DIMENSIONS.map((dimension) => [dimension, amount(cost, dimension)]));
}

function isSame(one: readonly TestLimit[], other: readonly TestLimit[]): boolean {
  return one.every(({ max }, i) => max === other[i]?.max);
}
