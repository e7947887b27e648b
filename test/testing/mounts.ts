import { http } from 'msw';
import { setupServer } from 'msw/node';
import type { Simulator } from '../../src/testing/index.ts';

/** How a client reaches a simulator: its options for that, and how to take the mount down. */
export interface Mounted {
  readonly client: { readonly fetch?: typeof globalThis.fetch; readonly baseURL?: string };
  readonly close: () => Promise<void> | void;
}

export interface Mount {
  readonly name: string;
  readonly mount: (simulator: Simulator, basePath: string) => Promise<Mounted> | Mounted;
}

/** The three ways to reach one and the same simulator. */
export const mounts: readonly Mount[] = [
  {
    name: 'fetch',
    mount: (simulator) => ({ client: { fetch: simulator.fetch }, close: () => {} }),
  },
  {
    name: 'HTTP',
    mount: async (simulator, basePath) => {
      const { url, close } = await simulator.listen();
      return { client: { baseURL: url + basePath }, close };
    },
  },
  {
    name: 'msw',
    mount: (simulator) => {
      const server = setupServer(...simulator.handlers({ http }));
      server.listen({ onUnhandledFrame: 'error' });
      return { client: {}, close: () => server.close() };
    },
  },
];
