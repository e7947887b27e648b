import type { Answer, Ask } from '../stores/shared-lane.ts';

/** How long until nothing of a lane's limits is used any more, if nothing else is. */
export function timeToFull(
  { meters }: Pick<Ask, 'meters'>,
  { levels }: Pick<Answer, 'levels'>,
): number {
  const times = meters.map(({ id, windowMs, bucket, guards }) => {
    const missing = bucket.capacity - (levels[id] ?? 0);
    return Math.max(missing / bucket.perMs, guards.length > 0 ? windowMs : 0);
  });
  return Math.max(0, ...times);
}
