import { isMeteredByClaude } from './anthropic-protocol.ts';
import { describeCohere, isMeteredByCohere } from './cohere-protocol.ts';
import { describeConverse, isMeteredByBedrock } from './converse-protocol.ts';
import { describeGateway, isMeteredByGateway } from './gateway-protocol.ts';
import { describeGemini, isMeteredByGemini } from './gemini-protocol.ts';
import type { PresetHost } from './host.ts';
import { isClaudePath } from './native-path.ts';
import { isMeteredByOpenAI } from './openai-protocol.ts';
import type { Protocol } from './protocol-name.ts';
import type { Provider } from './provider.ts';
import { barePath } from './request-path.ts';

/** Where a protocol comes from. */
export const HOMES: Readonly<Record<Protocol, PresetHost>> = {
  openai: 'openai',
  anthropic: 'anthropic',
  gemini: 'gemini',
  cohere: 'cohere',
  converse: 'bedrock',
  gateway: 'vercel',
};

/** What a call is, in those protocols that differ from OpenAI's in nothing else. */
export const DESCRIPTIONS: Readonly<
  Record<Exclude<Protocol, 'openai' | 'anthropic'>, Provider['describe']>
> = {
  gemini: describeGemini,
  cohere: describeCohere,
  converse: describeConverse,
  gateway: describeGateway,
};

/** A message of one of OpenAI's threads isn't sent to a model. */
const THREAD = /\/threads\/[^/]+\/messages$/;

/** The first that matches counts. */
const METERED: readonly (readonly [Protocol, (path: string, headers?: Headers) => boolean])[] = [
  ['openai', isMeteredByOpenAI],
  ['anthropic', (path) => isClaudePath(path) || (isMeteredByClaude(path) && !THREAD.test(path))],
  ['gemini', isMeteredByGemini],
  ['converse', isMeteredByBedrock],
  ['cohere', isMeteredByCohere],
  ['gateway', isMeteredByGateway],
];

/**
 * The protocol of a call to a model, by its path, and its headers where they are known; `undefined` for
 * any other request.
 *
 * @example
 * protocolOf('/v1/chat/completions') // 'openai'
 * protocolOf('/v1beta/models/gemini-3.8-flash:generateContent') // 'gemini'
 * protocolOf('/v1/models') // undefined
 */
export function protocolOf(path: string, headers?: Headers): Protocol | undefined {
  const bare = barePath(path);
  return METERED.find(([, isMetered]) => isMetered(bare, headers))?.[0];
}
