/** As much of the load generator as the tests use: it has no types of its own. */
declare module 'autocannon' {
  interface Load {
    readonly url: string;
    readonly method: 'POST';
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
    readonly connections: number;
    readonly amount: number;
  }

  interface LoadResult {
    readonly '2xx': number;
    readonly statusCodeStats: Readonly<Record<string, { readonly count: number }>>;
  }

  export default function autocannon(load: Load): Promise<LoadResult>;
}
