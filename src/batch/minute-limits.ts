import type { Lane } from '../lane/lane.ts';
import { MINUTE_MS } from '../model/limits.ts';
import { levels, type MeterLevel, perMinute } from '../rules/limits/limit-levels.ts';

/** Of requests and of tokens; `undefined` where no limit is known. */
interface OfLimits {
  readonly requests: number | undefined;
  readonly tokens: number | undefined;
}

/** What calls have used in a time of at most a minute. */
interface Spent {
  readonly requests: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly minutes: number;
}

/** Of limits over a minute or less: the lowest of each lane, in all lanes together. */
class Sum {
  /** Before headroom. */
  max: number | undefined;
  /** After it. */
  #usable = 0;
  /** What may go at once. */
  #level = 0;
  #spent = 0;

  add({ limit, level }: MeterLevel, usable: number): void {
    this.max = (this.max ?? 0) + rateOf(limit);
    this.#usable += usable;
    this.#level += Math.max(0, level);
  }

  spend(count: number): void {
    this.#spent = count;
  }

  /** Bursts are let through, too: what has gone and what may go now was there for calls. */
  share(minutes: number): number | undefined {
    if (this.max === undefined) return undefined;
    const allowed = Math.max(this.#usable * minutes, this.#spent + this.#level);
    return this.#spent === 0 ? 0 : (this.#spent / allowed) * (this.#usable / this.max);
  }
}

/** What limits allow in a minute, and which share of what they have allowed was used. */
export function minuteLimits(
  lanes: Iterable<Lane>,
  spent: Spent,
): { readonly limit: OfLimits; readonly used: OfLimits } {
  const [requests, tokens] = [new Sum(), new Sum()];
  let isInputAlone = true;
  for (const { view } of lanes) {
    const { limits } = view.state;
    const all = levels(limits, view.now());
    const add = (sum: Sum, lowest: MeterLevel | undefined): void => {
      if (lowest !== undefined) sum.add(lowest, perMinute(limits, lowest.limit));
    };
    add(requests, lowestOf(all, ['requests']));
    const ofTokens = lowestOf(all, ['tokens', 'inputTokens']);
    add(tokens, ofTokens);
    if (ofTokens?.limit.dimension === 'tokens') isInputAlone = false;
  }
  requests.spend(spent.requests);
  tokens.spend(spent.inputTokens + (isInputAlone ? 0 : spent.outputTokens));
  const both = (of: (sum: Sum) => number | undefined): OfLimits => ({
    requests: of(requests),
    tokens: of(tokens),
  });
  return { limit: both(({ max }) => max), used: both((sum) => sum.share(spent.minutes)) };
}

function lowestOf(all: readonly MeterLevel[], dimensions: readonly string[]) {
  return all
    .filter(({ limit }) => dimensions.includes(limit.dimension) && limit.windowMs <= MINUTE_MS)
    .toSorted((one, other) => rateOf(one.limit) - rateOf(other.limit))[0];
}

/** In a minute. */
function rateOf({ max, windowMs }: MeterLevel['limit']): number {
  return (max * MINUTE_MS) / windowMs;
}
