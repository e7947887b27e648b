import type { TokenEstimate } from '../../src/model/usage.ts';
import { estimateTokens } from '../../src/tokens/estimate.ts';

type Body = Readonly<Record<string, unknown>>;

export const chat = (body: Body): Promise<TokenEstimate> =>
  estimateTokens({ provider: 'openai', path: '/chat/completions', body });

export const responses = (body: Body): Promise<TokenEstimate> =>
  estimateTokens({ provider: 'openai', path: '/responses', body });

export const claude = (body: Body): Promise<TokenEstimate> =>
  estimateTokens({ provider: 'anthropic', path: '/v1/messages', body });

/** The input tokens that `more` adds to a body. */
export async function added(
  call: (body: Body) => Promise<TokenEstimate>,
  body: Body,
  more: Body,
): Promise<number> {
  const without = await call(body);
  const withMore = await call({ ...body, ...more });
  return withMore.inputTokens - without.inputTokens;
}
