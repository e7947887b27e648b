import type { ErrorFixture } from './money.ts';

export interface StatusFixture extends ErrorFixture {
  /** `undefined` for an error that isn't about limits. */
  readonly kind: 'rate' | 'daily' | 'capacity' | 'ramp' | 'too-large' | undefined;
  readonly retryAfterMs?: number;
}

const error = (message: string, more: object = {}) => ({ error: { message, ...more } });

/** Limits under statuses that aren't 429, and errors under the same statuses that are none. */
export const STATUSES: readonly StatusFixture[] = [
  {
    host: 'Azure API Management, a quota',
    source: 'MicrosoftDocs/azure-docs#16282',
    status: 403,
    body: {
      statusCode: 403,
      message: 'Out of call volume quota. Quota will be replenished in 5.03:23:11.',
    },
    kind: 'rate',
    retryAfterMs: 444_191_000,
  },
  {
    host: 'Azure API Management, a quota of tokens',
    source: 'Microsoft Learn, "azure-openai-token-limit", 2025',
    status: 403,
    headers: { 'retry-after': '1200' },
    body: { statusCode: 403, message: 'Token quota is exceeded. Try again in 20 minutes.' },
    kind: 'rate',
    retryAfterMs: 1_200_000,
  },
  {
    host: 'Google',
    source: 'Google APIs, "Usage limits", 2024',
    status: 403,
    body: {
      error: {
        code: 403,
        message: 'Rate Limit Exceeded',
        errors: [
          { domain: 'usageLimits', reason: 'rateLimitExceeded', message: 'Rate Limit Exceeded' },
        ],
      },
    },
    kind: 'rate',
  },
  {
    host: 'Google, a day',
    source: 'Google APIs, "Usage limits", 2024',
    status: 403,
    body: {
      error: {
        code: 403,
        errors: [{ reason: 'dailyLimitExceeded', message: 'Daily Limit Exceeded' }],
      },
    },
    kind: 'daily',
  },
  {
    host: 'GitHub',
    source: 'hisxo/gitGraber#41',
    status: 403,
    headers: { 'retry-after': '60' },
    body: {
      message:
        'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.',
    },
    kind: 'rate',
    retryAfterMs: 60_000,
  },
  {
    host: 'Kong',
    source: 'Kong, "Rate Limiting", 2025',
    status: 403,
    headers: { 'ratelimit-limit': '5', 'ratelimit-remaining': '0', 'ratelimit-reset': '37' },
    body: { message: 'API rate limit exceeded' },
    kind: 'rate',
    retryAfterMs: 37_000,
  },
  {
    host: 'Apigee',
    source: 'Apigee, "Quota policy", 2025',
    status: 500,
    body: {
      fault: {
        faultstring: 'Rate limit quota violation. Quota limit exceeded. Identifier : _default',
        detail: { errorcode: 'policies.ratelimit.QuotaViolation' },
      },
    },
    kind: 'rate',
  },
  {
    host: 'Groq, a limit of tokens, for a call that fits',
    source: 'Groq, "Errors", 2026, with the figures of vectorize-io/hindsight#2015',
    status: 413,
    headers: { 'retry-after': '19' },
    body: error(
      'Rate limit reached for model `openai/gpt-oss-120b` on tokens per minute (TPM): Limit 8000, Used 7500, Requested 1500. Please try again in 7.5s.',
      { type: 'tokens', code: 'rate_limit_exceeded' },
    ),
    kind: 'rate',
    retryAfterMs: 19_000,
  },
  {
    host: 'Groq, a call that never fits',
    source: 'HunorLaczko/ha-groq-cloud-api#27',
    status: 413,
    body: error(
      'Request too large for model llama-3.1-8b-instant in organization org_1 service tier on_demand on tokens per minute (TPM): Limit 6000, Requested 12328, please reduce your message size and try again. Need more tokens? Upgrade to Dev Tier today at https://console.groq.com/settings/billing',
      { type: 'tokens', code: 'rate_limit_exceeded' },
    ),
    kind: 'too-large',
  },
  {
    host: 'Groq, its flex tier',
    source: 'Groq, "Flex Processing", 2026',
    status: 498,
    body: error('Flex tier capacity exceeded', {
      type: 'capacity_exceeded',
      code: 'capacity_exceeded',
    }),
    kind: 'capacity',
  },
  {
    host: 'OpenAI, its flex tier',
    source: 'OpenAI, "Flex processing", 2026',
    status: 503,
    body: error('Flex capacity is not available', { code: 'resource_unavailable' }),
    kind: 'capacity',
  },
  {
    host: 'Azure, a region that is full',
    source: 'Azure OpenAI, "Error codes", 2025',
    status: 429,
    body: error('The service is temporarily unable to process your request. Try again later.', {
      code: 'NoCapacity',
    }),
    kind: 'capacity',
  },
  {
    host: 'Mistral, a tier that is full',
    source: 'Mistral, error 3505, 2025',
    status: 429,
    body: {
      object: 'error',
      message: 'Service tier capacity exceeded for this model.',
      type: 'service_tier_capacity_exceeded',
      code: '3505',
    },
    kind: 'capacity',
  },
  {
    host: 'Azure, units that one has bought',
    source: 'Azure OpenAI, "Provisioned throughput", 2025',
    status: 429,
    body: error('Your provisioned capacity exceeded its use. Please retry after 3 seconds.', {
      code: '429',
    }),
    kind: 'rate',
    retryAfterMs: 3000,
  },
  {
    host: 'a gateway that calms',
    source: 'Twitter API v1, 2012',
    status: 420,
    headers: { 'retry-after': '15' },
    body: 'Enhance Your Calm',
    kind: 'rate',
    retryAfterMs: 15_000,
  },
  {
    host: 'the same without a body',
    source: 'Twitter API v1, 2012',
    status: 420,
    body: '',
    kind: 'rate',
  },
  {
    host: 'OpenAI until 2026',
    source: 'OpenAI, "Error codes", 2025',
    status: 503,
    body: error('Slow Down'),
    kind: 'ramp',
  },
  {
    host: 'OpenAI, its code',
    source: 'OpenAI, "Error codes", 2026-10',
    status: 503,
    headers: { 'retry-after': '30' },
    body: error('Reduce your load', { code: 'slow_down' }),
    kind: 'ramp',
    retryAfterMs: 30_000,
  },
  {
    host: 'a gateway that turns 429 into 503',
    source: 'sourcegraph/sourcegraph-public-snapshot#52518',
    status: 503,
    body: error('upstream: rate limit exceeded, try again in 12s', { code: 'rate_limit_exceeded' }),
    kind: 'rate',
    retryAfterMs: 12_000,
  },
  {
    host: 'a gateway that turns 429 into 500',
    source: '398ja/imani-wallet#37, as gateways of models quote it',
    status: 500,
    body: error(
      'litellm.RateLimitError: AzureException - Rate limit is exceeded. Try again in 34 seconds.',
      {
        code: 429,
      },
    ),
    kind: 'rate',
    retryAfterMs: 34_000,
  },
  {
    host: 'a gateway that turns 429 into 502',
    source: 'continuedev/continue#13195',
    status: 502,
    body: 'All variants failed with errors: Invalid status code: 429 Too Many Requests: {"error":{"code":"1302","message":"Rate limit reached for requests"}}',
    kind: 'rate',
  },
  {
    host: 'Bedrock',
    source: 'RooCodeInc/Roo-Code#5050',
    status: 503,
    body: {
      __type: 'ThrottlingException',
      message: 'Too many requests, please wait before trying again.',
    },
    kind: 'rate',
  },
  {
    host: 'Anthropic, 500 as in its streams',
    source: 'Anthropic, "Errors", 2026-08',
    status: 500,
    body: { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } },
    kind: 'capacity',
  },
  {
    host: 'Azure, a model that is busy',
    source: 'Microsoft Q&A, 2025',
    status: 408,
    body: error('The server is currently overloaded with other requests. Please retry.', {
      code: 'Timeout',
    }),
    kind: 'capacity',
  },
  {
    host: 'a queue in front of a model',
    source: 'maritaca-ai/maritalk-api#210, under 408',
    status: 408,
    body: error('Too many requests: waited 5 minutes in the queue', { type: 'rate_limit_error' }),
    kind: 'rate',
  },
  {
    host: 'Gemini',
    source: 'googleapis/js-genai#1458',
    status: 503,
    body: {
      error: {
        code: 503,
        message: 'The model is overloaded. Please try again later.',
        status: 'UNAVAILABLE',
      },
    },
    kind: 'capacity',
  },
  // Errors that aren't about limits.
  {
    host: 'NVIDIA',
    source: 'dmMaze/BallonsTranslator#1233',
    status: 403,
    body: { status: 403, title: 'Forbidden', detail: 'Authorization failed' },
    kind: undefined,
  },
  {
    host: 'OpenAI, a country',
    source: 'OpenAI, "Error codes", 2026-10',
    status: 403,
    body: error('Country, region, or territory not supported', {
      code: 'unsupported_country_region_territory',
    }),
    kind: undefined,
  },
  {
    host: 'Anthropic, a permission',
    source: 'Anthropic, "Errors", 2026-08',
    status: 403,
    body: {
      type: 'error',
      error: { type: 'permission_error', message: 'Your API key may not use this model.' },
    },
    kind: undefined,
  },
  {
    host: 'Google, a project for quotas',
    source: 'Google Cloud, "quota project", 2025',
    status: 403,
    body: {
      error: {
        code: 403,
        message: 'The API requires a quota project, which is not set by default.',
        status: 'PERMISSION_DENIED',
        details: [{ reason: 'SERVICE_DISABLED' }],
      },
    },
    kind: undefined,
  },
  {
    host: 'Volcengine, files',
    source: 'volcengine.com/docs/82379/1299023, 2025-04',
    status: 403,
    body: error(
      'Your account 1 has exhausted its file storage quota. To continue using the service, please delete historical files.',
      {
        code: 'OperationDenied.FileQuotaExceeded',
      },
    ),
    kind: undefined,
  },
  {
    host: 'a proxy',
    source: 'nginx',
    status: 403,
    body: '<html><title>403 Forbidden</title></html>',
    kind: undefined,
  },
  {
    host: 'OpenAI, a timeout',
    source: 'OpenAI, "Flex processing", 2026',
    status: 408,
    body: error('Request timed out.', { type: 'timeout' }),
    kind: undefined,
  },
  {
    host: 'a proxy, a large body',
    source: 'nginx',
    status: 413,
    body: '<html><title>413 Request Entity Too Large</title></html>',
    kind: undefined,
  },
  {
    host: 'Spring, a method that failed',
    source: 'Spring Framework, HttpStatus 420',
    status: 420,
    body: { status: 420, error: 'Method Failure' },
    kind: undefined,
  },
  {
    host: 'ArcGIS, a token',
    source: 'ArcGIS REST API, 498',
    status: 498,
    body: error('Invalid Token', { code: 498 }),
    kind: undefined,
  },
  {
    host: 'Cohere, unsafe',
    source: 'cohere-ai/cohere-developer-experience#189',
    status: 498,
    body: {
      message: 'This request was blocked due to potential violations of the usage guidelines.',
    },
    kind: undefined,
  },
  {
    host: 'OpenAI, a failure',
    source: 'OpenAI, "Error codes", 2026-10',
    status: 500,
    body: error('The server had an error while processing your request. Sorry about that!', {
      type: 'server_error',
    }),
    kind: undefined,
  },
  {
    host: 'Anthropic, a failure',
    source: 'Anthropic, "Errors", 2026-08',
    status: 500,
    body: { type: 'error', error: { type: 'api_error', message: 'Internal server error' } },
    kind: undefined,
  },
  {
    host: 'MiniMax, a context that is too long',
    source: 'NousResearch/hermes-agent#1839',
    status: 500,
    body: error('context window exceeds limit (2013)', { type: 'api_error' }),
    kind: undefined,
  },
  {
    host: 'Cloudflare',
    source: 'Cloudflare',
    status: 502,
    body: '<html><title>502 Bad Gateway</title></html>',
    kind: undefined,
  },
  {
    host: 'a gateway that waited',
    source: 'nginx',
    status: 504,
    body: 'upstream request timeout after 60 seconds',
    kind: undefined,
  },
];
