/** The error for a setting that can't be used: it names the option, the expectation and the value. */
export function expected(option: string, what: string, given: unknown): TypeError {
  return new TypeError(
    `Expected \`${option}\` to be ${what}, got \`${shown(given)}\` (${kind(given)})`,
  );
}

/** @throws TypeError unless `value` is a number (NaN is none) for which `test` holds */
export function expectNumber(
  option: string,
  value: unknown,
  what: string,
  test: (value: number) => boolean,
): void {
  if (typeof value !== 'number' || Number.isNaN(value) || !test(value)) {
    throw expected(option, what, value);
  }
}

/** @throws TypeError unless `value` is one of `choices` */
export function expectOneOf(option: string, value: unknown, choices: readonly string[]): void {
  if (!choices.some((choice) => choice === value)) {
    throw expected(option, `one of ${choices.map((choice) => `'${choice}'`).join(', ')}`, value);
  }
}

/** @throws TypeError unless `value` is an object that is no array */
export function expectObject(option: string, value: unknown, what: string): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw expected(option, what, value);
  }
}

function kind(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

/** Total: also what has no string, like an object without a prototype. */
function shown(value: unknown): string {
  try {
    return typeof value === 'object' ? (JSON.stringify(value) ?? '').slice(0, 80) : String(value);
  } catch {
    return '…';
  }
}

/** Rejects options that nobody knows: a misspelt limit must not be no limit. */
export function expectKnown(options: object, known: readonly string[]): void {
  for (const name of Object.keys(options)) {
    if (!known.includes(name)) {
      throw new TypeError(`Unknown option \`${name}\`; known are ${known.join(', ')}`);
    }
  }
}
