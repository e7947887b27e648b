import type { BatchHost } from '../batch/host.ts';
import { Tally } from '../batch/progress.ts';
import { usageOf } from '../http/usage.ts';
import { knownSum } from '../model/known-sum.ts';
import { BATCH_PRICE } from '../providers/batch-price.ts';
import type { PricedUsage } from '../providers/cost-in-usd.ts';
import type { BatchApiProgress } from './item-options.ts';

export interface ItemTallyHost extends BatchHost {
  usdOf(model: string, usage: PricedUsage): number | undefined;
}

/** Counts what a run of items has done: of live calls what a `Tally` hears, and of batched ones. */
export class ItemTally {
  readonly #host: ItemTallyHost;
  readonly #tally: Tally;
  #tokens = 0;
  #usd: number | undefined = 0;

  constructor(host: ItemTallyHost, total: number) {
    this.#host = host;
    this.#tally = new Tally(host, total);
  }

  stop(): void {
    this.#tally.stop();
  }

  /** An item has ended. */
  count(isFailed: boolean): void {
    this.#tally.done++;
    if (isFailed) this.#tally.failed++;
  }

  /** A batch has answered a call to that model. */
  bill(model: string, answer: unknown): void {
    const usage = usageOf(answer);
    const usd = usage && this.#host.usdOf(model, usage);
    this.#tokens += usage === undefined ? 0 : usage.inputTokens + usage.outputTokens;
    this.#usd = knownSum(this.#usd, usd && usd * BATCH_PRICE);
  }

  /** `running`: items without a result. */
  progress(
    running: number,
    { batches: open, calls, ended }: { batches: number; calls: number; ended: number },
  ): BatchApiProgress {
    const live = this.#tally.progress(running);
    const tokens = live.tokens + this.#tokens;
    const usd = knownSum(live.usd, this.#usd);
    return { ...live, tokens, usd, batches: { open, calls, ended } };
  }
}
