/** The calls whose input has rules of its own. */
export type Api =
  | 'chat'
  | 'completions'
  | 'responses'
  | 'embeddings'
  | 'speech'
  | 'images'
  | 'messages'
  | 'complete';

/** By the end of the path; the first that fits counts. */
const PATHS: readonly (readonly [end: RegExp, api: Api])[] = [
  [/\/chat\/completions$/, 'chat'],
  [/\/completions$/, 'completions'],
  [/\/responses(?:\/compact)?$/, 'responses'],
  [/\/(?:embeddings|moderations)$/, 'embeddings'],
  [/\/audio\/speech$/, 'speech'],
  [/\/images\/(?:generations|edits)$/, 'images'],
  [/(?<!\/threads\/[^/]*)\/messages$/, 'messages'], // a thread's message isn't sent to a model
  [/\/complete$/, 'complete'],
];

/** Those whose output is text, of a length that isn't known before. */
const WRITERS: readonly (Api | undefined)[] = [
  'chat',
  'completions',
  'responses',
  'messages',
  'complete',
];

const LONGEST_PATH = 512;

/**
 * What a path asks for: that of an API or a whole URL, with any base path and query; `undefined` for
 * anything else.
 */
export function apiOf(path: string): Api | undefined {
  if (path.length > LONGEST_PATH) return undefined;
  const bare = `/${path}`
    .replace(/[?#].*$/s, '')
    .replace(/\/+/g, '/')
    .replace(/\/$/, '');
  return PATHS.find(([end]) => end.test(bare))?.[1];
}

/** Whether a call is answered with text. */
export function writesText(path: string): boolean {
  return WRITERS.includes(apiOf(path));
}
