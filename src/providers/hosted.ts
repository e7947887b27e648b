import type { Call } from '../model/call.ts';
import type { Cost } from '../model/limits.ts';
import type { CallEstimate, Usage } from '../model/usage.ts';
import {
  chargeOf,
  correctionOf,
  countsCachedInput,
  outputWeightOf,
  shapeOf,
} from '../presets/enforcement.ts';
import type { PresetHost } from '../presets/preset.ts';
import { compatible } from './compatible.ts';
import { chargeSum } from './openai-wire.ts';
import type { Provider } from './provider.ts';

const made = new Map<PresetHost, Provider>();

/** A host that speaks OpenAI's protocol, by what is published or measured of its limits. */
export function hosted(host: PresetHost): Provider {
  const known = made.get(host);
  if (known !== undefined) return known;
  const provider = providerOf(host);
  made.set(host, provider);
  return provider;
}

function providerOf(host: PresetHost): Provider {
  const countsOutput = chargeOf(host) !== 'input';
  return {
    ...compatible,
    shape: (dimension) => shapeOf(host, dimension),
    correction: correctionOf(host) === 'settled' ? 'settled' : 'unknown',
    charge: countsOutput ? chargeSum : chargeInput,
    settle: (usage, { model }) =>
      settled(usage, countsOutput ? outputWeightOf(host, model) : 0, countsCachedInput(host)),
  };
}

/** Only the input counts towards the limit on tokens. */
function chargeInput(estimate: CallEstimate, call: Call): Cost {
  return { ...chargeSum(estimate, call), tokens: estimate.inputTokens };
}

function settled(usage: Usage, outputWeight: number, countsCached: boolean): Cost {
  const { outputTokens, cachedInputTokens } = usage;
  const inputTokens = usage.inputTokens - (countsCached ? 0 : cachedInputTokens);
  const tokens = inputTokens + outputWeight * outputTokens;
  return { requests: 1, tokens, inputTokens, outputTokens };
}
