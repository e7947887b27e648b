import type { Clock } from '../clock.ts';
import type { Journal } from './journal.ts';
import type { Names } from './names.ts';
import type { Purse } from './purse.ts';
import type { BatchCall, BatchOutcome, BatchVendor, VendorLimits } from './vendor.ts';

/** Calls that are to go through a vendor's Batch API. */
export interface BatchApiJob {
  readonly vendor: BatchVendor;
  readonly journal: Journal;
  readonly clock: Clock;
  /** Lower than the vendor's. */
  readonly limits?: { readonly [name in keyof VendorLimits]?: number | undefined } | undefined;
  /** @default no limit */
  readonly purse?: Purse | undefined;
  /** Which calls are in open batches, where there may be many. @default a `Set` */
  readonly open?: Names | undefined;
  /** All of them, each time anew. */
  calls(): AsyncIterable<BatchCall>;
  isDone(id: string): boolean;
  /** Called once for each call that has a result, unless a crash comes between. */
  record(id: string, outcome: BatchOutcome & { kind: 'answered' }): void;
  /** Ends when what was recorded is kept. */
  flush(): void | Promise<void>;
  /** Something to tell the user. */
  say(text: string): void;
}
