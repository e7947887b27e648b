import { estimateTokens } from '../../src/tokens/estimate.ts';
import type { EstimateRequest } from '../../src/tokens/estimator.ts';
import type { RecordedCount } from './recorded-counts.ts';

const ROLES: Readonly<Record<string, string>> = { s: 'system', u: 'user', a: 'assistant' };
const PATHS: Readonly<Record<string, string>> = {
  chat: '/v1/chat/completions',
  responses: '/v1/responses',
  messages: '/v1/messages',
};
/** Each is one token, with the space before it. */
const WORDS = ['the', 'river', 'was', 'quiet', 'and', 'a', 'boat', 'went', 'by', 'in', 'light'];

/** A text of so many tokens. */
export function textOf(tokens: number): string {
  return Array.from({ length: tokens }, (_, index) => WORDS[index % WORDS.length]).join(' ');
}

async function tokensOf(value: unknown): Promise<number> {
  const body = { model: 'gpt-4o', prompt: JSON.stringify(value) };
  const request = { provider: 'openai', path: '/completions', body };
  return (await estimateTokens(request)).inputTokens;
}

/** What `make` makes of a description that is long enough for so many tokens of JSON. */
async function ofSize<Value>(tokens: number, make: (description: string) => Value): Promise<Value> {
  const short = await tokensOf(make(''));
  let made = make(textOf(Math.max(0, tokens - short)));
  for (let length = tokens - short; length > 0 && (await tokensOf(made)) > tokens; length -= 1) {
    made = make(textOf(length - 1));
  }
  return made;
}

const PROPERTIES = { type: 'object', properties: { place: { type: 'string' } } };

async function toolsOf({ api, tools, toolsJson }: RecordedCount): Promise<unknown[]> {
  const each = Math.floor(toolsJson / tools);
  const parameters = each < 40 ? { type: 'object', properties: {} } : PROPERTIES;
  const made = Array.from({ length: tools }, (_, index) =>
    ofSize(each, (description) => {
      const tool = { name: `find_${index}`, description };
      if (api === 'messages') return { ...tool, input_schema: parameters };
      if (api === 'responses') return { type: 'function', ...tool, parameters };
      return { type: 'function', function: { ...tool, parameters } };
    }),
  );
  return Promise.all(made);
}

async function formatOf({ api, schema }: RecordedCount): Promise<object> {
  const made = await ofSize(schema, (description) => ({ ...PROPERTIES, description }));
  const named = { name: 'answer', schema: made };
  if (api === 'messages')
    return { output_config: { format: { type: 'json_schema', schema: made } } };
  if (api === 'responses') return { text: { format: { type: 'json_schema', ...named } } };
  return { response_format: { type: 'json_schema', json_schema: named } };
}

/** In the order of a conversation, which ends with the user. */
function inTurns(roles: string): string[] {
  const answers = [...roles].filter((role) => role === 'a');
  const others = [...roles].filter((role) => role !== 'a');
  const first = others.length - answers.length;
  return others.flatMap((role, index) => (index < first ? [role] : ['a', role]));
}

/** A request with the numbers of a recorded one, in words of our own. */
export async function requestOf(count: RecordedCount): Promise<EstimateRequest> {
  const { api, host, model, roles } = count;
  const each = Math.floor(count.text / roles.length);
  const rest = count.text - each * (roles.length - 1);
  const messages = inTurns(roles).map((role, index) => ({
    role: ROLES[role],
    content: textOf(index === 0 ? rest : each),
  }));
  const tools = count.tools > 0 ? { tools: await toolsOf(count) } : {};
  const format = count.schema > 0 ? await formatOf(count) : {};
  const more = { model, ...tools, ...format };
  const provider = providerOf(host);
  const path = PATHS[api] ?? '';
  if (api === 'responses') return { provider, path, body: { ...more, input: messages } };
  if (api === 'chat') return { provider, path, body: { ...more, messages } };
  const [system] = messages.filter(({ role }) => role === 'system');
  const others = messages.filter(({ role }) => role !== 'system');
  return {
    provider,
    path,
    body: { ...more, ...(system && { system: system.content }), messages: others },
  };
}

function providerOf(host: string): string {
  if (host === 'api.openai.com') return 'openai';
  if (host === 'openai.azure.com') return 'azure';
  return host === 'api.anthropic.com' ? 'anthropic' : 'compatible';
}

/** The smallest value that a share of the values doesn't exceed. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}
