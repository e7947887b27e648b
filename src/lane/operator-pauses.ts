/** What an operator says: that lanes stop for so long, or that they go on. */
interface OperatorPause {
  /** `undefined`: of all models. */
  readonly model: string | undefined;
  /** In milliseconds; in the past where they go on. */
  readonly until: number;
}

/** What operators have said of lanes, for those that are opened later. */
export class OperatorPauses {
  #said: OperatorPause[] = [];

  /** They stop until then. */
  pause(model: string | undefined, until: number, now: number): void {
    this.#note({ model, until }, now);
  }

  /** They go on. */
  resume(model: string | undefined, now: number): void {
    this.#note({ model, until: now }, now);
  }

  /** How long a lane of a model that has these names is to stop, in milliseconds; 0: not at all. */
  restMs(names: readonly string[], now: number): number {
    const said = this.#said.findLast(({ model }) => model === undefined || names.includes(model));
    return Math.max(0, (said?.until ?? now) - now);
  }

  /** The last word counts. What is over is forgotten, unless a longer pause of all models was before. */
  #note(said: OperatorPause, now: number): void {
    const isOpen = this.#said.some(({ until }) => until > now) || said.until > now;
    const isKept = ({ model }: OperatorPause): boolean =>
      said.model !== undefined && model !== said.model;
    this.#said = isOpen ? [...this.#said.filter(isKept), said] : [];
  }
}
