/** An error as a host answered it; ids and names replaced. */
export interface ErrorFixture {
  readonly host: string;
  /** Where it was read. GitHub's issues are `owner/repository#number`. */
  readonly source: string;
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
}

const QUOTA =
  'You exceeded your current quota, please check your plan and billing details. For more information on this error, read the docs: https://platform.openai.com/docs/guides/error-codes/api-errors.';
const SPENT =
  'Your team 1f0c has either used all available credits or reached its monthly spending limit. To continue making API requests, please purchase more credits or raise your spending limit.';
const SUSPENDED =
  'Your account org-1 <ak-1> is suspended due to insufficient balance, please recharge your account or check your plan and billing details';
const UNPAID =
  'Account acme is suspended, possibly due to reaching the monthly spending limit or failure to pay past invoices. Please go to https://fireworks.ai/account/billing for more information.';
const error = (message: string, more: object = {}) => ({ error: { message, ...more } });

/** What gateways may say, in their own words and languages. */
const GUESSED: readonly (readonly [host: string, message: string, type?: string])[] = [
  ['a plan that has ended', 'Your plan has expired'],
  ['a trial that has ended', 'Your free trial has ended. Please upgrade to continue.'],
  ['no subscription', 'No active subscription found for this account'],
  ['no paid plan', 'A paid plan is required to use this model', 'subscription_required'],
  ['no funds', 'You ran out of funds'],
  ['no points', 'You do not have enough points to use this model.'],
  ['an empty wallet', 'Your wallet is empty. Deposit to continue.'],
  ['a trial’s tokens', 'You have used all of your trial tokens.'],
  ['an invoice', 'Your last invoice could not be charged.'],
  ['an invoice, by its code', 'Please contact us.', 'invoice_unpaid'],
  ['Chinese', '套餐已到期，请续费'],
  ['Chinese, traditional', '帳戶餘額不足，請儲值'],
  ['Polish', 'Niewystarczające środki na koncie.'],
  ['Ukrainian', 'Недостатньо коштів на рахунку.'],
  ['Swedish', 'Otillräckligt saldo.'],
  ['Thai', 'ยอดเงินไม่เพียงพอ กรุณาเติมเงิน'],
  ['Arabic', 'الرصيد غير كاف.'],
  ['Hindi', 'अपर्याप्त शेष राशि।'],
  ['Vietnamese', 'Số dư không đủ. Vui lòng nạp thêm tiền.'],
  ['Indonesian', 'Saldo Anda tidak cukup.'],
  ['German', 'Ihr Guthaben ist aufgebraucht. Bitte laden Sie Ihr Konto auf.'],
  ['German, not enough', 'Nicht genug Guthaben.'],
  ['French', 'Crédit insuffisant. Veuillez recharger votre compte.'],
  ['French, used up', 'Votre solde est épuisé.'],
  ['Spanish', 'Saldo insuficiente. Recargue su cuenta.'],
  ['Spanish, none', 'Cuenta sin créditos'],
  ['Portuguese', 'Créditos insuficientes.'],
  ['Russian', 'Недостаточно средств на балансе. Пополните счёт.'],
  ['Russian, used up', 'Баланс исчерпан'],
  ['Japanese', '残高が不足しています。チャージしてください。'],
  ['Korean', '크레딧이 부족합니다. 충전해 주세요.'],
  ['Italian', 'Il credito è esaurito.'],
  ['Dutch', 'Uw tegoed is op.'],
  ['Turkish', 'Bakiye yetersiz.'],
  ['a team’s budget', 'The team budget of $50 has been exhausted'],
  ['dollars of a key', 'API key quota exceeded: $20.00 of $20.00 used'],
  ['a payment', 'Quota exceeded: the subscription requires payment'],
  ['a trial', 'Your trial period is over.'],
  ['an account to fill', 'Please refill your account.'],
  ['a code alone: credits', 'No.', 'prepaid_credits_depleted'],
  ['a code alone: a balance', 'No.', 'balance_exhausted'],
  ['a code alone: none', 'No.', 'not_enough_credits'],
  ['a code alone: a month', 'No.', 'monthly_limit_exceeded'],
  ['a code alone: a cap', 'No.', 'usage_cap_reached'],
  ['a code alone: a limit of the console', 'No.', 'hard_limit_reached'],
  ['a code alone: an account', 'No.', 'account_suspended'],
  ['IBM watsonx', 'The consumption limit is reached.', 'consumption_limit_reached'],
  ['used-up points', 'You have used up your points.'],
  ['an insufficient quota', 'quota insufficient', 'quota_insufficient'],
  ['a quota to buy', 'Quota exhausted, please purchase a token plan'],
  ['a payment method to add', 'The key has reached its usage quota. Please add payment method.'],
  ['costs', 'AI cost limit exceeded for this consumer'],
  ['a month of DashScope’s plans', 'month allocated quota exceeded.'],
  ['a plan that leaves a model out', 'This model is not included in your plan.'],
];

export const MONEY: readonly ErrorFixture[] = [
  {
    host: 'OpenAI',
    source: 'openai/openai-cookbook#844',
    status: 429,
    body: error(QUOTA, { type: 'insufficient_quota', param: null, code: 'insufficient_quota' }),
  },
  {
    host: 'OpenAI, with a wait that a proxy added',
    source: 'openai/openai-cookbook#844',
    status: 429,
    headers: { 'retry-after': '1' },
    body: error(QUOTA, { type: 'insufficient_quota', param: null, code: null }),
  },
  {
    host: 'OpenAI, unpaid',
    source: 'lifan0127/ai-research-assistant#174',
    status: 429,
    body: error('Your account is not active, please check your billing details on our website.', {
      type: 'billing_not_active',
      code: 'billing_not_active',
    }),
  },
  {
    host: 'OpenAI, a hard limit',
    source: 'bajrangCoder/acode-plugin-chatgpt#19',
    status: 429,
    body: error('Billing hard limit has been reached', { code: 'billing_hard_limit_reached' }),
  },
  {
    host: 'a gateway that quotes OpenAI in a Python dict',
    source: 'NVIDIA-NeMo/Guardrails#371',
    status: 429,
    body: error(
      `litellm.RateLimitError: Error code: 429 - {'error': {'message': '${QUOTA}', 'type': 'insufficient_quota', 'param': None, 'code': 'insufficient_quota'}}`,
      { type: 'throttling_error', code: '429' },
    ),
  },
  {
    host: 'a gateway that quotes OpenAI in JSON',
    source: 'anomalyco/opencode#24462, as one more level of quotes',
    status: 429,
    body: error(JSON.stringify(error(QUOTA, { code: 'insufficient_quota' })), { code: 429 }),
  },
  {
    host: 'a gateway that repeats OpenAI’s words alone',
    source: 'HeyPuter/puter#1977',
    status: 429,
    body: { success: false, error: `429 ${QUOTA}` },
  },
  {
    host: 'Anthropic, a monthly spend limit, with the wait until the month ends',
    source: 'can1357/oh-my-pi#5418',
    status: 429,
    headers: { 'retry-after': '274579', 'retry-after-ms': '274579000' },
    body: {
      type: 'error',
      error: {
        type: 'rate_limit_error',
        message:
          "This request would exceed your account's monthly spend limit. Please try again later.",
      },
    },
  },
  {
    host: 'Anthropic, no credit, behind a gateway with 429',
    source: 'Wei-Shaw/sub2api#1587',
    status: 429,
    body: {
      type: 'error',
      error: {
        type: 'invalid_request_error',
        message:
          'Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or purchase credits.',
      },
    },
  },
  {
    host: 'Anthropic, a limit set in the console',
    source: 'Anthropic, "Errors", 2026-08',
    status: 429,
    body: error(
      'You have reached your specified API usage limits. You will regain access on 2026-09-01 at 00:00 UTC.',
      { type: 'rate_limit_error' },
    ),
  },
  {
    host: 'Anthropic, billing',
    source: 'Anthropic, "Errors", 2026-08',
    status: 402,
    body: { type: 'error', error: { type: 'billing_error', message: 'Please contact support.' } },
  },
  {
    host: 'Anthropic, a subscription without credits for a long context',
    source: 'public reports of Claude Code, 2026',
    status: 429,
    body: error('Extra usage is required for long context requests.', { type: 'rate_limit_error' }),
  },
  {
    host: 'Gemini, a monthly cap',
    source: 'Gemini API, "Billing", 2026-04',
    status: 429,
    body: [
      {
        error: {
          code: 429,
          message: 'Your project has exceeded its monthly spending cap.',
          status: 'RESOURCE_EXHAUSTED',
        },
      },
    ],
  },
  {
    host: 'Gemini, prepaid',
    source: 'dyad-sh/dyad#3626',
    status: 429,
    body: {
      error: {
        code: 429,
        message:
          'Your prepayment credits are depleted. Please go to AI Studio at https://ai.studio/projects to manage your project and billing.',
        status: 'RESOURCE_EXHAUSTED',
      },
    },
  },
  {
    host: 'Vertex, no billing',
    source: 'Google Cloud, "BILLING_DISABLED", 2025',
    status: 403,
    body: {
      error: {
        code: 403,
        message:
          'This API method requires billing to be enabled. Please enable billing on project #1.',
        status: 'PERMISSION_DENIED',
        details: [{ reason: 'BILLING_DISABLED', domain: 'googleapis.com' }],
      },
    },
  },
  {
    host: 'xAI, the error as a string',
    source: 'continuedev/continue#10373',
    status: 429,
    body: { code: 'Some resource has been exhausted', error: SPENT },
  },
  { host: 'xAI, JSON of a string', source: 'continuedev/continue#10740', status: 429, body: SPENT },
  { host: 'xAI, 403', source: 'Anantys-oss/koan#2412', status: 403, body: { error: SPENT } },
  {
    host: 'xAI, no credits',
    source: 'luxus/pi-xai#10',
    status: 403,
    body: { error: 'You have run out of credits or need a Grok subscription.' },
  },
  {
    host: 'z.ai',
    source: 'zai-org/feedback#789',
    status: 429,
    body: error('Insufficient balance or no resource package. Please recharge.', { code: '1113' }),
  },
  {
    host: 'z.ai, by Anthropic’s protocol',
    source: 'anthropics/claude-code#9201',
    status: 429,
    body: {
      type: 'error',
      error: {
        type: '1113',
        message: 'Insufficient balance or no resource package. Please recharge.',
      },
    },
  },
  {
    host: 'Zhipu, in Chinese, without the code',
    source: 'langgenius/dify#5850',
    status: 429,
    body: error('您的账户已欠费，请充值后重试。'),
  },
  {
    host: 'new-api, in Chinese',
    source: 'QuantumNous/new-api#6929',
    status: 403,
    body: error('用户额度不足, 剩余额度: ＄-0.000002 (request id: 1)', { type: 'new_api_error' }),
  },
  {
    host: 'a reseller, in Chinese',
    source: 'chatanywhere/GPT_API_free#495',
    status: 429,
    body: { message: '余额不足，请充值' },
  },
  {
    host: 'Moonshot',
    source: '666ghj/BettaFish#524',
    status: 429,
    body: error(SUSPENDED, { type: 'exceeded_current_quota_error' }),
  },
  {
    host: 'Moonshot, only suspended',
    source: 'MoonshotAI/kimi-code#1857',
    status: 429,
    body: error('Your account is suspended, please check your plan and billing details', {
      type: 'exceeded_current_quota_error',
    }),
  },
  {
    host: 'OpenCode, which quotes Moonshot as JSON in `raw`',
    source: 'anomalyco/opencode#24462',
    status: 429,
    body: {
      error: {
        message: 'Error from provider: Provider returned error',
        code: 429,
        metadata: {
          raw: JSON.stringify(error(SUSPENDED, { type: 'exceeded_current_quota_error' })),
          provider_name: 'Moonshot AI',
        },
      },
    },
  },
  {
    host: 'MiniMax, by Anthropic’s protocol: 500',
    source: 'MiniMax-AI/MiniMax-M2#62',
    status: 500,
    body: { type: 'error', error: { type: 'api_error', message: 'insufficient balance (1008)' } },
  },
  {
    host: 'ModelScope',
    source: 'modelscope/modelscope#1691',
    status: 429,
    body: error('insufficient balance (1008)', {
      http_code: '429',
      type: 'insufficient_balance_error',
    }),
  },
  {
    host: 'DashScope',
    source: 'hsliuping/TradingAgents-CN#170',
    status: 429,
    body: error('Access denied, please make sure your account is in good standing.', {
      code: 'Arrearage',
      type: 'Arrearage',
    }),
  },
  {
    host: 'DashScope, the free tokens of a model',
    source: 'help.aliyun.com, "Error codes", 2025',
    status: 403,
    body: error(
      'The free tier of the model has been exhausted. If you wish to continue access the model on a paid basis, please disable the "use free tier only" mode in the management console.',
      { code: 'AllocationQuota.FreeTierOnly' },
    ),
  },
  {
    host: 'Volcengine',
    source: 'volcengine.com/docs/82379/1299023, 2025-04',
    status: 403,
    body: error('The request failed because your account has an overdue balance. Request ID: 1', {
      type: 'Forbidden',
      code: 'AccountOverdueError',
    }),
  },
  {
    host: 'DeepSeek',
    source: '666ghj/BettaFish#286',
    status: 402,
    body: error('Insufficient Balance', { type: 'unknown_error', code: 'invalid_request_error' }),
  },
  {
    host: 'DeepSeek behind a gateway with 429',
    source: 'Aider-AI/aider#4851',
    status: 429,
    body: error(
      'DeepseekException - {"error":{"message":"Insufficient Balance","type":"unknown_error","param":null,"code":"invalid_request_error"}}',
    ),
  },
  {
    host: 'SiliconFlow',
    source: 'FoundationAgents/OpenManus#438',
    status: 403,
    body: {
      code: 30011,
      message:
        'The selected model requires paid balance. Your paid balance is insufficient. Please top up and try again.',
      data: null,
    },
  },
  {
    host: 'Fireworks behind a gateway with 429',
    source: 'pollinations/pollinations#12136',
    status: 429,
    body: error(
      `Fireworks_aiException - ${JSON.stringify(error(UNPAID, { code: 'PRECONDITION_FAILED' }))}`,
    ),
  },
  {
    host: 'Together',
    source: 'docs.together.ai, "Error codes", 2025',
    status: 429,
    body: error(
      'Credit limit exceeded, please navigate to https://api.together.ai/settings/billing to add credit or upgrade plan.',
      { type: 'credit_limit' },
    ),
  },
  {
    host: 'OpenRouter',
    source: 'open-assistant-org/open-assistant#80',
    status: 402,
    body: error('Insufficient credits. Add more using https://openrouter.ai/settings/credits', {
      code: 402,
      metadata: { limit_source: 'openrouter_credits' },
    }),
  },
  {
    host: 'OpenRouter, a monthly cap',
    source: 'anomalyco/opencode#25151',
    status: 429,
    body: error(
      'Free BYOK request cap exceeded for this month. Purchase credits at https://openrouter.ai/settings/credits',
      { code: 429 },
    ),
  },
  {
    host: 'OpenRouter, a key of its own limit',
    source: 'OpenRouter, "API keys", 2026',
    status: 403,
    body: error(
      'Key limit exceeded (total limit). Manage it using https://openrouter.ai/settings/keys',
      { code: 403 },
    ),
  },
  {
    host: 'new-api, in Chinese, before the call',
    source: 'QuantumNous/new-api#6929',
    status: 403,
    body: error('预扣费额度失败, 用户剩余额度: ＄0.01, 需要预扣费额度: ＄0.30', {
      code: 'insufficient_user_quota',
    }),
  },
  {
    host: 'Hugging Face',
    source: 'huggingface/agents-course#386',
    status: 402,
    body: {
      error:
        'You have exceeded your monthly included credits for Inference Providers. Subscribe to PRO to get 20x more monthly included credits.',
    },
  },
  {
    host: 'Novita behind Hugging Face',
    source: 'huggingface/hub-docs#2392',
    status: 403,
    body: { code: 403, reason: 'NOT_ENOUGH_BALANCE', message: 'not enough balance' },
  },
  {
    host: 'NVIDIA',
    source: 'NVIDIA developer forums, 2025',
    status: 429,
    body: { status: 429, title: 'Too Many Requests', detail: 'Cloud credits expired' },
  },
  {
    host: 'Cerebras',
    source: 'nminaya/grammar-nazi-bot#967',
    status: 402,
    body: {
      message: 'Payment required to access this resource. Visit your billing tab.',
      type: 'payment_required_error',
      param: 'quota',
      code: 'payment_required',
    },
  },
  {
    host: 'LiteLLM, a budget',
    source: 'BerriAI/litellm#36729',
    status: 429,
    body: error('Budget has been exceeded! Current cost: 10.51, Max budget: 10.00', {
      type: 'budget_exceeded',
      code: '429',
    }),
  },
  {
    host: 'LiteLLM, a budget with words of one’s own',
    source: 'BerriAI/litellm#36729',
    status: 429,
    body: error('Your AI usage allowance has been reached. Please contact the AI team.', {
      type: 'budget_exceeded',
    }),
  },
  {
    host: 'LiteLLM, the budget of a deployment',
    source: 'BerriAI/litellm#14144',
    status: 429,
    body: error(
      'No deployments available - crossed budget: Exceeded budget for deployment model_name: m: 0.363 >= 1d',
    ),
  },
  {
    host: 'Cline',
    source: 'cline/cline#10207',
    status: 429,
    body: error('Spend limit reached', { code: 'SPEND_LIMIT_EXCEEDED' }),
  },
  {
    host: 'Glean',
    source: 'developers.glean.com, "Spend Limit Exceeded", 2026',
    status: 403,
    body: {
      type: 'https://developers.glean.com/errors/spend-limit-exceeded',
      title: 'Spend Limit Exceeded',
      status: 403,
      code: 'spend_limit_exceeded',
    },
  },
  {
    host: 'screenpipe, which calls its monthly cap a rate limit',
    source: 'screenpipe/screenpipe#6060',
    status: 429,
    body: {
      error: 'monthly_cost_limit_exceeded',
      message: 'Rate limited - try again in a moment or switch to a different model.',
    },
  },
  {
    host: 'Ollama',
    source: 'continuedev/continue#13195',
    status: 403,
    body: error(
      'your subscription payment is past due. update your payment method: https://ollama.com/settings/billing',
      { type: 'api_error' },
    ),
  },
  {
    host: 'Venice',
    source: 'osaurus-ai/osaurus#2431',
    status: 402,
    body: {
      error:
        'Insufficient USD or Diem balance to complete request. Visit https://venice.ai/settings/api to add credits.',
    },
  },
  {
    host: 'sub2api',
    source: 'Wei-Shaw/sub2api#890',
    status: 403,
    body: { code: 'INSUFFICIENT_BALANCE', message: 'Insufficient account balance' },
  },
  {
    host: 'Cohere, a trial key’s month',
    source: 'Cohere, "Rate limits", 2024-10',
    status: 429,
    body: { message: 'You are using a Trial key, which is limited to 1000 API calls / month.' },
  },
  {
    host: 'a plan’s month',
    source: 'diegosouzapw/OmniRoute#6060',
    status: 429,
    body: error('Monthly usage limit reached. Resets in 12 days.'),
  },
  {
    host: 'z.ai, a plan that has ended',
    source: 'zai-org/feedback#57',
    status: 429,
    body: {
      type: 'error',
      error: {
        type: 'rate_limit_error',
        code: '1309',
        message:
          '您的GLM Coding Plan套餐已到期，暂无法使用，前往官方续订后即可恢复 https://bigmodel.cn/claude-code。',
      },
    },
  },
  {
    host: 'z.ai, a plan that has ended, without its code',
    source: 'a guess: the English form of zai-org/feedback#57',
    status: 429,
    body: error(
      'Your GLM Coding Plan package has expired and is temporarily unavailable. You can resume use by renewing your subscription.',
      { type: 'rate_limit_error' },
    ),
  },
  {
    host: 'Zhipu, a locked account',
    source: 'a guess',
    status: 429,
    body: error('您的账户已被锁定，请联系客服解锁', { code: '1112' }),
  },
  {
    host: 'OpenAI, access that was terminated',
    source: 'ztjhz/BetterChatGPT#105',
    status: 429,
    body: error(
      'Your access was terminated due to violation of our policies, please check your email for more information.',
      { type: 'access_terminated', param: null, code: null },
    ),
  },
  {
    host: 'Moonshot, access that was terminated',
    source: 'clacky-ai/openclacky#192',
    status: 403,
    body: error(
      'Access terminated. Review our Community Guidelines or contact support@moonshot.cn for assistance.',
      { type: 'access_terminated_error' },
    ),
  },
  {
    host: 'Volcengine, a cap that was set in the console',
    source: 'volcengine.com/docs/82379/1299023, 2025-04',
    status: 429,
    body: error(
      'Your account 1 has reached the set inference limit for the m model, and the model service has been paused.',
      { type: 'TooManyRequests', code: 'SetLimitExceeded' },
    ),
  },
  {
    host: 'Volcengine, a trial',
    source: 'volcengine.com/docs/82379/1299023, 2025-04',
    status: 429,
    body: error('Your account 1 has exhausted its free trial quota for the m model.', {
      type: 'TooManyRequests',
      code: 'QuotaExceeded',
    }),
  },
  {
    host: 'Groq, a spend limit',
    source: 'Groq, "Spend limits", 2026',
    status: 429,
    body: error('Access to this API has been blocked because of a spend alert.', {
      type: 'invalid_request_error',
      code: 'blocked_api_access',
    }),
  },
  {
    host: 'Gemini, no quota for the model',
    source: 'a guess: Gemini’s words without its details, as a gateway repeats them',
    status: 429,
    body: error(
      'You exceeded your current quota. \\n* Quota exceeded for metric: generativelanguage.googleapis.com/generate_content_free_tier_requests, limit: 0, model: gemini-2.5-pro\\nPlease retry in 39.1s.',
    ),
  },
  {
    host: 'GitHub Copilot, no quota',
    source: 'github/copilot-cli#730',
    status: 429,
    body: { message: 'You have no quota', code: 'quota_exceeded' },
  },
  {
    host: 'GitHub Copilot, a month’s requests',
    source: 'anomalyco/opencode#430',
    status: 403,
    body: error(
      "You're out of premium requests. You have reached your monthly limit for premium requests.",
    ),
  },
  {
    host: 'GitHub Copilot, an allowance',
    source: 'microsoft/vscode-copilot-release#13014',
    status: 429,
    body: error('You have exceeded your premium request allowance.', { code: 'quota_exceeded' }),
  },
  {
    host: 'ElevenLabs behind a gateway with 429',
    source: 'home-assistant/core#160414',
    status: 429,
    body: {
      detail: {
        status: 'quota_exceeded',
        message:
          'This request exceeds your quota of 10000. You have 0 credits remaining, while 91 credits are required for this request.',
      },
    },
  },
  {
    host: 'Vercel’s AI Gateway, no card',
    source: 'arlanrakh/talk-to-girlfriend-ai#6',
    status: 403,
    body: error('AI Gateway requires a valid credit card on file to service requests.', {
      type: 'customer_verification_required',
    }),
  },
  {
    host: 'ChatGPT, a plan without it',
    source: 'openai/codex#19004',
    status: 429,
    body: error('You’re out of Codex messages. To continue upgrade to Plus', {
      type: 'usage_not_included',
    }),
  },
  {
    host: 'a plan’s month, with the time of its end',
    source: 'anomalyco/opencode#44099',
    status: 429,
    body: error(
      'You have exceeded the monthly usage quota. It will reset at 2026-08-29 23:59:59 +0800 CST. We recommend upgrading your plan for more quota, or waiting for the reset.',
    ),
  },
  ...GUESSED.map(([host, message, type]) => ({
    ...{ host, source: 'a guess: no host is known to say it', status: 429 },
    body: error(message, type === undefined ? {} : { type }),
  })),
];
