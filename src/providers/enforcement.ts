import type { Correction, Dimension, Shape, Subject } from '../model/limits.ts';
import type { PresetHost } from './host.ts';
import type { ChargeBasis } from './host-facts.ts';
import { DEFINITIONS } from './known-providers.ts';

/** How a host is believed to enforce the limits of a dimension. The evidence is in its `limits.ts`. */
export function shapeOf(host: PresetHost, dimension: Dimension): Shape {
  const { requests, tokens } = DEFINITIONS[host].limits.shape;
  return dimension === 'requests' ? requests : tokens;
}

/** The tokens that a host charges when it admits a call. */
export function chargeOf(host: PresetHost): ChargeBasis {
  return DEFINITIONS[host].limits.charge;
}

/** Whether a host replaces that charge by the actual usage. */
export function correctionOf(host: PresetHost): Correction {
  return DEFINITIONS[host].limits.correction;
}

/** How many tokens of a host's limit one output token of a model takes in the end. */
export function outputWeightOf(host: PresetHost, model: string): number {
  return DEFINITIONS[host].limits.outputWeight?.(model) ?? 1;
}

/** Whether cached input counts towards a host's token limits. Assumed if it isn't known. */
export function countsCachedInput(host: PresetHost): boolean {
  return DEFINITIONS[host].limits.countsCachedInput ?? true;
}

/** The limits that a host has, whether or not their figures are published. */
export function measuresOf(host: PresetHost): readonly Subject[] {
  return DEFINITIONS[host].limits.counts;
}

/** The limits that a host's responses state, so that a wrong guess corrects itself. */
export function statedBy(host: PresetHost): readonly Subject[] {
  return DEFINITIONS[host].limits.states;
}
