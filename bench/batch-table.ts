import { ENFORCEMENTS, MATCHING, runBatch, SDKS } from './batch.ts';

const CALLS = 1200;

/**
 * 1,200 calls at once against each way to enforce limits: through the bare SDK (without retries,
 * so that each 429 is a failed call), with the profile of an unknown host, and with the matching
 * one. Times are of the ideal: the batch's cost at 80 % of the limit.
 */
export async function batchTable(): Promise<string> {
  const rows = [
    '| SDK | enforced as | bare: 429s | unknown host: 429s | time | matching: 429s | time |',
  ];
  rows.push('|---|---|--:|--:|--:|--:|--:|');
  for (const sdk of SDKS) {
    for (const enforcement of ENFORCEMENTS) {
      const run = (limiter: object | undefined) =>
        runBatch({ sdk, enforcement, limiter, calls: CALLS });
      const bare = await run(undefined);
      const unknown = await run({});
      const matching = await run(MATCHING[enforcement]);
      const cells = [
        sdk,
        enforcement,
        bare.status429,
        unknown.status429,
        share(unknown),
        matching.status429,
        share(matching),
      ];
      rows.push(`| ${cells.join(' | ')} |`);
    }
  }
  return rows.join('\n');
}

function share({ seconds, idealSeconds }: { seconds: number; idealSeconds: number }): string {
  return (seconds / idealSeconds).toFixed(2);
}
