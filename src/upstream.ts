import type { LaneKey } from './lane/lane-registry.ts';
import type { Call } from './model/call.ts';
import type { Dimension, Shape } from './model/limits.ts';
import type { TokenEstimate } from './model/usage.ts';
import { hostnameOf, hostOf } from './providers/base-url.ts';
import { measuresOf, statedBy } from './providers/enforcement.ts';
import { hostOfPreset, type PresetHost } from './providers/host.ts';
import { presetFor } from './providers/preset-for.ts';
import { HOMES } from './providers/protocol.ts';
import type { Provider } from './providers/provider.ts';
import { type Destination, providerFor } from './providers/provider-for.ts';

/** Where calls are sent, and whose rules apply there. */
export interface Upstream {
  readonly provider: Provider;
  readonly host: string;
  /** Whose published limits apply, where any do. */
  readonly presetHost: PresetHost | undefined;
}

/**
 * Whose rules apply at a destination. On a host that nobody knows, an account's tier is one at the
 * protocol's own provider: a gateway stands before it.
 */
export function upstreamAt(destination: Destination, hasAccountTier: boolean): Upstream {
  const { sdk, baseURL } = destination;
  const home = hasAccountTier ? HOMES[sdk] : undefined;
  return {
    provider: providerFor(destination),
    host: hostOf(baseURL),
    presetHost: hostOfPreset(hostnameOf(baseURL), sdk) ?? home,
  };
}

/**
 * The lane of a call, for an account of that tier. Models that share one limit share a lane; calls
 * with a long input may have one of their own.
 */
export function laneKeyOf(
  { provider, host, presetHost }: Upstream,
  { model }: Pick<Call, 'model'>,
  { inputTokens }: TokenEstimate,
  tier: string | number | undefined,
): LaneKey {
  const preset = presetHost && presetFor({ host: presetHost, model, tier, inputTokens });
  const isLong = preset?.context === 'long';
  const family = `${preset?.family ?? model}${isLong ? ' (long context)' : ''}`;
  const { correction, charging } = provider;
  const recorded = charging?.recorded;
  const shape = (dimension: Dimension): Shape => provider.shape(dimension);
  const measures = presetHost && measuresOf(presetHost);
  const states = presetHost && statedBy(presetHost);
  const published = { shape, preset, correction, recorded, measures, states };
  return { host, model, family, learns: true, ...published };
}
