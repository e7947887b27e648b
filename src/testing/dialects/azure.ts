import type { Operation, SimulatedCall } from '../call.ts';
import type { PoolRefusal } from '../pool.ts';
import { type Answer, type Dialect, type Route, wholeSeconds } from './dialect.ts';
import { openai, openaiRateHeaders, openaiRoute } from './openai.ts';

const DEPLOYMENT = /^\/openai\/deployments\/([^/]+)(\/.+)$/;
const RESOURCE = /^\/openai(\/(?:responses|models))$/;
const V1 = /^\/openai\/v1(\/.+)$/;

const OPERATION_NAMES: Readonly<Record<Operation, string>> = {
  chat: 'ChatCompletions_Create',
  responses: 'Responses_Create',
  embeddings: 'Embeddings_Create',
  messages: 'Messages_Create',
};

/** What a call that is larger than the limit is told to wait (seen in public bug reports, 2024). */
const NEVER_SECONDS = '86400';

/** Azure's API: by deployment and `api-version`, or under `/openai/v1`; resets in bare seconds. */
export const azure: Dialect = {
  ...openai,
  keyOf: (headers) => headers.get('api-key') ?? openai.keyOf(headers),
  route: (method, url) => {
    const v1 = V1.exec(url.pathname)?.[1];
    if (v1 !== undefined) return openaiRoute(method, v1);
    if (!url.searchParams.has('api-version')) return undefined;
    const [, name, path] = DEPLOYMENT.exec(url.pathname) ?? [];
    if (name === undefined || path === undefined) return wholeResource(method, url.pathname);
    const route = openaiRoute(method, path);
    return route?.kind === 'call' ? { ...route, model: decodeURIComponent(name) } : route;
  },
  rateHeaders: (levels) => openaiRateHeaders(levels, wholeSeconds),
  refused: azureRefusal,
};

/** What isn't asked of a deployment: models, and responses, which name their model themselves. */
function wholeResource(method: string, path: string): Route | undefined {
  const [, rest] = RESOURCE.exec(path) ?? [];
  return rest === undefined ? undefined : openaiRoute(method, rest);
}

function azureRefusal(refusal: PoolRefusal, call: SimulatedCall): Answer {
  const never = refusal.waitMs === Infinity;
  const seconds = never ? NEVER_SECONDS : wholeSeconds(refusal.waitMs);
  const which = refusal.name.startsWith('r') ? 'call rate limit' : 'token rate limit';
  const message =
    `Requests to the ${OPERATION_NAMES[call.operation]} Operation under Azure OpenAI API have ` +
    `exceeded ${which} of your current OpenAI S0 pricing tier. Please retry after ${seconds} seconds.`;
  return {
    status: 429,
    headers: {
      'retry-after': seconds,
      ...(never ? {} : { 'retry-after-ms': String(Math.ceil(refusal.waitMs)) }),
    },
    body: { error: { code: '429', message } },
  };
}
