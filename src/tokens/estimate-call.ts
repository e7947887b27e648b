import type { Clock } from '../clock.ts';
import type { Calibration } from './calibration/calibration.ts';
import { type Estimated, estimatedBy } from './calibration/call-estimate.ts';
import { type CustomEstimator, withCustomEstimate, withInput } from './custom-estimate.ts';
import { loadEstimator, loadedEstimator } from './estimate.ts';
import type { EstimateRequest, Estimator } from './estimator.ts';
import type { Measurement } from './measurement.ts';
import { provisionalEstimate } from './provisional-estimate.ts';
import type { RemoteCounter } from './remote-count.ts';

/* The estimate of a client's call: loaded with the first one. */

/** Sources of an estimate besides the body. */
export interface EstimateSources {
  /** Corrections learned from earlier responses. */
  readonly calibration: Calibration;
  /** Asks the provider to count. */
  readonly remote?: RemoteCounter | undefined;
  /** A virtual clock stands still while we count. */
  readonly clock?: Clock | undefined;
  /** Whether to wait for the vocabulary. @default false */
  readonly isExact?: boolean | undefined;
  /** The user's own estimator, whose numbers replace all others. */
  readonly custom?: CustomEstimator | undefined;
}

/**
 * The estimate of `estimateTokens`, corrected by earlier responses, the provider's count and the user's own
 * estimator. Never rejects.
 *
 * @example
 * const estimated = await estimateCall(request, { calibration });
 * const { usage } = await send(request);
 * estimated.learn(usage);
 */
export async function estimateCall(
  request: EstimateRequest,
  sources: EstimateSources,
): Promise<Estimated> {
  return estimateSoon(request, sources);
}

/** The same; at once for a short body, where nobody else is asked. */
export function estimateSoon(
  request: EstimateRequest,
  sources: EstimateSources,
): Estimated | Promise<Estimated> {
  const release = sources.clock?.hold?.();
  const measured = measureSoon(request, sources);
  if (measured instanceof Promise) {
    return measured.finally(release).then((call) => estimated(request, call, sources));
  }
  release?.();
  return estimated(request, measured, sources);
}

function measureSoon(
  request: EstimateRequest,
  { isExact = false }: EstimateSources,
): Measurement | undefined | Promise<Measurement | undefined> {
  const measure = (estimator: Estimator): ReturnType<Estimator['measureNow']> =>
    isExact ? estimator.measureExactly(request) : estimator.measureNow(request);
  const loaded = loadedEstimator();
  return loaded === undefined ? loadEstimator().then(measure) : measure(loaded);
}

function estimated(
  request: EstimateRequest,
  call: Measurement | undefined,
  sources: EstimateSources,
): Estimated | Promise<Estimated> {
  const { calibration, remote, custom } = sources;
  const learned = call?.provisional
    ? provisionalEstimate(calibration, call, call.provisional)
    : estimatedBy(calibration, call);
  if (remote === undefined && custom === undefined) return learned;
  return toldByOthers(request, learned, call === undefined ? { custom } : { remote, custom });
}

async function toldByOthers(
  request: EstimateRequest,
  learned: Estimated,
  { remote, custom }: Pick<EstimateSources, 'remote' | 'custom'>,
): Promise<Estimated> {
  const ours = withInput(learned, await remote?.(request));
  return custom ? withCustomEstimate(ours, custom, request) : ours;
}
