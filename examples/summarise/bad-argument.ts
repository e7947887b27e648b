/** What the user asked for can't be done as asked; the message says why. */
export class BadArgument extends Error {
  override readonly name = 'BadArgument';
}
