import { textField } from '../model/json.ts';
import { audioSeconds } from './audio-tokens.ts';
import { Base64Bytes } from './base64-bytes.ts';
import { documentParts } from './document-tokens.ts';
import { eitherField } from './either-field.ts';
import { filmSeconds } from './film-seconds.ts';
import type { GeminiFamily } from './gemini-family.ts';
import { imageSize } from './image-size.ts';
import { hidden, type Part, rough } from './part.ts';
import { soundSeconds } from './sound-seconds.ts';

/** A film of half a megabit a second, which is assumed of anything but MP4. */
const FILM_BYTES_PER_SECOND = 60_000;
/** What isn't in the request is assumed to be that long. */
const ASSUMED_SECONDS_HEARD = 5;
const ASSUMED_SECONDS_SEEN = 10;

/** A file in a request, or one that Google has or fetches. */
export function* geminiMedia(part: unknown, family: GeminiFamily): Generator<Part> {
  const inline = eitherField(part, 'inlineData');
  const elsewhere = eitherField(part, 'fileData');
  const data = textField(inline, 'data');
  if (data !== '') yield* dataParts(data, mediaTypeOf(inline), family);
  else if (elsewhere !== undefined) yield hidden(assumedTokens(mediaTypeOf(elsewhere), family));
}

function mediaTypeOf(holder: unknown): string {
  const type = eitherField(holder, 'mimeType');
  return typeof type === 'string' ? type.toLowerCase() : '';
}

function* dataParts(data: string, mediaType: string, family: GeminiFamily): Generator<Part> {
  const bytes = new Base64Bytes(data, 0);
  const size = imageSize(bytes);
  if (mediaType.startsWith('image/') || size !== undefined) yield rough(family.imageTokens(size));
  else if (mediaType.startsWith('audio/')) {
    const length = Math.floor((data.length * 3) / 4);
    const seconds = soundSeconds(bytes, length) ?? audioSeconds(data, bytes);
    yield rough(Math.ceil(family.perSecondHeard * seconds));
  } else if (mediaType.startsWith('video/')) {
    const seconds = filmSeconds(bytes) ?? (data.length * 3) / 4 / FILM_BYTES_PER_SECOND;
    yield rough(Math.ceil(family.perSecondSeen * seconds));
  } else {
    const form = { around: 4, perPage: family.perPage, pageText: 0, unknown: family.perPage };
    yield* documentParts({ name: '', data, mediaType }, form);
  }
}

function assumedTokens(mediaType: string, family: GeminiFamily): number {
  if (mediaType.startsWith('audio/')) return family.perSecondHeard * ASSUMED_SECONDS_HEARD;
  if (mediaType.startsWith('video/')) return family.perSecondSeen * ASSUMED_SECONDS_SEEN;
  return mediaType.startsWith('image/') ? family.imageTokens(undefined) : family.perPage;
}
