import type { Grant } from '../model/grant.ts';
import type { Cost, Limit } from '../model/limits.ts';
import type { KeySpec } from '../model/meter-spec.ts';
import type { Reason } from '../model/reason.ts';
import type { Place } from '../queue/flow.ts';
import { costsOf, unfitOf } from '../queue/next-call.ts';
import type { Costs } from '../queue/waiting-call.ts';
import { keyOf } from './key-spec.ts';
import type { Answer, Ask, Candidate, SharedLane } from './shared-lane.ts';
import type { Hold, TurnsHost, Verdict } from './turns-host.ts';

/** As many calls are asked for at a time: enough for a fast link, and few to be told no. */
const ASKED = 16;
/** A call of a higher priority is taken for one that has waited so much longer, for each step. */
const PRIORITY_MS = 600_000;
const MOST_STEPS = 6;
/** Others may give back what they have taken, or learn something, while one waits for long. */
const ASKED_EVERY_MS = 1000;
/** Waits that a call of this process may end before their time. */
const ENDING: readonly Reason[] = ['concurrency', 'paused'];
const ROUND_TRIP_MS = 250;

/** A question, and when and with which limits it was asked. */
interface Asked {
  readonly places: readonly Place[];
  readonly revision: number;
  readonly at: number;
}

/** An answer that holds until something changes here. */
interface Told {
  /** The calls that it was about. */
  readonly front: string;
  readonly revision: number;
  readonly until: number;
}

/**
 * Asks a store, for one lane of this process, who goes next. One question at a time.
 *
 * Longer than most files: a question and what becomes of its answer are one course of events.
 */
export class SharedTurns {
  readonly #shared: () => SharedLane;
  readonly #host: TurnsHost;
  #isAsking = false;
  #isToAskAgain = false;
  #version = 0;
  /** The state of the gate's limits that the store knows of. */
  #toldRevision: number;
  #instances: number | undefined;
  #isWaiting = false;
  #told: Told | undefined;
  /** Whether the answer to come may be out of date. */
  #isStirred = false;
  /** The last pause that is known here. */
  #pauseEpoch = 0;

  /** `shared`: the lane in the store, which is asked for anew each time. */
  constructor(shared: () => SharedLane, host: TurnsHost) {
    this.#shared = shared;
    this.#host = host;
    this.#toldRevision = host.gate.revision;
  }

  /** Processes that share the lane, as far as is known. */
  get instances(): number | undefined {
    return this.#instances;
  }

  /** Whether the store has nothing to hear of this lane. */
  get isIdle(): boolean {
    return !this.#isAsking && !this.#isWaiting;
  }

  /**
   * Asks for the calls at the front of the line; once more, if a question is under way. Where the
   * last answer still holds, nothing is asked.
   */
  ask(): void {
    this.#isToAskAgain = this.#isAsking;
    if (this.#isAsking) return;
    const { line, clock } = this.#host;
    const places = this.#front();
    const now = clock.now();
    const untilMs = this.#heldBackUntil(places) - now;
    if (places.length > 0 && untilMs <= 0) {
      this.#begin(places);
      return;
    }
    if (places.length === 0) this.#leave();
    this.#host.unasked();
    const waitMs = Math.min(
      places.length > 0 ? untilMs : Number.POSITIVE_INFINITY,
      (line.heldUntil ?? Number.POSITIVE_INFINITY) - now,
    );
    if (waitMs < Number.POSITIVE_INFINITY) this.#host.wakeIn(Math.max(1, waitMs));
  }

  /** What was let through has cost less: the last answer doesn't hold any more. */
  stir(): void {
    this.#told = undefined;
    this.#isStirred = true;
  }

  /** What was learned here is everybody's, also while nobody waits here. */
  tellLearned(): void {
    const { gate } = this.#host;
    if (gate.revision === this.#toldRevision) return;
    this.#toldRevision = gate.revision;
    const { rateShare, strictness } = gate.tuning;
    this.#shared().note({
      kind: 'learned',
      learned: { limits: gate.limits, rateShare, strictness },
    });
  }

  /** A call of that epoch was refused here: the pause that follows is known. */
  refused(epoch: number): void {
    this.#pauseEpoch = Math.max(this.#pauseEpoch, epoch + 1);
  }

  #begin(places: readonly Place[]): void {
    const toldRevision = this.#toldRevision;
    this.#isAsking = true;
    this.#told = undefined;
    this.#isStirred = false;
    this.#host.asking();
    void this.#exchange(places).then(
      () => this.#asked(),
      (error: unknown) => {
        this.#isToAskAgain = false;
        this.#isAsking = false;
        this.#isWaiting = false;
        // What was to be told with the question may not have arrived.
        this.#toldRevision = toldRevision;
        this.#host.answered();
        this.#host.lost(error);
      },
    );
  }

  #asked(): void {
    this.#isAsking = false;
    if (this.#isToAskAgain) this.#host.again();
  }

  /** Until when it is known that none of these calls may go. */
  #heldBackUntil(places: readonly Place[]): number {
    const told = this.#told;
    const isSame = told?.front === frontOf(places) && told.revision === this.#host.gate.revision;
    return isSame ? told.until : Number.NEGATIVE_INFINITY;
  }

  /** Nobody waits here any more: the place in the order is others'. */
  #leave(): void {
    if (!this.#isWaiting) return;
    this.#isWaiting = false;
    this.#shared().note({ kind: 'left' });
  }

  /** The first calls that can go at all, and the one behind them. */
  #front(): Place[] {
    const { line, gate, clock } = this.#host;
    const places: Place[] = [];
    const unfit: { place: Place; limit: Limit; cost: Cost }[] = [];
    for (const place of line.calls(clock.now())) {
      if (place.call.signal?.aborted === true) continue;
      const never = unfitOf(place.call, costsOf(place.call, gate), gate);
      if (never !== undefined) unfit.push({ place, ...never });
      else if (places.push(place) > ASKED) break;
    }
    for (const { place, limit, cost } of unfit) this.#host.turnAway(place, limit, cost);
    return places;
  }

  async #exchange(places: readonly Place[]): Promise<void> {
    const { gate, clock } = this.#host;
    const asked = { places, revision: gate.revision, at: clock.now() };
    const concurrency = this.#host.concurrency();
    this.tellLearned();
    const taken = places.map(({ call }) => costsOf(call, gate));
    const keys = await Promise.all(places.map(({ call }) => keyOf(call.caller)));
    const now = this.#host.clock.now();
    const all = places.map((place, index): Candidate => {
      const { cost, own } = taken[index] ?? { cost: {}, own: {} };
      const key = keys[index] ?? NO_KEY;
      const by = place.call.deadline;
      const waitedMs = now - place.call.since;
      // One that was told to wait does, until its time is over.
      const patienceMs = place.call.counts ? undefined : place.call.maxWaitMs;
      return { cost, keyCost: own, key, waitedMs, boostMs: boost(place), by, patienceMs };
    });
    const [candidates, next] = [all.slice(0, ASKED), all[ASKED]];
    const ask: Ask = { meters: gate.specs, version: this.#version, concurrency, candidates, next };
    const answer = await this.#shared().ask(ask);
    this.#follow(answer, asked, keys, taken);
    this.#goOn(answer, asked);
  }

  #follow(
    answer: Answer,
    { places }: Asked,
    keys: readonly KeySpec[],
    taken: readonly Costs[],
  ): void {
    const { line, clock, gate } = this.#host;
    const now = clock.now();
    this.#instances = Math.max(1, answer.instances);
    this.#adopt(answer);
    for (const { index, waitMs } of answer.held) {
      const place = places[index];
      // So long that the clock sees a difference.
      if (place !== undefined) line.hold(place.call.caller, now + Math.max(1, waitMs));
    }
    if (answer.head !== undefined) {
      const head = places[answer.head.index];
      if (head !== undefined) head.call.deadline = answer.head.by;
    }
    for (const grant of answer.granted) this.#grant(grant, places, taken);
    gate.align(answer.levels, now);
    places.forEach(({ call: { caller } }, index) => {
      const left = answer.callers[keys[index]?.id ?? ''];
      if (left !== undefined) caller.align(left, now);
    });
  }

  #grant(grant: Grant, places: readonly Place[], taken: readonly Costs[]): void {
    const [place, costs] = [places[grant.index], taken[grant.index]];
    if (place === undefined || costs === undefined) return;
    const isWaiting = this.#host.line.has(place.id) && place.call.signal?.aborted !== true;
    if (isWaiting && this.#host.hasSlot()) this.#host.let(place, costs, grant);
    else void this.#giveBack(place, costs, grant);
  }

  /** Its caller has given it up while we asked, or fewer calls may be in flight now. */
  async #giveBack(place: Place, { cost, own }: Costs, { epoch, at }: Grant): Promise<void> {
    const key = await keyOf(place.call.caller);
    const costs = { taken: cost, actual: {}, keyTaken: own, keyActual: {} };
    this.#shared().note({ kind: 'ended', epoch, at, key, ...costs, wasAnswered: false });
  }

  #adopt({ learned, pause, now }: Answer): void {
    if (learned !== undefined) {
      this.#version = learned.version;
      this.#host.learned(learned);
      this.#toldRevision = this.#host.gate.revision;
      this.#isToAskAgain = true;
    }
    if (pause === undefined || pause.until <= now) return;
    const forMs = pause.until - now;
    // A pause of our own is over a round trip earlier here.
    if (pause.epoch <= this.#pauseEpoch && forMs < ROUND_TRIP_MS) return;
    this.#pauseEpoch = Math.max(this.#pauseEpoch, pause.epoch);
    this.#host.paused({ cause: pause.cause, forMs });
  }

  #goOn(answer: Answer, asked: Asked): void {
    const { wait, granted, held } = answer;
    const { line, clock } = this.#host;
    const now = clock.now();
    this.#isWaiting = wait !== undefined || held.length > 0;
    this.#host.answered(verdictOf(answer, asked.places));
    const heldMs = (line.heldUntil ?? Number.POSITIVE_INFINITY) - now;
    const askMs = Math.min(wait?.waitMs ?? Number.POSITIVE_INFINITY, ASKED_EVERY_MS);
    if (wait !== undefined && !ENDING.includes(wait.reason) && !this.#isStirred) {
      this.#remember(asked, now + askMs);
    }
    const waitMs = Math.min(wait === undefined ? Number.POSITIVE_INFINITY : askMs, heldMs);
    // Behind those that were let through or are held there may be others that can go.
    const isMore = granted.length > 0 || asked.places.length > ASKED;
    if (wait === undefined && isMore && line.size > 0) this.#isToAskAgain = true;
    else if (waitMs < Number.POSITIVE_INFINITY) this.#host.wakeIn(Math.max(1, waitMs));
  }

  /** The answer holds for those that are left, and for what has moved up behind them. */
  #remember({ places, revision, at }: Asked, until: number): void {
    const front = this.#front();
    const callers = new Set(places.map(({ call }) => call.caller));
    const isNews = (place: Place): boolean =>
      !places.includes(place) && (place.call.since >= at || !callers.has(place.call.caller));
    if (!front.some(isNews)) this.#told = { front: frontOf(front), revision, until };
  }
}

/** What an answer says of the calls that it was asked for, and has not let through. */
function verdictOf({ held, first }: Answer, places: readonly Place[]): Verdict {
  const calls = places.slice(0, ASKED).map(({ call }) => call);
  const holds = held.flatMap(({ index, waitMs, dimension: reason }): Hold[] => {
    const call = calls[index];
    return call === undefined ? [] : [{ call, waitMs, reason }];
  });
  const isFirst = ({ call }: Hold, i: number): boolean =>
    holds.findIndex((each) => each.call.caller === call.caller) === i;
  const call = first && calls[first.index];
  return { calls, ofCallers: holds.filter(isFirst), ofLane: call && { ...first, call } };
}

const NO_KEY: KeySpec = { id: '', weight: 1, concurrency: Number.POSITIVE_INFINITY, meters: [] };

function frontOf(places: readonly Place[]): string {
  return places.map(({ id }) => id).join();
}

/** How much longer a call counts as having waited: a time that never depends on when it is asked. */
function boost({ priority }: Place): number {
  return Math.min(MOST_STEPS, Math.max(-MOST_STEPS, priority)) * PRIORITY_MS;
}
