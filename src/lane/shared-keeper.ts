import type { Clock } from '../clock.ts';
import { type HeadroomError, StoreUnavailable } from '../errors.ts';
import type { LaneCommand, LaneTerms } from '../rules/commands.ts';
import type { Decision } from '../rules/decide.ts';
import { type LaneOpening, type LaneState, newLane } from '../rules/lane-state.ts';
import type { GrantedCall, Ticket } from '../rules/ticket.ts';
import { newTurns, type Turns } from '../rules/turns.ts';
import { type LaneAnswer, newsOf } from '../shared/lane-answer.ts';
import { usedWithin } from '../shared/lane-room.ts';
import { laneRules } from '../shared/lane-rules.ts';
import type { SharedStore } from '../shared/shared-store.ts';
import type { SharedValue } from '../shared/shared-value.ts';
import { AskedCalls, NOTHING_DECIDED } from './asked-calls.ts';
import { GrantedCalls } from './granted-calls.ts';
import type { LaneKeeper } from './lane-keeper.ts';
import { NewsDelay } from './news-delay.ts';
import { Outage, packedUse, stateAlone } from './outage.ts';

/** What was taken without the store is told to it within so long, once it can be. */
const USED_MS = 10;
/** While calls go, the lane is known as it was so long ago, or newer. */
const KNOWN_MS = 10_000;

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
  readonly #delay: NewsDelay;
  readonly #asked = new AskedCalls();
  readonly #granted: GrantedCalls;
  #refreshedAt = 0;

  constructor(store: SharedStore, name: string, opening: LaneOpening, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
    this.#name = name;
    this.#terms = opening;
    this.#state = newLane(opening, clock.now());
    this.#delay = new NewsDelay(opening.isCold, clock.now());
    this.#granted = new GrantedCalls(this.#asked, () => this.#known, clock);
    this.#value = store.open(`lane/${name}`, {
      rules: laneRules(opening, this.#granted),
      keepMs: 2 * Math.max(0, ...opening.start.map(({ windowMs }) => windowMs)),
      act: (answer, at) => this.#act(answer, at),
      restate: (pending) => this.#restated(pending),
      isWaiting: () => this.#asked.isWaiting,
    });
    const ends = [
      store.onChange((isUp) => (isUp ? this.#back() : this.#lost())),
      store.onReturning(() => this.#outage?.returning()),
    ];
    this.#stop = () => {
      for (const end of ends) end();
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
    const message =
      "The store that processes share can't be reached, and calls may not go without it";
    return new StoreUnavailable(message, this.#store.lostCause, this.#store.remedy);
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
    // The store is told of it with all else that is used while it is lost.
    if (command.kind === 'used' && this.#outage?.isReturning === false) return;
    if (command.kind === 'ended') this.#granted.ended(command.call);
    if (command.kind === 'sent' && this.#value.now() - command.call.at < 1) return;
    this.#send(command);
    if (command.kind === 'ended') this.#closeIfUnused();
  }

  /** Asks again only where there is something new to ask. */
  ask(tickets: readonly Ticket[]): void {
    this.#asked.wait(tickets);
    if (this.closedBy !== undefined) return;
    if (this.#outage !== undefined) this.#outage.keeper.ask(tickets);
    else if (this.#asked.isNews) this.#send(this.#askCommand());
  }

  /** The lane as all processes know it. */
  refresh(): Promise<LaneState> {
    this.#refreshing ??= this.#refresh().finally(() => {
      this.#refreshing = undefined;
    });
    return this.#refreshing;
  }

  async #refresh(): Promise<LaneState> {
    this.#refreshedAt = this.#clock.now();
    if (this.#outage === undefined) this.#state = (await this.#value.read()) ?? this.#state;
    this.#store.heard(this.#name, Object.keys(this.#state.members).length);
    return this.state;
  }

  close(): void {
    this.#isClosing = true;
    this.ask([]);
    this.#closeIfUnused();
  }

  #isOfOutage(call: GrantedCall): boolean {
    return this.#outage?.has(call) === true || this.#lastOutage?.has(call) === true;
  }

  /** Calls in flight are still the lane's. */
  #closeIfUnused(): void {
    if (!this.#isClosing || this.#granted.inFlight > 0) return;
    this.#stop();
    this.#store.forget(this.#name);
    void this.#value.close();
  }

  #act(answer: LaneAnswer, at: number): void {
    this.#store.heard(this.#name, answer.members);
    if (this.#outage !== undefined) {
      this.#refund(answer);
      return;
    }
    if (answer.news !== newsOf(this.state) && answer.kind === 'granted')
      this.#learn(NOTHING_DECIDED);
    if (answer.kind === 'granted') {
      this.#granted.granted(answer.call, at);
      this.#keepKnown();
      this.#delay.granted(answer.call.epoch, this.#clock.now());
    }
    if (answer.kind !== 'blocked') {
      this.onDecision(this.#asked.decisionOf(answer));
      return;
    }
    this.#delay.blocked(this.#clock.now());
    const blocked = { reason: answer.reason, waitMs: Number.POSITIVE_INFINITY };
    const isNews = this.isAsked() || answer.news !== newsOf(this.state);
    if (isNews) this.#learn({ ...NOTHING_DECIDED, blocked });
    else this.onDecision({ ...NOTHING_DECIDED, blocked });
  }

  /** The store is lost, or only just back: what it let through is let through here already. */
  #refund(answer: LaneAnswer): void {
    if (answer.kind !== 'granted') return;
    const nothing = { actual: {}, wasAnswered: false, isRefused: false };
    this.#value.send({ kind: 'ended', call: answer.call, ...nothing });
  }

  /** Limits or pauses are others than is known here: that is asked for before anything is told. */
  #learn(decision: Decision): void {
    const tell = (): void => this.onDecision(decision);
    this.refresh().then(tell, () => {});
  }

  #keepKnown(): void {
    if (this.#value.state !== undefined) return;
    if (this.#clock.now() >= this.#refreshedAt + KNOWN_MS) this.refresh().catch(() => {});
  }

  /** While the store is lost, nothing is asked of it. */
  #askCommand(): LaneCommand {
    const aheadMs = this.#value.now() - this.#clock.now();
    return { kind: 'ask', tickets: this.#outage === undefined ? this.#asked.ask(aheadMs) : [] };
  }

  /** What others wait for goes at once, and takes along what was to be told later. */
  #send(command: LaneCommand): void {
    const slots = Math.min(this.state.learning.concurrency.limit, this.#terms.inFlight.most);
    this.#value.send(command, this.#delay.of(command, slots, this.#clock.now()));
  }

  /** What was told before is forgotten: also what was used without the store. */
  #restated(pending: readonly LaneCommand[]): LaneCommand[] {
    const outage = this.#outage?.isReturning ? this.#outage : this.#lastOutage;
    return [
      { kind: 'configure', terms: this.#terms },
      // What was known here of a lane that the store has forgotten.
      { kind: 'recall', ...packedUse(this.#known.limits, this.#value.now()) },
      ...(outage === undefined ? [] : [outage.used]),
      ...usedWithin(pending),
      { kind: 'join', inFlight: this.#granted.inFlight },
      this.#askCommand(),
    ];
  }

  /** Goes on alone, from what is known of the lane. */
  #lost(): void {
    const { turns } = this;
    const isOpen = this.#store.onStoreLost === 'open';
    const known = { state: this.#known, at: this.#value.now() };
    const state = { ...stateAlone(known, this.#terms, this.#clock.now()), turns, isOpen };
    const unknown = this.#granted.unknownCosts;
    this.#outage = new Outage(state, this.#shareAlone, unknown, this.#clock, (command) => {
      this.#value.send(command, USED_MS);
    });
    this.#outage.onDecision = (decision) => this.onDecision(decision);
    this.#send(this.#askCommand());
    this.onDecision(NOTHING_DECIDED);
  }

  #back(): void {
    this.#lastOutage = this.#outage;
    this.#outage = undefined;
    this.#asked.forget();
    this.onDecision(NOTHING_DECIDED);
  }

  get #shareAlone(): number {
    return this.#store.onStoreLost === 'local' ? 1 / this.#store.instances : 1;
  }
}
