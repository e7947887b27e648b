import { field, isObject, parseJson, textField } from '../../model/json.ts';
import { draftFor, type ReadingTerms } from '../intake.ts';
import type { BatchError, BatchLine } from './batch.ts';

/** What a file of requests holds, and what is wrong with it. */
export interface BatchInput {
  readonly lines: readonly BatchLine[];
  readonly errors: readonly BatchError[];
  readonly model: string | undefined;
}

/**
 * Reads a file of requests as OpenAI's validation does: any error fails the whole batch. The codes
 * are those of Azure OpenAI's batch documentation (2026-11); OpenAI publishes none.
 */
export function readInput(
  text: string,
  endpoint: string,
  key: string,
  reading: ReadingTerms,
  maxRequests: number,
): BatchInput {
  const lines: BatchLine[] = [];
  const errors: BatchError[] = [];
  const seen = new Set<string>();
  let model: string | undefined;
  const fail = (code: string, message: string, line: number | null): void => {
    errors.push({ code, message, line });
  };
  const texts = text.split('\n').filter((each) => each.trim() !== '');
  for (const [index, each] of texts.entries()) {
    const line = index + 1;
    const value = parseJson(each);
    if (!isObject(value)) {
      fail('invalid_json_line', 'This line is not parseable as valid JSON.', line);
      continue;
    }
    const [customId, url] = [textField(value, 'custom_id'), textField(value, 'url')];
    const body = field(value, 'body');
    const named = textField(body, 'model');
    model ??= named;
    if (customId === '') fail('missing_required_parameter', "Missing 'custom_id'.", line);
    else if (seen.has(customId)) fail('duplicate_custom_id', 'This custom_id is not unique.', line);
    if (url !== endpoint) fail('mismatched_url', `The URL must be ${endpoint}.`, line);
    if (named !== model) fail('mismatched_model', `All lines must name ${model}.`, line);
    seen.add(customId);
    lines.push({ customId, body, intake: draftFor(url, key, body, reading) });
  }
  if (texts.length === 0) fail('empty_file', 'The input file is empty.', null);
  if (texts.length > maxRequests) {
    fail('too_many_tasks', `The limit is ${maxRequests} requests a batch.`, null);
  }
  return { lines, errors, model };
}
