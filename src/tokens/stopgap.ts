import type { Usage } from '../model/usage.ts';
import type { Calibration, Estimated } from './calibration/calibration.ts';
import type { Measurement, Stopgap } from './measurement.ts';

/** How far off the estimates of a text are, whatever model it is for. */
const SPREAD = { sharedSpread: 0.2, ownSpread: 0.25 };

/**
 * The estimate of a call whose text was estimated, too. What is learned on top of such estimates is
 * kept apart from what is learned on top of counts. Its response teaches both: it may be the last for
 * a long time that could.
 */
export function stopgapEstimate(
  calibration: Calibration,
  call: Measurement,
  { isText, recount }: Stopgap,
): Estimated {
  const family = `${call.family} (estimated)`;
  const prior = { ...call.prior, ...SPREAD };
  const estimated = calibration.estimated({ ...call, family, prior, isText });
  const learnCounted = async (usage: Usage): Promise<void> => {
    const counted = await recount();
    // Its output has been learned from already.
    if (counted) calibration.estimated({ ...counted, callSites: [] }).learn(usage);
  };
  return {
    ...estimated,
    learn: (usage) => {
      estimated.learn(usage);
      learnCounted(usage).catch(() => undefined); // nothing is known to lead there
    },
  };
}
