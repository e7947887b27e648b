import type { Clock } from '../clock.ts';
import type { TokenEstimate } from '../model/usage.ts';
import { expected, expectObject } from '../validate.ts';
import type { Calibration, Estimated } from './calibration/calibration.ts';
import { type CustomEstimator, customized, withInput } from './custom-estimate.ts';
import { type EstimateRequest, Estimator } from './estimator.ts';
import type { RemoteCounter } from './remote-count.ts';
import { sharedQueue } from './shared-queue.ts';
import { stopgapEstimate } from './stopgap.ts';
import type { Encoding } from './tokenizer/rank-list.ts';

/** One for the process: a vocabulary takes 5 MB. */
const shared = new Estimator(sharedQueue);

/**
 * Estimates what a call will cost, before it is sent.
 *
 * `inputTokens` is what the body will be counted as: exact for text and functions of OpenAI's
 * published encodings, estimated for other models. The first call waits until its vocabulary has
 * been loaded. (Calls of a client don't: until then their text is estimated from its characters,
 * within some 10 % for most languages, and 25 % for a single sentence.) `outputTokens` is the most that the call
 * allows (`max_tokens` and its like, times the number of choices), 0 if it doesn't say.
 *
 * A single text of more than 8 million characters, which no model takes, is sampled: within 1 %.
 *
 * Whatever the body, it never rejects, and never holds up the event loop for long: a long text is
 * counted in slices of 1 ms, and the vocabulary is loaded in steps of 3 ms at most. Only where there
 * is no file system (Workers, browsers) it is imported as one module, which takes some 20 ms, once.
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
  if (typeof provider !== 'string') throw expected('provider', 'a string', provider);
  if (typeof path !== 'string') throw expected('path', 'a string', path);
  return shared.estimate(request);
}

/** What an estimate is made of, besides the body. */
export interface EstimateSources {
  /** What earlier responses have taught. */
  readonly calibration: Calibration;
  /** Asks the provider, where that is wanted. */
  readonly remote?: RemoteCounter | undefined;
  /** Counting takes no time of this clock. */
  readonly clock?: Clock | undefined;
  /** Whether to wait until there is a vocabulary to count text by. @default false */
  readonly isExact?: boolean | undefined;
  /** The caller's own estimate, which comes before all others. */
  readonly custom?: CustomEstimator | undefined;
}

/**
 * The same, corrected by experience and by whoever knows better. Never rejects.
 *
 * @example
 * const estimated = await estimateCall(request, { calibration });
 * const { usage } = await send(request);
 * estimated.learn(usage);
 */
export async function estimateCall(
  request: EstimateRequest,
  { calibration, remote, clock, isExact = false, custom }: EstimateSources,
): Promise<Estimated> {
  const release = clock?.hold?.();
  const measuring = isExact ? shared.measureExactly(request) : shared.measure(request);
  const call = await measuring.finally(release);
  const learned = call?.stopgap
    ? stopgapEstimate(calibration, call, call.stopgap)
    : calibration.estimated(call);
  const counted = call && remote ? await remote(request) : undefined;
  const ours = withInput(learned, counted);
  return custom ? customized(ours, custom, request) : ours;
}

/** Loads the vocabularies of all encodings; resolves when text can be counted exactly. */
export async function warmUp(): Promise<void> {
  await Promise.all([loadEncoding('o200k_base'), loadEncoding('cl100k_base')]);
}

/** Loads the vocabulary of one encoding, as the first call that needs it does. Never rejects. */
export function loadEncoding(encoding: Encoding): Promise<void> {
  return shared.warmUp(encoding);
}
