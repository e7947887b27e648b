import type { Call, Request } from '../model/call.ts';
import type { Charges } from '../model/charge.ts';
import { countMember, field } from '../model/json.ts';
import { amount, type Cost } from '../model/limits.ts';
import type { CallEstimate, Usage } from '../model/usage.ts';
import { countIn, isStreamIn, modelIn, promptsIn } from './call-body.ts';
import type { Charging, Provider } from './provider.ts';
import { barePath, isEndpoint } from './request-path.ts';

/**
 * Endpoints that run a model (API reference, 2026-08; two are Mistral's, of its SDK 2.7, then one that
 * Together, Voyage and others share, and two of Voyage's). All others aren't metered.
 */
const METERED: readonly string[] = [
  'chat/completions',
  'completions',
  'responses',
  'responses/compact',
  'embeddings',
  'images/generations',
  'images/edits',
  'images/variations',
  'audio/speech',
  'audio/transcriptions',
  'audio/translations',
  'moderations',
  'ocr',
  'classifications',
  'rerank',
  'multimodalembeddings',
  'contextualizedembeddings',
];

/** Mistral's, begun or gone on with. OpenAI has conversations, too, which run no model. */
const CONVERSATION = /\/conversations(?:\/[^/]+(?:\/restart)?)?$/;

export function isMeteredByOpenAI(path: string): boolean {
  return METERED.some((endpoint) => isEndpoint(path, endpoint)) || isConversation(path);
}

function isConversation(path: string): boolean {
  return CONVERSATION.test(barePath(path));
}

export function describeOpenAI({ method, path, body }: Request): Call | undefined {
  if (method.toUpperCase() !== 'POST') return undefined;
  if (!isMeteredByOpenAI(path)) return undefined;
  if (isConversation(path) && field(body, 'inputs') === undefined) return undefined;
  return {
    model: modelIn(body),
    stream: isStreamIn(body),
    maxOutputTokens: maxOutputTokens(body),
  };
}

/** For all choices together; with `best_of`, more are generated than returned. */
function maxOutputTokens(body: unknown): number | undefined {
  const each =
    countIn(body, 'max_completion_tokens', 'max_output_tokens', 'max_tokens') ??
    countMember(body, 'completion_args', 'max_tokens');
  const choices = Math.max(1, countIn(body, 'n') ?? 1, countIn(body, 'best_of') ?? 1);
  return each === undefined ? undefined : each * choices * promptsIn(body);
}

/** The rules that all hosts with OpenAI's protocol share. */
export const openaiProtocol: Pick<Provider, 'describe' | 'expects' | 'settle'> = {
  expects: [],

  describe: describeOpenAI,
  settle: (usage: Usage) => ({
    requests: 1,
    tokens: usage.inputTokens + usage.outputTokens,
    inputTokens: usage.inputTokens,
    outputTokens: usage.outputTokens,
  }),
};

/** The input and the output that calls of this kind have: at first, all that the call allows. */
export function chargeExpected(estimate: CallEstimate, call: Call): Cost {
  const { inputTokens } = estimate;
  const tokens = inputTokens + expectedOutput(estimate, call);
  const outputTokens = call.maxOutputTokens ?? estimate.outputTokens;
  return { requests: 1, tokens, inputTokens, outputTokens };
}

/** What a host may charge that counts the input as `bare` tokens. */
export function chargesOf(bare: number, estimate: CallEstimate, call: Call): Charges {
  const expected = expectedOutput(estimate, call);
  const allowed = call.maxOutputTokens ?? expected;
  return { bare, max: Math.max(bare, allowed), sum: bare + allowed, expected: bare + expected };
}

function expectedOutput(estimate: CallEstimate, { maxOutputTokens }: Call): number {
  const most = maxOutputTokens ?? Number.POSITIVE_INFINITY;
  return Math.min(most, estimate.expectedOutputTokens ?? maxOutputTokens ?? 0);
}

/** The input and the output limit; without a limit, the expected output. */
export function chargeSum(estimate: CallEstimate, call: Call): Cost {
  const { inputTokens } = estimate;
  const output = call.maxOutputTokens ?? estimate.expectedOutputTokens;
  const outputTokens = output ?? estimate.outputTokens;
  return { requests: 1, tokens: inputTokens + (output ?? 0), inputTokens, outputTokens };
}

/** `max_tokens` is charged, unless responses show that it isn't. */
export const SUM_OR_LESS: Charging = {
  recorded: { at: 'sum', isSettled: false },
  charges: (estimate, call) => chargesOf(estimate.inputTokens, estimate, call),
  careful: (estimate, call) => amount(chargeSum(estimate, call), 'tokens'),
};
