import { type Price, type PriceTable, priceIn } from '../model/price.ts';
import { remembered } from '../model/remembered.ts';
import { DEFINITIONS } from './known-providers.ts';
import { beginsWith, longestName, modelId } from './model-id.ts';

/**
 * List prices of each provider's standard service, by the beginning of a model's id. Last checked
 * against the published prices on 2026-11-18.
 */
export const PRICES: PriceTable = Object.fromEntries(
  Object.values(DEFINITIONS).flatMap(({ prices = {} }) => Object.entries(prices)),
);

const FREE: Price = priceIn({ input: 0, output: 0 });

/**
 * The price of a model, by the longest name that its id begins with. Names in `overrides` come first.
 * `undefined` if no name matches: a newer version (`gpt-5.9`) isn't `gpt-5`, and a fine-tuned model
 * costs more than its base. OpenRouter's `:free` models cost nothing. Never throws.
 *
 * @example
 * priceOf('gpt-4o-2024-08-06')?.output // 10
 * priceOf('my-deployment', { 'my-deployment': { input: 1, output: 4 } })?.input // 1
 */
export function priceOf(model: string, overrides: PriceTable = {}): Price | undefined {
  const own = overrideOf(model, overrides);
  if (own !== undefined) return own;
  const id = modelId(model);
  if (id.endsWith(':free')) return FREE;
  if (model.trim().toLowerCase().startsWith('ft:')) return undefined;
  return listed(id);
}

const listed: (id: string) => Price | undefined = remembered(String, (id) => {
  const name = longestName(Object.keys(PRICES), (each) => beginsWith(id, each));
  return priceAt(PRICES, name);
});

/** Overrides match the id as the call writes it, and as our tables do. */
function overrideOf(model: string, overrides: PriceTable): Price | undefined {
  if (Object.keys(overrides).length === 0) return undefined;
  const ids = [model.trim().toLowerCase(), modelId(model)];
  const patterns = new Map(Object.keys(overrides).map((pattern) => [prefixOf(pattern), pattern]));
  const prefix = longestName([...patterns.keys()], (each) => ids.some((id) => id.startsWith(each)));
  return priceAt(overrides, prefix === undefined ? undefined : patterns.get(prefix));
}

function prefixOf(pattern: string): string {
  return pattern.toLowerCase().replace(/\*$/, '');
}

function priceAt(table: PriceTable, name: string | undefined): Price | undefined {
  const entry = name === undefined ? undefined : table[name];
  return entry && priceIn(entry);
}
