import type { Call } from '../model/call.ts';
import type { Cost } from '../model/limits.ts';
import type { CallEstimate, Usage } from '../model/usage.ts';
import { compatible } from './compatible.ts';
import {
  chargeOf,
  correctionOf,
  countsCachedInput,
  outputWeightOf,
  shapeOf,
} from './enforcement.ts';
import type { PresetHost } from './host.ts';
import { DEFINITIONS } from './known-providers.ts';
import { chargeExpected, chargeSum, SUM_OR_LESS } from './openai-protocol.ts';
import type { Charging, Provider } from './provider.ts';

const made = new Map<PresetHost, Provider>();

/** The rules of a known host for calls in OpenAI's protocol, from its folder. */
export function hosted(host: PresetHost): Provider {
  const known = made.get(host);
  if (known !== undefined) return known;
  const provider = { ...providerOf(host), ...DEFINITIONS[host].wire?.openai };
  made.set(host, provider);
  return provider;
}

function providerOf(host: PresetHost): Provider {
  const rule = chargeOf(host);
  const countsOutput = rule !== 'input';
  return {
    ...compatible,
    shape: (dimension) => shapeOf(host, dimension),
    correction: correctionOf(host),
    charge: rule === 'used' ? chargeExpected : countsOutput ? chargeSum : chargeInput,
    charging: chargingOf(host),
    settle: (usage, { model }) =>
      settled(usage, countsOutput ? outputWeightOf(host, model) : 0, countsCachedInput(host)),
  };
}

/** A correction that is known leaves nothing to learn. */
function chargingOf(host: PresetHost): Charging | undefined {
  const rule = chargeOf(host);
  const isOpen = (rule === 'sum' || rule === 'unknown') && correctionOf(host) !== 'settled';
  return isOpen ? SUM_OR_LESS : undefined;
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
