/** Where a text may be cut, best first: between paragraphs, lines, words, and anywhere. */
const SEAMS = [/(?<=\n\n)/, /(?<=\n)/, /(?<= )/, /(?:)/u];

/** Cuts a text into chunks of `size` characters at most, at the best seams. Blank ones are left out. */
export function chunksOf(text: string, size: number): string[] {
  const chunks: string[] = [];
  let chunk = '';
  for (const piece of piecesOf(text, size)) {
    if (chunk.length + piece.length > size) {
      chunks.push(chunk);
      chunk = '';
    }
    chunk += piece;
  }
  return [...chunks, chunk].map((each) => each.trim()).filter((each) => each !== '');
}

/** The parts between the best seams; those that are too long, cut at the next best. */
function piecesOf(text: string, size: number, [seam, ...rest] = SEAMS): string[] {
  if (seam === undefined || text.length <= size) return [text];
  return text.split(seam).flatMap((piece) => piecesOf(piece, size, rest));
}
