import type { Clock } from '../clock.ts';
import type { LaneRef } from '../events.ts';
import type { LaneCommand } from '../rules/commands.ts';
import type { WordsHearer } from '../shared/lane-list.ts';
import { type OperatorWord, restMs, withWord } from '../shared/operator-pauses.ts';
import type { SharedStore } from '../shared/shared-store.ts';
import { LaneErrands } from './lane-errands.ts';
import type { LaneGate } from './lane-gate.ts';
import { type LaneKey, nameOf, namesOf } from './lane-key.ts';
import type { SharedKeeper } from './shared-keeper.ts';

/**
 * What operators say of lanes that processes share. Whoever opens a lane reads it in the store. Who
 * says it tells the lanes, too: those that are open here, and those that only others have open.
 */
export class SharedPauses {
  readonly #store: SharedStore;
  readonly #clock: Clock;
  readonly #errands: LaneErrands;
  /** What was said here, for when the store can't be asked. */
  #words: readonly OperatorWord[] = [];
  /** How often something was said here, and how often the store has heard of it. */
  #said = 0;
  #told = 0;
  #telling: Promise<unknown> = Promise.resolve();
  #isClosed = false;

  constructor(store: SharedStore, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
    this.#errands = new LaneErrands(store, clock);
  }

  /** The lane is opened: nothing goes before it is known whether it is paused. */
  ask(key: LaneKey, keeper: SharedKeeper, gate: LaneGate): void {
    if (this.#isClosed) {
      gate.open(keeper, 0);
      return;
    }
    const names = namesOf(key);
    const before = this.#said;
    const hear: WordsHearer = (words, now) => {
      // What was said here meanwhile isn't in there.
      const isNewest = this.#said === before && this.#told === before;
      const [known, at] = isNewest && words ? [words, now] : [this.#words, this.#clock.now()];
      gate.open(keeper, restMs(known, names, at));
    };
    if (keeper.isLocal) hear(undefined, 0);
    this.#store.lanes.open({ lane: nameOf(key), model: key.model }, hear);
  }

  /** Lanes stop for `forMs`, or go on. `isOpen`: the lane is told here. */
  say(model: string | undefined, forMs: number, isOpen: (lane: string) => boolean): void {
    const now = this.#clock.now();
    this.#words = withWord(this.#words, { model, until: now + forMs }, now);
    this.#said++;
    // While the store is lost, each process decides for itself.
    const tell = (): Promise<void> => this.#tell(model, forMs, isOpen).catch(() => {});
    this.#telling = this.#telling.then(tell);
  }

  close(): void {
    this.#isClosed = true;
    this.#errands.close();
  }

  async #tell(
    model: string | undefined,
    forMs: number,
    isOpen: (lane: string) => boolean,
  ): Promise<void> {
    if (this.#isClosed) return;
    const saying = this.#store.lanes.say(model, forMs).finally(() => this.#told++);
    const lanes = (await saying).filter((each) => isMeant(each, model) && !isOpen(each.lane));
    const command: LaneCommand = forMs > 0 ? { kind: 'pause', forMs } : { kind: 'resume' };
    if (this.#isClosed) return;
    await Promise.allSettled(lanes.map(({ lane }) => this.#errands.tell(lane, command)));
  }
}

/** Whether the lane may be named so: by its model, its family or its own name. */
function isMeant({ lane, model: first }: LaneRef, model: string | undefined): boolean {
  const family = lane.slice(lane.indexOf('/') + 1);
  return model === undefined || [first, family, lane].includes(model);
}
