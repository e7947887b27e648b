import { type PackedCount, packed, scriptIn, tokensOf } from './counted.ts';
import { Merger } from './merge.ts';
import { PieceCache } from './piece-cache.ts';
import type { PieceEnd } from './pretokenize.ts';
import { scriptOfPiece } from './script.ts';
import { LONGEST_SHORT, ShortPieceCache } from './short-piece-cache.ts';
import type { TextCounter, TextCursor } from './text-counter.ts';
import { LONGEST_PIECE, TextWindow } from './text-window.ts';
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
  readonly #window = new TextWindow();
  readonly #shortPieces = new ShortPieceCache();
  readonly #pieces = new PieceCache();
  readonly #block = new Utf8Block();
  /** Where in the window the piece that was counted last ends. */
  #end = 0;

  constructor(vocabulary: Vocabulary, pieceEnd: PieceEnd) {
    this.#vocabulary = vocabulary;
    this.#pieceEnd = pieceEnd;
    this.#merger = new Merger(vocabulary);
  }

  advance(cursor: TextCursor, budget: number): number {
    let work = 0;
    while (work < budget && cursor.position < cursor.text.length) {
      work += this.#countWindow(cursor, budget - work);
    }
    return work;
  }

  /** Counts the pieces that start in the window, for as long as the budget lasts. */
  #countWindow(cursor: TextCursor, budget: number): number {
    const first = this.#window.show(cursor);
    const { units, view, length, limit } = this.#window;
    const shortPieces = this.#shortPieces;
    const pieceEnd = this.#pieceEnd;
    const { tally } = cursor;
    this.#merger.steps = 0;
    let work = 0;
    let at = first;
    while (at < limit && work + STEP_WORK * this.#merger.steps < budget) {
      let end = pieceEnd(units, at, horizon(units, at, length));
      let counted = end - at <= LONGEST_SHORT ? shortPieces.get(view, at, end - at) : 0;
      if (counted === 0) {
        counted = this.#unknown(at, end);
        end = this.#end;
      }
      tally[scriptIn(counted)]! += tokensOf(counted);
      work += PIECE_WORK + (end - at);
      at = end;
    }
    this.#window.leave(cursor, at);
    return work + STEP_WORK * this.#merger.steps;
  }

  /** Counts a piece that is not among the short ones. */
  #unknown(start: number, end: number): PackedCount {
    const { units, view } = this.#window;
    if (end - start <= LONGEST_SHORT) {
      const counted = this.#count(start, end);
      this.#shortPieces.set(view, start, end - start, counted);
      return counted;
    }
    this.#end = end;
    const known = this.#pieces.get(units, start, end - start);
    if (known > 0) return known;
    const counted = this.#count(start, end);
    if (this.#end === end) this.#pieces.set(units, start, end - start, counted);
    return counted;
  }

  /** Counts a piece, or as much of it as makes a block. */
  #count(start: number, end: number): PackedCount {
    const { units } = this.#window;
    this.#end = this.#block.fill(units, start, end);
    return packed(this.#countBlock(), scriptOfPiece(units, start, this.#end));
  }

  #countBlock(): number {
    const { bytes, hashes, length } = this.#block;
    const isToken = this.#vocabulary.rankOf(bytes, 0, length, hashes[length]!) !== NO_RANK;
    return isToken ? 1 : this.#merger.count(bytes, hashes, length);
  }
}

/** How far a piece that starts here may reach, without cutting a surrogate pair in two. */
function horizon(units: Uint16Array, start: number, length: number): number {
  const end = start + LONGEST_PIECE;
  if (end >= length) return length;
  const last = units[end - 1]!;
  return last >= 0xd800 && last <= 0xdbff ? end - 1 : end;
}
