import type { Clock } from '../clock.ts';
import type { TokenEstimate } from '../model/usage.ts';
import { expected, expectObject, expectProvider } from '../validate.ts';
import type { Calibration } from './calibration/calibration.ts';
import type { Estimated } from './calibration/call-estimate.ts';
import { type CustomEstimator, withCustomEstimate, withInput } from './custom-estimate.ts';
import type { EstimateRequest, Estimator } from './estimator.ts';
import type { Measurement } from './measurement.ts';
import { provisionalEstimate } from './provisional-estimate.ts';
import type { RemoteCounter } from './remote-count.ts';
import type { Encoding } from './tokenizer/rank-list.ts';

let loaded: Estimator | undefined;

/** Before the first call: a sixth of the package is for estimates. From then on they need no wait. */
export async function loadEstimator(): Promise<Estimator> {
  const { sharedEstimator } = await import('./shared-estimator.ts');
  loaded = sharedEstimator;
  return loaded;
}

/**
 * Estimates the tokens of a call before it is sent.
 *
 * `inputTokens`: exact for text and functions in OpenAI's published encodings, estimated for other
 * models. The first call waits until its vocabulary is loaded. (Calls of a client don't wait: until
 * then, their text is estimated from its characters, within some 10 % for most languages, and 25 %
 * for a single sentence.) `outputTokens`: the most that the call allows (`max_tokens` or the like,
 * times the number of choices); 0 if it sets no limit.
 *
 * A single text of more than 8 million characters, which no model takes, is sampled: within 1 %.
 *
 * Never rejects because of the body, and never blocks the event loop for long. Text is counted in
 * turns of 1 ms, and the vocabulary is loaded in steps of 3 ms at most. Without a file system
 * (Workers, browsers), the vocabulary is imported as one module, which blocks for some 20 ms, once.
 * Tools are first written as JSON in one go (5 MB take up to 40 ms), as the SDK does when it sends
 * the call.
 *
 * @example
 * const { inputTokens } = await estimateTokens({
 *   provider: 'openai',
 *   path: '/chat/completions',
 *   body: { model: 'gpt-4o', messages: [{ role: 'user', content: 'hello world' }] },
 * }); // 9
 *
 * @throws TypeError for a request without a provider or a path
 */
export async function estimateTokens(request: EstimateRequest): Promise<TokenEstimate> {
  expectObject('request', request, '{ provider, path, body }');
  const { provider, path } = request;
  expectProvider('provider', provider);
  if (typeof path !== 'string') throw expected('path', 'a string', path);
  return (loaded ?? (await loadEstimator())).estimate(request);
}

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
 * The same estimate, corrected by earlier responses, the provider's count and the user's own
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
    : calibration.estimated(call);
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

/** Loads the vocabularies of all encodings. From then on, text is counted exactly. */
export async function warmUp(): Promise<void> {
  await Promise.all([loadEncoding('o200k_base'), loadEncoding('cl100k_base')]);
}

/** Loads the vocabulary of one encoding, as the first call that needs it does. Never rejects. */
export async function loadEncoding(encoding: Encoding): Promise<void> {
  return (loaded ?? (await loadEstimator())).warmUp(encoding);
}
