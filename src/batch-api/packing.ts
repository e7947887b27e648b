import { field, lengthOf } from '../model/json.ts';
import type { BatchCall, BatchVendor, VendorLimits } from './vendor.ts';

/** Calls that go into one batch. */
export interface Parcel {
  readonly url: string;
  readonly calls: readonly BatchCall[];
}

interface Open {
  readonly url: string;
  calls: BatchCall[];
  requests: number;
  bytes: number;
}

/**
 * Packs calls into parcels, each within limits and of one group.
 *
 * Invariant: what is not handed out yet has at most `bytes` bytes, or is one call.
 */
export class Packing {
  readonly #vendor: BatchVendor;
  readonly #limits: VendorLimits;
  readonly #open = new Map<string, Open>();
  #bytes = 0;

  constructor(vendor: BatchVendor, limits: VendorLimits) {
    this.#vendor = vendor;
    this.#limits = limits;
  }

  /** Adds a call of so many bytes; returns the parcels that are full now. */
  add(call: BatchCall, bytes: number): Parcel[] {
    const requests = requestsOf(call);
    const group = this.#vendor.groupOf(call);
    const full: Parcel[] = [];
    const known = this.#open.get(group);
    if (known !== undefined && known.requests + requests > this.#limits.requests) {
      full.push(...this.#take(group));
    }
    while (this.#bytes > 0 && this.#bytes + bytes > this.#limits.bytes) {
      full.push(...this.#take(this.#largest()));
    }
    const open = this.#open.get(group) ?? { url: call.url, calls: [], requests: 0, bytes: 0 };
    open.calls.push(call);
    open.requests += requests;
    open.bytes += bytes;
    this.#bytes += bytes;
    this.#open.set(group, open);
    return full;
  }

  /** All that is left. */
  rest(): Parcel[] {
    return [...this.#open.keys()].flatMap((group) => this.#take(group));
  }

  #largest(): string {
    const sorted = [...this.#open].sort(([, one], [, other]) => other.bytes - one.bytes);
    return sorted[0]?.[0] ?? '';
  }

  #take(group: string): Parcel[] {
    const open = this.#open.get(group);
    if (open === undefined) return [];
    this.#open.delete(group);
    this.#bytes -= open.bytes;
    return [{ url: open.url, calls: open.calls }];
  }
}

/** OpenAI counts the inputs of embeddings: 50,000 of them in all requests of a batch (2026-11). */
function requestsOf({ url, body }: BatchCall): number {
  return url.endsWith('/embeddings') ? Math.max(1, lengthOf(field(body, 'input'))) : 1;
}
