import {
  byDimension,
  type Enforcement,
  isUpstream,
  type Shape,
  USD_SHAPE,
} from '../model/limits.ts';
import type { Settings } from '../options.ts';
import type { Preset } from '../providers/preset.ts';
import type { LaneTerms } from '../rules/commands.ts';
import type { LaneOpening } from '../rules/lane-state.ts';
import type { LimitPolicy } from '../rules/limits/limit-policy.ts';
import type { MeteredLimit } from '../rules/limits/metered-limit.ts';
import { SHARED_SLOTS } from './lane-keeper.ts';
import type { LaneKey } from './lane-key.ts';

/** The burst of an enforcement that was given without one, in seconds. */
const BURST_SECONDS: Readonly<Record<Enforcement, number>> = {
  bucket: 60,
  window: 60,
  slices: 0.25,
};

/** With what a lane begins. */
export function openingOf(key: LaneKey, settings: Settings, isShared: boolean): LaneOpening {
  const { learns = false, measures, states, recorded } = key;
  const terms = termsOf(key, settings, isShared);
  const isGiven = terms.start.some((each) => each.source === 'given' && isUpstream(each));
  return { ...terms, measures, states, recorded, isCold: learns && !isGiven };
}

/** What the settings say of a lane. Given limits take the place of published ones, but in usd. */
export function termsOf(key: LaneKey, settings: Settings, isShared: boolean): LaneTerms {
  const { model, preset } = key;
  const given = settings.limits(model);
  const published = given.limits.some(isUpstream) ? undefined : preset;
  const most = Math.min(given.concurrency, settings.concurrency);
  const first = published?.concurrency ?? Number.POSITIVE_INFINITY;
  const isSure = published?.isGuess === false;
  const inFlight = { start: first, most: isSure ? Math.min(most, first) : most };
  const own = given.limits.map((limit): MeteredLimit => ({ ...limit, source: 'given' }));
  const { maxPauseMs } = settings;
  const start = [...own, ...publishedLimits(published)];
  return { start, inFlight, policy: policyOf(key, settings, isShared), maxPauseMs };
}

function policyOf(key: LaneKey, settings: Settings, isShared: boolean): LimitPolicy {
  const { shape, correction = 'settled' } = key;
  const { headroom, enforcement, burstSeconds } = settings;
  const shapes = {
    ...byDimension((dimension) => shapeFrom(shape(dimension), settings)),
    usd: USD_SHAPE,
  };
  const isShapeGiven = enforcement !== undefined || burstSeconds !== undefined;
  return { shapes, isShapeGiven, headroom, correction, slots: isShared ? SHARED_SLOTS : 0 };
}

/** What was given, else what the provider's profile says. */
function shapeFrom(profile: Shape, { enforcement, burstSeconds }: Settings): Shape {
  if (enforcement === undefined) return { ...profile, ...(burstSeconds && { burstSeconds }) };
  return { enforcement, burstSeconds: burstSeconds ?? BURST_SECONDS[enforcement] };
}

function publishedLimits(preset: Preset | undefined): MeteredLimit[] {
  const source = preset?.isGuess === false ? 'published' : 'guess';
  return (preset?.limits ?? []).map((limit) => ({ ...limit, source }));
}
