/**
 * What a document is taken to cost whose pages can't be told: one page, its text, up to 3,000
 * tokens, and its image, 1,568.
 */
export const DOCUMENT_TOKENS = 4568;
