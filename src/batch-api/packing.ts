import { field, lengthOf } from '../model/json.ts';
import { PackedIds } from './packed-ids.ts';
import { LineEncoder, PackedLines } from './packed-lines.ts';
import type { BatchCall, BatchVendor, VendorLimits } from './vendor.ts';

/** Calls that go into one batch, as they are sent. */
export interface Parcel {
  readonly token: string;
  readonly url: string;
  readonly ids: PackedIds;
  readonly lines: PackedLines;
  /** What it may cost, in US dollars. */
  readonly usd: number;
}

interface Open {
  readonly token: string;
  readonly url: string;
  readonly ids: PackedIds;
  readonly lines: PackedLines;
  requests: number;
  bytes: number;
  usd: number;
}

/**
 * Packs calls into parcels, each within limits and of one group. Only their text is kept.
 *
 * Invariant: what is not handed out yet has at most `bytes` bytes, or is one call.
 */
export class Packing {
  readonly #vendor: BatchVendor;
  readonly #limits: VendorLimits;
  readonly #open = new Map<string, Open>();
  readonly #encoder = new LineEncoder();
  #bytes = 0;
  #usd = 0;

  constructor(vendor: BatchVendor, limits: VendorLimits) {
    this.#vendor = vendor;
    this.#limits = limits;
  }

  /** What all may cost that is not handed out yet. */
  get usd(): number {
    return this.#usd;
  }

  /** Adds a call; returns the parcels that are full now, or `undefined` for one that fits nowhere. */
  add(call: BatchCall, usd = 0): Parcel[] | undefined {
    const requests = requestsOf(call);
    const group = this.#vendor.groupOf(call);
    const first = this.#openFor(group, call.url);
    const line = this.#lineIn(first, call);
    const bytes = line.length;
    if (bytes > this.#vendor.limits.bytes) return undefined;
    const full: Parcel[] = [];
    const isFull = first.requests > 0 && first.requests + requests > this.#limits.requests;
    if (isFull) full.push(...this.#take(group));
    while (this.#bytes > 0 && this.#bytes + bytes > this.#limits.bytes) {
      full.push(...this.#take(this.#largest()));
    }
    const open = this.#openFor(group, call.url);
    open.lines.add(open === first ? line : this.#lineIn(open, call));
    open.ids.add(call.id);
    open.requests += requests;
    open.bytes += bytes;
    open.usd += usd;
    this.#bytes += bytes;
    this.#usd += usd;
    return full;
  }

  /** All that is left. */
  rest(): Parcel[] {
    return [...this.#open.keys()].flatMap((group) => this.#take(group));
  }

  #lineIn(open: Open, call: BatchCall): Uint8Array {
    return this.#encoder.encode(this.#vendor.wireLine(call, wireIdIn(open)));
  }

  #openFor(group: string, url: string): Open {
    const known = this.#open.get(group);
    if (known !== undefined) return known;
    const token = crypto.randomUUID().replaceAll('-', '').slice(0, 16);
    const open = {
      token,
      url,
      ids: new PackedIds(),
      lines: new PackedLines(),
      requests: 0,
      bytes: 0,
      usd: 0,
    };
    this.#open.set(group, open);
    return open;
  }

  #largest(): string {
    const sorted = [...this.#open].sort(([, one], [, other]) => other.bytes - one.bytes);
    return sorted[0]?.[0] ?? '';
  }

  #take(group: string): Parcel[] {
    const open = this.#open.get(group);
    this.#open.delete(group);
    this.#bytes -= open?.bytes ?? 0;
    this.#usd -= open?.usd ?? 0;
    return open === undefined || open.ids.length === 0 ? [] : [open];
  }
}

function wireIdIn({ token, ids }: Open): string {
  return `${token}-${ids.length}`;
}

/** OpenAI counts the inputs of embeddings: 50,000 of them in all requests of a batch (2026-11). */
function requestsOf({ url, body }: BatchCall): number {
  return url.endsWith('/embeddings') ? Math.max(1, lengthOf(field(body, 'input'))) : 1;
}
