import { expectNumber, expectOneOf } from '../validate.ts';
import type { Cell, Cells } from './cell.ts';
import type { Store, StorePolicy } from './store.ts';

/** What a store does without its server, and with processes that die: see `Store`. */
export interface StoreTerms {
  readonly onStoreLost?: StorePolicy | undefined;
  readonly instances?: number | undefined;
  readonly leaseMs?: number | undefined;
}

/** Cells of a server, as far as they have been reached. */
export interface ServerCells extends Cells {
  /** Whether the server has answered, ever. */
  readonly wasReached: boolean;
  /** The last failure. */
  readonly failure: unknown;
}

const LEASE_MS = 15_000;
/** A lease is renewed three times, and a renewal takes a round trip. */
const SHORTEST_LEASE_MS = 1000;
const POLICIES = ['local', 'open', 'closed'] as const;

/** @throws TypeError that names the option, what was expected and what was given */
export function expectTerms({ onStoreLost, instances, leaseMs }: StoreTerms): void {
  const what = `a number of milliseconds, ${SHORTEST_LEASE_MS} or more`;
  const isLease = (ms: number): boolean => ms >= SHORTEST_LEASE_MS && Number.isFinite(ms);
  expectNumber('leaseMs', leaseMs ?? LEASE_MS, what, isLease);
  expectOneOf('onStoreLost', onStoreLost ?? 'local', POLICIES);
  expectNumber('instances', instances ?? 1, 'a whole number, 1 or more', isCount);
}

/** Cells of a server, and what becomes of processes that can't reach them. */
export class CellStore implements Store {
  readonly onStoreLost: StorePolicy;
  readonly instances: number;
  readonly leaseMs: number;
  readonly #cells: ServerCells;
  readonly #remedyFor: (error: unknown) => string | undefined;

  /** `remedyFor`: what has to be set right about a failure; `undefined` where waiting may help. */
  constructor(
    cells: ServerCells,
    { onStoreLost = 'local', instances = 1, leaseMs = LEASE_MS }: StoreTerms,
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

function isCount(value: number): boolean {
  return Number.isInteger(value) && value >= 1;
}
