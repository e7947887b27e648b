import type { Parts } from '../../src/tokens/part.ts';

/** The text in the parts of a prompt, in one. */
export function textOf(parts: Parts): string {
  return slicesOf(parts).join('');
}

/** The texts in the parts of a prompt. */
export function slicesOf(parts: Parts): string[] {
  return [...parts].filter((part) => typeof part === 'string');
}
