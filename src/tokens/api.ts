import { remembered } from '../model/remembered.ts';

/** APIs whose input is counted by their own rules. */
export type Api =
  | 'chat'
  | 'completions'
  | 'responses'
  | 'conversations'
  | 'embeddings'
  | 'speech'
  | 'images'
  | 'messages'
  | 'complete'
  | 'gemini'
  | 'gemini-input'
  | 'cohere'
  | 'converse'
  | 'gateway'
  | 'gateway-input';

/** APIs by the end of the path. The first match counts. */
const PATHS: readonly (readonly [end: RegExp, api: Api])[] = [
  [/\/(?:chat|agents)\/completions$/, 'chat'],
  [/\/completions$/, 'completions'],
  [/\/responses(?:\/compact)?$/, 'responses'],
  [/\/conversations(?:\/[^/]+(?:\/restart)?)?$/, 'conversations'],
  [/\/(?:(?:multimodal|contextualized)?embeddings|moderations)$/, 'embeddings'],
  [/\/audio\/speech$/, 'speech'],
  [/\/images\/(?:generations|edits)$/, 'images'],
  [/(?<!\/threads\/[^/]*)\/messages$/, 'messages'], // a thread's message isn't sent to a model
  [/\/publishers\/anthropic\/models\/[^/]+:(?:streamR|r)awPredict$/, 'messages'], // Claude at Vertex
  [/:(?:streamR|r)awPredict$/, 'chat'],
  [/\/complete$/, 'complete'],
  [/:(?:streamGenerateContent|generateContent)$/, 'gemini'],
  [/\/v\d\w*\/interactions$/, 'gemini'],
  [/:(?:embedContent|batchEmbedContents|predict)$/, 'gemini-input'],
  [/\/(?:v\d\/(?:chat|embed|generate|classify|summarize)|rerank)$/, 'cohere'],
  [/\/model\/[^/]+\/(?:converse(?:-stream)?|invoke(?:-with-response-stream)?)$/, 'converse'],
  [/\/language-model$/, 'gateway'],
  [/\/(?:embedding|image|reranking|speech)-model$/, 'gateway-input'],
];

/** APIs whose rules no client that is wrapped needs: see `NativeApi`. */
const NATIVE: readonly Api[] = [
  'gemini',
  'gemini-input',
  'cohere',
  'converse',
  'gateway',
  'gateway-input',
  'conversations',
];

export function isNative(api: Api): boolean {
  return NATIVE.includes(api);
}

/** APIs whose output is text of unknown length. */
const WRITERS: readonly (Api | undefined)[] = [
  'chat',
  'completions',
  'responses',
  'conversations',
  'messages',
  'complete',
  'gemini',
  'cohere',
  'converse',
  'gateway',
];

const LONGEST_PATH = 512;

/**
 * The API of a path or a whole URL, with any base path and query; `undefined` for any other path.
 */
export function apiOf(path: string): Api | undefined {
  return path.length > LONGEST_PATH ? undefined : apiAt(path);
}

const apiAt: (path: string) => Api | undefined = remembered(String, (path) => {
  const bare = `/${path}`
    .replace(/[?#].*$/s, '')
    .replace(/\/+/g, '/')
    .replace(/\/$/, '');
  return PATHS.find(([end]) => end.test(bare))?.[1];
});

/** Whether a call is answered with text. */
export function writesText(path: string): boolean {
  return WRITERS.includes(apiOf(path));
}
