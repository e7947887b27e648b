/** So many results are kept; then all are forgotten. Models and hosts are few, and their names may be anybody's. */
const MOST = 500;

/** The same function, with its results kept: for pure functions of a few names. */
export function remembered<Query, Result>(
  nameOf: (query: Query) => string,
  make: (query: Query) => Result,
): (query: Query) => Result {
  const known = new Map<string, { readonly result: Result }>();
  return (query) => {
    const name = nameOf(query);
    const found = known.get(name);
    if (found !== undefined) return found.result;
    if (known.size >= MOST) known.clear();
    const result = make(query);
    known.set(name, { result });
    return result;
  };
}
