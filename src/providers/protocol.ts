import { isMeteredByClaude } from './anthropic-protocol.ts';
import { isMeteredByOpenAI } from './openai-protocol.ts';
import { barePath } from './request-path.ts';

/** How a call is worded: whose paths, bodies and usage it has, whoever serves it. */
export type Protocol = 'openai' | 'anthropic';

/** A message of one of OpenAI's threads isn't sent to a model. */
const THREAD = /\/threads\/[^/]+\/messages$/;

/**
 * The protocol of a call to a model, by its path; `undefined` for any other request.
 *
 * @example
 * protocolOf('/v1/chat/completions') // 'openai'
 * protocolOf('/v1/models') // undefined
 */
export function protocolOf(path: string): Protocol | undefined {
  const bare = barePath(path);
  if (isMeteredByOpenAI(bare)) return 'openai';
  return isMeteredByClaude(bare) && !THREAD.test(bare) ? 'anthropic' : undefined;
}
