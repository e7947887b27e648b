import type { RivalResult } from '../../bench/rivals/rivals-table.ts';

const ENFORCEMENTS: Readonly<Record<RivalResult['enforcement'], string>> = {
  bucket: '60 s bucket',
  'bucket-10s': '10 s bucket',
  sliding: 'sliding minute',
  fixed: 'fixed minute',
  slices: 'limit per second',
};

/** What a reader calls the way in which a simulated provider enforces its limits. */
export function columnOf({ enforcement }: RivalResult): string {
  return ENFORCEMENTS[enforcement];
}

const OURS: Readonly<Record<string, string>> = {
  'llm-headroom, unknown host': 'llm-headroom, no options',
  'llm-headroom, matching': 'llm-headroom, enforcement set',
};

/** What a reader calls a limiter. */
export function rowOf({ limiter }: RivalResult): string {
  return OURS[limiter] ?? limiter;
}

/** The columns of the README: three are as wide as a page. */
export function isInReadme({ enforcement }: RivalResult): boolean {
  return /bucket|slices/.test(enforcement);
}
