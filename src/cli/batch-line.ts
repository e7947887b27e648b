import { field, isObject, type JsonObject, parseJson, textField } from '../model/json.ts';
import { shown } from '../validate.ts';

export type Form = 'openai' | 'anthropic';

/** A call that a line asks for. */
export interface BatchRequest {
  readonly form: Form;
  readonly customId: string;
  /** `/v1/chat/completions` */
  readonly url: string;
  readonly body: JsonObject;
}

/** Why a line can't be used. */
export interface UnusableLine {
  readonly problem: string;
}

/**
 * What a line of a batch file asks for, in OpenAI's format or in Anthropic's. Never throws.
 *
 * @example
 * readBatchLine('{"custom_id":"1","params":{"model":"claude-haiku-4-5", …}}')
 */
export function readBatchLine(
  text: string,
  model?: string | undefined,
): BatchRequest | UnusableLine {
  const line = parseJson(text);
  if (!isObject(line)) return { problem: 'it is not a JSON object' };
  const id = field(line, 'custom_id');
  if (id === undefined || id === '') return { problem: 'it has no `custom_id`' };
  const customId = textField(line, 'custom_id');
  if (customId === '') return { problem: `its \`custom_id\` must be a string, not ${shown(id)}` };
  const isAnthropic = field(line, 'params') !== undefined;
  const name = isAnthropic ? 'params' : 'body';
  const given = field(line, name);
  if (!isObject(given)) return { problem: 'it has neither `body` nor `params`' };
  const body = model === undefined ? given : { ...given, model };
  const url = isAnthropic ? '/v1/messages' : textField(line, 'url');
  const problem = problemOf(body, name, url, isAnthropic ? 'POST' : textField(line, 'method'));
  if (problem !== undefined) return { problem };
  return { form: isAnthropic ? 'anthropic' : 'openai', customId, url, body };
}

function problemOf(
  body: JsonObject,
  name: string,
  url: string,
  method: string,
): string | undefined {
  if (textField(body, 'model') === '') return `it has no \`${name}.model\``;
  if (field(body, 'stream') === true) return `\`${name}.stream\` must not be true`;
  // A whole URL would take the key to another host.
  if (!/^\/(?!\/)/.test(url)) return '`url` must be a path such as /v1/chat/completions';
  return method === '' || method === 'POST' ? undefined : `\`method\` must be POST, not ${method}`;
}
