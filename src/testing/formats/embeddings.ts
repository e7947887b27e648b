import { countMember } from '../../model/json.ts';
import type { Format } from './format.ts';

const DEFAULT_DIMENSIONS = 8;

/** OpenAI's embeddings: a vector of zeros and a one for each input, as numbers or as base64. */
export const embeddings: Format = {
  maxOutputTokens: () => undefined,
  complete: ({ call }) => ({
    object: 'list',
    data: Array.from({ length: inputCount(call.body.input) }, (_, index) => ({
      object: 'embedding',
      index,
      embedding: vector(
        index,
        countMember(call.body, 'dimensions') ?? DEFAULT_DIMENSIONS,
        call.body.encoding_format === 'base64',
      ),
    })),
    model: call.model,
    usage: { prompt_tokens: call.inputTokens, total_tokens: call.inputTokens },
  }),
  stream: undefined,
  streamError: () => '',
};

/** A list of numbers is one input, given as tokens. */
function inputCount(input: unknown): number {
  return Array.isArray(input) && typeof input[0] !== 'number' ? input.length : 1;
}

function vector(index: number, dimensions: number, base64: boolean): number[] | string {
  const values = Array.from({ length: dimensions }, (_, at) => (at === index % dimensions ? 1 : 0));
  if (!base64) return values;
  const bytes = new Uint8Array(new Float32Array(values).buffer);
  return btoa(String.fromCharCode(...bytes));
}
