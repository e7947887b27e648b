/** Operations by the end of the path: the names that the GenAI conventions know (2026-11). */
const OPERATIONS: readonly (readonly [end: RegExp, operation: string])[] = [
  [/\/(?:chat\/completions|responses(?:\/compact)?|messages|chat|converse(?:-stream)?)$/, 'chat'],
  [/\/(?:completions|complete)$/, 'text_completion'],
  [/(?:\/embeddings|\/embed|:(?:batchE|e)mbedContents?)$/, 'embeddings'],
  [/:(?:streamG|g)enerateContent$/, 'generate_content'],
];

/** What a call does, by its path; the path's last part where the conventions have no name for it. */
export function operationOf(path: string): string {
  const [bare = ''] = path.split(/[?#]/);
  const known = OPERATIONS.find(([end]) => end.test(bare))?.[1];
  return known ?? bare.split('/').at(-1) ?? '';
}
