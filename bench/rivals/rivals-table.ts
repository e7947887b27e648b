import type { OwnLimiterOptions } from '../../src/index.ts';
import type { SimulatorEnforcement } from '../../src/testing/index.ts';
import { type BatchResult, ENFORCEMENTS, MATCHING, runBatch } from '../batch.ts';
import { RIVALS } from './rivals.ts';

const CALLS = 1200;

/** What became of the calls behind one limiter, with one way to enforce the limits. */
export interface RivalResult {
  readonly limiter: string;
  readonly isOurs: boolean;
  readonly enforcement: SimulatorEnforcement;
  /** Calls that were answered with 429. */
  readonly status429: number;
  /** Calls that failed in the end. */
  readonly failed: number;
  /** Of the ideal time: 1 is as long as the limits take. */
  readonly time: number;
}

type Run = (enforcement: SimulatorEnforcement) => Promise<BatchResult>;

/** 1,200 calls at once through OpenAI's SDK, as in `batch`, behind other limiters and ours. */
export async function rivalsResults(): Promise<RivalResult[]> {
  const common = { sdk: 'openai', calls: CALLS } as const;
  const results: RivalResult[] = [];
  for (const [name, rival] of Object.entries(RIVALS)) {
    const run: Run = (enforcement) =>
      runBatch({ ...common, enforcement, limiter: undefined, rival });
    results.push(...(await resultsOf(name, false, run)));
  }
  const ours: Readonly<Record<string, Partial<typeof MATCHING>>> = {
    'llm-headroom, unknown host': {},
    'llm-headroom, matching': MATCHING,
  };
  for (const [name, options] of Object.entries(ours)) {
    const limiterOf = (enforcement: SimulatorEnforcement): OwnLimiterOptions =>
      options[enforcement] ?? {};
    const run: Run = (enforcement) =>
      runBatch({ ...common, enforcement, limiter: limiterOf(enforcement) });
    results.push(...(await resultsOf(name, true, run)));
  }
  return results;
}

/** Calls that were answered with 429, and, where any, those that failed; and the time, of the ideal. */
export async function rivalsTable(): Promise<string> {
  const results = await rivalsResults();
  const cell = ({ status429, failed, time }: RivalResult): string => {
    const lost = failed > 0 ? ` (${failed} failed)` : '';
    return `${status429}${lost}; ${time.toFixed(2)}`;
  };
  const rows = [...new Set(results.map(({ limiter }) => limiter))].map((name) => {
    const cells = results.filter(({ limiter }) => limiter === name).map(cell);
    return `| ${name} | ${cells.join(' | ')} |`;
  });
  return [
    `| | ${ENFORCEMENTS.join(' | ')} |`,
    `|---|${ENFORCEMENTS.map(() => '---').join('|')}|`,
    ...rows,
  ].join('\n');
}

async function resultsOf(limiter: string, isOurs: boolean, run: Run): Promise<RivalResult[]> {
  const results: RivalResult[] = [];
  for (const enforcement of ENFORCEMENTS) {
    const { status429, failed, seconds, idealSeconds } = await run(enforcement);
    const time = Math.round((1000 * seconds) / idealSeconds) / 1000;
    results.push({ limiter, isOurs, enforcement, status429, failed, time });
  }
  return results;
}
