/** The numbers of one span of a run. */
export interface Bucket {
  /** The start of the span, in milliseconds since the epoch. */
  readonly at: number;
  /** Attempts that were sent. */
  requests: number;
  /** Input and output tokens of the calls that ended. */
  tokens: number;
  /** Attempts that the provider refused because of a limit. */
  refused: number;
  /** The waits of the attempts that were sent, added up, in milliseconds. */
  waitedMs: number;
  /** The cost of the calls that ended, in US dollars. */
  usd: number;
  /** The limit on requests per minute; `undefined` if there is none. */
  requestLimit: number | undefined;
  /** The limit on tokens per minute; `undefined` if there is none. */
  tokenLimit: number | undefined;
}

/** A run in spans of the same width, which doubles where there would be too many. */
export class Series {
  widthMs = 10_000;
  #buckets: Bucket[] = [];
  readonly #most: number;

  constructor(most = 240) {
    this.#most = most;
  }

  get buckets(): readonly Readonly<Bucket>[] {
    return this.#buckets;
  }

  /** The span that a time belongs to. Times never go back by more than a span. */
  at(now: number): Bucket {
    const last = this.#buckets.at(-1);
    const at = Math.floor(now / this.widthMs) * this.widthMs;
    if (last !== undefined && at <= last.at) return last;
    const next = last === undefined ? at : last.at + this.widthMs;
    const limits = { requestLimit: last?.requestLimit, tokenLimit: last?.tokenLimit };
    this.#buckets.push({ ...empty(next), ...limits });
    while (this.#buckets.length > this.#most) this.#halve();
    return this.at(now);
  }

  #halve(): void {
    this.widthMs *= 2;
    const merged: Bucket[] = [];
    for (const bucket of this.#buckets) {
      const at = Math.floor(bucket.at / this.widthMs) * this.widthMs;
      const last = merged.at(-1);
      if (last?.at === at) add(last, bucket);
      else merged.push({ ...bucket, at });
    }
    this.#buckets = merged;
  }
}

function empty(at: number): Bucket {
  const counts = { requests: 0, tokens: 0, refused: 0, waitedMs: 0, usd: 0 };
  return { at, ...counts, requestLimit: undefined, tokenLimit: undefined };
}

function add(to: Bucket, from: Bucket): void {
  for (const name of ['requests', 'tokens', 'refused', 'waitedMs', 'usd'] as const) {
    to[name] += from[name];
  }
  to.requestLimit = from.requestLimit ?? to.requestLimit;
  to.tokenLimit = from.tokenLimit ?? to.tokenLimit;
}
