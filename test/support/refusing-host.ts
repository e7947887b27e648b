import { createRateLimiter } from '../../src/limiter.ts';
import type { RateLimiterOptions } from '../../src/options.ts';
import { hostOfPreset } from '../../src/providers/host.ts';
import { providerFor } from '../../src/providers/provider-for.ts';
import type { LaneCommand } from '../../src/rules/commands.ts';
import { decide, type Grant } from '../../src/rules/decide.ts';
import type { LaneState } from '../../src/rules/lane-state.ts';
import { waitAfter } from '../../src/rules/pause.ts';
import { pauseOf } from '../../src/rules/recovery-state.ts';
import type { Ticket } from '../../src/rules/ticket.ts';
import { createRandom, type SimulatorEnforcement } from '../../src/testing/index.ts';
import { createMeter } from '../../src/testing/meters/create-meter.ts';
import type { Meter } from '../../src/testing/meters/meter.ts';
import { laneKeyOf } from '../../src/upstream.ts';

/** A host that nobody knows. */
export const NOBODY = 'https://llm.example/v1';

/** A host that refuses calls by chance, or for its limit, and those that call it. */
export interface RefusingHost {
  /** @default one that nobody knows */
  readonly baseURL?: string | undefined;
  readonly options?: RateLimiterOptions | undefined;
  /** The chance that a call is refused that arrives at that time. */
  readonly chance?: ((now: number) => number) | undefined;
  /** The requests a minute that it takes, and how it counts them. @default any number */
  readonly enforced?: { readonly rpm: number; readonly as: SimulatorEnforcement } | undefined;
  /** The requests a minute that its headers show. @default none */
  readonly shows?: number | undefined;
  /** @default 300 */
  readonly latencyMs?: number | undefined;
  /** What refusals ask for; `'true'`: until the call would pass. @default nothing */
  readonly retryAfterMs?: number | 'true' | undefined;
  /** Processes that share the lane, each as late with its news as this. @default 1, at once */
  readonly processes?: number | undefined;
  readonly newsMs?: number | undefined;
  readonly keys?: number | undefined;
  /** Calls that want to go, from the start. */
  readonly calls: number;
  /** Calls that are to be let through at most at once. @default all */
  readonly workers?: number | undefined;
  /** When to stop. @default once all have passed */
  readonly untilMs?: number | undefined;
  readonly seed?: number | undefined;
}

interface Waiting {
  readonly ticket: Ticket;
  readonly refusals: number;
  /** What its refusals alone take: each one's latency, and the wait that follows it. */
  readonly refusedMs: number;
}

/** Tickets that a process asks with at a time. */
const ASKED = 8;
const COST = { requests: 1, tokens: 15, inputTokens: 10, outputTokens: 5 };

/**
 * The rules of a lane in virtual time, without the shell: so that hours of calls take a second.
 * `run` plays until all calls have passed.
 */
export class RefusingWorld {
  /** Of the calls that arrived: when, and whether they were refused. */
  readonly arrivals: { readonly at: number; readonly isRefused: boolean }[] = [];
  readonly state: LaneState;
  now = 0;
  /** Of any call: what its refusals alone take. */
  longestRefusedMs = 0;
  readonly #host: RefusingHost;
  readonly #random: () => number;
  readonly #meter: Meter | undefined;
  readonly #shownMeter: Meter | undefined;
  readonly #queues: Waiting[][];
  readonly #events: { due: number; act: () => void }[] = [];
  #open: number;
  #unstarted: number;
  #lastId = 0;
  #wakeAt = Number.POSITIVE_INFINITY;

  constructor(host: RefusingHost) {
    const { processes = 1, seed = 1, enforced, shows, calls, workers = calls } = host;
    this.#host = host;
    this.#random = createRandom(seed);
    this.#meter = enforced && createMeter(enforced.as, 'rpm', enforced.rpm, 0);
    this.#shownMeter = shows === undefined ? undefined : createMeter('bucket', 'rpm', shows, 0);
    this.#queues = Array.from({ length: processes }, () => []);
    this.#open = calls;
    this.#unstarted = calls;
    this.state = stateOf(host);
    for (let i = 0; i < workers; i++) this.#begin(i % processes);
  }

  /** Plays until all calls have passed, or until the host's end. Returns the time. */
  run(): number {
    const { untilMs = Number.POSITIVE_INFINITY } = this.#host;
    this.#look();
    while (this.#open > 0 && this.now < untilMs) {
      const next = this.#events[0];
      const at = Math.min(next?.due ?? Number.POSITIVE_INFINITY, this.#wakeAt);
      if (!Number.isFinite(at)) throw new Error('Nothing is left that could happen');
      this.now = Math.max(this.now, at);
      if (next !== undefined && next.due <= at) this.#events.shift();
      next !== undefined && next.due <= at ? next.act() : this.#look();
    }
    return this.now;
  }

  /** Of the calls that arrived from `from` to `to`: how many passed, and the share of refused ones. */
  between(from: number, to: number): { readonly passed: number; readonly refused: number } {
    const inside = this.arrivals.filter(({ at }) => at >= from && at < to);
    const passed = inside.filter(({ isRefused }) => !isRefused).length;
    return { passed, refused: inside.length === 0 ? 0 : 1 - passed / inside.length };
  }

  #begin(process: number): void {
    if (this.#unstarted === 0) return;
    this.#unstarted--;
    const id = ++this.#lastId;
    const key = `key ${id % (this.#host.keys ?? 1)}`;
    const place = { id, since: this.now, priority: 0 };
    const ticket = { ...place, key, weight: 1, cost: COST, expects: [], deadline: undefined };
    this.#queues[process]?.push({ ticket, refusals: 0, refusedMs: 0 });
  }

  #look(commands: readonly LaneCommand[] = [], process = 0): void {
    const told = commands.map((command) => ({ member: `${process}`, command }));
    const asks = this.#queues.map((queue, i) => {
      const tickets = queue.slice(0, ASKED).map(({ ticket }) => ticket);
      return { member: `${i}`, command: { kind: 'ask', tickets } as const };
    });
    const { granted, blocked } = decide(this.state, [...told, ...asks], this.now);
    for (const grant of granted) this.#send(grant);
    this.#wakeAt = this.now + Math.max(1, Math.ceil(blocked?.waitMs ?? Number.POSITIVE_INFINITY));
    if (granted.length > 0 && blocked === undefined) this.#look();
  }

  #send(grant: Grant): void {
    const process = Number(grant.member);
    const queue = this.#queues[process] ?? [];
    const at = queue.findIndex(({ ticket }) => ticket.id === grant.ticket.id);
    const [waiting] = queue.splice(at, 1);
    if (waiting === undefined) throw new Error('A call was granted that does not wait');
    const waitMs = this.#arrive();
    const { latencyMs = 300, newsMs = 0 } = this.#host;
    this.#after(latencyMs + newsMs, () => {
      if (waitMs === 'passed') this.#passed(grant, process);
      else this.#refused(grant, waiting, process, waitMs);
    });
  }

  #passed({ call }: Grant, process: number): void {
    this.#open--;
    this.#begin(process);
    const shown: LaneCommand[] = this.#shown(call);
    const ended = { actual: call.cost, wasAnswered: true, isRefused: false };
    const answered = { kind: 'answered', call, isRefused: false } as const;
    this.#look([...shown, answered, { kind: 'ended', call, ...ended }], process);
  }

  #refused(
    { call }: Grant,
    { ticket, refusals, refusedMs }: Waiting,
    process: number,
    retryAfterMs: number | undefined,
  ): void {
    const ownMs = waitAfter({ cause: 'rate', retryAfterMs }, refusals);
    const { latencyMs = 300, newsMs = 0 } = this.#host;
    const again = {
      ticket,
      refusals: refusals + 1,
      refusedMs: refusedMs + ownMs + latencyMs + newsMs,
    };
    this.longestRefusedMs = Math.max(this.longestRefusedMs, again.refusedMs);
    const told = {
      kind: 'refused',
      call,
      cause: 'rate',
      retryAfterMs,
      words: {},
      earlier: refusals,
    } as const;
    const ended = { actual: { requests: 1 }, wasAnswered: true, isRefused: true };
    const answered = { kind: 'answered', call, isRefused: true } as const;
    this.#look([...this.#shown(call), told, answered, { kind: 'ended', call, ...ended }], process);
    // As a lane has its calls wait: for the end of a pause, or, if that was in vain, alone.
    const rests = refusals > 0 || pauseOf(this.state.recovery) === undefined;
    const restMs = rests ? ownMs : 0;
    const queue = this.#queues[process] ?? [];
    this.#after(restMs, () => {
      queue.unshift(again);
      this.#look();
    });
  }

  /** What the answer shows of the limit, and of what is left of it. */
  #shown(call: Grant['call']): LaneCommand[] {
    const { shows } = this.#host;
    if (shows === undefined) return [];
    const remaining = Math.max(0, Math.floor(shows - (this.#shownMeter?.used(this.now) ?? 0)));
    return [
      { kind: 'observed', call, observed: [{ dimension: 'requests', limit: shows, remaining }] },
    ];
  }

  /** How long the call is told to wait, if it is refused. */
  #arrive(): number | undefined | 'passed' {
    const { chance, retryAfterMs } = this.#host;
    const byChance = this.#random() < (chance?.(this.now) ?? 0);
    const untilRoom = this.#meter?.waitMs(1, this.now) ?? 0;
    const isRefused = byChance || untilRoom > 0;
    this.arrivals.push({ at: this.now, isRefused });
    if (isRefused) return retryAfterMs === 'true' ? Math.ceil(untilRoom) : retryAfterMs;
    this.#meter?.take(1, this.now);
    this.#shownMeter?.take(1, this.now);
    return 'passed';
  }

  #after(delayMs: number, act: () => void): void {
    const due = this.now + delayMs;
    let at = this.#events.length;
    while (at > 0 && (this.#events[at - 1]?.due ?? 0) > due) at--;
    this.#events.splice(at, 0, { due, act });
  }
}

/** The value of a new lane, as a client of that host would open it. */
function stateOf({ baseURL = NOBODY, options = {} }: RefusingHost): LaneState {
  const clock = { now: () => 0, setTimeout: () => () => {} };
  const { hostname } = new URL(baseURL);
  const provider = providerFor({ sdk: 'openai', baseURL, azure: false });
  const presetHost = hostOfPreset(hostname, 'openai');
  const key = laneKeyOf(
    { provider, host: hostname, presetHost },
    { model: 'm' },
    { inputTokens: 10, outputTokens: 5 },
    undefined,
  );
  return createRateLimiter({ clock, ...options }).core.lane(key).view.state;
}
