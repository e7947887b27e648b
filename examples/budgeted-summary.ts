import './support/providers.ts'; // simulated ones, where no API key is set
import Anthropic from '@anthropic-ai/sdk';
import { BudgetSpent, withRateLimit } from 'llm-headroom';

// Summarizes as many documents as a fifth of a cent pays for, and then says how many.
const claude = withRateLimit(new Anthropic(), {
  limits: { rpm: 300 },
  budget: { usd: 0.002, windowMs: 86_400_000 },
});

let isSpent = false;

/** Ends when the budget is spent. Calls that have started still finish. */
function* documents(): Generator<string> {
  for (let i = 1; i <= 500 && !isSpent; i++) yield `Summarize document ${i}: lorem ipsum.`;
}

const results = claude.rateLimit.map(
  documents(),
  (content, { signal }) =>
    claude.messages.create(
      { model: 'claude-haiku-4-5', max_tokens: 60, messages: [{ role: 'user', content }] },
      { signal },
    ),
  { window: 2 },
);

let summaries = 0;
for await (const result of results) {
  if (!('error' in result)) summaries++;
  else if (result.error instanceof BudgetSpent) isSpent = true;
  else console.error(`Document ${result.index + 1} failed:`, result.error);
}
const [{ spentUsd = 0 } = {}] = claude.rateLimit.spending();
console.log(`${summaries} of 500 summaries for $${spentUsd.toFixed(4)}`);
