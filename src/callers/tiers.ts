import { expectObject } from '../validate.ts';
import { type Terms, type TierLimits, termsFrom } from './terms.ts';

/** The caller of a call. */
export interface CallerRef {
  /** The caller, for example the id of your user. */
  readonly key?: string | undefined;
  /** The caller's tier: one of `tiers`. */
  readonly tier?: string | undefined;
}

/** Returns the limits of a caller, sync or async; `undefined` means no limits of its own. */
export type TierSource = (
  caller: CallerRef,
) => TierLimits | undefined | PromiseLike<TierLimits | undefined>;

/** The option `tiers`: limits by the tier's name, or a function that returns them for a caller. */
export type TiersOption = Readonly<Record<string, TierLimits>> | TierSource;

/** Finds the terms of a caller. */
export type TierTable = (caller: CallerRef) => Terms | undefined | Promise<Terms | undefined>;

/** The tiers of a limiter. */
export interface Tiers {
  readonly table: TierTable;
  /** Whether a tier of that name is one of them: of a function's, any may be. */
  has(tier: string): boolean;
  /** For messages. */
  readonly names: readonly string[];
}

/** Different terms, of callers whose tiers are asked for. */
const MOST_KNOWN = 1000;

export const NO_TIERS: Tiers = { table: () => undefined, has: () => false, names: [] };

/**
 * Reads the option `tiers`.
 * @throws TypeError that names the option, what was expected and what was given
 */
export function tiersFrom(option: TiersOption | undefined): Tiers {
  if (option === undefined) return NO_TIERS;
  if (typeof option === 'function') return askedTiers(option);
  expectObject('tiers', option, '{ name: { rpm, tpm, … } }, or a function');
  const entries = Object.entries(option).map(
    ([name, tier]) => [name, termsFrom(`tiers.${name}`, tier)] as const,
  );
  const byName = new Map(entries);
  const names = [...byName.keys()];
  return {
    table({ key, tier }) {
      if (tier !== undefined) return byName.get(tier);
      if (key !== undefined && names.length > 0) noteUntiered(names);
      return undefined;
    },
    has: (tier) => byName.has(tier),
    names,
  };
}

/** Few programs need its code. */
function noteUntiered(names: readonly string[]): void {
  import('./untiered.ts').then((code) => code.noteUntiered(names)).catch(() => {});
}

function askedTiers(source: TierSource): Tiers {
  const known = new Map<string, Terms>();
  const table: TierTable = (caller) => {
    const answer = source(caller);
    if (!isPromiseLike(answer)) return shared(known, termsOf(caller, answer));
    return Promise.resolve(answer).then((tier) => shared(known, termsOf(caller, tier)));
  };
  return { table, has: () => true, names: [] };
}

function termsOf({ tier }: CallerRef, limits: TierLimits | undefined): Terms | undefined {
  if (limits === undefined) return undefined;
  return termsFrom(`what \`tiers\` returns for '${tier}'`, limits);
}

/** Terms that say the same are the same, as far as that many are remembered. */
function shared(known: Map<string, Terms>, terms: Terms | undefined): Terms | undefined {
  if (terms === undefined) return undefined;
  const id = JSON.stringify(terms, (_, value) => (typeof value === 'number' ? `${value}` : value));
  const same = known.get(id);
  if (same !== undefined) return same;
  if (known.size >= MOST_KNOWN) known.clear();
  known.set(id, terms);
  return terms;
}

function isPromiseLike<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  return typeof value === 'object' && value !== null && 'then' in value;
}
