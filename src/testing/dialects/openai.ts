import type { Operation } from '../call.ts';
import { goDuration } from '../go-duration.ts';
import type { Level } from '../pool.ts';
import type { Dialect, HeaderFields, Route } from './dialect.ts';
import { openaiProblem, openaiRefusal } from './openai-errors.ts';

const OPERATIONS: Readonly<Record<string, Operation>> = {
  '/chat/completions': 'chat',
  '/responses': 'responses',
  '/embeddings': 'embeddings',
};

/** The API of OpenAI, under `/v1`. */
export const openai: Dialect = {
  requestIdHeader: 'x-request-id',
  route: (method, url) =>
    url.pathname.startsWith('/v1/') ? openaiRoute(method, url.pathname.slice(3)) : undefined,
  keyOf: bearerKey,
  missing: () => undefined,
  rateHeaders: (levels) => openaiRateHeaders(levels, (ms) => goDuration(Math.ceil(ms))),
  refused: (refusal, call) => openaiRefusal(refusal, call, true),
  problem: openaiProblem,
  countedTokens: (tokens) => ({ object: 'response.input_tokens', input_tokens: tokens }),
  models: modelList,
};

/** A host that is compatible with OpenAI's API, under any base path; no `retry-after-ms`. */
export const compatibleDialect: Dialect = {
  ...openai,
  route: (method, url) => {
    const base = /^(.*?)(?=\/(chat\/completions|responses|embeddings|models)(\/|$))/;
    return openaiRoute(method, url.pathname.replace(base, ''));
  },
  refused: (refusal, call) => openaiRefusal(refusal, call, false),
};

/** `path` is what follows the base path. */
export function openaiRoute(method: string, path: string): Route | undefined {
  if (method === 'GET' && path === '/models') return { kind: 'models' };
  if (method !== 'POST') return undefined;
  if (path === '/responses/input_tokens') return { kind: 'count-tokens' };
  const operation = OPERATIONS[path];
  return operation === undefined ? undefined : { kind: 'call', operation, model: undefined };
}

export function bearerKey(headers: Headers): string {
  return headers.get('authorization')?.replace(/^Bearer /, '') ?? '';
}

/**
 * The six headers of OpenAI's rate-limit guide (as of 2026-10). The minute's limit is shown where
 * there is one, else the day's; a reset is the time until all of it is there again.
 */
export function openaiRateHeaders(
  levels: readonly Level[],
  duration: (ms: number) => string,
): HeaderFields {
  const shown = { requests: ['rpm', 'rpd'], tokens: ['tpm', 'tpd'] };
  const headers: Record<string, string> = {};
  for (const [what, names] of Object.entries(shown)) {
    const level = names
      .map((name) => levels.find((candidate) => candidate.name === name))
      .find((candidate) => candidate !== undefined);
    if (level === undefined) continue;
    headers[`x-ratelimit-limit-${what}`] = String(level.limit);
    headers[`x-ratelimit-remaining-${what}`] = String(level.remaining);
    headers[`x-ratelimit-reset-${what}`] = duration(level.resetMs);
  }
  return headers;
}

function modelList(names: readonly string[]): unknown {
  const data = names.map((id) => ({ id, object: 'model', created: 0, owned_by: 'simulator' }));
  return { object: 'list', data };
}
