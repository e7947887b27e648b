import { estimateTokens } from '../../src/tokens/estimate.ts';
import type { EstimateRequest } from '../../src/tokens/estimator.ts';
import { RECORDED_COUNTS } from './recorded-counts.ts';
import { RECORDED_FILES } from './recorded-files.ts';
import { requestOf } from './recorded-requests.ts';

/** A request of ours, and what one with the same numbers was recorded to take. */
export interface Recorded {
  /** Host and kind. */
  readonly group: string;
  readonly request: EstimateRequest;
  readonly recorded: number;
}

export async function allRecorded(): Promise<readonly Recorded[]> {
  const texts = RECORDED_COUNTS.map(async (count) => {
    const { host, kind, recorded } = count;
    return { group: `${host} ${kind}`, request: await requestOf(count), recorded };
  });
  return [...(await Promise.all(texts)), ...RECORDED_FILES];
}

/** How far an estimate is off, in % of what was recorded. */
export function errorOf(inputTokens: number, recorded: number): number {
  return (100 * Math.abs(inputTokens - recorded)) / recorded;
}

/** The errors of first estimates, by host and kind. */
export async function errorsByGroup(): Promise<ReadonlyMap<string, readonly number[]>> {
  const errors = new Map<string, number[]>();
  for (const { group, request, recorded } of await allRecorded()) {
    const { inputTokens } = await estimateTokens(request);
    errors.set(group, [...(errors.get(group) ?? []), errorOf(inputTokens, recorded)]);
  }
  return errors;
}
