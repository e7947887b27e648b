import type { Clock } from '../clock.ts';
import { field } from '../model/json.ts';
import type { Journal, OpenBatch } from './journal.ts';
import { isFatal, isSaid, lookAfterMs } from './looks.ts';
import type { PackedLines } from './packed-lines.ts';
import type { RunControl } from './run-control.ts';
import type { BatchVendor } from './vendor.ts';

/** A request that a dead process has sent may still arrive for so long. */
const LATE_MS = 30_000;
/** A network may be gone for some minutes; batches that run wait for longer. */
const MOST_FAILURES = 10;

export interface SubmissionOptions {
  readonly vendor: BatchVendor;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly control: RunControl;
}

/** Gets batches to the vendor, each once: whoever gets no answer looks for the batch first. */
export class Submission {
  readonly #options: SubmissionOptions;

  constructor(options: SubmissionOptions) {
    this.#options = options;
  }

  /** The batch's id, or the error with which the vendor has refused it. @throws all other errors */
  async send(
    plan: OpenBatch,
    lines: PackedLines,
  ): Promise<{ readonly batch: string } | { readonly error: unknown; readonly status: number }> {
    const { vendor, control } = this.#options;
    for (let failures = 0; ; failures++) {
      try {
        return { batch: await vendor.submit(plan, plan.url, lines) };
      } catch (error) {
        control.expectGoingOn();
        const status = field(error, 'status');
        if (status === 429 || isSaid(status)) return { error, status };
        if (failures === MOST_FAILURES) throw error;
      }
      await control.rest(lookAfterMs(failures));
      // Nobody knows whether it was submitted.
      const batch = await this.find(plan);
      if (batch !== undefined) return { batch };
    }
  }

  /** Looks until it is there, or can't come any more. */
  async find(plan: OpenBatch): Promise<string | undefined> {
    const { vendor, journal, clock, control } = this.#options;
    for (let tries = 0; ; tries++) {
      try {
        const isFinal = clock.now() - plan.at > LATE_MS;
        const found = await vendor.find(plan, journal.batches);
        if (typeof found === 'object') return found.batch;
        if (found === 'none' && isFinal) return undefined;
      } catch (error) {
        if (isFatal(error)) throw error;
      }
      control.expectGoingOn();
      await control.rest(lookAfterMs(tries));
    }
  }
}
