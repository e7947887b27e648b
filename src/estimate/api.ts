/** The calls whose input has rules of its own. */
export type Api = 'chat' | 'completions' | 'responses' | 'embeddings' | 'messages' | 'images';

/** By the end of the path; the first that fits counts. */
const PATHS: readonly (readonly [end: RegExp, api: Api])[] = [
  [/\/chat\/completions$/, 'chat'],
  [/\/completions$/, 'completions'],
  [/\/responses$/, 'responses'],
  [/\/(?:embeddings|moderations|audio\/speech)$/, 'embeddings'],
  [/\/images\/(?:generations|edits)$/, 'images'],
  [/^(?:\/v1)?\/messages$/, 'messages'],
];

const LONGEST_PATH = 512;

/** What a path asks for, with or without a base path and a query; `undefined` for anything else. */
export function apiOf(path: string): Api | undefined {
  if (path.length > LONGEST_PATH) return undefined;
  const bare = `/${path}`
    .replace(/[?#].*$/s, '')
    .replace(/\/+/g, '/')
    .replace(/\/$/, '');
  return PATHS.find(([end]) => end.test(bare))?.[1];
}
