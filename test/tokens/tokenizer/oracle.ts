import { Tiktoken } from 'js-tiktoken/lite';
import cl100k from 'js-tiktoken/ranks/cl100k_base';
import o200k from 'js-tiktoken/ranks/o200k_base';
import { ExactCounter } from '../../../src/tokens/tokenizer/exact-counter.ts';
import {
  cl100kPieceEnd,
  o200kPieceEnd,
  type PieceEnd,
} from '../../../src/tokens/tokenizer/pretokenize.ts';
import { RankReader } from '../../../src/tokens/tokenizer/rank-reader.ts';
import type { TextCounter } from '../../../src/tokens/tokenizer/text-counter.ts';
import {
  emptyTally,
  uniformWeights,
  weigh,
  weightList,
} from '../../../src/tokens/tokenizer/tokens-by-script.ts';
import type { Vocabulary } from '../../../src/tokens/tokenizer/vocabulary.ts';
import { VocabularyBuilder } from '../../../src/tokens/tokenizer/vocabulary-builder.ts';

const ONE = weightList(uniformWeights(1));

/** One encoding twice: js-tiktoken's own encoder, and our counter over the same vocabulary. */
export interface Pair {
  readonly name: 'o200k_base' | 'cl100k_base';
  readonly pattern: string;
  readonly pieceEnd: PieceEnd;
  readonly vocabulary: Vocabulary;
  /** What js-tiktoken says. Quadratic in the length of an unbroken run. */
  readonly expected: (text: string) => number;
  readonly counter: ExactCounter;
}

const SOURCES = {
  o200k_base: { ranks: o200k, pieceEnd: o200kPieceEnd },
  cl100k_base: { ranks: cl100k, pieceEnd: cl100kPieceEnd },
};

export function pair(name: Pair['name']): Pair {
  const { ranks, pieceEnd } = SOURCES[name];
  const vocabulary = built(ranks.bpe_ranks);
  let tiktoken: Tiktoken | undefined; // takes most of a second to build
  return {
    name,
    pattern: ranks.pat_str,
    pieceEnd,
    vocabulary,
    expected: (text) => {
      tiktoken ??= new Tiktoken(ranks);
      return tiktoken.encode(text, [], []).length;
    },
    counter: new ExactCounter(vocabulary, pieceEnd),
  };
}

/** A builder of the tokens of a list. */
export function builderOf(ranks: string): VocabularyBuilder {
  const reader = new RankReader({ tokens: 200_000, bytes: ranks.length });
  reader.take(new TextEncoder().encode(ranks)).step(Number.POSITIVE_INFINITY);
  return new VocabularyBuilder(reader.finish());
}

export function built(ranks: string): Vocabulary {
  const builder = builderOf(ranks);
  while (!builder.done) builder.step(Number.POSITIVE_INFINITY);
  if (builder.vocabulary === undefined) throw new Error('done without a vocabulary');
  return builder.vocabulary;
}

/** All tokens of a text, counted in stretches of `budget`, and the work that this took. */
export function counted(
  counter: TextCounter,
  text: string,
  budget: number = Number.POSITIVE_INFINITY,
): { tokens: number; work: number } {
  const cursor = { text, position: 0, tally: emptyTally() };
  let work = 0;
  while (cursor.position < text.length) work += counter.advance(cursor, budget);
  return { tokens: weigh(cursor.tally, ONE), work };
}
