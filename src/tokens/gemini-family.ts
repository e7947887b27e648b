import { type GeminiPictures, geminiPictures, isOldest } from './gemini-pictures.ts';

/** How a generation of Gemini counts what isn't text. Fitted to recorded usage (2025 and 2026). */
export interface GeminiFamily extends GeminiPictures {
  readonly perContent: number;
  /** A call of a function and its result, besides names, arguments and texts. */
  readonly perCall: number;
  readonly perTool: number;
  readonly perProperty: number;
  /** On top of it: what has properties of its own, a list, a choice of values, and each of these. */
  readonly perObject: number;
  readonly perList: number;
  readonly perChoice: number;
  readonly perValue: number;
  /** Thoughts that are sent back as a signature: tokens for each character beyond the first ones. */
  readonly signature: { readonly perCharacter: number; readonly free: number };
  /** A second of sound; of moving pictures, with their sound. */
  readonly perSecondHeard: number;
  readonly perSecondSeen: number;
}

type Counts = Omit<GeminiFamily, keyof GeminiPictures>;

/** Functions by their words alone: so does Vertex with all models. */
const WORDS = {
  perContent: 0,
  perCall: 2,
  perTool: 2.5,
  perProperty: 2,
  perObject: 0,
  perList: 0,
  perChoice: 0,
  perValue: 0,
};
const AS_SENT = {
  ...WORDS,
  perContent: 1,
  perCall: 9.5,
  perTool: 20.5,
  perProperty: 9.5,
  perObject: 30,
  perList: 12,
  perValue: 3,
};

const GEMINI_2: Counts = {
  ...WORDS,
  signature: { perCharacter: 0, free: 0 },
  perSecondHeard: 25,
  perSecondSeen: 283,
};

const GEMINI_2_5: Counts = {
  ...GEMINI_2,
  ...AS_SENT,
  perSecondHeard: 32,
  perSecondSeen: 295,
};

const GEMINI_3: Counts = {
  ...GEMINI_2_5,
  perCall: 8,
  perTool: 17,
  perProperty: 21,
  perObject: 5,
  perList: 25,
  perChoice: 18,
  perValue: 8,
  signature: { perCharacter: 0.213, free: 130 },
  perSecondHeard: 25,
  perSecondSeen: 90,
};

/** Of 2.5, signatures count in streams, and at Vertex. */
const STREAMED_2_5 = { ...GEMINI_2_5, signature: { perCharacter: 0.155, free: 130 } };
const VERTEX_2_5 = { ...GEMINI_2_5, ...WORDS, signature: { perCharacter: 0.117, free: 0 } };
const VERTEX_3 = { ...GEMINI_3, ...WORDS, signature: GEMINI_2.signature };
const VERTEX = /\/publishers\//;

/**
 * @param model - without a prefix
 * @param path - that of the call: Vertex names the publisher
 */
export function geminiFamily(model: string, path: string): GeminiFamily {
  return { ...countsOf(model, path), ...geminiPictures(model) };
}

function countsOf(model: string, path: string): Counts {
  const isVertex = VERTEX.test(path);
  if (isOldest(model)) return GEMINI_2;
  if (!model.startsWith('gemini-2.5')) return isVertex ? VERTEX_3 : GEMINI_3;
  if (isVertex) return VERTEX_2_5;
  return path.includes(':stream') ? STREAMED_2_5 : GEMINI_2_5;
}
