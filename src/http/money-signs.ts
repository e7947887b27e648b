import type { MoneySign } from './money-sign.ts';
import { SIGNS_ABROAD } from './money-signs-abroad.ts';
import { PLAN_SIGNS } from './money-signs-plans.ts';

/** Of codes and types. Each pattern is tried on one code at a time. */
const CODE_SIGNS: readonly MoneySign[] = [
  {
    hosts: 'OpenAI, and most gateways that quote it; DashScope; Together; W&B',
    source: 'OpenAI, "Error codes", 2026-10; openai/openai-cookbook#844',
    counts: 'always',
    codes: /^insufficientquota$/,
  },
  {
    hosts: 'OpenAI: limits on spending and on monthly usage; unpaid accounts',
    source: 'OpenAI, "Error codes", 2026-10; lifan0127/ai-research-assistant#174',
    counts: 'always',
    codes: /creditbalance|spend(?:ing)?limit|organizationusagelimit|billing|costlimitexceeded/,
  },
  {
    hosts: 'OpenAI; ChatGPT plans, which say when they start anew, are no money',
    source: 'earendil-works/pi#4172',
    counts: 'bare',
    codes: /^usagelimit(?:reached|exceeded)$/,
  },
  {
    hosts: 'Moonshot: `exceeded_current_quota_error`; any type with `quota` in it',
    source: 'MoonshotAI/kimi-code#1857',
    counts: 'unwindowed',
    codes: /^exceededcurrentquota/,
  },
  {
    hosts: 'DashScope (`Arrearage`), Volcengine (`AccountOverdueError`, `ServiceOverdue`)',
    source: 'hsliuping/TradingAgents-CN#170; volcengine.com/docs/82379/1299023, 2025-04',
    counts: 'always',
    codes: /arrearage|overdue|^commoditynotpurchased$/,
  },
  {
    hosts: 'DashScope: the free tokens of a model are used up',
    source: 'help.aliyun.com, "Error codes", 2025',
    counts: 'always',
    codes: /freetieronly$/,
  },
  {
    hosts: 'Volcengine: a cap that was set in the console; Groq: the same, of spending',
    source: 'volcengine.com/docs/82379/1299023, 2025-04; Groq, "Spend limits", 2026',
    counts: 'always',
    codes: /^setlimitexceeded$|^blockedapiaccess$/,
  },
  {
    hosts: 'z.ai and Zhipu: no balance, a closed account, a plan that has ended',
    source: 'zai-org/feedback#789; langgenius/dify#5850; zai-org/feedback#57',
    counts: 'always',
    codes: /^1(?:11[0-3]|309)$/,
  },
  {
    hosts: 'ModelScope and MiniMax, Novita, OpenCode, new-api, sub2api, Gatewayz',
    source: 'modelscope/modelscope#1691; huggingface/hub-docs#2392; Wei-Shaw/sub2api#890',
    counts: 'always',
    codes:
      /insufficient(?:account)?balance|balanceinsufficient|notenoughbalance|insufficient(?:credit|fund|userquota)|^creditserror$/,
  },
  {
    hosts: 'Cerebras; Anthropic’s `billing_error` is above',
    source: 'nminaya/grammar-nazi-bot#967',
    counts: 'always',
    codes: /^paymentrequired/,
  },
  {
    hosts: 'OpenAI, Moonshot, Vercel, ChatGPT; gateways: closed and unpaid accounts',
    source: 'ztjhz/BetterChatGPT#105; clacky-ai/openclacky#192; a guess for others',
    counts: 'always',
    codes:
      /^accessterminated|^invoiceunpaid$|^(?:subscription|plan)(?:required|expired|inactive)$|^usagenotincluded$|^customerverificationrequired$/,
  },
  {
    hosts: 'LiteLLM’s budgets',
    source: 'BerriAI/litellm#36729',
    counts: 'always',
    codes: /budgetexceeded|exceededbudget/,
  },
  {
    hosts: 'gateways: what is used up, and that it is, in one code; a closed account',
    source: 'a guess',
    counts: 'unwindowed',
    codes:
      /(?:credit|balance|fund|prepaid|prepayment|budget|allowance|wallet)\w{0,12}(?:exhaust|deplet|usedup|expired|empty|toolow|exceeded|required)|(?:notenough|outof|lowon|no)(?:credit|balance|fund)|^monthly\w{0,20}(?:exceeded|reached|exhausted)|^usagecap|^hardlimit|^account(?:suspended|deactivated|disabled|inactive|notactive)/,
  },
  {
    hosts: 'IBM watsonx: what a plan holds is consumed',
    source: 'IBM, "watsonx.ai Runtime plans", 2025; its words are guessed',
    counts: 'unwindowed',
    codes: /^consumptionlimit|^tokenquotareached$/,
  },
];

/** Of messages, in any case. Bounded, so that they take linear time. */
const WORD_SIGNS: readonly MoneySign[] = [
  {
    hosts: 'DeepSeek, z.ai, MiniMax, Venice, SiliconFlow, OpenRouter, Prime Intellect',
    source: 'continuedev/continue#9180; MiniMax-AI/MiniMax-M2#62; osaurus-ai/osaurus#2431',
    counts: 'always',
    words:
      /\b(?:insufficient|not enough|do(?:es)?(?: not|n't) have (?:enough|sufficient)|negative|zero|exceed(?:ed|s)?) (?:[\w-]{1,15} ){0,4}(?:balance|funds)\b/i,
  },
  {
    hosts: 'Anthropic, SiliconFlow, Novita',
    source: 'Wei-Shaw/sub2api#1587; FoundationAgents/OpenManus#438',
    counts: 'always',
    words:
      /\bbalance\b[^.\n]{0,30}\b(?:too low|insufficient|not enough|not sufficient|depleted|exhausted|overdue|used up|negative)\b|\bbalance\b[^.\n]{0,10} (?:is|of|:) ?(?:-|[$€¥]|usd ?){0,2}0(?:\.0{1,9})?(?![.\d])/i,
  },
  {
    hosts: 'Gemini: prepaid projects',
    source: 'dyad-sh/dyad#3626',
    counts: 'always',
    words:
      /\b(?:prepayment|prepaid|pre-paid)\b[^.\n]{0,30}\b(?:depleted|exhausted|expired|used up|ran out|run out|insufficient|required|too low)\b/i,
  },
  {
    hosts: 'NVIDIA, OpenRouter, xAI, Replicate, Hugging Face, Together',
    source: 'luxus/pi-xai#10; open-assistant-org/open-assistant#80; NVIDIA developer forums, 2025',
    counts: 'unwindowed',
    words:
      /\b(?:insufficient|not enough|do(?:es)?(?: not|n't) have (?:enough|sufficient)|no (?:more |remaining |available )?|out of|used all (?:of )?(?:your |its |the )?(?:available )?|requires? more) ?(?:[\w-]{1,15} ){0,2}credits?\b|\bcredits?\b[^.\n]{0,30}\b(?:expired|exhausted|depleted|used up|ran out|run out|insufficient|limit exceeded)\b|\bcredit limit\b|\binsufficient quota\b/i,
  },
  {
    hosts: 'Gemini, xAI, Fireworks, Anthropic, Hugging Face, z.ai, OpenRouter, Mistral',
    source:
      'continuedev/continue#10373; pollinations/pollinations#12136; can1357/oh-my-pi#5418; huggingface/agents-course#386',
    counts: 'unwindowed',
    words:
      /\bmonthly\b[^.\n]{0,40}\b(?:spend|spending|usage|budget|cap|limit|quota|credits?|allowance|allocation|rate limit)\b|\b(?:limit|cap|quota|budget|allowance|credits?|calls?|requests?|tokens?)\b[^.\n]{0,30}(?:\b(?:this|per|for the|of the|a|each) |\/ ?)month\b/i,
  },
  {
    hosts: 'xAI, Gemini, Groq, Fireworks, OpenAI, Cline, Glean',
    source: 'Anantys-oss/koan#2412; bajrangCoder/acode-plugin-chatgpt#19; cline/cline#10207',
    counts: 'always',
    words:
      /\b(?:spend|spending|billing|budget|cost) (?:cycle |hard |soft )?(?:limit|cap|quota)s?\b|\bmax(?:imum)? spend\b|\bspend(?:ing)? (?:has |is )?exceed/i,
  },
  {
    hosts: 'Anthropic: a limit that was set in the console',
    source: 'Anthropic, "Errors", 2026-08',
    counts: 'always',
    words: /\bspecified (?:[\w-]{1,15} ){0,2}usage limits?\b/i,
  },
  {
    hosts: 'OpenRouter: a key with a limit of its own',
    source: 'OpenRouter, "API keys", 2026',
    counts: 'unwindowed',
    words: /\bkey limit exceeded\b/i,
  },
  {
    hosts: 'plans with a cap on usage',
    source: 'cline/cline#8910; kirodotdev/Kiro#8128',
    counts: 'bare',
    words:
      /(?<!session |weekly |hourly |hour )\b(?:usage|overage) (?:limit|cap)s?\b(?! reached for \d)/i,
  },
  {
    hosts: 'LiteLLM’s budgets',
    source: 'BerriAI/litellm#14144; BerriAI/litellm#22726',
    counts: 'always',
    words:
      /\bbudget\b[^.\n]{0,20} (?:has been |was |is )?(?:exceeded|exhausted|used up|spent)\b|\b(?:exceeded|crossed|over) (?:[\w-]{1,15} ){0,2}budget\b|\bexceededbudget\b/i,
  },
  {
    hosts: 'DashScope, Ollama, Roo Code, Fireworks, Cerebras',
    source: 'tencentmusic/supersonic#1572; continuedev/continue#13195; RooCodeInc/Roo-Code#12309',
    counts: 'always',
    words:
      /\b(?:arrears|arrearage|overdue|past due|unpaid|account is in good standing|pay past invoices)\b|\bpayment (?:method )?(?:is |was |has )?(?:required|failed|declined|overdue)\b/i,
  },
  {
    hosts: 'Moonshot, Fireworks, OpenAI',
    source: '666ghj/BettaFish#524; lifan0127/ai-research-assistant#174',
    counts: 'bare',
    words: /\baccount\b[^.\n]{0,60}\b(?:suspended|deactivated|not active|inactive|frozen)\b/i,
  },
  {
    hosts: 'z.ai, Gemini, DashScope, Cloudflare, OpenCode: what to do about it',
    source: 'zai-org/feedback#789; anomalyco/opencode#14273; veniceai/api-docs#149',
    counts: 'bare',
    words:
      /\brecharge\b|\brefill your (?:account|balance)\b|\btop(?:ping)?[ -]up\b|\b(?:purchase|buy|add|need) (?:more |additional |some )?(?:credits?|funds)\b|\benable billing\b|\bupdate your (?:billing|payment)\b|\badd (?:a )?(?:payment method|credit card)\b|\bbilling (?:to be|is not) (?:enabled|active)\b/i,
  },
  {
    hosts: 'OpenAI without its code, as gateways and libraries repeat it',
    source: 'HeyPuter/puter#1977; openai/openai-python#212',
    counts: 'bare',
    words: /\bexceed(?:ed)? your (?:current )?quota\b|\bcheck your (?:plan and )?billing\b/i,
  },
  {
    hosts: 'DashScope, Vercel AI Gateway, Volcengine: free use has ended',
    source:
      'Aider-AI/aider#4495; volcengine.com/docs/82379/1299023; help.aliyun.com, "Error codes", 2025',
    counts: 'unwindowed',
    words:
      /\b(?:free (?:tier|quota|credits?)|trial|subscription)\b[^.\n]{0,40}\b(?:exhausted|expired|ended|used up|restricted)\b|\b(?:exhausted|exceeded|used up) (?:[\w-]{1,15} ){0,3}(?:free trial|trial (?:quota|credits?|tokens))\b|\bquota for the free trial\b/i,
  },
  {
    hosts: 'Anthropic: subscriptions, for a long context',
    source: 'public reports of Claude Code, 2026',
    counts: 'always',
    words: /\bextra usage is required\b/i,
  },
  {
    hosts: 'z.ai and gateways: a plan has ended, or there is none',
    source: 'zai-org/feedback#57; a guess for others',
    counts: 'unwindowed',
    words:
      /\b(?:plan|package|subscription|membership|trial(?: period)?) (?:has |is |was |have )?(?:expired|ended|over|lapsed|canceled|cancelled|inactive)\b|\b(?:quota|limit|allowance|cap)\b[^.\n]{0,20}[$€£] ?\d[^\n]{0,20}\b(?:used|spent)\b|\brequires? payment\b|\bno active (?:[\w-]{1,15} ){0,2}(?:subscription|plan|package|membership)\b|\b(?:paid|active|valid) (?:[\w-]{1,15} )?(?:plan|subscription) (?:is |was )?required\b|\bused (?:up )?(?:all (?:of )?)?(?:your |its |the )?(?:[\w-]{1,15} )?(?:trial|free) (?:tokens|quota|requests|calls|allocation)\b/i,
  },
  {
    hosts: 'gateways: nothing is left, or an invoice is unpaid',
    source: 'a guess',
    counts: 'always',
    words:
      /\bout of (?:[\w-]{1,15} ){0,2}(?:funds|money|points)\b|\bnot? (?:have )?enough points\b|\bwallet is empty\b|\binvoices?\b[^.\n]{0,30}\b(?:unpaid|not be charged|not be paid|overdue)\b/i,
  },
  {
    hosts: 'OpenAI, Moonshot: the account was closed',
    source: 'ztjhz/BetterChatGPT#105; clacky-ai/openclacky#192',
    counts: 'always',
    words: /\baccess (?:was |has been |is )?terminated\b/i,
  },
];

export const MONEY_SIGNS: readonly MoneySign[] = [
  ...CODE_SIGNS,
  ...WORD_SIGNS,
  ...PLAN_SIGNS,
  ...SIGNS_ABROAD,
];
