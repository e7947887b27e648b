import type { SimulatorProvider } from './options.ts';
import { ConnectionError, type Server } from './server.ts';

/** The part of msw's `http` that the simulator uses. */
export interface MswHttp<Handler> {
  /** Makes a handler for requests of all methods. */
  all(
    predicate: string | RegExp,
    resolver: (info: { request: Request }) => Promise<Response>,
  ): Handler;
}

const HOSTS: Readonly<Record<SimulatorProvider, string | RegExp>> = {
  openai: 'https://api.openai.com/*',
  azure: /^https:\/\/[^/]+\.azure\.com\//,
  compatible: /^https?:\/\//,
  anthropic: 'https://api.anthropic.com/*',
};

export function hostsOf(provider: SimulatorProvider): string | RegExp {
  return HOSTS[provider];
}

/** One handler that answers all requests that match `url`. */
export function mswHandlers<Handler>(
  server: Server,
  http: MswHttp<Handler>,
  url: string | RegExp,
): Handler[] {
  const handler = http.all(url, async ({ request }) => {
    try {
      return await server.respond(request, request.signal);
    } catch (error) {
      if (error instanceof ConnectionError || request.signal.aborted) return Response.error();
      throw error;
    }
  });
  return [handler];
}
