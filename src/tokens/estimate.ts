import { bodyOf } from '../model/json.ts';
import type { TokenEstimate } from '../model/usage.ts';
import { expected, expectObject, expectProvider } from '../validate.ts';
import type { EstimateRequest, Estimator } from './estimator.ts';
import type { Encoding } from './tokenizer/rank-list.ts';

let loaded: Estimator | undefined;

/** The estimator, once it has been loaded. */
export function loadedEstimator(): Estimator | undefined {
  return loaded;
}

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
  const estimator = loaded ?? (await loadEstimator());
  return estimator.estimate({ ...request, body: bodyOf(request.body) });
}

/** Loads the vocabularies of all encodings. From then on, text is counted exactly. */
export async function warmUp(): Promise<void> {
  await Promise.all([loadEncoding('o200k_base'), loadEncoding('cl100k_base')]);
}

/** Loads the vocabulary of one encoding, as the first call that needs it does. Never rejects. */
export async function loadEncoding(encoding: Encoding): Promise<void> {
  return (loaded ?? (await loadEstimator())).warmUp(encoding);
}
