import { geminiPictures } from '../gemini-pictures.ts';
import type { ChatFamily, FamilyRow } from './family.ts';
import { PLAIN } from './plain.ts';

function geminiChat(model: string): ChatFamily {
  const { imageTokens, perPage } = geminiPictures(model);
  return {
    ...PLAIN,
    perCall: 22,
    heard: { seconds: 1, tokens: 25 },
    tools: { form: 'json', around: 0, times: 1.05 },
    imageTokens,
    documents: { around: 4, perPage, pageText: 0, unknown: perPage },
  };
}

function gemma(model: string, start: number): ChatFamily {
  const tools = { form: 'json', around: 51, areHidden: true } as const;
  return { ...geminiChat(model), start, perMessage: 5, reply: 3, tools };
}

/** The frames of Gemini's messages aren't counted. */
export const GEMINI: readonly FamilyRow[] = [
  {
    models: /^gemini/,
    family: geminiChat,
  },
  // `<bos><start_of_turn>user\n…<end_of_turn>\n<start_of_turn>model\n`, and more from 4 on.
  { models: /^gemma-[1-3]/, family: (model) => gemma(model, 1) },
  { models: /^gemma/, family: (model) => gemma(model, 5) },
  // A schema costs nothing, and an image the same whatever its size.
  {
    models: /^sonar/,
    family: {
      ...PLAIN,
      schema: { ...PLAIN.schema, around: 0, times: 0 },
      imageTokens: () => 128,
    },
  },
];
