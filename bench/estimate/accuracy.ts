import { warmUp } from '../../src/tokens/estimate.ts';
import { errorsByGroup } from '../../test/tokens/recorded.ts';
import { quantile } from '../../test/tokens/recorded-requests.ts';
import { table } from './markdown.ts';

/** How near first estimates are to what providers reported, by host and kind. */
export async function accuracyTable(): Promise<string> {
  await warmUp();
  const errors = await errorsByGroup();
  const all = [...errors.values()].flat();
  const rows = [...errors, ['all', all] as const].map(([group, values]) => {
    const [host = '', kind = ''] = group.split(' ');
    const shares = [0.5, 0.9].map((share) => `${quantile(values, share).toFixed(1)} %`);
    return [host, kind, String(values.length), ...shares];
  });
  return table(['host', 'kind', 'n', 'median', 'p90'], rows);
}
