/** Gives copies of a response's shadow the `url` and other read-only properties of the original. */
export function disguise(original: Response): (copy: Response) => Response {
  const { url, redirected, type, status, statusText, ok } = original;
  const own = Object.entries({ url, redirected, type, status, statusText, ok }).map(
    ([name, value]) => [name, { value, configurable: true }],
  );
  const disguised = (copy: Response): Response => {
    const next = copy.clone.bind(copy);
    return Object.defineProperties(copy, {
      ...Object.fromEntries(own),
      clone: { value: () => disguised(next()), configurable: true, writable: true },
    });
  };
  return disguised;
}
