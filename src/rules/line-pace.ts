/** That share of a line tells its pace: the last calls leave room that those behind would fill. */
const TELLING = 0.75;
/** Of those behind that share, it is known how many others they pass. */
const SETTLED = 0.5;

/** When a call goes: `offsetMs` later than `msPerUnit` for each unit that the calls before it take. */
export interface LinePace {
  readonly msPerUnit: number;
  readonly offsetMs: number;
}

/**
 * The pace of a line of which the first calls take `amounts` of the scarcest limit, and wait for so
 * many milliseconds; `undefined` where it stands still.
 */
export function linePaceOf(
  waitsMs: readonly number[],
  amounts: readonly number[],
): LinePace | undefined {
  const inTurn = amounts
    .map((taken, index) => ({ taken, waitMs: waitsMs[index] ?? Number.POSITIVE_INFINITY }))
    .sort((one, other) => one.waitMs - other.waitMs)
    .slice(0, TELLING * amounts.length);
  const msPerUnit =
    (inTurn.at(-1)?.waitMs ?? 0) / inTurn.reduce((sum, { taken }) => sum + taken, 0);
  if (!Number.isFinite(msPerUnit)) return undefined;
  let before = 0;
  const offsets = amounts.map((taken, index) => {
    const offsetMs = (waitsMs[index] ?? Number.POSITIVE_INFINITY) - before * msPerUnit;
    before += taken;
    return offsetMs;
  });
  const settled = offsets
    .slice(SETTLED * amounts.length, TELLING * amounts.length)
    .sort((one, other) => one - other);
  const offsetMs = settled[settled.length >> 1] ?? 0;
  return Number.isFinite(offsetMs) ? { msPerUnit, offsetMs } : undefined;
}
