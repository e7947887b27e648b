import type { LimitsOf, SimulatorSettings } from './options.ts';
import { Pool } from './pool.ts';

interface KnownPool {
  readonly key: string;
  /** The model that it was made for. */
  readonly model: string;
  readonly pool: Pool;
}

/** The pools of all API keys and models; each comes into being with the first call that needs it. */
export class Pools {
  #limits: LimitsOf;
  #known = new Map<string, KnownPool>();
  #startedAt: number;
  readonly #settings: SimulatorSettings;

  constructor(settings: SimulatorSettings) {
    this.#settings = settings;
    this.#limits = settings.limits;
    this.#startedAt = settings.clock.now();
  }

  /** The pool of a call; its limits were filled when the simulator started, not when it is made. */
  find(apiKey: string, model: string): Pool {
    const { enforcement, fill, keys } = this.#settings;
    const key = keys === undefined ? '' : apiKey;
    const { pool: name, limits } = this.#limits(model);
    const id = idOf(key, name);
    const known = this.#known.get(id)?.pool;
    const pool = known ?? new Pool(enforcement, limits, fill, this.#startedAt);
    if (known === undefined) this.#known.set(id, { key, model, pool });
    return pool;
  }

  setLimits(limitsOf: LimitsOf): void {
    this.#limits = limitsOf;
    const now = this.#settings.clock.now();
    const before = [...this.#known.values()];
    this.#known = new Map();
    for (const known of before) {
      const { pool: name, limits } = limitsOf(known.model);
      const id = idOf(known.key, name);
      if (this.#known.has(id)) continue;
      known.pool.setLimits(limits, now);
      this.#known.set(id, known);
    }
  }

  reset(): void {
    this.#known = new Map();
    this.#startedAt = this.#settings.clock.now();
  }
}

function idOf(key: string, name: string): string {
  return JSON.stringify([key, name]);
}
