/** A set of names. */
export interface Names {
  readonly size: number;
  has(id: string): boolean;
  add(id: string): unknown;
  delete(id: string): unknown;
}
