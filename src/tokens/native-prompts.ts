import type { Api } from './api.ts';
import { chatFamily } from './chat-family.ts';
import { coherePrompt } from './cohere-prompt.ts';
import { converseMessages } from './converse-messages.ts';
import { gatewayInput, gatewayPrompt } from './gateway-prompt.ts';
import { geminiContent } from './gemini-content.ts';
import { geminiFamily } from './gemini-family.ts';
import { mistralConversation } from './mistral-conversation.ts';
import type { Parts } from './part.ts';
import type { PromptRequest } from './prompt-request.ts';

/** APIs that no wrapped client calls: their code is loaded with the first call to one. */
export type NativeApi = Extract<
  Api,
  'gemini' | 'gemini-input' | 'cohere' | 'converse' | 'gateway' | 'gateway-input' | 'conversations'
>;

/** The input of a call to one of them. */
export function nativeParts(request: PromptRequest, api: NativeApi, model: string): Parts {
  const { provider, path, body } = request;
  switch (api) {
    case 'gemini':
    case 'gemini-input':
      return geminiContent(body, geminiFamily(model, path));
    case 'cohere':
      return coherePrompt(body, model, chatFamily(model));
    case 'gateway':
      return gatewayPrompt(body, model, chatFamily(model));
    case 'gateway-input':
      return gatewayInput(body, model);
    case 'converse':
      return converseMessages(body, model, chatFamily(model));
    case 'conversations':
      return mistralConversation(body, model, chatFamily(model, 'chat', provider));
  }
}
