import { LONGEST_BLOCK, Merger } from './merge.ts';
import { PieceCache } from './piece-cache.ts';
import type { PieceEnd } from './pretokenize.ts';
import { scriptOfPiece } from './script.ts';
import type { TextCounter, TextCursor } from './text-counter.ts';
import { Utf8Block } from './utf8-block.ts';
import { NO_RANK, type Vocabulary } from './vocabulary.ts';

/** A step of a merge costs about as much as this many bytes of a text without merges. */
const STEP_WORK = 2;
const PIECE_WORK = 4;

/**
 * Counts exactly the tokens that a published encoding gives for a text, without making them. The
 * names of special tokens (`<|endoftext|>`) are ordinary text, as they are in a request.
 *
 * The one inexactness: an unbroken run of more than 4,096 bytes (letters without a space, say) is
 * cut there, so that no text takes more than linear time.
 */
export class ExactCounter implements TextCounter {
  readonly #vocabulary: Vocabulary;
  readonly #pieceEnd: PieceEnd;
  readonly #merger: Merger;
  readonly #cache = new PieceCache();
  readonly #block = new Utf8Block();

  constructor(vocabulary: Vocabulary, pieceEnd: PieceEnd) {
    this.#vocabulary = vocabulary;
    this.#pieceEnd = pieceEnd;
    this.#merger = new Merger(vocabulary);
  }

  advance(cursor: TextCursor, budget: number): number {
    const { text, tally } = cursor;
    let work = 0;
    while (work < budget && cursor.position < text.length) {
      const start = cursor.position;
      const pieceEnd = this.#pieceEnd(text, start, horizon(text, start));
      const end = this.#block.fill(text, start, pieceEnd);
      const stepsBefore = this.#merger.steps;
      tally[scriptOfPiece(text, start, end)]! += this.#countBlock();
      work += PIECE_WORK + (end - start) + STEP_WORK * (this.#merger.steps - stepsBefore);
      cursor.position = end;
    }
    return work;
  }

  #countBlock(): number {
    const { bytes, hashes, length } = this.#block;
    if (this.#vocabulary.rankOf(bytes, 0, length, hashes[length]!) !== NO_RANK) return 1;
    const known = this.#cache.get(this.#block);
    if (known > 0) return known;
    const count = this.#merger.count(bytes, hashes, length);
    this.#cache.set(this.#block, count);
    return count;
  }
}

/** How far a piece that starts here may reach, without cutting a surrogate pair in two. */
function horizon(text: string, start: number): number {
  const end = start + LONGEST_BLOCK;
  if (end >= text.length) return text.length;
  const last = text.charCodeAt(end - 1);
  return last >= 0xd800 && last <= 0xdbff ? end - 1 : end;
}
