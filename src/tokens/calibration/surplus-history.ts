import { RecentMap } from './recent-map.ts';
import { RecentValues } from './recent-values.ts';
import { SortedValues } from './sorted-values.ts';

const MOST_SITES = 512;
const SURPLUSES = 8;
/** What was learned must have made the errors at least so much smaller. */
const BETTER = 0.5;

/**
 * What calls of a kind took beyond what their bodies show: a prompt that a host adds, what a tool of
 * the provider finds. By call site. It counts only where it would have halved the errors of the calls
 * before: an estimate without it is never much better. Bounded: old sites are forgotten.
 */
export class SurplusHistory {
  readonly #sites = new RecentMap<Surpluses>(MOST_SITES);

  /** @param saved - as `toJSON` gave it */
  constructor(saved: Readonly<Record<string, readonly number[]>> = {}) {
    for (const [site, surpluses] of Object.entries(saved)) {
      this.#sites.set(site, new Surpluses(surpluses));
    }
  }

  /** The tokens to add to an estimate; negative if it would be too high. 0 where none are known. */
  expected(site: string): number {
    return this.#sites.get(site)?.expected ?? 0;
  }

  /** Records by how much a call has exceeded its estimate without surplus. */
  learn(site: string, surplus: number): void {
    this.#sites.ensure(site, () => new Surpluses()).add(surplus);
  }

  toJSON(): Record<string, readonly number[]> {
    return Object.fromEntries(this.#sites.entries().map(([site, each]) => [site, each.toJSON()]));
  }
}

/** The last surpluses of one site. What they let expect is asked for far more often than it changes. */
class Surpluses {
  readonly #values: RecentValues;
  #expected: number | undefined;

  constructor(values?: readonly number[]) {
    this.#values = new RecentValues(SURPLUSES, values);
  }

  get expected(): number {
    this.#expected ??= expectedAfter(this.toJSON());
    return this.#expected;
  }

  add(surplus: number): void {
    this.#values.add(surplus);
    this.#expected = undefined;
  }

  toJSON(): number[] {
    return this.#values.toJSON();
  }
}

/** 0, unless the median of the calls before each would have been nearer than nothing. */
function expectedAfter(values: readonly number[]): number {
  if (values.every((value) => value === 0)) return 0;
  const before = new SortedValues();
  let bare = 0;
  let corrected = 0;
  for (const [index, actual] of values.entries()) {
    if (index > 0) {
      bare += Math.abs(actual);
      corrected += Math.abs(actual - median(before.values));
    }
    before.add(actual);
  }
  return corrected < BETTER * bare ? median(before.values) : 0;
}

/** The one nearer to zero of two in the middle. */
function median(sorted: readonly number[]): number {
  const low = sorted[Math.ceil(sorted.length / 2) - 1] ?? 0;
  const high = sorted[Math.floor(sorted.length / 2)] ?? 0;
  return Math.abs(low) < Math.abs(high) ? low : high;
}
