import type { FamilyCalibration, SavedFamily } from './family-calibration.ts';
import type { AssumedWeights } from './script-weights.ts';

/** The assumption about a model before its first response. */
export interface Prior extends AssumedWeights {
  /** Begins to learn of a family of models from that. Its code comes with the first estimate. */
  readonly begin: (prior: AssumedWeights, saved?: SavedFamily) => FamilyCalibration;
}
