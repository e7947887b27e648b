import type { OwnLimiterOptions } from '../../src/index.ts';
import type { SimulatorEnforcement } from '../../src/testing/index.ts';
import { type BatchResult, ENFORCEMENTS, MATCHING, runBatch } from '../batch.ts';
import { RIVALS } from './rivals.ts';

const CALLS = 1200;

/**
 * 1,200 calls at once through OpenAI's SDK, as in `batch`, behind other limiters and ours: calls
 * that were answered with 429, and, where any, those that failed in the end; and the time, of the
 * ideal.
 */
export async function rivalsTable(): Promise<string> {
  const rows = [
    `| | ${ENFORCEMENTS.join(' | ')} |`,
    `|---|${ENFORCEMENTS.map(() => '---').join('|')}|`,
  ];
  const common = { sdk: 'openai', calls: CALLS } as const;
  for (const [name, rival] of Object.entries(RIVALS)) {
    rows.push(
      await row(name, (enforcement) => {
        return runBatch({ ...common, enforcement, limiter: undefined, rival });
      }),
    );
  }
  const ours = (limiterOf: (enforcement: SimulatorEnforcement) => OwnLimiterOptions) => {
    return (enforcement: SimulatorEnforcement) =>
      runBatch({ ...common, enforcement, limiter: limiterOf(enforcement) });
  };
  rows.push(
    await row(
      'llm-headroom, unknown host',
      ours(() => ({})),
    ),
  );
  rows.push(
    await row(
      'llm-headroom, matching',
      ours((enforcement) => MATCHING[enforcement]),
    ),
  );
  return rows.join('\n');
}

async function row(
  name: string,
  run: (enforcement: SimulatorEnforcement) => Promise<BatchResult>,
): Promise<string> {
  const cells: string[] = [];
  for (const enforcement of ENFORCEMENTS) {
    const { status429, failed, seconds, idealSeconds } = await run(enforcement);
    const lost = failed > 0 ? ` (${failed} failed)` : '';
    cells.push(`${status429}${lost}; ${(seconds / idealSeconds).toFixed(2)}`);
  }
  return `| ${name} | ${cells.join(' | ')} |`;
}
