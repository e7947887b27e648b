import type { LaneKey } from './lane/lane-key.ts';
import type { Call } from './model/call.ts';
import type { Dimension, Shape } from './model/limits.ts';
import { remembered } from './model/remembered.ts';
import type { TokenEstimate } from './model/usage.ts';
import { hostnameOf, hostOf } from './providers/base-url.ts';
import { measuresOf, statedBy } from './providers/enforcement.ts';
import { hostOfPreset, type PresetHost } from './providers/host.ts';
import type { Preset } from './providers/preset.ts';
import { type Presets, presetIn, presetsOf } from './providers/preset-for.ts';
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

/** What is published for calls to a model, for an account of that tier. */
export function publishedFor(
  { presetHost }: Upstream,
  { model }: Pick<Call, 'model'>,
  tier: string | number | undefined,
): Presets | undefined {
  return presetHost && presetsOf({ host: presetHost, model, tier });
}

/**
 * Whose rules apply at a destination. On a host that nobody knows, an account's tier is one at the
 * protocol's own provider: a gateway stands before it. The same object each time, because each call
 * asks for it.
 */
export function upstreamAt(destination: Destination, hasAccountTier: boolean): Upstream {
  return hasAccountTier ? withTier(destination) : withoutTier(destination);
}

const withoutTier = remembered(nameOf, (destination) => upstreamFrom(destination, undefined));
const withTier = remembered(nameOf, (destination) =>
  upstreamFrom(destination, HOMES[destination.sdk]),
);

function nameOf({ sdk, baseURL, azure }: Destination): string {
  return `${sdk} ${azure} ${baseURL}`;
}

function upstreamFrom(destination: Destination, home: PresetHost | undefined): Upstream {
  const { sdk, baseURL } = destination;
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
  upstream: Upstream,
  call: Pick<Call, 'model'>,
  estimate: TokenEstimate,
  tier: string | number | undefined,
): LaneKey {
  const published = publishedFor(upstream, call, tier);
  return laneKeyFor(upstream, call, published && presetIn(published, estimate.inputTokens));
}

/** The same, for a call with these published limits. */
export function laneKeyFor(
  { provider, host, presetHost }: Upstream,
  { model }: Pick<Call, 'model'>,
  preset: Preset | undefined,
): LaneKey {
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
