/** Operations by the end of the path: the names that the GenAI conventions know (0.1). */
const OPERATIONS: readonly (readonly [end: RegExp, operation: string])[] = [
  [/\/(?:(?:chat|agents)\/completions|responses(?:\/compact)?|messages|chat)$/, 'chat'],
  [/\/(?:converse(?:-stream)?|conversations(?:\/[^/]+(?:\/restart)?)?|language-model)$/, 'chat'],
  [/\/(?:completions|complete|generate)$/, 'text_completion'],
  [/(?:embeddings|\/embed|\/embedding-model|:(?:batchE|e)mbedContents?)$/, 'embeddings'],
  [/(?::(?:streamG|g)enerateContent|\/interactions)$/, 'generate_content'],
];

/**
 * What a call does, by its path; where the conventions have no name for it, the path's last part. That
 * is never the name of a model, of which there may be many.
 */
export function operationOf(path: string): string {
  const [bare = ''] = path.split(/[?#]/);
  const known = OPERATIONS.find(([end]) => end.test(bare))?.[1];
  return known ?? (bare.split(/[/:]/).at(-1) || 'unknown');
}
