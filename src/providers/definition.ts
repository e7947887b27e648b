import type { PriceTable } from '../model/price.ts';
import type { HostFacts } from './host-facts.ts';
import type { Provider } from './provider.ts';

/** What a provider's folder exports. */
export interface ProviderDefinition {
  readonly limits: HostFacts;
  /** List prices by model. */
  readonly prices?: PriceTable;
  readonly wire?: Wire;
}

/** Rules that a provider's `limits` can't express, by the SDK that calls it. */
export interface Wire {
  /** Overrides the rules of an OpenAI-compatible host. */
  readonly openai?: Partial<Provider>;
  /** All rules of calls in Anthropic's protocol. */
  readonly anthropic?: Provider;
}
