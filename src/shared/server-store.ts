import type { Cell, Cells } from './cell.ts';
import type { Store, StorePolicy } from './store.ts';
import type { StoreTerms } from './store-terms.ts';

/** Cells of a server, and whether it has been reached. */
export interface ServerCells extends Cells {
  /** Whether the server has ever let this process do more than read. */
  readonly wasReached: boolean;
  /** The last failure. */
  readonly failure: unknown;
}

/** Cells of a server, and what becomes of processes that can't reach them. */
export class ServerStore implements Store {
  readonly onStoreLost: StorePolicy;
  readonly instances: number;
  readonly leaseMs: number;
  readonly #cells: ServerCells;
  readonly #remedyFor: (error: unknown) => string | undefined;

  /** `remedyFor`: what has to be set right about a failure; `undefined` where waiting may help. */
  constructor(
    cells: ServerCells,
    { onStoreLost, instances, leaseMs }: StoreTerms,
    remedyFor: (error: unknown) => string | undefined,
  ) {
    this.#cells = cells;
    this.#remedyFor = remedyFor;
    this.onStoreLost = onStoreLost;
    this.instances = instances;
    this.leaseMs = leaseMs;
  }

  get member(): string {
    return this.#cells.member;
  }

  /** What has to be set right for it to be asked at all: only where it never was. */
  get remedy(): string | undefined {
    const { wasReached, failure } = this.#cells;
    return wasReached || failure === undefined ? undefined : this.#remedyFor(failure);
  }

  open(name: string, part?: string, keepMs?: number): Cell {
    return this.#cells.open(name, part, keepMs);
  }

  close(): Promise<void> {
    return this.#cells.close();
  }
}
