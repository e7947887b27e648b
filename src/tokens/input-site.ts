import { FNV_START, fnvWith } from '../model/fnv.ts';
import { elementsOf, field, lengthOf, textField } from '../model/json.ts';
import type { Api } from './api.ts';

/** How much of a text is looked at. */
const LOOKED_AT = 256;
const MOST_TOOLS = 128;

/**
 * The key of calls that are likely to take as many tokens beyond what their bodies show: the same
 * instructions, tools and schema, and as many messages of the user at the end. Holds a hash only.
 */
export function inputSite(api: Api, family: string, body: unknown, openParts: number): string {
  const hash = new Hash();
  hash.add(textField(body, 'system') || textField(body, 'instructions'));
  const messages = field(body, 'messages') ?? field(body, 'input');
  const first = field(messages, 0);
  if (field(first, 'role') !== 'user') hash.add(textField(first, 'content'));
  hash.add(textField(field(messages, lengthOf(messages) - 1), 'role') || 'user');
  let tools = 0;
  for (const tool of elementsOf(field(body, 'tools'))) {
    if (tools >= MOST_TOOLS) break;
    tools += 1;
    hash.add(textField(tool, 'type'));
    hash.add(textField(field(tool, 'function') ?? tool, 'name'));
  }
  const format = field(body, 'response_format') ?? field(field(body, 'text'), 'format');
  hash.add(textField(format, 'type'));
  hash.add(textField(field(format, 'json_schema') ?? format, 'name'));
  hash.add(textField(field(field(body, 'output_config'), 'format'), 'type'));
  hash.add(textField(field(body, 'thinking'), 'type'));
  return `${api} ${family} ${openParts} ${hash.value.toString(36)}`;
}

/** Of texts by their length and beginning. */
class Hash {
  value = FNV_START;

  add(text: string): void {
    this.#mix(text.length);
    for (let index = 0; index < Math.min(text.length, LOOKED_AT); index += 1) {
      this.#mix(text.charCodeAt(index));
    }
  }

  #mix(unit: number): void {
    this.value = fnvWith(this.value, unit) >>> 0;
  }
}
