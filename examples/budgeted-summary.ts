import './support/providers.ts'; // simulated ones, where no API key is set
import Anthropic from '@anthropic-ai/sdk';
import { BudgetSpent, withRateLimit } from 'llm-headroom';

// As many summaries as a tenth of a cent buys: then it ends, and says how far it came.
const claude = withRateLimit(new Anthropic(), {
  limits: { rpm: 300 },
  budget: { usd: 0.001, windowMs: 86_400_000 },
});
const documents = Array.from({ length: 500 }, (_, index) => `Document ${index}: lorem ipsum.`);

const results = claude.rateLimit.map(
  documents,
  (content, { signal }) =>
    claude.messages.create(
      { model: 'claude-haiku-4-5', max_tokens: 60, messages: [{ role: 'user', content }] },
      { signal },
    ),
  { window: 4, ordered: true },
);

let summaries = 0;
for await (const result of results) {
  if (!('error' in result)) summaries++;
  else if (result.error instanceof BudgetSpent) break;
  else console.error(`Document ${result.index} failed:`, result.error);
}
const [{ spentUsd = 0 } = {}] = claude.rateLimit.spending();
console.log(`${summaries} of ${documents.length} summaries for $${spentUsd.toFixed(5)}`);
