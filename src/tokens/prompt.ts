import { field } from '../model/json.ts';
import { remembered } from '../model/remembered.ts';
import { anthropicCompletion, anthropicMessages } from './anthropic-messages.ts';
import type { Api } from './api.ts';
import type { Prior } from './calibration/prior.ts';
import { chatFamily, encodingOf } from './chat-family.ts';
import { claudeFamily } from './claude-family.ts';
import { nativePartsNow } from './late-native-prompts.ts';
import { priorOf } from './model-prior.ts';
import { openaiChat } from './openai-chat.ts';
import { openaiImages, openaiPrompt, openaiSpeech } from './openai-prompt.ts';
import { openaiResponses } from './openai-responses.ts';
import type { Part, Parts } from './part.ts';
import type { PromptRequest } from './prompt-request.ts';
import type { Encoding } from './tokenizer/rank-list.ts';

/** The input of a call: what it is made of, and how its text becomes tokens. */
export interface Prompt {
  readonly parts: Parts;
  readonly encoding: Encoding;
  readonly prior: Prior;
}

/** What tells a model how to compact (recorded usage, 2026). */
const COMPACTION = 93;

/** @param model - as `modelName` gives it */
export function promptOf(request: PromptRequest, api: Api, model: string): Prompt {
  const { provider } = request;
  return { parts: partsOf(request, api, model), ...countingOf({ provider, model }) };
}

/** How text is counted. Calls are to few models. */
const countingOf: (of: Counted) => Pick<Prompt, 'encoding' | 'prior'> = remembered(
  ({ provider, model }) => `${provider} ${model}`,
  ({ provider, model }) => ({ encoding: encodingOf(model), prior: priorOf(provider, model) }),
);

interface Counted {
  readonly provider: string;
  readonly model: string;
}

function partsOf(request: PromptRequest, api: Api, model: string): Parts {
  const { body } = request;
  switch (api) {
    case 'chat':
      return openaiChat(body, model, chatFamily(model, 'chat', request.provider));
    case 'responses':
      return responsesParts(request, model);
    case 'messages':
      return anthropicMessages(body, claudeFamily(model));
    case 'complete':
      return anthropicCompletion(body);
    case 'embeddings':
      return openaiPrompt(field(body, 'input') ?? field(body, 'inputs'), model);
    case 'completions':
      return openaiPrompt(field(body, 'prompt'), model);
    case 'speech':
      return openaiSpeech(body);
    case 'images':
      return openaiImages(body, model);
    default:
      return nativePartsNow()?.(request, api, model) ?? [];
  }
}

/** To compact a conversation, the model is told how. */
function* responsesParts({ path, body }: PromptRequest, model: string): Generator<Part> {
  yield* openaiResponses(body, model, chatFamily(model, 'responses'));
  if (path.includes('/responses/compact')) yield COMPACTION;
}
