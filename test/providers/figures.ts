import type { PresetQuery } from '../../src/providers/preset.ts';
import { presetFor } from '../../src/providers/preset-for.ts';

const DIMENSIONS = { requests: 'r', tokens: 't', inputTokens: 'it', outputTokens: 'ot', usd: '$' };
const WINDOWS: Readonly<Record<number, string>> = {
  1000: 's',
  60000: 'm',
  3600000: 'h',
  86400000: 'd',
};

/** A preset's figures in one line, with units as providers write them: `500 rpm 30000 tpm`. */
export function figures(query: PresetQuery): string {
  const preset = presetFor(query);
  if (preset === undefined) return 'nothing';
  const rates = preset.limits.map(
    ({ dimension, max, windowMs }) => `${max} ${DIMENSIONS[dimension]}p${WINDOWS[windowMs]}`,
  );
  const inFlight = Number.isFinite(preset.concurrency) ? [`${preset.concurrency} in flight`] : [];
  return [...inFlight, ...rates].join(' ');
}
