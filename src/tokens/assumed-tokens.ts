/**
 * Assumed tokens of a document whose number of pages isn't known: one page, with up to 3,000 tokens
 * of text and 1,568 of image.
 */
export const DOCUMENT_TOKENS = 4568;
