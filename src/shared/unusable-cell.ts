/** One cell can't be used, though the store is well; the message says what to do. */
export class UnusableCell extends Error {
  override readonly name = 'UnusableCell';
}
