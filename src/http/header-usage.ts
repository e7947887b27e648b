import type { Usage } from '../model/usage.ts';
import type { HeaderSource } from './header-source.ts';

/** What Bedrock counts for `invoke`, whose bodies each maker words itself (its user guide, 2026). */
const INPUT = 'x-amzn-bedrock-input-token-count';
const OUTPUT = 'x-amzn-bedrock-output-token-count';

/** The usage that a response's headers report; `undefined` if they don't. Embeddings have no output. */
export function usageInHeaders(headers: HeaderSource): Usage | undefined {
  const inputTokens = countIn(headers.get(INPUT));
  if (inputTokens === undefined) return undefined;
  const outputTokens = countIn(headers.get(OUTPUT)) ?? 0;
  return { inputTokens, outputTokens, cachedInputTokens: 0, cacheWriteTokens: 0 };
}

function countIn(text: string | null | undefined): number | undefined {
  return text != null && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
