import { DOCUMENT_TOKENS } from './assumed-tokens.ts';
import { audioTokens } from './audio-tokens.ts';
import { openaiImageTokens } from './openai-images.ts';
import { type Part, rough } from './part.ts';
import { elementsOf, field, textField } from './untrusted.ts';

/** The content of a message, for Chat Completions and Responses: a string or a list of parts. */
export function* openaiContent(content: unknown, model: string): Generator<Part> {
  if (typeof content === 'string') yield content;
  for (const part of elementsOf(content)) {
    if (typeof part === 'string') yield part;
    else yield contentPart(part, model);
  }
}

function contentPart(part: unknown, model: string): Part {
  switch (field(part, 'type')) {
    case 'image_url':
    case 'input_image':
      return rough(imageTokens(part, model));
    case 'input_audio':
      return rough(audioTokens(textField(field(part, 'input_audio'), 'data')));
    case 'file':
    case 'input_file':
      return rough(DOCUMENT_TOKENS);
    default:
      return textField(part, 'text') || textField(part, 'refusal');
  }
}

/** Chat has `image_url: { url, detail }`, Responses `image_url` and `detail`. */
function imageTokens(part: unknown, model: string): number {
  const image = field(part, 'image_url');
  if (typeof image === 'string') return openaiImageTokens(model, image, textField(part, 'detail'));
  const detail = textField(image, 'detail') || textField(part, 'detail');
  return openaiImageTokens(model, textField(image, 'url'), detail);
}
