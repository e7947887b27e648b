import { field } from '../model/json.ts';
import type { Api } from './api.ts';
import { hasFunctions } from './openai-tools.ts';

/**
 * Keys of similar calls, whose outputs are likely to be of similar length. The narrower key comes
 * first: same API, model, streaming, tools and about the same maximum. The wider: same API and model.
 */
export function callSites(api: Api, family: string, body: unknown, most: number): string[] {
  const wide = `${api} ${family}`;
  const stream = field(body, 'stream') === true ? 'stream' : 'whole';
  const tools = hasFunctions(body) ? 'tools' : 'text';
  const bucket = most > 0 ? Math.ceil(Math.log2(most)) : 'any';
  return [`${wide} ${stream} ${tools} ${bucket}`, wide];
}
