import { field, isList, isObject, textField } from '../model/json.ts';

/** How an object that is no client of ours is limited nevertheless. */
interface Seam {
  /** By what it is made of: names of classes are lost where code is minified. */
  matches(given: unknown): boolean;
  readonly what: string;
  readonly how: string;
}

/** For what isn't known: most clients take a `fetch`. */
const ANY =
  'Any other client is limited by its `fetch` (`rateLimitedFetch(options)`), or call by call (`limiter.run`)';

/** The first that matches counts. */
const SEAMS: readonly Seam[] = [
  {
    what: "Google's SDK",
    how: '`new GoogleGenAI({ httpOptions: { fetch } })`',
    matches: (given) => has(field(given, 'models'), 'generateContent'),
  },
  {
    what: "Google's former SDK",
    how: 'the present one, `@google/genai`: `new GoogleGenAI({ httpOptions: { fetch } })`',
    matches: (given) => has(given, 'getGenerativeModel'),
  },
  {
    what: 'a provider or model of the AI SDK',
    how: '`createOpenAI({ fetch })`, or whichever function makes it, such as `createAnthropic` or `createGoogle`',
    matches: (given) =>
      ['languageModel', 'doGenerate', 'doEmbed', 'doRerank'].some((name) => has(given, name)),
  },
  {
    what: "LangChain's",
    how: '`new ChatOpenAI({ configuration: { fetch } })` or `new ChatAnthropic({ clientOptions: { fetch } })`',
    matches: (given) => isList(field(given, 'lc_namespace')),
  },
  {
    what: "Mistral's SDK",
    how: '`new Mistral({ httpClient: new HTTPClient({ fetcher: fetch }) })`',
    matches: (given) =>
      has(field(given, 'chat'), 'complete') && has(field(given, 'fim'), 'complete'),
  },
  {
    what: "Cohere's SDK",
    how: '`new CohereClientV2({ fetch })`',
    matches: (given) => has(given, 'chatStream') && has(given, 'rerank'),
  },
  {
    what: "LlamaIndex's",
    how: '`new OpenAI({ additionalSessionOptions: { fetch } })`',
    matches: (given) => has(given, 'chat') && isObject(field(given, 'metadata')),
  },
  {
    what: "Mastra's",
    how: "its model, by the AI SDK: `createOpenAI({ fetch })('gpt-4o')`",
    matches: (given) => has(given, 'getModel') && has(given, 'generate'),
  },
  {
    what: "of OpenAI's Agents SDK",
    how: 'its client: `new Runner({ modelProvider: new OpenAIProvider({ openAIClient: withRateLimit(new OpenAI()) }) })`',
    matches: (given) =>
      has(given, 'getModel') ||
      (has(given, 'run') && isList(field(given, 'inputGuardrailDefs'))) ||
      (has(given, 'asTool') && isList(field(given, 'handoffs'))),
  },
  {
    what: "Instructor's",
    how: 'its client: `Instructor({ client: withRateLimit(new OpenAI()), … })`',
    matches: (given) => isObject(field(given, 'client')) && textField(given, 'mode') !== '',
  },
];

/** What to do instead, for an object that may have another way; else `''`. Never throws. */
export function seamFor(given: unknown): string {
  const seam = SEAMS.find(({ matches }) => matches(given));
  if (seam === undefined) return isObject(given) ? ANY : '';
  const { what, how } = seam;
  const by = how.includes('withRateLimit') ? '' : ', with `fetch = rateLimitedFetch(options)`';
  return `This is ${what}: limit ${how}${by}`;
}

function has(value: unknown, method: string): boolean {
  try {
    return typeof Reflect.get(Object(value), method) === 'function';
  } catch {
    return false;
  }
}
