import { remembered } from '../model/remembered.ts';

/**
 * Whether a path ends with this endpoint. Anything may precede it: a base path, Azure's deployment, a
 * whole URL.
 */
export function isEndpoint(path: string, endpoint: string): boolean {
  const bare = barePath(path);
  return bare === endpoint || bare.endsWith(`/${endpoint}`);
}

/** Azure's own, and the one that Cloudflare's gateway makes of it. */
const DEPLOYMENT = /\/(?:deployments|azure-openai\/[^/]+)\/([^/]+)\//;

/** `/openai/deployments/gpt-4o-eu/chat/completions` is the deployment `gpt-4o-eu`. */
export function deploymentIn(path: string): string | undefined {
  const [, deployment] = DEPLOYMENT.exec(barePath(path)) ?? [];
  return deployment === undefined ? undefined : decoded(deployment);
}

/** The path without its query and a last slash. */
export function barePath(path: string): string {
  return path.length > LONGEST_KEPT ? cut(path) : bare(path);
}

/** Calls have few paths, and each is looked at several times a call. */
const bare: (path: string) => string = remembered(String, cut);
const LONGEST_KEPT = 512;

function cut(path: string): string {
  return path.replace(/[?#].*$/s, '').replace(/\/$/, '');
}

/** A segment of a path without `%3A` and the like. Never throws. */
export function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
