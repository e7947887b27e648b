import { textField } from '../model/json.ts';
import { remembered } from '../model/remembered.ts';

/** Google's and Bedrock's paths name the model. */
const MODEL = /\/models?\/([^/:]{1,256})[/:]/;

/**
 * The model of a call, as our tables write it: without a vendor's prefix (`openai/`,
 * `us.anthropic.`) and without `ft:` for a fine-tuned model. For Azure it is the deployment, which
 * often has the model's name.
 */
export function modelName(path: string, body: unknown): string {
  const deployment = /\/deployments\/([^/]{1,128})\//.exec(path)?.[1] ?? '';
  const inPath = decoded(MODEL.exec(path)?.[1] ?? '');
  const named = textField(body, 'model').slice(0, 256) || deployment || inPath;
  return bareName(named);
}

/** Bedrock's ARNs are in one segment of the path. */
function decoded(segment: string): string {
  return segment.replace(/%2f/gi, '/').replace(/%3a/gi, ':');
}

/** Without prefixes. Calls are to few models. */
const bareName: (named: string) => string = remembered(String, (named) =>
  named
    .toLowerCase()
    .replace(/^ft:/, '')
    .replace(/^.*\//, '')
    .replace(/^(?:[a-z-]+\.)+(?=[a-z])/, ''),
);

/**
 * The name without the date of a snapshot (`gpt-4o-2024-08-06`, `claude-opus-4-5-20251101`) and
 * without the suffixes of clouds (`-v1:0`, `@20251101`).
 */
export const familyName: (model: string) => string = remembered(String, (model) =>
  model
    .replace(/[-@]v\d+(?::\d+)?$/, '')
    .replace(/[-@](?:latest|default|20\d{6}|20\d\d-\d\d-\d\d)$/, ''),
);
