import type { ErrorFixture } from './money.ts';

/** What such an error is, and how long it asks to wait. */
export interface OrdinaryFixture extends ErrorFixture {
  readonly kind: 'rate' | 'daily' | 'capacity' | 'ramp' | 'too-large';
  readonly retryAfterMs?: number;
}

const GEMINI =
  'You exceeded your current quota, please check your plan and billing details. For more information on this error, head to: https://ai.google.dev/gemini-api/docs/rate-limits. To monitor your current usage, head to: https://ai.dev/rate-limit.';
const error = (message: string, more: object = {}) => ({ error: { message, ...more } });
const gemini = (quotaId: string, words: string, retryDelay?: string) => ({
  error: {
    code: 429,
    message: `${GEMINI} \n* Quota exceeded for metric: generativelanguage.googleapis.com/generate_content_free_tier_requests, ${words}`,
    status: 'RESOURCE_EXHAUSTED',
    details: [
      {
        '@type': 'type.googleapis.com/google.rpc.QuotaFailure',
        violations: [
          { quotaMetric: 'x/generate_content_free_tier_requests', quotaId, quotaValue: '5' },
        ],
      },
      ...(retryDelay === undefined
        ? []
        : [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay }]),
    ],
  },
});

/** Refusals that pass with time, many of which mention quotas, plans, credits or billing. */
export const ORDINARY: readonly OrdinaryFixture[] = [
  {
    host: 'Gemini, a minute',
    source: 'google-gemini/gemini-cli-action#36',
    status: 429,
    body: gemini(
      'GenerateRequestsPerMinutePerProjectPerModel-FreeTier',
      'limit: 5, model: gemini-3-flash\nPlease retry in 34.074824224s.',
      '34s',
    ),
    kind: 'rate',
    retryAfterMs: 34_074.824,
  },
  {
    host: 'Gemini, a minute, in a list and without details',
    source: 'google-gemini/gemini-cli#8437',
    status: 429,
    body: [{ error: { code: 429, message: GEMINI, status: 'RESOURCE_EXHAUSTED' } }],
    kind: 'rate',
  },
  {
    host: 'Gemini, a day',
    source: 'google-gemini/api-examples#98',
    status: 429,
    body: gemini(
      'GenerateRequestsPerDayPerProjectPerModel-FreeTier',
      'limit: 20, model: gemini-3-flash\nPlease retry in 26.96s.',
      '26s',
    ),
    kind: 'daily',
  },
  {
    host: 'Gemini, a day, with the true wait',
    source: 'measured, 2026-07',
    status: 429,
    body: gemini('GenerateRequestsPerDayPerProjectPerModel-FreeTier', 'limit: 20', '65205s'),
    kind: 'daily',
    retryAfterMs: 65_205_000,
  },
  {
    host: 'Gemini, quoted by a gateway as JSON in its message',
    source: 'continuedev/continue#10479',
    status: 429,
    body: error(
      JSON.stringify(
        gemini('GenerateRequestsPerMinutePerProjectPerModel', 'limit: 5\nPlease retry in 7.5s.'),
      ),
      { code: 429, status: 'Too Many Requests' },
    ),
    kind: 'rate',
    retryAfterMs: 7500,
  },
  {
    host: 'Vertex',
    source: 'google-gemini/gemini-cli#15186',
    status: 429,
    body: {
      error: {
        code: 429,
        message:
          'Resource exhausted. Please try again later. Please refer to https://cloud.google.com/vertex-ai/generative-ai/docs/error-code-429 for more details.',
        status: 'RESOURCE_EXHAUSTED',
      },
    },
    kind: 'rate',
  },
  {
    host: 'Gemini CLI',
    source: 'google-gemini/gemini-cli#13004',
    status: 429,
    body: error(
      'You have exhausted your capacity on this model. Your quota will reset after 8h44m7s.',
      { code: 429 },
    ),
    kind: 'rate',
    retryAfterMs: 31_447_000,
  },
  {
    host: 'OpenAI, a day, with advice about a payment method',
    source: 'openai/codex#797',
    status: 429,
    body: error(
      'Rate limit reached for o4-mini in organization org-1 on requests per day (RPD): Limit 200, Used 200, Requested 1. Please try again in 7m12s. Visit https://platform.openai.com/account/rate-limits to learn more. You can increase your rate limit by adding a payment method to your account at https://platform.openai.com/account/billing.',
      { type: 'requests', code: 'rate_limit_exceeded' },
    ),
    kind: 'daily',
    retryAfterMs: 432_000,
  },
  {
    host: 'OpenAI, a minute',
    source: 'openai/codex#70',
    status: 429,
    body: error(
      'Rate limit reached for gpt-4.1-mini in organization org-1 on tokens per min (TPM): Limit 200000, Used 155151, Requested 49105. Please try again in 1.276s. Visit https://platform.openai.com/account/rate-limits to learn more.',
      { type: 'tokens', code: 'rate_limit_exceeded' },
    ),
    kind: 'rate',
    retryAfterMs: 1276,
  },
  {
    host: 'ChatGPT plans',
    source: 'earendil-works/pi#4172',
    status: 429,
    body: {
      error: {
        type: 'usage_limit_reached',
        message: 'The usage limit has been reached',
        plan_type: 'plus',
        resets_at: 1_777_936_568,
        resets_in_seconds: 13_872,
      },
    },
    kind: 'rate',
    retryAfterMs: 13_872_000,
  },
  {
    host: 'Azure',
    source: 'alex-wolf-ps/dbchatprov2#2',
    status: 429,
    body: error(
      'Requests to the ChatCompletions_Create Operation under Azure OpenAI API version 2024-05-01-preview have exceeded token rate limit of your current OpenAI S0 pricing tier. Please retry after 86400 seconds. Please go here: https://aka.ms/oai/quotaincrease if you would like to further increase the default rate limit.',
      { code: '429' },
    ),
    kind: 'rate',
    retryAfterMs: 86_400_000,
  },
  {
    host: 'Anthropic',
    source: 'Anthropic, "Rate limits", 2025',
    status: 429,
    headers: { 'retry-after': '12' },
    body: error(
      'This request would exceed your organization’s rate limit of 30,000 input tokens per minute. For details, refer to: https://docs.claude.com/en/api/rate-limits. You can see the response headers for current usage. Please reduce the prompt length or the maximum tokens requested, or try again later. You may also contact sales at https://www.anthropic.com/contact-sales to discuss your options for a rate limit increase.',
      { type: 'rate_limit_error' },
    ),
    kind: 'rate',
    retryAfterMs: 12_000,
  },
  {
    host: 'Groq, a day',
    source: 'continuedev/continue#10920',
    status: 429,
    body: error(
      'Rate limit reached for model `llama-3.3-70b-versatile` in organization `org_1` service tier `on_demand` on tokens per day (TPD): Limit 100000, Used 97050, Requested 3619. Please try again in 9m38.016s. Need more tokens? Upgrade to Dev Tier today at https://console.groq.com/settings/billing',
      { type: 'tokens', code: 'rate_limit_exceeded' },
    ),
    kind: 'daily',
    retryAfterMs: 578_016,
  },
  {
    host: 'OpenRouter, free models',
    source: 'OpenRouter, "Limits", 2026',
    status: 429,
    body: error(
      'Rate limit exceeded: free-models-per-day. Add 10 credits to unlock 1000 free model requests per day',
      { code: 429 },
    ),
    kind: 'daily',
  },
  {
    host: 'OpenRouter, a provider’s',
    source: 'recorded by pydantic/pydantic-ai',
    status: 429,
    body: error('Provider returned error', {
      code: 429,
      metadata: {
        provider_name: 'Google',
        raw: 'google/gemini-2.0-flash-exp:free is temporarily rate-limited upstream. Please retry shortly, or add your own key to accumulate your rate limits: https://openrouter.ai/settings/integrations',
      },
    }),
    kind: 'capacity',
  },
  {
    host: 'Moonshot',
    source: 'harry0703/MoneyPrinterTurbo#208',
    status: 429,
    body: error('max request per minute reached: 3, please try again after 1 seconds', {
      type: 'rate_limit_reached_error',
    }),
    kind: 'rate',
    retryAfterMs: 1000,
  },
  {
    host: 'Moonshot, overloaded',
    source: 'MoonshotAI/MoonshotAI-Cookbook#16',
    status: 429,
    body: error('The engine is currently overloaded, please try again later', {
      type: 'engine_overloaded_error',
    }),
    kind: 'capacity',
  },
  {
    host: 'z.ai, five hours; the time has no zone',
    source: 'hugalafutro/model-hotel#955',
    status: 429,
    body: error('Usage limit reached for 5 hour. Your limit will reset at 2026-09-09 05:38:28', {
      code: '1308',
    }),
    kind: 'rate',
  },
  {
    host: 'Zhipu, five hours, in Chinese',
    source: 'dirge-code/dirge#818',
    status: 429,
    body: error('已达到 5 小时的使用上限。您的限额将在 2026-08-25 07:41:44 重置。', {
      code: '1308',
    }),
    kind: 'rate',
  },
  {
    host: 'DashScope, OpenAI’s code for a limit on tokens',
    source: 'QwenLM/Qwen#2254',
    status: 429,
    body: error(
      'Allocated quota exceeded, please increase your quota limit. For details, see: https://help.aliyun.com/zh/model-studio/error-code#token-limit',
      { type: 'insufficient_quota', code: 'insufficient_quota' },
    ),
    kind: 'rate',
  },
  {
    host: 'Cohere, a trial key’s minute',
    source: 'Cohere, "Rate limits", 2024',
    status: 429,
    body: {
      message:
        "You are using a Trial key, which is limited to 40 API calls / minute. You can continue to use the Trial key for free or upgrade to a Production key with higher rate limits at 'https://dashboard.cohere.com/api-keys'.",
    },
    kind: 'rate',
  },
  {
    host: 'Cloudflare',
    source: 'diegosouzapw/OmniRoute#6980',
    status: 429,
    body: {
      errors: [
        {
          message:
            "you have used up your daily free allocation of 10,000 neurons, please upgrade to Cloudflare's Workers Paid plan if you would like to continue usage.",
          code: 4006,
        },
      ],
    },
    kind: 'daily',
  },
  {
    host: 'Bedrock, a day',
    source: 'minorun365/agent-book#29',
    status: 429,
    body: { message: 'Too many tokens per day, please wait before trying again.' },
    kind: 'daily',
  },
  {
    host: 'Bedrock, with advice',
    source: 'AWS, "ThrottlingException", 2025',
    status: 429,
    body: { message: 'Too many requests, please reduce your request rate and try again.' },
    kind: 'rate',
  },
  {
    host: 'Ollama',
    source: 'continuedev/continue#10579',
    status: 429,
    body: {
      error: 'you (a) have reached your session usage limit, please wait or upgrade to continue',
    },
    kind: 'rate',
  },
  {
    host: 'OpenCode',
    source: 'anomalyco/opencode#16568',
    status: 429,
    headers: { 'retry-after': '1970' },
    body: error('Free usage exceeded, add credits https://opencode.ai/zen'),
    kind: 'rate',
    retryAfterMs: 1_970_000,
  },
  {
    host: 'Vibe SDK, whose unit are credits',
    source: 'cloudflare/vibesdk#164',
    status: 429,
    body: {
      error:
        'AI inference rate limit exceeded. Consider using lighter models. Maximum 100 credits per 1 hour or 400 credits per day. Gemini pro models cost 4 credits per call.',
    },
    kind: 'daily',
  },
  {
    host: 'Replicate, a lower rate for little credit',
    source: 'Replicate, "Rate limits", 2025',
    status: 429,
    body: {
      title: 'Request was throttled.',
      detail:
        'Request was throttled. Your rate limit for creating predictions is reduced to 6 requests per minute with a burst of 1 requests while you have less than $5.0 in credit. Your rate limit resets in ~10s.',
      status: 429,
      retry_after: 10,
    },
    kind: 'rate',
    retryAfterMs: 10_000,
  },
  {
    host: 'Cerebras',
    source: 'continuedev/continue#9800',
    status: 429,
    headers: { 'retry-after': '57' },
    body: {
      message: 'Tokens per minute limit exceeded - too many tokens processed.',
      type: 'too_many_tokens_error',
      param: 'quota',
      code: 'token_quota_exceeded',
    },
    kind: 'rate',
    retryAfterMs: 57_000,
  },
  {
    host: 'Mistral',
    source: 'raycast/extensions#31107',
    status: 429,
    body: { object: 'error', message: 'Rate limit exceeded', type: 'rate_limited', code: '1300' },
    kind: 'rate',
  },
  {
    host: 'NVIDIA',
    source: 'Alishahryar1/free-claude-code#1485',
    status: 429,
    body: { status: 429, title: 'Too Many Requests' },
    kind: 'rate',
  },
  {
    host: 'Hugging Face, a quota of GPU time',
    source: 'Hugging Face forums, 2025',
    status: 429,
    body: {
      error: 'You have exceeded your GPU quota (60s requested vs. 0s left). Try again in 23:59:57',
    },
    kind: 'rate',
    retryAfterMs: 86_397_000,
  },
  {
    host: 'what is left, called a limit',
    source: 'a guess',
    status: 429,
    body: error('Quota exceeded: remaining limit: 0, resets in 30s'),
    kind: 'rate',
    retryAfterMs: 30_000,
  },
  {
    host: 'slots that are free',
    source: 'a guess',
    status: 429,
    body: error('Concurrency limit: 0 slots free, try again in 2 seconds'),
    kind: 'rate',
    retryAfterMs: 2000,
  },
  {
    host: 'slots that are free, without a wait',
    source: 'a guess',
    status: 429,
    body: error('Concurrency limit: 0 slots free (max 4)'),
    kind: 'rate',
  },
  {
    host: 'what is left, as a number',
    source: 'a guess',
    status: 429,
    headers: { 'retry-after': '20' },
    body: error('You exceeded the limit: 0 requests remaining.'),
    kind: 'rate',
    retryAfterMs: 20_000,
  },
  {
    host: 'a plan’s words beside an ordinary limit',
    source: 'a guess',
    status: 429,
    body: error(
      'Your plan allows 60 requests per minute. This window has ended, a new one begins.',
    ),
    kind: 'rate',
  },
  {
    host: 'a session that has expired',
    source: 'a guess',
    status: 429,
    body: error('Rate limit exceeded. Your session has expired, please retry.'),
    kind: 'rate',
  },
  {
    host: 'DeepInfra, a busy model',
    source: 'DeepInfra, "Rate limits", 2025',
    status: 429,
    body: { detail: { error: 'Model busy, retry later' } },
    kind: 'capacity',
  },
  {
    host: 'Azure, high demand',
    source: 'Azure OpenAI, "Error codes", 2025',
    status: 429,
    body: error(
      'The system is currently experiencing high demand and cannot process your request. Your request exceeds the maximum usage size allowed during peak load.',
      { type: 'too_many_requests', code: 'too_many_requests' },
    ),
    kind: 'capacity',
  },
  {
    host: 'a limit on the rate, explained by high demand',
    source: 'a guess',
    status: 429,
    body: error('Rate limit reached: we are experiencing high demand, the server is busy.'),
    kind: 'rate',
  },
  {
    host: 'slowapi, a day',
    source: 'slowapi, its default message',
    status: 429,
    body: { error: 'Rate limit exceeded: 50 per 1 day' },
    kind: 'daily',
  },
  {
    host: 'slowapi, an hour',
    source: 'slowapi, its default message',
    status: 429,
    body: { error: 'Rate limit exceeded: 50 per 1 hour' },
    kind: 'rate',
  },
  {
    host: 'a day, told by the next',
    source: 'a guess',
    status: 429,
    body: error('You have used all your requests for today. Try again tomorrow.'),
    kind: 'daily',
  },
  {
    host: 'a day, told by its hours',
    source: 'a guess',
    status: 429,
    body: error('You have exceeded your 24-hour request limit.'),
    kind: 'daily',
  },
  {
    host: 'a wait of 24 hours, which may be any limit’s',
    source: 'a guess',
    status: 429,
    body: error('Rate limit exceeded. Wait 24 hours.'),
    kind: 'rate',
    retryAfterMs: 86_400_000,
  },
  {
    host: 'a day, in German',
    source: 'a guess',
    status: 429,
    body: error('Tageslimit erreicht.'),
    kind: 'daily',
  },
  {
    host: 'a day, in Spanish',
    source: 'a guess',
    status: 429,
    body: error('Límite diario alcanzado.'),
    kind: 'daily',
  },
  {
    host: 'more requests after a time',
    source: 'a guess',
    status: 429,
    body: error('You can make more requests in 2 minutes and 5 seconds.'),
    kind: 'rate',
    retryAfterMs: 125_000,
  },
  {
    host: 'new-api, all behind it are busy',
    source: 'QuantumNous/new-api',
    status: 429,
    body: error('当前分组上游负载已饱和，请稍后再试', { type: 'new_api_error' }),
    kind: 'capacity',
  },
  {
    host: 'NVIDIA, what others leave of a worker',
    source: 'diegosouzapw/OmniRoute#8210',
    status: 503,
    body: error('Worker local total request limit reached (33/32)'),
    kind: 'capacity',
  },
  {
    host: 'Hugging Face, a model that is being loaded',
    source: 'Hugging Face, "Inference API", 2023',
    status: 503,
    body: { error: 'Model bigcode/starcoder is currently loading', estimated_time: 20 },
    kind: 'capacity',
    retryAfterMs: 20_000,
  },
  {
    host: 'Claude, an end of extra usage that comes back by itself',
    source: 'anthropics/claude-code#42654',
    status: 429,
    body: error('You’re out of extra usage · resets 9am (America/Cordoba)', {
      type: 'rate_limit_error',
    }),
    kind: 'rate',
  },
  {
    host: 'WSO2’s API Manager',
    source: 'apim.docs.wso2.com, "Error handling", 2025; its words are ours',
    status: 429,
    body: {
      fault: {
        code: 900804,
        message: 'Subscription quota exceeded',
        description:
          'You have exceeded your quota. The API opens again after 2026-Aug-14 12:00:40+0000 UTC',
        nextAccessTime: '2026-Aug-14 12:00:40+0000 UTC',
      },
    },
    kind: 'rate',
    retryAfterMs: 40_000,
  },
  {
    host: 'AI DIAL, a day of which nothing is used in this minute',
    source: 'epam/ai-dial-chat#3666',
    status: 429,
    body: error(
      'Hit token rate limit. Minute limit: 0 / 10000 tokens. Day limit: 2000000 / 1000000 tokens. Week limit: 2000000 / 9223372036854775807 tokens. Month limit: 2000000 / 9223372036854775807 tokens.',
    ),
    kind: 'rate',
  },
  {
    host: 'GitHub Copilot, a limit of some hours',
    source: 'github/copilot-cli#2696',
    status: 429,
    body: error(
      'Sorry, you’ve hit a rate limit that restricts the number of Copilot model requests you can make within a specific time period. Please try again in 2 hours.',
    ),
    kind: 'rate',
    retryAfterMs: 7_200_000,
  },
  ...(
    [
      [
        'a quota of some hours',
        'Your 5-hour quota is exceeded. Reset at 2026-08-14T15:00:00Z',
        10_800_000,
        'quota_exceeded',
      ],
      ['what is left of a minute', 'You have no free requests remaining this minute.'],
      ['a bucket', 'Token bucket is out of free tokens.'],
      ['a quota with its wait', 'Quota exceeded, try again in 30s or upgrade your plan.', 30_000],
      ['a limit with advice', 'Rate limit reached. To continue without it, upgrade to Pro.'],
      ['credits that a call costs', 'Too many requests: 5 credits required per minute.'],
    ] as const
  ).map(
    ([host, message, retryAfterMs, type]): OrdinaryFixture => ({
      ...{ host, source: 'a guess', status: 429, kind: 'rate' as const },
      body: error(message, type === undefined ? {} : { type }),
      ...(retryAfterMs !== undefined && { retryAfterMs }),
    }),
  ),
];
