/**
 * Loads what a limiter loads with its first calls, vocabularies included. Test files that share a
 * process find it loaded, whichever of them comes first.
 */
import '../../src/aws/aws-calls.ts';
import '../../src/batch-api/item-run.ts';
import '../../src/batch/batch-run.ts';
import '../../src/budget/cashier.ts';
import '../../src/callers/untiered.ts';
import '../../src/fetch/limited-fetch.ts';
import '../../src/lane/lane-sharing.ts';
import '../../src/limiter/planned.ts';
import '../../src/sdk/call-pipeline.ts';
import '../../src/sdk/uncounted.ts';
import '../../src/tokens/remote-count.ts';
import { loadIdleCallers } from '../../src/callers/callers.ts';
import { estimateTokens } from '../../src/tokens/estimate.ts';

for (const model of ['gpt-4o', 'gpt-4']) {
  const body = { model, messages: [{ role: 'user', content: 'Hello' }] };
  await estimateTokens({ provider: 'openai', path: '/chat/completions', body });
}
await loadIdleCallers();
