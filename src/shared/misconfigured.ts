/** The store can't be used as it was set up; its message says what to do. */
export class Misconfigured extends Error {
  override readonly name = 'Misconfigured';
}
