import type { Clock } from '../clock.ts';
import type { HeadroomError } from '../errors.ts';
import type { LaneCommand } from '../rules/commands.ts';
import type { Decision } from '../rules/decide.ts';
import { type LaneOpening, type LaneState, newLane } from '../rules/lane-state.ts';
import type { Ticket } from '../rules/ticket.ts';
import { newTurns, type Turns } from '../rules/turns.ts';
import type { LaneAnswer } from '../shared/lane-answer.ts';
import { laneRules } from '../shared/lane-rules.ts';
import type { SharedStore } from '../shared/shared-store.ts';
import { AskedCalls, NOTHING_DECIDED } from './asked-calls.ts';
import { GrantedCalls } from './granted-calls.ts';
import { KnownLane } from './known-lane.ts';
import { LaneGate } from './lane-gate.ts';
import type { LaneKeeper } from './lane-keeper.ts';
import { LaneMembership } from './lane-membership.ts';
import type { OthersLine } from './others-line.ts';
import { Outages } from './outages.ts';

/**
 * A lane that processes share: decided by whoever has written its value last; while the store is lost,
 * by each process for its part.
 */
export class SharedKeeper implements LaneKeeper {
  readonly isShared = true;
  readonly turns: Turns = newTurns();
  onDecision: (decision: Decision) => void = () => {};
  isAsked: () => boolean = () => false;
  readonly #asked = new AskedCalls();
  readonly #known: KnownLane;
  readonly #membership: LaneMembership;
  readonly #outages: Outages;
  readonly #gate: LaneGate;

  constructor(
    store: SharedStore,
    name: string,
    opening: LaneOpening,
    clock: Clock,
    gate: LaneGate = new LaneGate(false),
  ) {
    const asked = this.#asked;
    const granted = new GrantedCalls(asked, () => this.#known.state, clock);
    const value = store.open(`lane/${name}`, {
      rules: laneRules(opening, granted),
      keepMs: 2 * Math.max(0, ...opening.start.map(({ windowMs }) => windowMs)),
      act: (answer, at) => this.#act(answer, at),
      restate: (pending) => this.#membership.restated(pending, this.#outages),
      isWaiting: () => asked.isWaiting && !this.isLocal,
      onMembers: (members) => this.#known.heard(members),
      onUnusable: (error) => this.#outages.unusable(error),
      isCommon: !name.startsWith('own/'),
    });
    const known = new KnownLane(store, name, value, newLane(opening, clock.now()), clock);
    this.#known = known;
    this.#gate = gate;
    this.#membership = new LaneMembership({ value, known, asked, granted }, opening, clock);
    this.#outages = new Outages(store, value, clock, {
      stateAlone: () => ({ ...this.#membership.stateAlone(), turns: this.turns }),
      unknownCosts: () => granted.unknownCosts,
      onDecision: (decision) => this.onDecision(decision),
      onChange: (isLost) => {
        // While it is lost, nothing is asked of it; once it is back, what it was asked before is void.
        if (isLost) this.#membership.tell({ kind: 'ask', tickets: [] });
        else asked.forget();
        this.onDecision(NOTHING_DECIDED);
      },
    });
    gate.onceOpen(() => this.#membership.join());
    if (!store.reach.isUp) this.#outages.begin();
  }

  get state(): LaneState {
    return this.#outages.keeper?.state ?? this.#known.state;
  }

  get others(): OthersLine | undefined {
    return this.isLocal ? undefined : this.#known.others;
  }

  get isLocal(): boolean {
    return this.#outages.keeper !== undefined;
  }

  get closedBy(): HeadroomError | undefined {
    return this.#outages.closedBy;
  }

  get share(): number {
    return this.#outages.share;
  }

  now(): number {
    return this.#outages.keeper?.now() ?? this.#known.now();
  }

  tell(command: LaneCommand): void {
    this.#outages.tell(command);
    if (this.#outages.isUntold(command)) return;
    if (command.kind === 'sent' && this.#known.now() - command.call.at < 1) return;
    this.#membership.tell(command);
  }

  /** Asks again only where there is something new to ask. */
  ask(tickets: readonly Ticket[]): void {
    this.#asked.wait(tickets);
    if (this.closedBy !== undefined) return;
    const { keeper } = this.#outages;
    if (keeper !== undefined) keeper.ask(tickets);
    else if (!this.#gate.holds(tickets) && this.#asked.isNews) this.#membership.ask();
  }

  /** The lane as all processes know it. */
  async refresh(): Promise<LaneState> {
    if (!this.isLocal) await this.#known.refresh();
    return this.state;
  }

  close(): void {
    this.ask([]);
    this.#gate.end();
    this.#membership.leave(() => {
      this.#outages.close();
      this.#known.forget();
    });
  }

  #act(answer: LaneAnswer, at: number): void {
    this.#known.heard(answer.members);
    if (this.isLocal) {
      this.#outages.refund(answer);
      return;
    }
    const isOutdated = this.#known.isOutdated(answer);
    const decision = this.#asked.decisionOf(answer);
    if (answer.kind === 'blocked') {
      this.#membership.blocked();
      this.#known.whenKnown(isOutdated || this.isAsked(), () => this.onDecision(decision));
      return;
    }
    if (answer.kind === 'granted') {
      if (isOutdated) this.#known.whenKnown(true, () => this.onDecision(NOTHING_DECIDED));
      this.#membership.granted(answer.call, at);
      this.#known.keepFresh();
    }
    this.onDecision(decision);
  }
}
