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

/** Above so many input tokens, cached ones among them, the whole request costs more. */
export interface LongContext {
  readonly aboveInputTokens: number;
  /** For input of every kind. */
  readonly inputFactor: number;
  readonly outputFactor: number;
}

/** What a model costs. */
export interface Price extends Rates {
  readonly longContext: LongContext | undefined;
}

/**
 * A price as one writes it down, in US dollars for a million tokens. What is left out costs as much
 * as input, so that nothing is counted too low: `cachedInput`, and what is written to a cache.
 */
export interface PriceEntry {
  readonly input: number;
  readonly output: number;
  readonly cachedInput?: number | undefined;
  readonly cacheWrite?: number | undefined;
  /** @default the same as `cacheWrite` */
  readonly cacheWriteHour?: number | undefined;
  readonly longContext?: LongContext | undefined;
}

/**
 * Prices by model: an id or the beginning of one, with or without a `*` at its end; `'*'` is every
 * model.
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
