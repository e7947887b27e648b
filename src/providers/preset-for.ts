import { type Limit, MINUTE_MS } from '../model/limits.ts';
import { remembered } from '../model/remembered.ts';
import type { PresetHost } from './host.ts';
import type { HostFacts, Row } from './host-facts.ts';
import { DEFINITIONS } from './known-providers.ts';
import { beginsWith, isSnapshotOf, longestName, modelId } from './model-id.ts';
import type { Preset, PresetQuery } from './preset.ts';
import { servingTier } from './serving-tier.ts';
import { tierIndex, tierName } from './tier.ts';
import { concurrencyIn, limitsIn } from './unit.ts';

/** The row of a model, and whether it lists the model itself. */
interface Match {
  readonly row: Row;
  readonly family: string;
  readonly isListed: boolean;
}

/**
 * The published limits for calls to a model: those of the row with the longest name that its id
 * begins with. An unlisted model gets its host's most cautious figures. `undefined` if nothing is
 * published (paid models of OpenRouter, Azure's deployments, dynamic limits, …).
 *
 * If tier or model are guessed, limits of an hour or a day are left out: a wrong one would block calls
 * for that long, without a response that corrects it.
 *
 * Never throws, whatever the strings and numbers.
 *
 * @example
 * presetFor({ host: 'openai', model: 'gpt-4o-2024-08-06', tier: 'build' })
 * // family gpt-4o, 5,000 requests and 450,000 tokens a minute
 */
export function presetFor(query: PresetQuery): Preset | undefined {
  return presetIn(presetsOf(query), query.inputTokens);
}

/** Whether the host has published limits for the model by its name, in whatever tier. */
export function listsModel(host: PresetHost, model: string): boolean {
  const facts = DEFINITIONS[host].limits;
  const match = matchIn(facts, idOf(facts, model), 0);
  // Some hosts have one row for all models.
  return match?.isListed === true && !match.row.models.includes('');
}

/** That of them for a call with so much input. */
export function presetIn({ standard, longs }: Presets, inputTokens = 0): Preset | undefined {
  return longs.find(({ above }) => inputTokens > above)?.preset ?? standard;
}

/** The presets of one model, for an account of one tier. */
export interface Presets {
  readonly standard: Preset | undefined;
  /** Those for calls with more input tokens than `above`. */
  readonly longs: readonly { readonly above: number; readonly preset: Preset | undefined }[];
}

/** `presetFor` for calls with any input. */
export const presetsOf: (query: Omit<PresetQuery, 'inputTokens'>) => Presets = remembered(
  ({ host, model, tier }) => `${host}\n${typeof tier}\n${tier}\n${model}`,
  (query) => {
    const facts = DEFINITIONS[query.host].limits;
    const thresholds = new Set(facts.rows.map(({ aboveInputTokens = 0 }) => aboveInputTokens));
    thresholds.delete(0);
    return {
      standard: made(query, facts, 0),
      longs: [...thresholds]
        .sort((one, other) => other - one)
        .map((above) => ({ above, preset: made(query, facts, above + 1) })),
    };
  },
);

function made(query: PresetQuery, facts: HostFacts, inputTokens: number): Preset | undefined {
  const match = matchIn(facts, idOf(facts, query.model), inputTokens);
  const { tier, isGiven } = tierOf(query, facts);
  if (match === undefined || tier === undefined) return undefined;
  const serving = servingTier(facts, match.row, tier);
  if (serving === undefined) return undefined;
  return preset(facts, match, serving, isGiven && serving === tier);
}

function preset(facts: HostFacts, match: Match, tier: number, isTierSure: boolean): Preset {
  const { row, family, isListed } = match;
  const isSure = isTierSure && isListed;
  const limits = limitsIn(row, tier);
  return {
    family,
    context: row.aboveInputTokens === undefined ? 'standard' : 'long',
    limits: isSure ? limits : limits.filter(isShort),
    concurrency: concurrencyIn(row, tier),
    tier: tierName(facts, tier),
    isGuess: !isSure || row.confidence === 'low',
    asOf: row.asOf ?? facts.asOf,
  };
}

function isShort({ windowMs }: Limit): boolean {
  return windowMs <= MINUTE_MS;
}

/** A single tier needs no name, and Bedrock's is part of the model's id. */
function tierOf({ model, tier }: PresetQuery, facts: HostFacts) {
  const named = tier ?? facts.tierOf?.(model);
  const given = tierIndex(facts, named) ?? (facts.tiers.length === 1 ? 0 : undefined);
  return { tier: given ?? tierIndex(facts, facts.assumedTier), isGiven: given !== undefined };
}

function idOf(facts: HostFacts, model: string): string {
  const id = modelId(model);
  return facts.rowName?.(id) ?? id;
}

function matchIn(facts: HostFacts, id: string, inputTokens: number): Match | undefined {
  const names = facts.rows.flatMap((row) => row.models);
  const name = longestName(names, (each) => beginsWith(id, each));
  const row = rowOf(facts, name ?? facts.fallback, inputTokens);
  if (row === undefined) return undefined;
  const isSnapshot = name !== undefined && isSnapshotOf(id, name);
  if (name !== undefined && row.family !== undefined) {
    return { row, family: row.family, isListed: true };
  }
  return { row, family: isSnapshot ? name : id, isListed: isSnapshot };
}

/** The row with this name, for a call with `inputTokens`. */
function rowOf(facts: HostFacts, name: string | undefined, inputTokens: number): Row | undefined {
  if (name === undefined) return undefined;
  const rows = facts.rows.filter((row) => row.models.includes(name));
  const long = rows.find((row) => inputTokens > (row.aboveInputTokens ?? Infinity));
  return long ?? rows.find((row) => row.aboveInputTokens === undefined);
}
