/** US dollars for a million tokens. */
export interface Rates {
  readonly input: number;
  /** Input that was read from a cache. */
  readonly cachedInput: number;
  /** Input that was written to a cache for some minutes. */
  readonly cacheWrite: number;
  /** Input that was written to a cache for an hour. */
  readonly cacheWriteHour: number;
  readonly output: number;
}

/** A higher price for the whole of each request with a long input. */
export interface LongContext {
  /** The factors apply to requests with more input tokens than this, cached ones included. */
  readonly aboveInputTokens: number;
  /** Multiplies the prices of all kinds of input. */
  readonly inputFactor: number;
  /** Multiplies the price of output. */
  readonly outputFactor: number;
}

/** What a model costs. */
export interface Price extends Rates {
  readonly longContext: LongContext | undefined;
}

/**
 * The price of a model, in US dollars per million tokens. Kinds of input that are left out cost as
 * much as `input`, so that no cost is too low.
 */
export interface PriceEntry {
  /** Input that is neither read from a cache nor written to one. */
  readonly input: number;
  /** Output. */
  readonly output: number;
  /** Input that is read from a cache. @default `input` */
  readonly cachedInput?: number | undefined;
  /** Input that is written to a cache for some minutes. @default `input` */
  readonly cacheWrite?: number | undefined;
  /** Input that is written to a cache for an hour. @default `cacheWrite` */
  readonly cacheWriteHour?: number | undefined;
  /** A higher price for long inputs. @default none */
  readonly longContext?: LongContext | undefined;
}

/**
 * Prices by model. A key is a model's id or the beginning of one, with or without a `*` at its end;
 * `'*'` matches every model.
 *
 * @example
 * { 'gpt-4o': { input: 2.5, cachedInput: 1.25, output: 10 }, 'my-deployment': { input: 1, output: 4 } }
 */
export type PriceTable = Readonly<Record<string, PriceEntry>>;

/** The price that an entry stands for. */
export function priceIn(entry: PriceEntry): Price {
  const { input, output, cachedInput = input, cacheWrite = input, longContext } = entry;
  const { cacheWriteHour = cacheWrite } = entry;
  return { input, cachedInput, cacheWrite, cacheWriteHour, output, longContext };
}
