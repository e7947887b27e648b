import { hostOfPreset } from '../providers/host.ts';
import { protocolOf } from '../providers/protocol.ts';

/** Hosts and rules under the names of the GenAI conventions (0.1), where those differ from ours. */
const NAMES: Readonly<Record<string, string>> = {
  azure: 'azure.ai.openai',
  bedrock: 'aws.bedrock',
  gemini: 'gcp.gemini',
  mistral: 'mistral_ai',
  moonshot: 'moonshot_ai',
  vertex: 'gcp.vertex_ai',
  xai: 'x_ai',
};

/** What a `usage` event tells of where its call went. */
interface Served {
  readonly lane: string;
  readonly path: string;
  readonly provider: string;
}

/** Who serves a call: the host where we know it, else whose rules apply. */
export function providerName({ lane, path, provider }: Served): string {
  const hostname = lane.replace(/(?::\d+)?\/.*$/s, '');
  const name = hostOfPreset(hostname, protocolOf(path) ?? 'openai') ?? provider;
  return NAMES[name] ?? name;
}
