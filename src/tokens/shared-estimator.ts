import { Estimator } from './estimator.ts';
import { sharedQueue } from './shared-queue.ts';

/** Shared by the whole process, because a vocabulary takes 5 MB. */
export const sharedEstimator: Estimator = new Estimator(sharedQueue);
