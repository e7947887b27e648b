import { expected } from '../validate.ts';
import type { SimulatedCall } from './call.ts';
import { checkedFunction, expectChoice, expectFinite, expectKeys } from './expect.ts';
import type { Random } from './random.ts';

/**
 * How a metered call can fail. Before it is admitted, so that it costs nothing (but see `countFailed`):
 *
 * - `500`, `503`, `529`: the server's error of that status.
 * - `slow-down`: 429 because load grew too fast (OpenAI's `slow_down`, Anthropic's ramp limit).
 * - `insufficient-quota`: 429 because the money is spent; no rate-limit headers, no `retry-after`.
 * - `malformed-retry-after`: 429 whose `retry-after` is neither a number nor a date.
 * - `connection-error`: no response; `fetch` rejects with a `TypeError`.
 *
 * After it was admitted:
 *
 * - `missing-headers`: the response carries no rate-limit headers.
 * - `cut-stream`: the connection breaks halfway through the body.
 * - `stalled-stream`: nothing more comes after half of the body, and it doesn't end.
 * - `stream-error`: halfway, a stream carries an error event, and ends (otherwise: 500).
 */
export type Fault =
  | 500
  | 503
  | 529
  | 'slow-down'
  | 'insufficient-quota'
  | 'malformed-retry-after'
  | 'connection-error'
  | 'missing-headers'
  | 'cut-stream'
  | 'stalled-stream'
  | 'stream-error';

export const FAULTS: readonly Fault[] = [
  500,
  503,
  529,
  'slow-down',
  'insufficient-quota',
  'malformed-retry-after',
  'connection-error',
  'missing-headers',
  'cut-stream',
  'stalled-stream',
  'stream-error',
];

const SCRIPTED: readonly (Fault | 'none')[] = [...FAULTS, 'none'];

/**
 * Which calls fail, and how: a list with one fault for each metered call, in the order of arrival
 * (`'none'` for a call that goes well; after the end of the list, all go well); or the probability of
 * each fault; or a function.
 */
export type FaultModel =
  | readonly (Fault | 'none')[]
  | { readonly [fault in Fault]?: number | undefined }
  | ((call: SimulatedCall, random: Random) => Fault | 'none');

/** Draws the fault of a call. */
export type FaultSource = (call: SimulatedCall, random: Random) => Fault | 'none';

export function faultSource(model: FaultModel): FaultSource {
  const known = (fault: unknown): Fault | 'none' => expectChoice('faults', fault, SCRIPTED);
  if (typeof model === 'function') return checkedFunction('faults', model, known);
  if (isScript(model)) {
    const script = model.map(known);
    return (call) => script[call.id - 1] ?? 'none';
  }
  return drawn(model);
}

function isScript(model: FaultModel): model is readonly (Fault | 'none')[] {
  return Array.isArray(model);
}

function drawn(odds: { readonly [fault in Fault]?: number | undefined }): FaultSource {
  expectKeys('faults', odds, FAULTS.map(String));
  const table = FAULTS.map((fault) => ({ fault, odds: probability(fault, odds[fault] ?? 0) }));
  const sum = table.reduce((total, row) => total + row.odds, 0);
  if (sum > 1) throw expected('faults', 'probabilities that add up to at most 1', sum);
  return (_call, random) => {
    if (sum === 0) return 'none';
    let left = random();
    for (const row of table) {
      if (left < row.odds) return row.fault;
      left -= row.odds;
    }
    return 'none';
  };
}

function probability(fault: Fault, value: number): number {
  return expectFinite(`faults.${fault}`, value, { min: 0, max: 1 });
}
