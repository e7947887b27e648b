import type { Job } from '../job.ts';
import { ExactCounter } from './exact-counter.ts';
import { cl100kPieceEnd, o200kPieceEnd, type PieceEnd } from './pretokenize.ts';
import { TextMemo } from './text-memo.ts';
import { VocabularyBuilder } from './vocabulary-builder.ts';

/** How OpenAI's models turn text into tokens. */
export type Encoding = 'o200k_base' | 'cl100k_base';

/** What counts with an encoding, and what it has counted. */
export interface LoadedEncoding {
  readonly counter: ExactCounter;
  readonly memo: TextMemo;
}

interface Source {
  readonly pieceEnd: PieceEnd;
  readonly ranks: () => Promise<{ readonly default: { readonly bpe_ranks: string } }>;
}

/** The texts that are remembered for one encoding take up to 16 MB. */
const MEMO_CHARACTERS = 8_000_000;

/** The data files of js-tiktoken, 2.3 MB and 1.1 MB: loaded only when they are needed. */
const SOURCES: Readonly<Record<Encoding, Source>> = {
  o200k_base: {
    pieceEnd: o200kPieceEnd,
    ranks: () => import('js-tiktoken/ranks/o200k_base'),
  },
  cl100k_base: {
    pieceEnd: cl100kPieceEnd,
    ranks: () => import('js-tiktoken/ranks/cl100k_base'),
  },
};

/** The encodings of this process: each is loaded once, in the background, when it is first needed. */
export class Encodings {
  readonly #run: (job: Job) => Promise<void>;
  readonly #loaded = new Map<Encoding, LoadedEncoding>();
  readonly #loading = new Map<Encoding, Promise<void>>();

  constructor(run: (job: Job) => Promise<void>) {
    this.#run = run;
  }

  /** The encoding, if it is loaded. */
  get(encoding: Encoding): LoadedEncoding | undefined {
    return this.#loaded.get(encoding);
  }

  /** Resolves when the encoding is loaded, or can't be: a bundle may lack the data. Never rejects. */
  load(encoding: Encoding): Promise<void> {
    const loading = this.#loading.get(encoding) ?? this.#load(encoding).catch(() => undefined);
    this.#loading.set(encoding, loading);
    return loading;
  }

  async #load(encoding: Encoding): Promise<void> {
    const { pieceEnd, ranks } = SOURCES[encoding];
    const builder = new VocabularyBuilder((await ranks()).default.bpe_ranks);
    await this.#run(builder);
    if (builder.vocabulary === undefined) return;
    const counter = new ExactCounter(builder.vocabulary, pieceEnd);
    this.#loaded.set(encoding, { counter, memo: new TextMemo(MEMO_CHARACTERS) });
  }
}
