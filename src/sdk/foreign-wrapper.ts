import { field, isObject } from '../model/json.ts';

/**
 * What tracing tools make of a client: Langfuse and Sentry a Proxy that hands out methods of its own,
 * LangSmith a plain object with some of its parts; some put functions of their own in the place of
 * `messages.create` and other methods. The copy of a client that is limited would go past them, or fail.
 */
export function isForeignWrapper(client: object, methods: readonly string[]): boolean {
  const parts = [...methods, ...RESOURCES];
  const isProxy = parts.some((name) => isIntercepted(client, name));
  return isProxy || isPlainCopy(client) || hasPatched(client);
}

/** Where the SDKs keep the calls that are traced most. */
const RESOURCES: readonly string[] = ['chat', 'messages'];

/** Whether it looks like a client, but is of no class. */
function isPlainCopy(client: object): boolean {
  const isOfNoClass = Object.getPrototypeOf(client) === Object.prototype;
  return isOfNoClass && 'baseURL' in client && RESOURCES.some((name) => name in client);
}

/** Whether a `get` trap hands out another value than the object and its classes have. */
function isIntercepted(client: object, name: string): boolean {
  const value = definedAs(client, name);
  return value !== undefined && value !== Reflect.get(client, name);
}

function definedAs(client: object, name: string): unknown {
  for (let each: object | null = client; each !== null; each = Object.getPrototypeOf(each)) {
    const property = Object.getOwnPropertyDescriptor(each, name);
    if (property !== undefined) return property.value;
  }
  return undefined;
}

/** Whether one of the client's resources has a `create` that isn't its class's. */
function hasPatched(owner: object): boolean {
  return Object.values(owner).some(
    (each) => isResource(each) && (hasOwnCreate(each) || hasPatched(each)),
  );
}

function isResource(value: unknown): value is object {
  return isObject(value) && Object.hasOwn(value, '_client') && field(value, '_client') !== value;
}

/** Tools trace `create`, whatever else; an SDK's own client may replace others (Bedrock's `stream`). */
function hasOwnCreate(resource: object): boolean {
  return Object.hasOwn(resource, 'create');
}

/** The error for a client that something else has wrapped. */
export function foreignWrapperError(cause?: unknown): TypeError {
  const message =
    'Another library has already wrapped the `client` (Langfuse, LangSmith, Sentry or another Proxy): limit the client of the SDK first, and wrap the result, as in `observeOpenAI(withRateLimit(new OpenAI()))`';
  return new TypeError(message, cause === undefined ? undefined : { cause });
}

/** In the words of V8, JavaScriptCore and SpiderMonkey. */
const PRIVATE = /private (?:member|field|method)|Receiver must be/;

/**
 * The result of `wrap`, which reads private fields of a client.
 * @throws TypeError that says what to do, where a Proxy hides them
 */
export function throughPrivate<T>(wrap: () => T): T {
  try {
    return wrap();
  } catch (error) {
    if (error instanceof TypeError && PRIVATE.test(error.message)) throw foreignWrapperError(error);
    throw error;
  }
}
