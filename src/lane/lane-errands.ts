import type { Clock } from '../clock.ts';
import type { LaneCommand } from '../rules/commands.ts';
import type { LaneState } from '../rules/lane-state.ts';
import type { LaneAnswer } from '../shared/lane-answer.ts';
import { readLane, sharedLaneRules } from '../shared/lane-rules.ts';
import type { SharedStore } from '../shared/shared-store.ts';
import type { SharedValue } from '../shared/shared-value.ts';

/** What can't be told for so long is not told: the store is lost. */
const LONGEST_MS = 10_000;

/** Tells lanes something that this process has no part in. */
export class LaneErrands {
  readonly #store: SharedStore;
  readonly #clock: Clock;
  /** Ends those that are under way. */
  readonly #open = new Set<() => void>();
  #isClosed = false;

  constructor(store: SharedStore, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** Tells the lane, where it has a value. Rejects where that can't be read. */
  async tell(lane: string, command: LaneCommand): Promise<void> {
    const name = `lane/${lane}`;
    const seen = await this.#store.glimpse(name, readLane);
    if (seen === undefined || this.#isClosed) return;
    await new Promise<void>((resolve) => {
      const value = this.#opened(name, seen.state, command, () => end());
      const stop = this.#clock.setTimeout(() => end(), LONGEST_MS, true);
      const end = (): void => {
        stop();
        if (this.#open.delete(end)) void value.close();
        resolve();
      };
      this.#open.add(end);
      value.send(command);
    });
  }

  #opened(
    name: string,
    state: LaneState,
    command: LaneCommand,
    onApplied: () => void,
  ): SharedValue<LaneState, LaneCommand, LaneAnswer> {
    return this.#store.open(name, {
      rules: sharedLaneRules(() => state),
      keepMs: 2 * Math.max(0, ...state.limits.meters.map(({ limit }) => limit.windowMs)),
      ...{ act: () => {}, restate: () => [command], isWaiting: () => true, onApplied },
    });
  }

  /** Nothing more is told. */
  close(): void {
    this.#isClosed = true;
    for (const end of this.#open) end();
  }
}
