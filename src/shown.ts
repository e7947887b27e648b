/** As much of a value as a message has room for. */
const LONGEST = 80;
/** So many members of an object are looked at: a list of a million has more than anybody reads. */
const MOST_MEMBERS = 100;

/**
 * A value as an error message shows it, in about 80 characters. Total. Of an instance only the
 * class is shown: what is in it may be long, or secret, as a client's API key is.
 *
 * @example
 * shown(class OpenAI {}) // 'class OpenAI'
 * shown({ rpm: 500 }) // '{"rpm":500}'
 */
export function shown(value: unknown): string {
  try {
    const text = textOf(value);
    return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
  } catch {
    return '…';
  }
}

/** What kind of value it is. */
export function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

function textOf(value: unknown): string {
  if (typeof value === 'function') return nameOfFunction(value);
  if (typeof value !== 'object' || value === null) return String(value);
  return classOf(value) ?? JSON.stringify(value, readable()) ?? '';
}

function nameOfFunction(value: { readonly name: string; toString(): string }): string {
  const isClass = /^class\b/.test(value.toString());
  return `${isClass ? 'class' : 'function'} ${value.name}`.trim();
}

/** The name of an instance's class; `undefined` for arrays and plain objects. */
function classOf(value: object): string | undefined {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === null || prototype === Object.prototype || Array.isArray(value))
    return undefined;
  const { name } = value.constructor;
  return name === 'Object' || name === '' ? undefined : name;
}

/** Makes JSON of what has none: cycles, functions, instances, large numbers. */
function readable(): (this: unknown, key: string, value: unknown) => unknown {
  const around: unknown[] = [];
  let members = 0;
  return function (_key, value) {
    if (++members > MOST_MEMBERS) return undefined;
    while (around.length > 0 && around.at(-1) !== this) around.pop();
    if (typeof value === 'bigint' || typeof value === 'function') return textOf(value);
    if (typeof value !== 'object' || value === null) return value;
    if (around.includes(value)) return '(itself)';
    around.push(value);
    return classOf(value) ?? value;
  };
}
