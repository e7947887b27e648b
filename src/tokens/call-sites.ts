import { field } from '../model/json.ts';
import type { Api } from './api.ts';
import { hasFunctions } from './openai-tools.ts';

/**
 * The kinds of calls whose output is likely to be as long as this one's, the narrowest first: those
 * with the same API, model, tools and about the same maximum, and all with that API and model.
 */
export function callSites(api: Api, family: string, body: unknown, most: number): string[] {
  const wide = `${api} ${family}`;
  const stream = field(body, 'stream') === true ? 'stream' : 'whole';
  const tools = hasFunctions(body) ? 'tools' : 'text';
  const bucket = most > 0 ? Math.ceil(Math.log2(most)) : 'any';
  return [`${wide} ${stream} ${tools} ${bucket}`, wide];
}
