/** The part of `Headers` that is needed here, so that a mock will do. */
export type HeaderSource = Pick<Headers, 'get'>;

/** The names of all headers, in lower case; `undefined` where they can't be listed. */
export function namesIn(headers: HeaderSource): readonly string[] | undefined {
  if (!isIterable(headers)) return undefined;
  return [...headers].flatMap((entry) => {
    const [name]: unknown[] = Array.isArray(entry) ? entry : [];
    return typeof name === 'string' ? [name.toLowerCase()] : [];
  });
}

export function isIterable(value: object): value is Iterable<unknown> {
  return Symbol.iterator in value;
}
