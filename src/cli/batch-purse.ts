import type { Purse } from '../batch-api/purse.ts';
import type { BatchCall } from '../batch-api/vendor.ts';
import type { RateLimiter } from '../limiter.ts';
import { BATCH_PRICE } from '../providers/batch-price.ts';
import { EXPECTED_OUTPUT_TOKENS } from '../providers/most-in-usd.ts';
import { providerFor } from '../providers/provider-for.ts';
import { usdOf } from '../providers/usd-of.ts';
import { estimateTokens } from '../tokens/estimate.ts';
import { EVER_MS } from './account.ts';
import type { Form } from './batch-line.ts';
import { CommandError } from './exit-code.ts';

/** Budgets are more than nothing: a millionth of a cent buys no call. */
const LEAST_USD = 1e-8;

/**
 * One sum for batches and live calls. What batches have spent or may spend is taken from the
 * limiter's budget, so that live calls keep to the rest.
 *
 * Invariant: spent and reserved, live and by batches, is at most `maxUsd`; except that a call may
 * cost more than its `max_tokens` allow, and that batches of an earlier run are paid anyway.
 */
export class BatchPurse implements Purse {
  readonly #limiter: RateLimiter;
  readonly #maxUsd: number;
  readonly #form: Form;
  readonly #baseURL: string;
  #heldUsd = 0;
  #spentUsd = 0;

  constructor(limiter: RateLimiter, maxUsd: number, form: Form, baseURL: string) {
    this.#limiter = limiter;
    this.#maxUsd = maxUsd;
    this.#form = form;
    this.#baseURL = baseURL;
  }

  /** All input as estimated, uncached, and all the output that it allows. */
  async priceOf({ url, body }: BatchCall): Promise<number> {
    const path = url.replace(/^\/v1(?=\/)/, '');
    const provider = providerFor({ sdk: this.#form, baseURL: this.#baseURL, azure: false });
    const call = provider.describe({ method: 'POST', path, body });
    if (call === undefined)
      throw new CommandError(`--max-usd can't be kept: there is no known price for ${url}`);
    const estimated = await estimateTokens({ provider: provider.name, path, body });
    const { inputTokens } = estimated;
    const most = call.maxOutputTokens ?? Math.max(estimated.outputTokens, EXPECTED_OUTPUT_TOKENS);
    const outputTokens = path.endsWith('/embeddings') ? 0 : most;
    const uncached = { cachedInputTokens: 0, cacheWriteTokens: 0 };
    const usd = usdOf(call.model, { inputTokens, outputTokens, ...uncached }, this.#limiter.prices);
    if (usd !== undefined) return usd * BATCH_PRICE;
    throw new CommandError(`--max-usd can't be kept: there is no known price for ${call.model}`);
  }

  hasRoom(usd: number): boolean {
    return usd <= this.#maxUsd - this.#heldUsd - this.#spentUsd - this.#liveUsd;
  }

  take(usd: number): boolean {
    if (!this.hasRoom(usd)) return false;
    this.hold(usd);
    return true;
  }

  hold(usd: number): void {
    this.#heldUsd += usd;
    this.#leaveRest();
  }

  giveBack(usd: number): void {
    this.#heldUsd = Math.max(0, this.#heldUsd - usd);
    this.#leaveRest();
  }

  /** A batched call has cost so much. It is reserved until its batch ends. */
  spend(usd: number): void {
    this.#spentUsd += usd;
  }

  get #liveUsd(): number {
    return this.#limiter
      .spending()
      .reduce((sum, { spentUsd, reservedUsd }) => sum + spentUsd + reservedUsd, 0);
  }

  #leaveRest(): void {
    const usd = Math.max(LEAST_USD, this.#maxUsd - this.#heldUsd - this.#spentUsd);
    this.#limiter.configure({ budget: { usd, windowMs: EVER_MS } });
  }
}
