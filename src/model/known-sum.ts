/** The sum of two amounts; `undefined` where nobody knows one of them. */
export function knownSum(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? undefined : one + other;
}
