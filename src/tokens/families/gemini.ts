import { geminiFamily } from '../gemini-family.ts';
import type { ChatFamily, FamilyRow } from './family.ts';
import { PLAIN } from './plain.ts';

function geminiChat(model: string): ChatFamily {
  const { imageTokens, perPage } = geminiFamily(model, '');
  return {
    ...PLAIN,
    perCall: 22,
    tools: { form: 'json', around: 0, times: 1.05 },
    imageTokens,
    documents: { around: 4, perPage, pageText: 0, unknown: perPage },
  };
}

/** The frames of messages aren't counted. */
export const GEMINI: readonly FamilyRow[] = [
  {
    models: /^(?:gemini|gemma)/,
    family: geminiChat,
  },
  { models: /^sonar/, family: PLAIN },
];
