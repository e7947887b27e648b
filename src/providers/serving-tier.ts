import type { HostFacts, Row } from './host-facts.ts';
import { isOffered } from './unit.ts';

/**
 * The tier whose figures are used for tier `wanted`: itself if the row has it, else the next lower
 * one, else the lowest that has the model. Free figures are never used for a paid tier.
 */
export function servingTier(facts: HostFacts, row: Row, wanted: number): number | undefined {
  const offered = facts.tiers.map((_, index) => index).filter((index) => isOffered(row, index));
  const lowest = wanted < facts.freeTiers ? 0 : facts.freeTiers;
  return (
    offered.findLast((index) => index <= wanted && index >= lowest) ??
    offered.find((index) => index > wanted)
  );
}
