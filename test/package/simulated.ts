import './without-keys.ts';
import '../../examples/support/providers.ts';
import { serve } from '../aws/bedrock-server.ts';
import { cohereWire, converseWire, geminiWire } from '../integrations/foreign-wire.ts';
import { type ForeignWire, translated } from '../integrations/translated.ts';

/*
 * Given to `node --import`: simulated hosts answer. Each refuses its first request, which a client
 * without retries survives only if it is limited.
 */
const simulated = globalThis.fetch;

const WIRES: Readonly<Record<string, ForeignWire>> = {
  'generativelanguage.googleapis.com': geminiWire,
  'api.cohere.com': cohereWire,
  'bedrock-runtime.eu-west-1.amazonaws.com': converseWire,
};

const known = new Set<string>();

globalThis.fetch = async (input, init) => {
  const { hostname } = new URL(input instanceof Request ? input.url : input);
  const wire = WIRES[hostname];
  if (!known.has(hostname)) {
    known.add(hostname);
    const refusal = wire?.error('Wait') ?? { error: { message: 'Wait', type: 'rate_limit_error' } };
    return Response.json(refusal, { status: 429, headers: { 'retry-after': '0.1' } });
  }
  return (wire === undefined ? simulated : translated(wire)(simulated))(input, init);
};

/** AWS's client uses HTTP/2, and no `fetch`: it finds this server by the environment. */
const { origin } = await serve(2, (url, init) => {
  const { pathname } = new URL(String(url));
  return fetch(`https://bedrock-runtime.eu-west-1.amazonaws.com${pathname}`, init);
});
process.env.AWS_ENDPOINT_URL_BEDROCK_RUNTIME = origin;
