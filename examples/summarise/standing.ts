import type { LaneSnapshot } from 'llm-headroom';
import type { Tally } from './job.ts';

/** How far the work of limited clients is, in what a terminal of 80 columns has room for. */
export function standing(tally: Tally, lanes: readonly LaneSnapshot[]): string {
  const inFlight = sum(lanes, (lane) => lane.inFlight);
  const etaMs = etaOf(lanes, tally.total - tally.done - tally.failed - inFlight);
  const parts = [
    ended(
      tally,
      sum(lanes, ({ totals }) => totals.refused),
    ),
    `${sum(lanes, (lane) => lane.queued)} waiting`,
    lanes.some((lane) => lane.pausedUntil !== undefined)
      ? 'paused'
      : `ETA ${etaMs === undefined ? '?' : Math.ceil(etaMs / 1000)} s`,
  ];
  return parts.join(' · ');
}

/** How far the work of bare clients is: nobody knows when they will be done. */
export function bareStanding(tally: Tally, refused: number, isOver: boolean): string {
  return `${ended(tally, refused)}${isOver ? ' · over' : ''}`;
}

function ended({ total, done, failed }: Tally, refused: number): string {
  const parts = [`${bar(done, failed, total)} ${done}/${total} done`, `${failed} lost`];
  return [...parts, `${refused} × 429`].join(' · ');
}

const BAR_WIDTH = 12;

function bar(done: number, failed: number, total: number): string {
  const filled = Math.round((BAR_WIDTH * done) / total);
  const lost = Math.round((BAR_WIDTH * (done + failed)) / total) - filled;
  return '█'.repeat(filled) + '×'.repeat(lost) + '░'.repeat(BAR_WIDTH - filled - lost);
}

/** When the last call goes. The lanes know those that wait; some of the `unsent` are yet to come. */
function etaOf(lanes: readonly LaneSnapshot[], unsent: number): number | undefined {
  const waiting = sum(lanes, (lane) => lane.queued);
  const etas = lanes.map((lane) => lane.etaMs);
  if (etas.includes(undefined)) return undefined;
  const etaMs = Math.max(0, ...etas.map((each = 0) => each));
  return waiting === 0 ? 0 : etaMs * Math.min(unsent / waiting, 2);
}

function sum(lanes: readonly LaneSnapshot[], of: (lane: LaneSnapshot) => number): number {
  return lanes.reduce((total, lane) => total + of(lane), 0);
}
