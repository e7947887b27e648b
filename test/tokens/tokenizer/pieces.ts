import type { PieceEnd } from '../../../src/tokens/tokenizer/pretokenize.ts';

export function unitsOf(text: string): Uint16Array {
  return Uint16Array.from({ length: text.length }, (_, index) => text.charCodeAt(index));
}

/** The pieces that a text is split into. */
export function pieces(pieceEnd: PieceEnd, text: string): string[] {
  const units = unitsOf(text);
  const found: string[] = [];
  for (let start = 0; start < text.length; ) {
    const end = pieceEnd(units, start, text.length);
    found.push(text.slice(start, end));
    start = end;
  }
  return found;
}
