import type { Clock } from '../clock.ts';
import { type HeadroomError, StoreUnavailable } from '../errors.ts';
import { amount, type Cost, DIMENSIONS } from '../model/limits.ts';
import type { LaneCommand, LaneTerms } from '../rules/commands.ts';
import type { Decision } from '../rules/decide.ts';
import { type LaneOpening, type LaneState, newLane } from '../rules/lane-state.ts';
import { limitSet } from '../rules/limits/limit-set.ts';
import type { SentCall, Ticket } from '../rules/ticket.ts';
import { newTurns, type Turns } from '../rules/turns.ts';
import { type LaneAnswer, laneRules, newsOf } from '../shared/lane-rules.ts';
import type { SharedStore } from '../shared/shared-store.ts';
import type { SharedValue } from '../shared/shared-value.ts';
import type { LaneKeeper } from './lane-keeper.ts';
import { Outage } from './outage.ts';

/** So many calls ask at a time: enough for a fast link, and few to be told no. */
const ASKED = 16;
/** What is no news for others is told after so long, or with what is. */
const NEWS_MS = 20;
const NO_NEWS_MS = 200;
/** So long after a pause, and while limits are unknown, calls go as others are answered. */
const RECOVERING_MS = 60_000;
/** So long after calls had to wait, others may still. */
const CONTENDED_MS = 5000;
/** What was taken without the store is told to it within so long, once it can be. */
const USED_MS = 10;

const NOTHING: Decision = { granted: [], unfit: [], held: [], blocked: undefined };

/** A lane that processes share: decided by whoever has written its value last. */
export class SharedKeeper implements LaneKeeper {
  readonly isShared = true;
  readonly turns: Turns = newTurns();
  onDecision: (decision: Decision) => void = () => {};
  isAsked: () => boolean = () => false;
  readonly #store: SharedStore;
  readonly #clock: Clock;
  readonly #name: string;
  readonly #value: SharedValue<LaneState, LaneCommand, LaneAnswer>;
  readonly #stop: () => void;
  #isClosing = false;
  #refreshing: Promise<LaneState> | undefined;
  #terms: LaneTerms;
  #state: LaneState;
  /** While the store is lost; and the last time that it was. */
  #outage: Outage | undefined;
  #lastOutage: Outage | undefined;
  /** Grants of the store whose calls have not ended. */
  readonly #granted = new Set<SentCall>();
  /** The latest epoch of a grant, and until when others wait for each answer. */
  #epoch = 0;
  #recoversUntil: number;
  /** The calls that have asked and were not answered, by number. */
  #asked = new Map<number, Ticket>();
  /** The first calls of the queue. */
  #front: readonly Ticket[] = [];
  /** Until when it is likely that calls wait somewhere. */
  #contendedUntil = 0;

  constructor(store: SharedStore, name: string, opening: LaneOpening, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
    this.#name = name;
    this.#terms = opening;
    this.#state = newLane(opening, clock.now());
    this.#recoversUntil = opening.isCold ? clock.now() + RECOVERING_MS : 0;
    this.#value = store.open(`lane/${name}`, {
      rules: laneRules(opening),
      act: (answer) => this.#act(answer),
      restate: () => this.#restated(),
      isWaiting: () => this.#front.length > 0,
    });
    const stops = [
      store.onChange((isUp) => (isUp ? this.#back() : this.#lost())),
      store.onReturning(() => this.#outage?.returning()),
    ];
    this.#stop = () => {
      for (const stop of stops) stop();
    };
    this.#send({ kind: 'configure', terms: opening });
    if (!store.isUp) this.#lost();
  }

  get state(): LaneState {
    return this.#outage?.keeper.state ?? this.#known;
  }

  /** As it was in the store when that was last known. */
  get #known(): LaneState {
    this.#state = this.#value.state ?? this.#state;
    return this.#state;
  }

  get isLocal(): boolean {
    return this.#outage !== undefined;
  }

  get closedBy(): HeadroomError | undefined {
    if (this.#outage === undefined || this.#store.onStoreLost !== 'closed') return undefined;
    const why = this.#store.remedy ?? "`onStoreLost` is 'closed'";
    const message = `The store that processes share can't be reached: ${why}`;
    return new StoreUnavailable(message, this.#store.lostCause);
  }

  get share(): number {
    return this.#outage === undefined ? 1 : this.#shareAlone;
  }

  now(): number {
    return this.#outage === undefined ? this.#value.now() : this.#clock.now();
  }

  tell(command: LaneCommand): void {
    if (command.kind === 'configure') this.#terms = command.terms;
    if (this.#outage !== undefined) this.#outage.keeper.tell(command);
    if ('call' in command && this.#isOfOutage(command.call)) return;
    if (command.kind === 'ended') this.#granted.delete(command.call);
    if (command.kind === 'sent' && this.#value.now() - command.call.at < 1) return;
    this.#send(command);
    if (command.kind === 'ended') this.#closeIfUnused();
  }

  /** Asks again only where there is something new to ask. */
  ask(tickets: readonly Ticket[]): void {
    this.#front = tickets.slice(0, ASKED);
    if (this.closedBy !== undefined) return;
    if (this.#outage !== undefined) this.#outage.keeper.ask(tickets);
    else if (this.#isNews()) this.#askAgain();
  }

  /**
   * Whether the lane has to know the front of the queue anew: a call has left, or another one is
   * ahead of those that have asked; or few of these are left.
   */
  #isNews(): boolean {
    const front = new Set(this.#front.map(({ id }) => id));
    const open = [...this.#asked.keys()];
    if (open.some((id) => !front.has(id))) return true;
    const first = this.#front.findIndex(({ id }) => !this.#asked.has(id));
    return first !== -1 && (open.length <= ASKED / 2 || first < open.length);
  }

  #askAgain(): void {
    this.#asked = new Map(this.#front.map((ticket) => [ticket.id, ticket]));
    this.#send(this.#askCommand());
  }

  /** The lane as all processes know it. */
  refresh(): Promise<LaneState> {
    this.#refreshing ??= this.#refresh().finally(() => {
      this.#refreshing = undefined;
    });
    return this.#refreshing;
  }

  async #refresh(): Promise<LaneState> {
    if (this.#outage === undefined) this.#state = (await this.#value.read()) ?? this.#state;
    this.#store.heard(this.#name, Object.keys(this.#state.members).length);
    return this.state;
  }

  close(): void {
    this.#isClosing = true;
    this.ask([]);
    this.#closeIfUnused();
  }

  #isOfOutage(call: SentCall): boolean {
    return this.#outage?.has(call) === true || this.#lastOutage?.has(call) === true;
  }

  /** Calls in flight are still the lane's. */
  #closeIfUnused(): void {
    if (!this.#isClosing || this.#granted.size > 0) return;
    this.#stop();
    this.#store.forget(this.#name);
    void this.#value.close();
  }

  #act(answer: LaneAnswer): void {
    this.#store.heard(this.#name, answer.members);
    if (this.#outage !== undefined) {
      this.#refund(answer);
      return;
    }
    if (answer.news !== newsOf(this.state) && answer.kind === 'granted') this.#learn();
    if (answer.kind === 'granted') this.#noteGrant(answer.call);
    if (answer.kind !== 'blocked') {
      this.onDecision(this.#decisionOf(answer));
      return;
    }
    this.#contendedUntil = this.#clock.now() + CONTENDED_MS;
    const blocked = { reason: answer.reason, waitMs: Number.POSITIVE_INFINITY };
    const tell = (): void => this.onDecision({ granted: [], unfit: [], held: [], blocked });
    if (this.isAsked() || answer.news !== newsOf(this.state)) this.refresh().then(tell, () => {});
    else tell();
  }

  /** The store is lost, or only just back: what it let through is let through here already. */
  #refund(answer: LaneAnswer): void {
    if (answer.kind !== 'granted') return;
    const { call } = answer;
    const ended = { call, actual: {}, wasAnswered: false, isRefused: false } as const;
    this.#value.send({ kind: 'ended', ...ended });
  }

  /** Limits or pauses are others than is known here. */
  #learn(): void {
    const nothing = { granted: [], unfit: [], held: [], blocked: undefined };
    this.refresh().then(
      () => this.onDecision(nothing),
      () => {},
    );
  }

  /** A later epoch is that of a pause: calls wait for the answers to those that go first. */
  #noteGrant(call: SentCall): void {
    this.#granted.add(call);
    if (call.epoch <= this.#epoch) return;
    this.#epoch = call.epoch;
    this.#recoversUntil = this.#clock.now() + RECOVERING_MS;
  }

  #decisionOf(answer: Exclude<LaneAnswer, { kind: 'blocked' }>): Decision {
    const ticket = this.#asked.get(answer.id) ?? missing(answer.id);
    this.#asked.delete(answer.id);
    const nothing = { granted: [], unfit: [], held: [], blocked: undefined };
    const member = '';
    if (answer.kind === 'unfit') return { ...nothing, unfit: [{ ...answer, ticket, member }] };
    return { ...nothing, granted: [{ member, ticket, call: answer.call, own: answer.call.cost }] };
  }

  #askCommand(): LaneCommand {
    const aheadMs = this.#value.now() - this.#clock.now();
    const front = this.#outage === undefined ? this.#front : [];
    const tickets = front.map((ticket): Ticket => {
      const { id, since, priority, sharedKey: key = '', weight, cost, expects } = ticket;
      const own = { id, since: since + aheadMs, priority, key, weight };
      return { ...own, cost, expects, deadline: undefined };
    });
    return { kind: 'ask', tickets };
  }

  /** What others wait for goes at once, and takes along what was to be told later. */
  #send(command: LaneCommand): void {
    this.#value.send(command, this.#delayOf(command));
  }

  /** How long a command may wait for others to go with it. A slot is for whoever waits for it. */
  #delayOf(command: LaneCommand): number {
    const { kind } = command;
    const isFeedback = kind === 'answered' || kind === 'observed' || kind === 'sent';
    if (kind !== 'ended' && !isFeedback) return 0;
    const now = this.#clock.now();
    if (isFeedback) return now < this.#recoversUntil ? 0 : NO_NEWS_MS;
    const { limit } = this.state.learning.concurrency;
    const isSlot = Math.min(limit, this.#terms.inFlight.most) < Number.POSITIVE_INFINITY;
    if (isSlot) return 0;
    const isRoom = now < this.#contendedUntil && isLess(command.actual, command.call.cost);
    return isRoom ? NEWS_MS : NO_NEWS_MS;
  }

  #restated(): LaneCommand[] {
    this.#asked = new Map(this.#front.map((ticket) => [ticket.id, ticket]));
    return [
      { kind: 'configure', terms: this.#terms },
      this.#recalled(),
      ...(this.#lastOutage === undefined ? [] : [this.#lastOutage.used]),
      { kind: 'join', inFlight: this.#granted.size },
      this.#askCommand(),
    ];
  }

  /** What was known here of a lane that the store has forgotten. */
  #recalled(): LaneCommand {
    const now = this.#value.now();
    const { limits } = this.#known;
    return { kind: 'recall', at: now, limits: JSON.stringify(limitSet.pack(limits, now)) };
  }

  /** Goes on alone, from what is known of the lane. */
  #lost(): void {
    const rules = laneRules({ ...this.#terms, isCold: false });
    const now = this.#clock.now();
    // Its times are the store's.
    const copy = rules.unpack(rules.pack(this.#known, this.#value.now()), now, rules.format);
    const state = copy ?? rules.initial(now);
    state.members = {};
    state.turns = this.turns;
    state.isOpen = this.#store.onStoreLost === 'open';
    this.#outage = new Outage(state, this.#shareAlone, this.#clock, (command) => {
      this.#value.send(command, USED_MS);
    });
    this.#outage.onDecision = (decision) => this.onDecision(decision);
    this.#send(this.#askCommand());
    this.onDecision(NOTHING);
  }

  #back(): void {
    this.#lastOutage = this.#outage;
    this.#outage = undefined;
    this.#asked = new Map();
    this.onDecision(NOTHING);
  }

  get #shareAlone(): number {
    return this.#store.onStoreLost === 'local' ? 1 / this.#store.instances : 1;
  }
}

function missing(id: number): Ticket {
  const unset = { key: '', weight: 1, cost: {}, expects: [], deadline: undefined };
  return { id, since: 0, priority: 0, ...unset };
}

function isLess(actual: Cost, taken: Cost): boolean {
  return DIMENSIONS.some((dimension) => amount(actual, dimension) < amount(taken, dimension));
}
