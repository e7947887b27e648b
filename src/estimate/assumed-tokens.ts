/** What parts of a request are taken to cost whose length can't be told from it. */

/** A minute of speech at ten tokens a second. */
export const AUDIO_TOKENS = 600;

/** One page of a document: its text, up to 3,000 tokens, and its image, 1,568. */
export const DOCUMENT_TOKENS = 4568;
