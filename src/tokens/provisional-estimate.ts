import type { Usage } from '../model/usage.ts';
import type { Calibration } from './calibration/calibration.ts';
import { type Estimated, estimatedBy, withNumbers } from './calibration/call-estimate.ts';
import type { Measurement, Provisional } from './measurement.ts';

/** The uncertainty of a text's estimate, besides that of the model. */
const SPREAD = { sharedSpread: 0.2, ownSpread: 0.25 };

/**
 * The estimate of a call whose text was only estimated. Corrections of such estimates are kept
 * separate from corrections of counts. The response corrects both: once the vocabulary is loaded, the
 * text is counted for the second one.
 */
export function provisionalEstimate(
  calibration: Calibration,
  call: Measurement,
  { isText, recount }: Provisional,
): Estimated {
  const family = `${call.family} (estimated)`;
  const prior = { ...call.prior, ...SPREAD };
  const estimated = estimatedBy(calibration, { ...call, family, prior, isText });
  const learnCounted = async (usage: Usage): Promise<void> => {
    const counted = await recount();
    // The first call of `learn` has already recorded the output.
    if (counted)
      estimatedBy(calibration, { ...counted, callSites: [], inputSite: undefined }).learn(usage);
  };
  return {
    ...withNumbers(estimated, {}),
    learn: (usage) => {
      estimated.learn(usage);
      learnCounted(usage).catch(() => undefined); // nothing is known to lead there
    },
  };
}
